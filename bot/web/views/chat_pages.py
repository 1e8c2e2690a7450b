"""The pages of live chat: all followed channels, one of them, and how chatters are respected."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from bot.core.logins import login_in
from bot.health.rules import is_running
from bot.web.deps import SiteParts
from bot.web.http.live import LiveRows, TooManyStreams
from bot.web.http.owner import Owner, TooManyTokens, is_from_here
from bot.web.read import chat
from bot.web.site import Site
from bot.web.views import chat_charts
from bot.web.views.chat_rows import in_steady_order, row_of, state_of
from bot.web.views.page_values import PagesOfSite

LIVE: Final = "/chat/live"
FOLLOW: Final = "/chat/follow"
# The second one makes nginx hold nothing back.
STREAM_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}
_OFFERED: Final = (3, 24, 72)
# A form has a name and a token.
_MOST_BYTES: Final = 4_000
# Why the database did not write what was asked for.
WHY_NOT: Final = {
    "off": "Chat is switched off.",
    "invalid": "The name of a channel has 1 to 25 of the characters a to z, 0 to 9 and _.",
    "closed": "Channels are chosen by the operator: this needs the token.",
    "too_many": "Three channels a day can be asked for. Try again tomorrow.",
    "full": "As many channels are followed as possible.",
    "unknown": "This channel is not followed.",
}

router = APIRouter(include_in_schema=False)

Login = Annotated[str, Path(min_length=1, max_length=25, pattern=r"^[A-Za-z0-9_]+$", description="login: xqc")]


@router.get("/chat")
def chat_page(site: SiteParts, pages: PagesOfSite, request: Request, outcome: Annotated[str, Query()] = "") -> Response:
    """The followed channels now."""
    now = site.clock.now()
    with site.database.transaction() as tx:
        rows = chat.channels_now(tx, now)
        requests = chat.requests(tx, now)
    owner: Owner = request.app.state.owner
    return _unstored(
        pages.show(
            "chat.html",
            channels=[(one, row_of(one)) for one in in_steady_order(rows)],
            best=max((one for one in rows if one.last_moment_times), key=_times_usual, default=None),
            requests=requests,
            is_owner=owner.is_by_cookie(request.scope),
            may_ask=site.chat is not None and site.chat.is_open,
            outcome=WHY_NOT.get(outcome, ""),
            is_silent=_is_silent(rows, has_bot=is_running(site.run_record(), now)),
        )
    )


@router.get("/chat/privacy")
def privacy_page(pages: PagesOfSite) -> Response:
    """What is stored of chat, what is not, and how to opt out."""
    return pages.show("chat_privacy.html")


@router.get(LIVE)
async def live(request: Request) -> Response:
    """The rows that changed, as server-sent events, until the browser has to ask again."""
    rows: LiveRows = request.app.state.live_chat
    owner: Owner = request.app.state.owner
    try:
        events = rows.open(owner.visitor(request.scope), request.headers.get("last-event-id", ""))
    except TooManyStreams:
        return Response("Too many streams.", 503, {"retry-after": "10", "cache-control": "no-store"})
    return StreamingResponse(events, media_type="text/event-stream", headers=STREAM_HEADERS)


@router.post(FOLLOW)
async def follow(site: SiteParts, pages: PagesOfSite, request: Request) -> Response:
    """Follow a channel or leave it, as the form on the page asks."""
    body = await _limited(request)
    if body is None or not is_from_here(request.scope):
        return Response("This form has to be sent from the page itself.", 403)
    form = dict(parse_qsl(body.decode("utf-8", "replace")))
    kind: Literal["follow", "leave"] = "leave" if form.get("do") == "leave" else "follow"
    owner: Owner = request.app.state.owner
    token = form.get("token", "")
    try:
        is_owner = owner.is_by_cookie(request.scope) or bool(token and owner.is_token(request.scope, token.encode()))
    except TooManyTokens as exc:
        return Response("Too many wrong tokens from your address.", 429, {"retry-after": str(round(exc.seconds) or 1)})
    outcome = (
        "closed" if token and not is_owner else await ask(site, owner, request, form.get("login", ""), kind, is_owner)
    )
    response = RedirectResponse(pages.url("/chat", {"outcome": "" if outcome == "ok" else outcome}), 303)
    if token and is_owner:
        response.headers["set-cookie"] = owner.cookie(request.scope)
    return _unstored(response)


@router.get("/chat/{login}")
def channel_page(
    site: SiteParts,
    login: Login,
    pages: PagesOfSite,
    hours: Annotated[int, Query(ge=1, le=chat.MOST_HOURS)] = _OFFERED[0],
) -> Response:
    """A channel: its minutes with its viewers, moments, emotes, broadcasts and days."""
    now = site.clock.now()
    since = now - timedelta(hours=hours)
    with site.database.transaction() as tx:
        channel = chat.channel(tx, login)
        minutes = chat.minutes(tx, channel.channel_id, since)
        moments = chat.moments(tx, channel.channel_id, since)
        values: dict[str, Any] = {
            "emotes": chat.emotes(tx, channel.channel_id, since),
            "broadcasts": chat.broadcasts(tx, channel.channel_id),
            "days": chat.days(tx, channel.channel_id),
        }
    if site.chat is not None and not channel.is_pinned:
        site.chat.ask(channel.login, "view", "page")
    return _unstored(
        pages.show(
            "chat_channel.html",
            channel=channel,
            state=state_of(channel.state, channel.reason),
            hours=hours,
            offered_hours=_OFFERED,
            minutes=list(reversed(minutes)),
            moments=moments,
            best=max(moments, key=lambda one: one.times_usual, default=None),
            summary=chat_charts.summary(minutes),
            charts=chat_charts.charts(minutes, moments, since, now, site.calendar.timezone),
            **values,
        )
    )


def _is_silent(channels: Sequence[chat.ChatNow], *, has_bot: bool) -> bool:
    """True if no minute of any joined channel was received whole lately, though some were before, or no bot runs."""
    joined = [one for one in channels if one.state == "joined"]
    were_heard = any(messages is not None for one in joined for messages in one.history)
    return bool(joined) and all(one.closed_at is None for one in joined) and (were_heard or not has_bot)


def _times_usual(one: chat.ChatNow) -> float:
    return one.last_moment_times or 0.0


async def ask(
    site: Site, owner: Owner, request: Request, login: str, kind: Literal["follow", "leave"], is_owner: bool
) -> str:
    """Ask the bot to follow a channel or to leave it. Returns "ok", or a key of WHY_NOT."""
    if site.chat is None:
        return "off"
    asker = "owner" if is_owner else owner.visitor(request.scope)
    return await asyncio.to_thread(site.chat.ask, login_in(login), kind, asker)


async def _limited(request: Request) -> bytes | None:
    """The body of a request; None if it is too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return None
    return body


def _unstored(response: Response) -> Response:
    response.headers["cache-control"] = "no-store"
    return response
