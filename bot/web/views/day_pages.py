"""The pages of days: a calendar, one day, and records."""

from typing import Any, Final, get_args

from fastapi import APIRouter
from fastapi.responses import Response

from bot.web.deps import Day, SiteParts, Within
from bot.web.read import bot_status, chat, languages, records, streamer_ranking
from bot.web.read.addresses import Kind
from bot.web.read.coverage import newest_day
from bot.web.read.errors import NotFound
from bot.web.read.ranges import MAX_DAYS, Span
from bot.web.read.rankings import game_ranking
from bot.web.read.table import RowRange
from bot.web.views import page_charts
from bot.web.views.page_values import PagesOfSite

_TOP: Final = 25
_DRAWN: Final = 90
_BEST: Final = 10
_RECENT: Final = 15
_NEW: Final = 10
_RECORDS_OF_DAY: Final = 20

router = APIRouter(include_in_schema=False)


@router.get("/days")
def days_page(site: SiteParts, pages: PagesOfSite) -> Response:
    """A calendar of all days with figures."""
    with site.database.transaction() as tx:
        first, last = bot_status.first_day(tx), newest_day(tx, site)
        known = bot_status.coverage(tx, Span(first, last), RowRange(MAX_DAYS)).rows if first else []
    newest = known[:_DRAWN]
    return pages.show(
        "days.html",
        months=page_charts.calendar_of(known),
        chart=page_charts.hours_of_days(newest, site.calendar.timezone),
        drawn=len(newest),
    )


@router.get("/days/{day}")
def day_page(site: SiteParts, day: Day, pages: PagesOfSite) -> Response:
    """One day: its top games and streamers, languages, coverage, and the posts about it."""
    span = Span(day, day)
    with site.database.transaction() as tx:
        measured = bot_status.coverage(tx, span, RowRange(1)).rows
        if not measured:
            raise NotFound(f"there are no figures of {day}")
        values: dict[str, Any] = {
            "day": measured[0],
            "near": tx.web.neighbours_of_day(day=day),
            "streamers": streamer_ranking.streamer_ranking(
                tx, span, streamer_ranking.By.WATCH_HOURS, RowRange(_TOP)
            ).rows,
            "posts": bot_status.summaries_of_day(tx, day),
            "spoken": languages.languages_of_day(tx, day),
            "records": records.records_set(tx, span, RowRange(_RECORDS_OF_DAY)),
            "moments": chat.moments_between(tx, measured[0].starts_at, measured[0].ends_at) if site.chat else [],
        }
        ranking = game_ranking(tx, site, span)
    tree = page_charts.shares(
        "Share of hours watched",
        [(game.game, game.slug, game.watch_hours) for game in ranking[: page_charts.MAX_SHARES]],
        values["day"].watch_hours,
        site,
    )
    return pages.show("day.html", games=ranking[:_TOP], total=len(ranking), tree=tree, **values)


@router.get("/records")
def records_page(site: SiteParts, pages: PagesOfSite, within: Within = records.MAX_DAYS) -> Response:
    """The best days of all, the records of the last days, and what is new."""
    with site.database.transaction(cost=1) as tx:
        newest = newest_day(tx, site)
        span = records.within(newest, within)
        values: dict[str, Any] = {
            "of_all": records.records_of_all(tx),
            "best": {
                (kind, measure.value): records.best_days(tx, kind, measure, RowRange(_BEST)).rows
                for kind in get_args(Kind)
                for measure in records.Measure
            },
            "recent": {kind: records.records_set(tx, span, RowRange(_RECENT), kind=kind) for kind in get_args(Kind)},
            "new": {kind: records.newcomers(tx, kind, span, RowRange(_NEW)) for kind in get_args(Kind)},
        }
    return pages.show("records.html", within=within, **values)
