"""The API of genres, game modes and themes."""

from fastapi import APIRouter
from fastapi.responses import Response

from bot.web.deps import Days, GenreKind, SiteParts, Slug, Timezone
from bot.web.http.errors import API
from bot.web.read import genres
from bot.web.read.addresses import find
from bot.web.read.coverage import span_of
from bot.web.read.games import HourOfWeek
from bot.web.read.rankings import GameInRange, game_ranking
from bot.web.views.api import RESPONSES
from bot.web.views.table_response import Table, TableResponse

router = APIRouter(prefix=API, responses=RESPONSES)


@router.get("/genres", response_model=Table[genres.ClassInRange], tags=["genres"])
def all_genres(site: SiteParts, days: Days, table: TableResponse, kind: genres.Kind = genres.Kind.GENRE) -> Response:
    """Genres, game modes or themes over some days. In `watch_hours` a game counts wholly in each of its genres, so
    these do not add up; in `watch_hours_split` it counts in equal parts, which add up to all hours."""
    with site.read(days) as tx:
        found = genres.classes_between(tx, span_of(tx, site, days), kind)
    return table.of_all(found, genres.ClassInRange)


@router.get("/genres/{slug}/days", response_model=Table[genres.ClassOnDay], tags=["genres"])
def days_of_genre(site: SiteParts, slug: Slug, days: Days, table: TableResponse, kind: GenreKind = None) -> Response:
    """A genre, game mode or theme on each day."""
    with site.read(days) as tx:
        by_day = genres.by_day(tx, genres.find_class(tx, slug, kind), span_of(tx, site, days))
    return table.of_all(by_day, genres.ClassOnDay)


@router.get("/genres/{slug}/week", response_model=Table[HourOfWeek], tags=["genres"])
def week_of_genre(site: SiteParts, slug: Slug, days: Days, timezone: Timezone, table: TableResponse) -> Response:
    """A genre by hour of the week, on the wall clock of a time zone: when it is watched. A game of several genres
    counts wholly in each."""
    zone = timezone or site.calendar.timezone
    with site.read(days) as tx:
        found = genres.find_class(tx, slug, genres.Kind.GENRE)
        hours = genres.by_hour_of_week(tx, found, span_of(tx, site, days), zone)
    return table.of_all(hours, HourOfWeek)


@router.get("/genres/{slug}/games", response_model=Table[GameInRange], tags=["genres"])
def games_of_genre(site: SiteParts, slug: Slug, days: Days, table: TableResponse, kind: GenreKind = None) -> Response:
    """The games of a genre, game mode or theme over some days; `rank` is that among all games."""
    with site.read(days) as tx:
        found = genres.find_class(tx, slug, kind)
        games_of = genres.games_of(tx, found, game_ranking(tx, site, span_of(tx, site, days)))
    return table.of_all(games_of, GameInRange)


@router.get("/release-ages", response_model=Table[genres.AgeInRange], tags=["genres"])
def release_ages(site: SiteParts, days: Days, table: TableResponse) -> Response:
    """The hours watched of some days by the age of the games on the day on which they were watched, from their first
    release date on IGDB. A game that is not released yet is under 30 days old."""
    with site.read(days) as tx:
        ages = genres.ages_between(tx, span_of(tx, site, days))
    return table.of_all(ages, genres.AgeInRange)


@router.get("/games/{slug}/genres", response_model=Table[genres.ClassOfGame], tags=["games"])
def genres_of_game(site: SiteParts, slug: Slug, table: TableResponse) -> Response:
    """The genres, game modes and themes of a game, from IGDB."""
    with site.database.transaction() as tx:
        found = genres.classes_of_game(tx, find(tx, "game", slug).id)
    return table.of_all(found, genres.ClassOfGame)
