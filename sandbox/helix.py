"""Helix and its OAuth endpoints as a function from requests to responses. Independent of sockets.

Protocol facts: dev.twitch.tv/docs/api/reference, as of 2026-02.
"""

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final

from helperfunctions.clock import Clock
from sandbox.cursors import TOP, Cursor, decode, encode
from sandbox.directory import Directory, invalid_cursor, page_size
from sandbox.faults import ANSWER_FAULTS, PAGE_FAULTS, Fault, Faults
from sandbox.filters import filtered
from sandbox.listing import Listing, drift_step, list_streams
from sandbox.messages import Delivery, Refusal, Request, Response, helix_refusal
from sandbox.oauth import OAuth
from sandbox.pages import page_after, page_before, spoiled, stream_objects
from sandbox.stream_json import StreamJson
from sandbox.tokens import RATE_LIMIT, Bucket, rate_headers
from sandbox.world import World

_RESET_SECONDS: Final = 3  # seconds until the Ratelimit-Reset of an injected 429
_DELIVERIES: Final = {
    Fault.TRUNCATED: Delivery.TRUNCATED,
    Fault.RESET: Delivery.RESET,
    Fault.SLOW: Delivery.SLOW,
}
_SERVER_ERRORS: Final = (
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_HTML: Final = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>"


class Helix:
    """Responds as Twitch's API would at the clock's present instant, with the injected faults."""

    def __init__(self, world: World, clock: Clock, oauth: OAuth, faults: Faults, rate_limit: int) -> None:
        self._world = world
        self._clock = clock
        self._oauth = oauth
        self._faults = faults
        self._rate_limit = rate_limit
        self._bucket = Bucket(rate_limit, clock.now())
        self._writer = StreamJson(world)
        self._directory = Directory(world)
        self._lock = threading.Lock()
        self._listed: tuple[int, Listing] | None = None

    def answer(self, request: Request) -> Response:
        """The response to a request below /helix or /oauth2; a refusal is a response too."""
        try:
            if request.path.startswith("/oauth2/"):
                injected = self._faults.draw(ANSWER_FAULTS)
                return self.delivered(injected, partial(self._oauth.answer, request, self._clock.now()))
            return self._helix(request)
        except Refusal as refusal:
            return refusal.response

    def listing(self) -> Listing:
        """All streams in the present order, sorted once per interval of DRIFT_SECONDS."""
        with self._lock:
            now = self._clock.now()
            step = drift_step(now)
            if self._listed is None or self._listed[0] != step:
                self._listed = (step, list_streams(self._world, now))
            return self._listed[1]

    def _helix(self, request: Request) -> Response:
        now = self._clock.now()
        admitted = self._oauth.admit(request, now)
        with self._lock:
            allowance = self._bucket.take(now)
        if not allowance.granted:
            return _too_many_requests(allowance.headers)
        injected = self._faults.draw(_possible(request, first_use=admitted.is_first_use))
        if Fault.TOKEN_EXPIRED in injected:
            raise self._oauth.revoke(admitted.token)
        response = self.delivered(injected, partial(self._content, request, injected))
        return replace(response, headers=allowance.headers | response.headers)

    def delivered(self, injected: frozenset[Fault], make: Callable[[], Response]) -> Response:
        """The response of `make`, unless a fault replaces it or prevents its delivery."""
        if Fault.TOO_MANY_REQUESTS in injected:
            reset = math.ceil(self._clock.now().timestamp()) + _RESET_SECONDS
            return _too_many_requests(rate_headers(self._rate_limit or RATE_LIMIT, 0, reset))
        if Fault.SERVER_ERROR in injected:
            status = self._faults.random.choice(_SERVER_ERRORS)
            return helix_refusal(status, "").response
        if Fault.HTML in injected:
            status = self._faults.random.choice((HTTPStatus.BAD_GATEWAY, HTTPStatus.OK))
            return Response(status, _HTML, content_type="text/html")
        response = make()
        delivery = next((_DELIVERIES[fault] for fault in injected if fault in _DELIVERIES), Delivery.WHOLE)
        return replace(response, delivery=delivery)

    def _content(self, request: Request, injected: frozenset[Fault]) -> Response:
        match request.method, request.path:
            case "GET", "/helix/streams":
                return self._streams(request, injected)
            case "GET", "/helix/games":
                return self._directory.games(request)
            case "GET", "/helix/games/top":
                return self._directory.top_games(request, self.listing())
            case "GET", "/helix/users":
                return self._directory.users(request)
            case "GET", "/helix/chat/emotes/global":
                return self._directory.global_emotes()
            case "GET", "/helix/chat/emotes":
                return self._directory.emotes(request)
        raise helix_refusal(HTTPStatus.NOT_FOUND, "")

    def _streams(self, request: Request, injected: frozenset[Fault]) -> Response:
        first, after, before = page_size(request), _cursor(request, "after"), _cursor(request, "before")
        if Fault.INVALID_CURSOR in injected:
            raise invalid_cursor()
        listing = filtered(self.listing(), request, self._world)
        if before and not after:
            page = page_before(listing, before.before, first)
        else:
            after = after or Cursor(TOP, TOP)
            page = spoiled(page_after(listing, after.after, first), listing, after, injected)
        odd = self._faults.random if Fault.ODD_STREAMS in injected else None
        objects = stream_objects(page, listing, self._writer, odd)
        streams = b"null" if page.streams_null else b"[%b]" % b",".join(objects)
        cursor = b'"cursor":"%b"' % encode(page.cursor).encode() if page.cursor else b""
        return Response(HTTPStatus.OK, b'{"data":%b,"pagination":{%b}}' % (streams, cursor))


def _possible(request: Request, *, first_use: bool) -> tuple[Fault, ...]:
    """The faults that a request to Helix can suffer. A token is spared on its first use, so that a new one helps."""
    possible = ANSWER_FAULTS if first_use else (*ANSWER_FAULTS, Fault.TOKEN_EXPIRED)
    if request.path != "/helix/streams" or (request.one("before") and not request.one("after")):
        return possible
    if request.one("after"):
        return (*possible, Fault.INVALID_CURSOR, *PAGE_FAULTS)
    # The first page has no streams to repeat.
    return (*possible, *(fault for fault in PAGE_FAULTS if fault is not Fault.DUPLICATES))


def _cursor(request: Request, name: str) -> Cursor | None:
    text = request.one(name)
    try:
        return decode(text) if text else None
    except ValueError as error:
        raise invalid_cursor() from error


def _too_many_requests(headers: dict[str, str]) -> Response:
    refusal = helix_refusal(HTTPStatus.TOO_MANY_REQUESTS, "Request limit exceeded")
    return replace(refusal.response, headers=headers)
