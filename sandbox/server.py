"""A simulated Twitch, with IGDB, for real HTTP clients."""

import threading
from typing import Final

from helperfunctions.clock import Clock
from sandbox import pictures
from sandbox.chat.truth import ChatTruth
from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.helix import Helix
from sandbox.http_server import SandboxServer
from sandbox.igdb import PATH as IGDB_PATH
from sandbox.igdb import Igdb
from sandbox.messages import Delivery, Refusal, Request, Response
from sandbox.oauth import OAuth
from sandbox.tokens import RATE_LIMIT, TOKEN_SECONDS, Tokens
from sandbox.world import World

CLIENT_ID: Final = "sandbox-id"
CLIENT_SECRET: Final = "sandbox-secret"  # noqa: S105 - it guards nothing


class TwitchSandbox(SandboxServer):
    """Serves `world` at the clock's present instant, from `start` to `stop`, on a thread of its own.

    `port` 0 takes a free one. `rate_limit` is in requests per minute of the clock, 0 for none. Every request to
    Twitch's endpoints takes `seconds_per_request` on the clock: a virtual one moves on, the real one makes the client
    wait. `chat`: what is said in the chat of the same world, for /sandbox/chat.
    """

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: Faults | None = None,
        rate_limit: int = RATE_LIMIT,
        seconds_per_request: float = 0.0,
        client_id: str = CLIENT_ID,
        client_secret: str = CLIENT_SECRET,
        token_seconds: int = TOKEN_SECONDS,
        chat: ChatTruth | None = None,
    ) -> None:
        super().__init__(clock, host=host, port=port)
        self.world = world
        self.client_id = client_id
        self.client_secret = client_secret
        self.faults = faults or Faults()
        self._seconds_per_request = seconds_per_request
        oauth = OAuth(client_id, client_secret, Tokens(token_seconds))
        self._helix = Helix(world, clock, oauth, self.faults, rate_limit)
        self.igdb = Igdb(world, clock, oauth, self.faults, self._helix.delivered)
        self._control = Control(world, clock, self.faults, lambda: self.requests, chat)
        self._requests = 0
        self._picture_requests = 0
        self._lock = threading.Lock()

    @property
    def api_url(self) -> str:
        """The base URL of the API, without /streams."""
        return f"{self.url}/helix"

    @property
    def auth_url(self) -> str:
        """The base URL of authentication, without /token."""
        return f"{self.url}/oauth2"

    @property
    def igdb_url(self) -> str:
        """The base URL of IGDB, without /games."""
        return f"{self.url}{IGDB_PATH}"

    @property
    def requests(self) -> int:
        """The number of requests to Twitch's endpoints so far, including failed ones."""
        return self._requests

    @property
    def picture_requests(self) -> int:
        """The number of requests for pictures so far, including failed ones."""
        return self._picture_requests

    def answer(self, request: Request) -> Response:
        """The response to one request, which takes some time on the clock; one for a picture takes none."""
        if request.path.startswith("/sandbox"):
            try:
                return self._control.answer(request)
            except Refusal as refusal:
                return refusal.response
        if pictures.has_picture(request.path):
            with self._lock:
                self._picture_requests += 1
            return self._delivered(pictures.answer(request, self.faults))
        if request.path.startswith(f"{IGDB_PATH}/"):
            with self.igdb.open_request() as admitted:
                return self._in_time(self.igdb.answer(request, is_admitted=admitted))
        return self._in_time(self._helix.answer(request))

    def _in_time(self, response: Response) -> Response:
        """Count a request to one of Twitch's endpoints, and let its time pass."""
        with self._lock:
            self._requests += 1
        if self._seconds_per_request:
            self.clock.sleep(self._seconds_per_request)
        return self._delivered(response)

    def _delivered(self, response: Response) -> Response:
        if response.delivery is Delivery.SLOW:
            self.keep_waiting(self.faults.slow_seconds)
        return response
