"""The sandbox's own endpoints, which X does not have: posts, charges, new mentions, faults."""

import json
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Protocol

from helperfunctions.clock import Clock
from sandbox.messages import Request, Response, json_response
from sandbox.x.bill import Bill
from sandbox.x.faults import XFaults
from sandbox.x.problems import invalid, not_found
from sandbox.x.timeline import Person, SandboxPost


class Controlled(Protocol):
    """The part of the simulated X that its control API can read and change."""

    clock: Clock
    faults: XFaults
    bot: Person

    @property
    def requests(self) -> int: ...

    def everything(self) -> list[SandboxPost]: ...

    def bill(self) -> Bill: ...

    def tag(self, author: str, text: str, *, reply_to: str | None = None) -> str: ...

    def add_credits(self, usd: Decimal) -> None: ...


class XControl:
    """Answers requests below /sandbox/x."""

    def __init__(self, sandbox: Controlled) -> None:
        self._sandbox = sandbox

    def answer(self, request: Request) -> Response:
        """The response to a request below /sandbox/x. Raises Refusal."""
        match request.method, request.path:
            case "GET", "/sandbox/x":
                return json_response(self._health())
            case "GET", "/sandbox/x/posts":
                return json_response([_shown(post) for post in self._sandbox.everything()])
            case "GET", "/sandbox/x/bill":
                return json_response(_bill(self._sandbox.bill()))
            case "POST", "/sandbox/x/tag":
                return json_response({"id": self._tag(request)}, HTTPStatus.CREATED)
            case "GET", "/sandbox/x/faults":
                return json_response(self._fault_table())
            case "POST", "/sandbox/x/faults":
                self._set_faults(request)
                return json_response(self._fault_table())
            case "DELETE", "/sandbox/x/faults":
                self._sandbox.faults.clear()
                return json_response(self._fault_table())
        raise not_found(request.path)

    def _health(self) -> dict[str, Any]:
        return {
            "now": self._sandbox.clock.now().isoformat(),
            "username": self._sandbox.bot.username,
            "posts": len(self._sandbox.everything()),
            "requests": self._sandbox.requests,
        }

    def _tag(self, request: Request) -> str:
        """Body: {"author": name, "text": text, "reply_to": id}, the last one optional."""
        try:
            wanted = json.loads(request.body)
            return self._sandbox.tag(str(wanted["author"]), str(wanted["text"]), reply_to=wanted.get("reply_to"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise invalid(f"author, text and reply_to: {error}", {}) from error

    def _fault_table(self) -> dict[str, Any]:
        return {"rates": self._sandbox.faults.rates(), "injected": self._sandbox.faults.injected()}

    def _set_faults(self, request: Request) -> None:
        """Body: {"rates": {name: chance}, "cues": {name: times}}, both optional."""
        try:
            wanted = json.loads(request.body)
            self._sandbox.faults.set_rates(wanted.get("rates", {}))
            for name, times in wanted.get("cues", {}).items():
                self._sandbox.faults.cue(name, int(times))
        except (ValueError, AttributeError, TypeError) as error:
            raise invalid(f"faults: {error}", {}) from error


def _shown(post: SandboxPost) -> dict[str, Any]:
    return {
        "id": post.post_id,
        "author": post.author.username,
        "text": post.text,
        "created_at": post.created_at.isoformat(),
        "reply_to": post.reply_to.post_id if post.reply_to else None,
        "media": [{"id": media.media_id, "alt_text": media.alt_text} for media in post.media],
    }


def _bill(bill: Bill) -> dict[str, Any]:
    return {
        "total_usd": str(bill.total_usd),
        "by_kind": {kind: {"units": bill.units[kind], "usd": str(usd)} for kind, usd in bill.by_kind.items()},
    }
