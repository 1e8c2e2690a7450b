"""Box art of games and avatars of streamers, from the database: pages load nothing from Twitch itself."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from bot.web.deps import SiteParts, Slug
from bot.web.read.addresses import Kind
from bot.web.read.errors import NotFound
from bot.web.views.page_values import PagesOfSite

_KINDS: Final[dict[str, Kind]] = {"games": "game", "streamers": "streamer"}

router = APIRouter(include_in_schema=False)


@router.get("/pictures/{folder}/{subject_id}")
def picture(
    site: SiteParts,
    pages: PagesOfSite,
    folder: Literal["games", "streamers"],
    subject_id: Slug,
    version: Annotated[str, Query(alias="v", max_length=32)] = "",
) -> Response:
    """A picture; from an address without its version, or with an older one, a redirect to it."""
    kind = _KINDS[folder]
    if site.pictures is None:
        raise NotFound("there are no pictures here")
    with site.database.transaction() as tx:
        found = site.pictures.picture(tx, kind, subject_id)
    if version != found.digest:
        return RedirectResponse(pages.picture_url(kind, subject_id, found.digest), 302)
    # Until it is too old to be shown; at this address there is never another one.
    headers = {"cache-control": f"public, max-age={found.seconds_left}, immutable"}
    return Response(found.content, media_type=found.media_type, headers=headers)
