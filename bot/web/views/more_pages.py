"""More pages: one day and all days, records, games to choose from, and help."""

from datetime import timedelta
from typing import Any, Final, get_args

from fastapi import APIRouter
from fastapi.responses import Response

from bot.web.deps import Day, Days, OwnViewers, SiteParts, Within
from bot.web.read import bot_status, find_game, languages, records, streamer_ranking
from bot.web.read.addresses import Kind
from bot.web.read.coverage import newest_day, span_of
from bot.web.read.errors import NotFound
from bot.web.read.now import newest_poll
from bot.web.read.ranges import MAX_DAYS, Span
from bot.web.read.rankings import game_ranking
from bot.web.read.table import RowRange
from bot.web.views import page_charts
from bot.web.views.page_values import PagesOfSite, values_of_days

_TOP: Final = 25
_CANDIDATES: Final = 30
_SHARES: Final = 30
_BEST: Final = 10
_RECENT: Final = 15
_NEW: Final = 10
_RECORDS_OF_DAY: Final = 20

router = APIRouter(include_in_schema=False)


@router.get("/find")
def find_page(
    site: SiteParts,
    days: Days,
    pages: PagesOfSite,
    size: find_game.Size = find_game.Size.MEDIUM,
    viewers: OwnViewers = None,
) -> Response:
    """Games for somebody who looks for one to stream."""
    with site.read(days) as tx:
        span = span_of(tx, site, days)
        ranking = game_ranking(tx, site, span)
    found = find_game.candidates(ranking, size, viewers)
    return pages.show(
        "find.html",
        found=found[:_CANDIDATES],
        total=len(found),
        size=size.value,
        viewers=viewers,
        chart=page_charts.candidates(found, site) if len(found) > 2 else None,
        **values_of_days(days, span),
    )


@router.get("/how-we-measure")
def measure_page(site: SiteParts, pages: PagesOfSite) -> Response:
    """The definitions of all figures, and their errors."""
    with site.database.transaction() as tx:
        poll = newest_poll(tx, site)
    minutes = poll.interval_minutes if poll else int(site.poll_every / timedelta(minutes=1))
    return pages.show("measure.html", poll=poll, minutes=minutes)


@router.get("/records")
def records_page(site: SiteParts, pages: PagesOfSite, within: Within = records.MAX_DAYS) -> Response:
    """The best days of all, the records of the last days, and what is new."""
    with site.database.transaction() as tx:
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


@router.get("/help")
def help_page(pages: PagesOfSite) -> Response:
    """The keyboard shortcuts."""
    return pages.show("help.html")


@router.get("/days")
def days_page(site: SiteParts, pages: PagesOfSite) -> Response:
    """A calendar of all days with figures."""
    with site.database.transaction() as tx:
        first, last = bot_status.first_day(tx), newest_day(tx, site)
        known = bot_status.coverage(tx, Span(first, last), RowRange(MAX_DAYS)).rows if first else []
    return pages.show("days.html", months=page_charts.calendar_of(known))


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
        }
        ranking = game_ranking(tx, site, span)
    tree = page_charts.shares(
        "Share of hours watched",
        [(game.game, game.slug, game.watch_hours) for game in ranking[:_SHARES]],
        values["day"].watch_hours,
        site,
    )
    return pages.show("day.html", games=ranking[:_TOP], total=len(ranking), tree=tree, **values)
