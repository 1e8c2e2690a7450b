"""The requests of the dashboard benchmark: every page and every call of the API."""

import http.client
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from benchmarks.harness import Bench
from bot.web.read.ranges import OFFERED, USUAL
from bot.web.read.table import MAX_ROWS

API: Final = "/api/v1"
SHIFTS: Final = 31


@dataclass(frozen=True, slots=True)
class Call:
    """A page or a call of the API. `cached`: the address that all readers request.

    `uncached`: the address with other parameters, by a number; None where there are no parameters.
    """

    name: str
    cached: str
    uncached: Callable[[int], str] | None


@dataclass(frozen=True, slots=True)
class Subjects:
    """Slugs of games and streamers for the requests, the most watched of the newest month first."""

    games: Sequence[str]
    streamers: Sequence[str]
    last: date

    def slug(self, path: str, number: int = 0) -> str:
        """One of the slugs, for a path with a parameter."""
        of_kind = self.streamers if path.startswith("/streamers/") else self.games
        return of_kind[number % len(of_kind)]

    def five(self, number: int = 0) -> str:
        """Five games, separated by commas."""
        return ",".join(self.slug("/games/", 5 * number + place) for place in range(min(5, len(self.games))))

    def days(self, number: int, days: int = USUAL) -> dict[str, str]:
        """Parameters for a number of days, with another last day each time."""
        last = self.last - timedelta(days=number % SHIFTS)
        return {"from": f"{last - timedelta(days=days - 1)}", "to": f"{last}"}


def calls(address: tuple[str, int], subjects: Subjects) -> list[Call]:
    """Every page, and every call of the server's OpenAPI description."""
    described = json.loads(fetch(address, f"{API}/openapi.json")[1])
    return [
        *_pages(subjects),
        *(
            api_call(path, operations["get"], subjects)
            for path, operations in described["paths"].items()
            # No game has a genre here: that takes IGDB.
            if "get" in operations and not path.startswith(f"{API}/genres/")
        ),
    ]


def _pages(subjects: Subjects) -> list[Call]:
    def of_one(kind: str, days: int) -> Call:
        path = f"/{kind}/{{slug}}"
        return Call(
            f"{path}?days={days}",
            address_of(f"/{kind}/{subjects.slug(path)}", {"days": days}),
            lambda n: address_of(f"/{kind}/{subjects.slug(path, n)}", subjects.days(n, days)),
        )

    return [
        Call("/", "/", None),
        *(of_one("games", days) for days in OFFERED),
        *(of_one("streamers", days) for days in (USUAL, 365)),
        _call("/compare", {"games": subjects.five()}, lambda n: {"games": subjects.five(n), **subjects.days(n)}),
        _call("/explore", {}, lambda n: {**subjects.days(n), "min_viewers": n / 1e6}),
        Call("/bot", "/bot", None),
        _call("/search", {"q": "nmae 12"}, lambda n: {"q": f"nmae {n}"}),
        Call("/api", "/api", None),
    ]


def api_call(path: str, operation: Mapping[str, Any], subjects: Subjects) -> Call:
    """A call of the OpenAPI description. Raises LookupError for a parameter without an example."""
    own_path = path.removeprefix(API)
    parameters = {one["name"]: one for one in operation.get("parameters", ())}
    examples: Mapping[str, Callable[[int], str]] = {
        "slug": lambda n: subjects.slug(own_path, n),
        "kind": lambda n: "game",
        "day": lambda n: f"{subjects.last - timedelta(days=n % 7)}",
        "names": subjects.five,
        "q": lambda n: f"nmae {n + 12}",
    }
    needed = [name for name, one in parameters.items() if one.get("required")]
    if unknown := set(needed) - set(examples):
        raise LookupError(f"{path} needs {', '.join(sorted(unknown))}, of which there is no example here")
    in_query = [name for name in needed if parameters[name]["in"] == "query"]

    def url(number: int, **more: object) -> str:
        filled = path.replace("{slug}", quote(subjects.slug(own_path, number)))
        filled = filled.replace("{day}", examples["day"](number))
        return address_of(filled, {name: examples[name](number) for name in in_query} | more)

    def uncached(number: int) -> str:
        days = subjects.days(number) if "from" in parameters else {}
        return url(number, **days, **({"limit": MAX_ROWS - number % 1_000} if "limit" in parameters else {}))

    return Call(path, url(0), uncached)


def _call(path: str, cached: Mapping[str, object], uncached: Callable[[int], Mapping[str, object]]) -> Call:
    return Call(path, address_of(path, cached), lambda n: address_of(path, uncached(n)))


def address_of(path: str, query: Mapping[str, object]) -> str:
    return path + (f"?{urlencode(query)}" if query else "")


def ranked_subjects(bench: Bench) -> Subjects:
    def ranked(kind: str) -> list[str]:
        watched = (
            f"select {kind}_id as id, sum(watch_hours) as hours from daily_{kind}s"
            f" where day > (select max(day) from days) - {USUAL} group by {kind}_id"
        )
        found = bench.rows(
            f"select slug from addresses inner join ({watched}) as watched using (id)"
            f" where kind = '{kind}' and is_current order by hours desc, slug"
        )
        return [str(slug) for (slug,) in found]

    ((last,),) = bench.rows("select max(day) from days")
    return Subjects(ranked("game"), ranked("streamer"), last)


def fetch(address: tuple[str, int], path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(*address, timeout=120)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
