"""IGDB as a function from requests to responses: its queries, its limits and its catalogue of a world's games.

Protocol facts: api-docs.igdb.com, as of 2025-03. Four requests in a second and eight at once; an empty list is absent;
unknown ids are left out; a game can have several rows of one source among the external games.
"""

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from helperfunctions.clock import Clock
from sandbox.faults import ANSWER_FAULTS, Fault, Faults
from sandbox.igdb_catalogue import Catalogue
from sandbox.messages import Refusal, Request, Response, json_response
from sandbox.oauth import OAuth
from sandbox.world import World

PATH: Final = "/v4"
REQUESTS_PER_SECOND: Final = 4
MOST_OPEN: Final = 8
MAX_LIMIT: Final = 500
_USUAL_LIMIT: Final = 10
_CONDITION: Final = re.compile(r"(\w+)\s*=\s*(\([^)]*\)|\"[^\"]*\"|\S+)")
_VALUE: Final = re.compile(r"\"([^\"]*)\"|(\d+)")

Items = Sequence[Mapping[str, Any]]
Deliver = Callable[[frozenset[Fault], Callable[[], Response]], Response]


class Igdb:
    """Responds as IGDB would, with the injected faults. `requests` counts them by endpoint, refused ones included."""

    def __init__(self, world: World, clock: Clock, oauth: OAuth, faults: Faults, deliver: Deliver) -> None:
        self.requests: dict[str, int] = {}
        self._world = world
        self._clock = clock
        self._oauth = oauth
        self._faults = faults
        self._deliver = deliver
        self._lock = threading.Lock()
        self._open = 0
        self._recent: deque[float] = deque(maxlen=REQUESTS_PER_SECOND)
        self._building = threading.Lock()
        self._catalogue: Catalogue | None = None

    @property
    def catalogue(self) -> Catalogue:
        """Built at its first use, because most programs ask nothing of IGDB."""
        with self._building:
            if self._catalogue is None:
                self._catalogue = Catalogue(self._world)
            return self._catalogue

    @contextmanager
    def open_request(self) -> Iterator[bool]:
        """A request while it is open, and whether it is admitted: eight can be open at once."""
        with self._lock:
            self._open += 1
            is_admitted = self._open <= MOST_OPEN
        try:
            yield is_admitted
        finally:
            with self._lock:
                self._open -= 1

    def answer(self, request: Request, *, is_admitted: bool) -> Response:
        """The response to a request below /v4; a refusal is a response too."""
        try:
            return self._answer(request, is_admitted=is_admitted)
        except Refusal as refusal:
            return refusal.response

    def _answer(self, request: Request, *, is_admitted: bool) -> Response:
        endpoint = request.path.removeprefix(f"{PATH}/")
        admitted = self._oauth.admit(request, self._clock.now())
        with self._lock:
            self.requests[endpoint] = self.requests.get(endpoint, 0) + 1
            is_in_time = self._takes_its_turn()
        if not (is_admitted and is_in_time):
            return json_response({"message": "Too Many Requests"}, HTTPStatus.TOO_MANY_REQUESTS)
        possible = ANSWER_FAULTS if admitted.is_first_use else (*ANSWER_FAULTS, Fault.TOKEN_EXPIRED)
        injected = self._faults.draw(possible)
        if Fault.TOKEN_EXPIRED in injected:
            raise self._oauth.revoke(admitted.token)
        return self._deliver(injected, partial(self._content, request, endpoint))

    def _takes_its_turn(self) -> bool:
        now = self._clock.now().timestamp()
        if len(self._recent) == REQUESTS_PER_SECOND and 0 <= now - self._recent[0] < 1:
            return False
        self._recent.append(now)
        return True

    def _content(self, request: Request, endpoint: str) -> Response:
        items = self.catalogue.items(endpoint)
        if request.method != "POST" or items is None:
            raise _refusal(HTTPStatus.NOT_FOUND, "Not Found", f"/{endpoint}")
        return json_response(_selected(items, request.body.decode(errors="replace")))


def _selected(items: Items, query: str) -> list[dict[str, Any]]:
    """The items that a query asks for. Raises Refusal."""
    clauses = dict(_clauses(query))
    limit = _number(clauses.get("limit", str(_USUAL_LIMIT)))
    if not 1 <= limit <= MAX_LIMIT:
        raise _refusal(HTTPStatus.BAD_REQUEST, "Invalid limit", f"limit must be 1 to {MAX_LIMIT}")
    offset = _number(clauses.get("offset", "0"))
    conditions = list(_conditions(clauses.get("where", "")))
    matching = [item for item in items if all(_matches(item, *condition) for condition in conditions)]
    if sort := clauses.get("sort"):
        field, _, way = sort.partition(" ")
        matching.sort(key=lambda item: item[field], reverse=way == "desc")
    names = {"id", *(name.strip() for name in clauses.get("fields", "").split(","))}
    # An empty list is absent.
    return [
        {name: value for name, value in item.items() if name in names and value not in ([], None)}
        for item in matching[offset : offset + limit]
    ]


def _clauses(query: str) -> Iterator[tuple[str, str]]:
    *clauses, rest = query.split(";")
    if rest.strip():
        raise _refusal(HTTPStatus.BAD_REQUEST, "Syntax Error", f"Missing `;` at end of query, near '{rest.strip()}'")
    for clause in filter(None, map(str.strip, clauses)):
        name, _, value = clause.partition(" ")
        if name not in ("fields", "where", "limit", "offset", "sort"):
            raise _refusal(HTTPStatus.BAD_REQUEST, "Syntax Error", f"unexpected '{name}'")
        yield name, value.strip()


def _conditions(where: str) -> Iterator[tuple[str, frozenset[str | int]]]:
    """The fields of a filter with the values that each may have. Raises Refusal."""
    for condition in filter(None, map(str.strip, where.split("&"))):
        parsed = _CONDITION.fullmatch(condition)
        if parsed is None:
            raise _refusal(HTTPStatus.BAD_REQUEST, "Syntax Error", f"unexpected '{condition}'")
        yield parsed[1], frozenset(text or int(number) for text, number in _VALUE.findall(parsed[2]))


def _matches(item: Mapping[str, Any], field: str, values: frozenset[str | int]) -> bool:
    value = item.get(field)
    if isinstance(value, str) and any(isinstance(one, int) for one in values):
        raise _refusal(HTTPStatus.BAD_REQUEST, "Type Mismatch", f"'{field}' is a String")
    return isinstance(value, str | int) and value in values


def _number(text: str) -> int:
    if not text.isdecimal():
        raise _refusal(HTTPStatus.BAD_REQUEST, "Syntax Error", f"unexpected '{text}'")
    return int(text)


def _refusal(status: HTTPStatus, title: str, cause: str) -> Refusal:
    """An error in the shape that IGDB gives it."""
    return Refusal(json_response([{"title": title, "status": int(status), "cause": cause}], status))
