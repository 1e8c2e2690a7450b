"""The API of languages."""

from fastapi import APIRouter
from fastapi.responses import Response

from bot.web.deps import Days, SiteParts, Slug
from bot.web.http.errors import API
from bot.web.read import languages
from bot.web.read.coverage import span_of
from bot.web.views.api import RESPONSES
from bot.web.views.table_response import Table, TableResponse

router = APIRouter(prefix=API, responses=RESPONSES)


@router.get("/languages", response_model=Table[languages.LanguageInRange], tags=["languages"])
def all_languages(site: SiteParts, days: Days, table: TableResponse) -> Response:
    """The languages of some days, most watched first; without streams of unknown language."""
    with site.read(days) as tx:
        found = languages.languages_between(tx, span_of(tx, site, days))
    return table.of_all(found, languages.LanguageInRange)


@router.get("/languages/{slug}/days", response_model=Table[languages.LanguageDay], tags=["languages"])
def days_of_language(site: SiteParts, slug: Slug, days: Days, table: TableResponse) -> Response:
    """A language, by its code such as en, on each day for which languages are stored."""
    code = languages.known_language(slug)
    with site.read(days) as tx:
        by_day = languages.language_by_day(tx, code, span_of(tx, site, days))
    return table.of_all(by_day, languages.LanguageDay)


@router.get("/languages/{slug}/games", response_model=Table[languages.GameOfLanguage], tags=["languages"])
def games_of_language(site: SiteParts, slug: Slug, days: Days, table: TableResponse) -> Response:
    """The games of a language, by its code such as en, most watched first; of more than 31 days, the newest 31."""
    code = languages.known_language(slug)
    with site.read(days) as tx:
        part = languages.games_of_language(tx, code, span_of(tx, site, days), table.wanted)
    return table.of_part(part, languages.GameOfLanguage)
