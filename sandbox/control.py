"""The sandbox's own endpoints, which Twitch does not have: its state, the exact watch time, what was said in
chat, and the faults in force."""

import json
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from helperfunctions.clock import Clock
from sandbox.chat.truth import ChatTruth
from sandbox.faults import Faults
from sandbox.messages import Request, Response, helix_refusal, json_response
from sandbox.truth import Hours
from sandbox.world import World

_TOP: Final = 10


class Control:
    """Answers requests below /sandbox."""

    def __init__(
        self, world: World, clock: Clock, faults: Faults, count_requests: Callable[[], int], chat: ChatTruth | None
    ) -> None:
        self._world = world
        self._clock = clock
        self._faults = faults
        self._count_requests = count_requests
        self._chat = chat

    def answer(self, request: Request) -> Response:
        """The response to a request below /sandbox. Raises Refusal."""
        match request.method, request.path:
            case "GET", "/sandbox":
                return json_response(self._health())
            case "GET", "/sandbox/truth":
                return json_response(self._truth(request))
            case "GET", "/sandbox/chat" if self._chat is not None:
                return json_response({"minutes": self._chat.rows()})
            case "GET", "/sandbox/faults":
                return json_response(self._fault_table())
            case "POST", "/sandbox/faults":
                self._set_faults(request)
                return json_response(self._fault_table())
            case "DELETE", "/sandbox/faults":
                self._faults.clear()
                return json_response(self._fault_table())
        raise helix_refusal(HTTPStatus.NOT_FOUND, "")

    def _health(self) -> dict[str, Any]:
        return {
            "now": self._clock.now().isoformat(),
            "seed": self._world.seed,
            "channels": self._world.channels,
            "gather_minutes": self._world.gather_minutes,
            "requests": self._count_requests(),
        }

    def _truth(self, request: Request) -> dict[str, Any]:
        """Watch hours and airtime hours in [start, end): ISO 8601 with an offset; `more_than` viewers, default 50."""
        try:
            start = datetime.fromisoformat(request.one("start") or "")
            end = datetime.fromisoformat(request.one("end") or "")
            truth = self._world.truth(start, end, int(request.one("more_than") or 50))
        except ValueError as error:
            raise helix_refusal(HTTPStatus.BAD_REQUEST, f"start, end and more_than: {error}") from error
        return {
            "start": truth.start.isoformat(),
            "end": truth.end.isoformat(),
            "more_than": truth.more_than,
            "watch_hours": self._totals(truth.watch),
            "airtime_hours": self._totals(truth.airtime),
        }

    def _totals(self, hours: Hours) -> dict[str, Any]:
        return {"total": hours.total, "games": _top(hours.by_game), "streamers": _top(hours.by_streamer)}

    def _fault_table(self) -> dict[str, Any]:
        return {"rates": self._faults.rates(), "injected": self._faults.injected()}

    def _set_faults(self, request: Request) -> None:
        """Body: {"rates": {name: chance}, "cues": {name: times}}, both optional."""
        try:
            wanted = json.loads(request.body)
            rates, cues = wanted.get("rates", {}), wanted.get("cues", {})
            self._faults.set_rates(rates)
            for name, times in cues.items():
                self._faults.cue(name, int(times))
        except (ValueError, AttributeError, TypeError) as error:
            raise helix_refusal(HTTPStatus.BAD_REQUEST, f"faults: {error}") from error


def _top(hours: dict[str, float]) -> list[dict[str, str | float]]:
    """The ids with most hours, most first."""
    ranked = sorted(hours.items(), key=lambda item: -item[1])[:_TOP]
    return [{"id": key, "hours": value} for key, value in ranked]
