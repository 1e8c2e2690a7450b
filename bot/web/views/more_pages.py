"""More pages: all streamers, one day and all days, and games to choose from."""

from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import Response

from bot.web.deps import Day, Days, Language, OwnViewers, Rows, SiteParts
from bot.web.read import bot_status, find_game, languages, streamer_ranking
from bot.web.read.coverage import newest_day, span_of
from bot.web.read.errors import NotFound
from bot.web.read.languages import NAMES
from bot.web.read.now import newest_poll
from bot.web.read.ranges import MAX_DAYS, Span
from bot.web.read.rankings import game_ranking
from bot.web.read.table import RowRange
from bot.web.views import page_charts
from bot.web.views.page_values import PagesOfSite, values_of_days

_TOP: Final = 25
_CANDIDATES: Final = 30
_SHARES: Final = 30

router = APIRouter(include_in_schema=False)


@router.get("/streamers")
def streamers_page(
    site: SiteParts,
    days: Days,
    rows: Rows,
    pages: PagesOfSite,
    language: Language = None,
    sort: streamer_ranking.By = streamer_ranking.By.WATCH_HOURS,
) -> Response:
    """All streamers over some days, ranked."""
    with site.read(days) as tx:
        span = span_of(tx, site, days)
        found = streamer_ranking.streamer_ranking(tx, span, sort, rows, language=language)
    query = {**days.query, **({"language": language} if language else {})}
    return pages.show(
        "streamers.html",
        streamers=found,
        rows=rows,
        sort=sort.value,
        language=language or "",
        languages=sorted(NAMES.items(), key=lambda item: item[1]),
        parameters=query,
        sortable=set(streamer_ranking.By),
        **values_of_days(days, span),
    )


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
        }
        ranking = game_ranking(tx, site, span)
    tree = page_charts.shares(
        "Share of hours watched",
        [(game.game, game.slug, game.watch_hours) for game in ranking[:_SHARES]],
        values["day"].watch_hours,
        site,
    )
    return pages.show("day.html", games=ranking[:_TOP], total=len(ranking), tree=tree, **values)
