"""The pages of languages: all of them, and each one."""

from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

from bot.web.deps import Days, SiteParts, Slug
from bot.web.read import languages, now, streamer_ranking
from bot.web.read.coverage import span_of
from bot.web.read.table import RowRange
from bot.web.views import page_charts
from bot.web.views.page_values import PagesOfSite, values_of_days

_GAMES: Final = 15
_STREAMERS: Final = 15

router = APIRouter(include_in_schema=False)


@router.get("/languages")
def languages_page(site: SiteParts, days: Days, pages: PagesOfSite) -> Response:
    """All languages: now, and over some days."""
    with site.read(days) as tx:
        span, poll = span_of(tx, site, days), now.newest_poll(tx, site)
        found = languages.languages_between(tx, span)
        spoken = languages.languages_now(tx, poll)
    return pages.show("languages.html", poll=poll, spoken=spoken, languages=found, **values_of_days(days, span))


@router.get("/languages/{slug}")
def language_page(site: SiteParts, slug: Slug, days: Days, pages: PagesOfSite) -> Response:
    """A language: now, its share of each day, its games and its streamers."""
    code = languages.known_language(slug)
    with site.read(days) as tx:
        span, poll = span_of(tx, site, days), now.newest_poll(tx, site)
        found = languages.languages_between(tx, span)
        spoken = languages.languages_now(tx, poll) if poll and not poll.is_stale else []
        by_day = languages.language_by_day(tx, code, span)
        trend = languages.trend_of(tx, code, span)
        games = languages.games_of_language(tx, code, span, RowRange(_GAMES))
        streamers = streamer_ranking.streamer_ranking(
            tx, span, streamer_ranking.By.WATCH_HOURS, RowRange(_STREAMERS), language=code
        )
    return pages.show(
        "language.html",
        code=code,
        poll=poll,
        now=next((one for one in spoken if one.language == code), None),
        language=next((one for one in found if one.language == code), None),
        total=len(found),
        days=by_day,
        trend=trend,
        chart=page_charts.share_of_language(by_day, span, site.calendar.timezone),
        games=games,
        span_of_games=languages.span_of_games(span),
        streamers=streamers,
        **values_of_days(days, span),
    )
