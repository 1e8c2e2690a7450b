"""The API of chat in numbers, and of the choice of channels."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from bot.core.logins import login_in
from bot.web.deps import Days, SiteParts, Slugs, slugs_in
from bot.web.http.errors import API
from bot.web.http.owner import Owner, TooManyTokens
from bot.web.read import chat, compare
from bot.web.read.coverage import span_of
from bot.web.site import Site
from bot.web.views.api import RESPONSES, Problem
from bot.web.views.chat_pages import WHY_NOT, Login, ask
from bot.web.views.table_response import Table, TableResponse

router = APIRouter(prefix=API, responses=RESPONSES)

Hours = Annotated[int, Query(ge=1, le=chat.MOST_HOURS, description="number of hours up to now")]
_CHOICES: dict[int | str, dict[str, Any]] = {
    202: {"description": "The bot does it within seconds; GET /chat/channels shows the state"},
    401: {"model": Problem, "description": "The token is missing or wrong"},
    409: {"model": Problem, "description": "It cannot be done"},
}


class Choice(BaseModel):
    """A channel to follow: its name, or its address on Twitch."""

    login: str


@router.get("/chat/channels", response_model=Table[chat.ChatNow], tags=["chat"])
def chat_channels(site: SiteParts, table: TableResponse) -> Response:
    """The channels whose chat is followed, now."""
    with site.database.transaction() as tx:
        found = chat.channels_now(tx, site.clock.now())
    return table.of_all(found, chat.ChatNow)


@router.post("/chat/channels", status_code=202, responses=_CHOICES, tags=["chat"])
async def follow_channel(site: SiteParts, request: Request, choice: Choice) -> Response:
    """Follow the chat of a channel. Needs `Authorization: Bearer` with WEB_TOKEN, unless visitors may choose."""
    return await _chosen(site, request, choice.login, is_leaving=False)


@router.delete("/chat/channels/{login}", status_code=202, responses=_CHOICES, tags=["chat"])
async def leave_channel(site: SiteParts, request: Request, login: Login) -> Response:
    """Follow the chat of a channel no more. Needs `Authorization: Bearer` with WEB_TOKEN."""
    return await _chosen(site, request, login, is_leaving=True)


async def _chosen(site: Site, request: Request, login: str, *, is_leaving: bool) -> Response:
    owner: Owner = request.app.state.owner
    try:
        # No cookie is accepted here: another site could make a browser send it.
        is_owner = owner.is_by_bearer(request.scope)
    except TooManyTokens as exc:
        return _problem(429, "Too many wrong tokens from your address.", {"retry-after": str(round(exc.seconds) or 1)})
    if not is_owner and "authorization" in request.headers:
        return _problem(401, "The token is wrong.", {"www-authenticate": "Bearer"})
    outcome = await ask(site, owner, request, login, "leave" if is_leaving else "follow", is_owner)
    if outcome == "closed":
        return _problem(401, WHY_NOT[outcome], {"www-authenticate": "Bearer"})
    if outcome != "ok":
        return _problem(422 if outcome == "invalid" else 409, WHY_NOT.get(outcome, outcome))
    return Response(orjson.dumps({"login": login_in(login), "state": "asked"}), 202, media_type="application/json")


def _problem(status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps({"detail": detail}), status, headers, media_type="application/json")


@router.get("/chat/channels/{login}/minutes", response_model=Table[chat.ChatMinute], tags=["chat"])
def chat_minutes(site: SiteParts, login: Login, table: TableResponse, hours: Hours = 3) -> Response:
    """The minutes of a channel (UTC), newest first. Where `covered_seconds` is 60, everything was heard."""
    with site.database.transaction() as tx:
        found = chat.minutes(tx, chat.channel(tx, login).channel_id, _since(site, hours))
    return table.of_all(found[::-1], chat.ChatMinute)


@router.get("/chat/channels/{login}/hours", response_model=Table[chat.ChatHour], tags=["chat"])
def chat_hours(site: SiteParts, login: Login, table: TableResponse, hours: Hours = 24) -> Response:
    """The hours of a channel (UTC)."""
    with site.database.transaction() as tx:
        found = chat.hours(tx, chat.channel(tx, login).channel_id, _since(site, hours))
    return table.of_all(found, chat.ChatHour)


@router.get("/chat/channels/{login}/days", response_model=Table[chat.ChatDay], tags=["chat"])
def chat_days(site: SiteParts, login: Login, table: TableResponse) -> Response:
    """The days of a channel, newest first."""
    with site.database.transaction() as tx:
        found = chat.days(tx, chat.channel(tx, login).channel_id)
    return table.of_all(found, chat.ChatDay)


@router.get("/compare/chat", response_model=Table[chat.ComparedChat], tags=["compare"])
def compared_chat(site: SiteParts, names: Slugs, days: Days, table: TableResponse) -> Response:
    """The chat of up to five streamers side by side; without those whose chat was not heard."""
    slugs = slugs_in(names)
    with site.read(days) as tx:
        span = span_of(tx, site, days)
        found = chat.compared(tx, compare.compared(tx, "streamer", slugs, span), span)
    return table.of_all(found, chat.ComparedChat)


@router.get("/chat/channels/{login}/broadcasts", response_model=Table[chat.ChatBroadcast], tags=["chat"])
def chat_broadcasts(site: SiteParts, login: Login, table: TableResponse) -> Response:
    """The newest broadcasts of a channel, newest first."""
    with site.database.transaction() as tx:
        found = chat.broadcasts(tx, chat.channel(tx, login).channel_id)
    return table.of_all(found, chat.ChatBroadcast)


@router.get("/chat/channels/{login}/emotes", response_model=Table[chat.ChatEmote], tags=["chat"])
def chat_emotes(site: SiteParts, login: Login, table: TableResponse, hours: Hours = 24) -> Response:
    """The emotes of a channel that were used most."""
    with site.database.transaction() as tx:
        found = chat.emotes(tx, chat.channel(tx, login).channel_id, _since(site, hours))
    return table.of_all(found, chat.ChatEmote)


@router.get("/chat/channels/{login}/moments", response_model=Table[chat.ChatMoment], tags=["chat"])
def chat_moments(site: SiteParts, login: Login, table: TableResponse, hours: Hours = 24) -> Response:
    """The hype moments of a channel, newest first."""
    with site.database.transaction() as tx:
        found = chat.moments(tx, chat.channel(tx, login).channel_id, _since(site, hours))
    return table.of_all(found, chat.ChatMoment)


def _since(site: Site, hours: int) -> datetime:
    return site.clock.now() - timedelta(hours=hours)
