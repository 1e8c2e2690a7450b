"""The pages of days: a calendar, one day, and records."""

from typing import Any, Final, Literal, get_args

from fastapi import APIRouter
from fastapi.responses import Response

from bot.web.deps import Day, OneDay, Rows, SiteParts, Within
from bot.web.read import bot_status, chat, languages, records, streamer_ranking
from bot.web.read.addresses import Kind
from bot.web.read.coverage import newest_day
from bot.web.read.errors import NotFound
from bot.web.read.ranges import MAX_DAYS, Span
from bot.web.read.rankings import game_ranking
from bot.web.read.table import RowRange, TablePart
from bot.web.views import page_charts
from bot.web.views.page_values import PagesOfSite

_TOP: Final = 25
_DRAWN: Final = 90
_BEST: Final = 10
_RECENT: Final = 10
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
            "since": bot_status.first_day(tx),
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
                (kind, measure.value): records.best_days(tx, kind, measure, RowRange(_BEST))
                for kind in get_args(Kind)
                for measure in records.Measure
            },
            "since": bot_status.first_day(tx),
            "recent": {
                (kind, measure.value): records.records_set(tx, span, RowRange(_RECENT), kind=kind, measure=measure)
                for kind in get_args(Kind)
                for measure in records.Measure
            },
            "new": {kind: records.newcomers(tx, kind, span, RowRange(_NEW)) for kind in get_args(Kind)},
        }
    return pages.show("records.html", within=within, **values)


@router.get("/records/{which}")
def list_of_records(
    site: SiteParts,
    pages: PagesOfSite,
    rows: Rows,
    which: Literal["recent", "best", "new"],
    kind: Kind | None = None,
    measure: records.Measure | None = None,
    within: Within = records.MAX_DAYS,
    day: OneDay = None,
) -> Response:
    """All records of some days or of one, all best days, or all newcomers, a part at a time."""
    kind = kind if which == "recent" else kind or "game"
    measure = measure if which == "recent" else measure or records.Measure.PEAK_VIEWERS
    with site.database.transaction(cost=1) as tx:
        span = Span(day, day) if day else records.within(newest_day(tx, site), within)
        found: TablePart[Any]
        if which == "recent":
            found = records.records_set(tx, span, rows, kind=kind, measure=measure)
        elif which == "best":
            found = records.best_days(tx, kind or "game", measure or records.Measure.PEAK_VIEWERS, rows)
        else:
            found = records.newcomers(tx, kind or "game", span, rows)
        since = bot_status.first_day(tx)
    named = {"kind": kind, "measure": measure.value if measure else None, "day": day}
    asked = {"best": ("kind", "measure"), "new": ("kind", "within")}.get(
        which, ("kind", "measure", "day" if day else "within")
    )
    return pages.show(
        "records_list.html",
        which=which,
        kind=kind,
        measure=measure,
        within=within,
        day=day,
        since=since,
        found=found,
        rows=rows,
        parameters={name: value for name, value in (named | {"within": within}).items() if name in asked and value},
    )
