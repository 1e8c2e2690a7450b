"""The simulated X on a socket, with simulated people."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from helperfunctions.clock import Clock, SystemClock
from sandbox.http_server import SandboxServer
from sandbox.messages import Delivery, Refusal, Request, Response
from sandbox.x.bill import Bill, Till
from sandbox.x.control import XControl
from sandbox.x.endpoints import Endpoints
from sandbox.x.faults import AFTER, BEFORE, XFault, XFaults
from sandbox.x.limits import LIMITS, RateLimits, access_level, headers_of
from sandbox.x.page import picture, timeline_page
from sandbox.x.problems import (
    challenge_page,
    forbidden,
    locked,
    no_credits,
    not_found,
    too_many_requests,
    unauthorized,
    unavailable,
    usage_cap,
)
from sandbox.x.problems import unavailable_page as over_capacity
from sandbox.x.shapes import Words
from sandbox.x.signature import Credentials, Signatures
from sandbox.x.timeline import Person, SandboxPost, Timeline

USERNAME: Final = "watchtimebot"
API_KEY: Final = "sandbox-x-key"
API_KEY_SECRET: Final = "sandbox-x-key-secret"  # noqa: S105 - it guards nothing
ACCESS_TOKEN_SECRET: Final = "sandbox-x-token-secret"  # noqa: S105
_RESET_AFTER: Final = timedelta(seconds=5)  # seconds until the reset of an injected 429


class XSandbox(SandboxServer):
    """Serves X to one account, from `start` to `stop`. `port` 0 takes a free one.

    `owns_app`: reading our own posts costs a fifth. `vocabulary`: the names that X used until August 2026 (`old`), or
    since then (`new`).
    `timeline_lag_seconds`: how long a new post is missing from our own timeline. `credits_usd`: the amount paid in
    advance; None never runs out. Each request takes `seconds_per_request` on the clock. `signers_clock`: the clock
    with which clients sign their requests; by default that of the machine.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: XFaults | None = None,
        seconds_per_request: float = 0.0,
        owns_app: bool = False,
        vocabulary: Words = "old",
        timeline_lag_seconds: float = 0.0,
        credits_usd: Decimal | None = None,
        rate_limits: bool = True,
        username: str = USERNAME,
        can_write: bool = True,
        signers_clock: Clock | None = None,
    ) -> None:
        super().__init__(clock, host=host, port=port)
        self.faults = faults or XFaults()
        self._timeline = Timeline(clock)
        self._till = Till(credits_usd)
        self.bot = self._timeline.person(username)
        self.api_key = API_KEY
        self.api_key_secret = API_KEY_SECRET
        self.access_token = f"{self.bot.user_id}-sandbox-x-token"
        self.access_token_secret = ACCESS_TOKEN_SECRET
        self._signatures = Signatures(
            Credentials(self.api_key, self.api_key_secret, self.access_token, self.access_token_secret)
        )
        self._endpoints = Endpoints(
            timeline=self._timeline,
            till=self._till,
            bot=self.bot,
            vocabulary=vocabulary,
            owns_app=owns_app,
            can_write=can_write,
            timeline_lag=timedelta(seconds=timeline_lag_seconds),
        )
        self._limits = RateLimits() if rate_limits else None
        self._seconds_per_request = seconds_per_request
        self._control = XControl(self)
        self._signers_clock = signers_clock or SystemClock()
        self._requests = 0
        # One request at a time: posts, charges and limits change together.
        self._lock = threading.RLock()

    @property
    def api_url(self) -> str:
        """The base URL of the API, without /2/tweets."""
        return self.url

    @property
    def requests(self) -> int:
        """The number of requests to X's endpoints so far, including failed ones."""
        return self._requests

    def person(self, username: str) -> Person:
        """The account of a person, created if there is none."""
        with self._lock:
            return self._timeline.person(username)

    def tag(self, author: str, text: str, *, reply_to: str | None = None) -> str:
        """Write a post as a person, now by the clock; returns its id. Raises KeyError for an unknown `reply_to`."""
        with self._lock:
            parent = self._timeline.posts[reply_to] if reply_to else None
            return self._timeline.write(self._timeline.person(author), text, reply_to=parent).post_id

    def edit(self, post_id: str, text: str) -> str:
        """Edit a post, as its author; returns the id of the new version."""
        with self._lock:
            return self._timeline.edit(self._timeline.posts[post_id], text).post_id

    def repost(self, author: str, post_id: str) -> str:
        """Repost a post as another person; returns the id of the repost."""
        with self._lock:
            return self._timeline.repost(self._timeline.person(author), self._timeline.posts[post_id]).post_id

    def delete(self, post_id: str) -> None:
        """Delete a post, as its author."""
        with self._lock:
            del self._timeline.posts[post_id]

    def posts(self) -> list[SandboxPost]:
        """The posts of the account, oldest first, also those whose response was lost."""
        with self._lock:
            return self._timeline.by(self.bot)[::-1]

    def everything(self) -> list[SandboxPost]:
        """The posts of all people, oldest first."""
        with self._lock:
            return list(self._timeline.posts.values())

    def bill(self, since: datetime | None = None, before: datetime | None = None) -> Bill:
        """The bill of the account for a time span, by default for all time."""
        with self._lock:
            return self._till.bill(since, before)

    def add_credits(self, usd: Decimal) -> None:
        """Add prepaid credits."""
        with self._lock:
            self._till.add_credits(usd)

    def answer(self, request: Request) -> Response:
        """The response to one request, which takes some time on the clock."""
        try:
            if not request.path.startswith("/2/"):
                with self._lock:
                    return self._for_people(request)
            response = self._for_programs(request)
        except Refusal as refusal:
            response = refusal.response
        if response.delivery is Delivery.SLOW:
            self.keep_waiting(self.faults.slow_seconds)
        return response

    def _for_programs(self, request: Request) -> Response:
        if self._seconds_per_request:
            self.clock.sleep(self._seconds_per_request)
        with self._lock:
            self._requests += 1
            endpoint = self._endpoints.endpoint(request)
            self._signatures.check(request, self._signers_clock.now())
            headers = self._limits.take(endpoint, self.clock.now()) if self._limits else {}
            headers |= access_level(self._endpoints.can_write)
            try:
                response = self._answered(endpoint, request)
            except Refusal as refusal:
                response = refusal.response
            return replace(response, headers=headers | response.headers)

    def _answered(self, endpoint: str, request: Request) -> Response:
        """The response with the injected faults."""
        possible: Sequence[XFault] = BEFORE
        if endpoint == "POST /2/tweets":
            possible = (*BEFORE, XFault.LOCKED, XFault.GENERIC_403)
        elif endpoint == "POST /2/media/upload":
            possible = (*BEFORE, XFault.MEDIA_404)
        for fault in self.faults.draw(possible):
            return self._refused(fault, endpoint, request)
        if self._till.is_empty:
            raise no_credits()
        response = self._endpoints.answer(endpoint, request)
        for fault in self.faults.draw(AFTER):
            if fault is XFault.UNREADABLE:
                return replace(response, body=b"<html>" + response.body[: len(response.body) // 2])
            return replace(response, delivery=Delivery.RESET if fault is XFault.DROP_AFTER else Delivery.SLOW)
        return response

    def _refused(self, fault: XFault, endpoint: str, request: Request) -> Response:
        match fault:
            case XFault.TOO_MANY_REQUESTS:
                raise too_many_requests(headers_of(LIMITS[endpoint], 0, self.clock.now() + _RESET_AFTER))
            case XFault.USAGE_CAP:
                raise usage_cap()
            case XFault.NO_CREDITS:
                raise no_credits()
            case XFault.UNAUTHORIZED:
                raise unauthorized()
            case XFault.GENERIC_403:
                raise forbidden("You are not permitted to perform this action.")
            case XFault.MEDIA_404:
                raise not_found(request.path)
            case XFault.LOCKED:
                raise locked()
            case XFault.HTML:
                return over_capacity()
            case XFault.CHALLENGE:
                return challenge_page()
            case XFault.RESET_BEFORE:
                return replace(over_capacity(), delivery=Delivery.RESET)
        raise unavailable()

    def _for_people(self, request: Request) -> Response:
        """The response to the owner's browser or script: the timeline page or the control API."""
        if request.path.startswith("/sandbox/x"):
            return self._control.answer(request)
        if request.method == "GET" and request.path == "":
            return timeline_page(self.everything(), self.bot, self.bill(), self.clock.now())
        if request.method == "GET" and request.path.startswith("/media/"):
            media = self._timeline.media.get(request.path.removeprefix("/media/"))
            if media is not None:
                return picture(media)
        raise not_found(request.path)
