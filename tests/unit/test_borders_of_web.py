"""The limits in the code of the dashboard, in literal numbers: what is on one side, and what is on the other."""

import re
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from bot.read.measurements import Measured
from bot.web.http import spelling
from bot.web.http.connections import Connections
from bot.web.http.responses import prepare
from bot.web.http.static_files import StaticFiles
from bot.web.http.version import DataVersion
from bot.web.read.compare import ComparedGame
from bot.web.read.coverage import can_be_compared, change, change_per_hour, ratio
from bot.web.read.name_cache import NameCache
from bot.web.read.pictures import Pictures
from bot.web.read.ranges import Span
from bot.web.read.table import RowRange, fetch_part, slice_of
from bot.web.site import Site
from bot.web.views import badges, cards
from bot.web.views.render import changed, days_of, hue, initial, number, percent, short, small
from helperfunctions.clock import VirtualClock
from helperfunctions.errors import DatabaseUnavailable
from tests.web.conftest import run_alone

NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)
DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (number(None), "–"),
        (number(999.5), "1,000"),
        (number(0), "0"),
        (small(None), "–"),
        (small(99.9), "99.9"),
        (small(100), "100"),
        (small(-99.9), "-99.9"),
        (small(-100), "-100"),
        (short(None), "–"),
        (short(1234.0), "1.23K"),
        (percent(None), "–"),
        (percent(0.0999), "10.0%"),
        (percent(0.1), "10%"),
        (percent(0.0123), "1.2%"),
        (percent(0), "0.0%"),
    ],
    ids=lambda value: str(value),
)
def test_number_is_shown_with_the_digits_of_its_size(shown: str, text: str) -> None:
    assert shown == text


UP = '<span class="up"><span aria-hidden="true">↑ </span><span class="unseen">up </span>{}</span>'
DOWN = '<span class="down"><span aria-hidden="true">↓ </span><span class="unseen">down </span>{}</span>'
NONE = '<span class="soft">±0%</span>'


@pytest.mark.parametrize(
    ("value", "channels", "html"),
    [
        (None, None, "–"),
        (0.0, None, NONE),
        (0.0049, None, NONE),
        (-0.0049, None, NONE),
        (0.0051, None, UP.format("1%")),
        (-0.0051, None, DOWN.format("1%")),
        (1.99, None, UP.format("199%")),
        (2.0, None, UP.format("3×")),
        (-0.999, None, DOWN.format("100%")),
        (0.5, 1.0, UP.format("50%")),
        (0.5, 0.99, UP.format("50%").replace('"up"', '"soft"')),
        (-0.5, 0.0, DOWN.format("50%").replace('"down"', '"soft"')),
    ],
    ids=str,
)
def test_change_is_shown_by_its_size(value: float | None, channels: float | None, html: str) -> None:
    assert str(changed(value, channels)) == html


def test_days_and_names_in_short() -> None:
    assert days_of(Span(DAY, DAY)) == "Nov 21, 2026"
    assert days_of(Span(date(2026, 1, 1), date(2026, 12, 31))) == "Jan 1 to Dec 31, 2026"
    assert days_of(Span(date(2025, 12, 31), date(2026, 1, 1))) == "Dec 31, 2025 to Jan 1, 2026"
    assert [hue(name) for name in ("", "a", "b", "f", "g")] == [0, 1, 2, 0, 1]
    assert [initial(name) for name in ("ada", "_7up", "ß", "!?")] == ["A", "7", "S", "!"]


@pytest.mark.parametrize(
    ("hours", "before", "can"),
    [(90.0, 100.0, False), (90.1, 100.0, True), (100.0, 90.0, False), (100.0, 90.1, True), (0.0, 0.0, False)],
)
def test_ranges_are_compared_if_nine_tenths_were_measured(hours: float, before: float, can: bool) -> None:
    assert can_be_compared(Measured(1, hours, 1.0), Measured(1, before, 1.0)) is can


def test_change_of_nothing_is_unknown() -> None:
    day, none = Measured(1, 24.0, 1.0), Measured(0, 0.0, 0.0)
    assert (change(3.0, 2.0), change(0.0, 2.0), change(3.0, 0.0), change(3.0, None)) == (0.5, -1.0, None, None)
    assert (ratio(1.0, 2.0), ratio(0.0, 2.0), ratio(1.0, 0.0), ratio(None, 2.0), ratio(1.0, None)) == (
        *(0.5, 0.0, None, None),
        None,
    )
    assert change_per_hour(30.0, Measured(1, 12.0, 1.0), 20.0, day) == 2.0
    assert change_per_hour(0.0, day, 20.0, day) == -1.0
    for now, measured, before in ((None, day, 20.0), (30.0, none, 20.0), (30.0, day, 0.0), (30.0, day, None)):
        assert change_per_hour(now, measured, before, day) is None


def test_part_after_the_last_row_has_the_total_and_no_rows() -> None:
    assert slice_of([1, 2, 3], RowRange(2, 1)).rows == [2, 3]
    assert slice_of([1, 2, 3], RowRange(2, 3)) == slice_of([1, 2, 3], RowRange(2, 9))
    asked: list[tuple[int, int]] = []

    def query(limit: int, offset: int) -> list[Any]:
        asked.append((limit, offset))
        return [SimpleNamespace(of_all=3) for _ in range(3)][offset : offset + limit]

    assert fetch_part(query, RowRange(2, 2)).total == 3
    assert (fetch_part(query, RowRange(2, 3)).total, fetch_part(query, RowRange(2, 3)).rows) == (3, [])
    assert asked == [(2, 2), (2, 3), (1, 0), (2, 3), (1, 0)]
    assert fetch_part(lambda limit, offset: [], RowRange()).total == 0


class Listed:
    """A database without pictures that counts its transactions."""

    def __init__(self) -> None:
        self.transactions = 0

    @contextmanager
    def transaction(self) -> Any:
        self.transactions += 1
        yield SimpleNamespace(web=SimpleNamespace(shown_pictures=lambda **_: []))


def test_list_of_pictures_is_read_again_after_two_seconds_or_when_the_clock_goes_back() -> None:
    database, clock = Listed(), VirtualClock(NOW)
    pictures = Pictures(cast(Any, database), clock)
    read = []
    for seconds in (0.0, 1.999, 0.001, 1.0):
        clock.advance(seconds)
        assert pictures.digest("game", "chess") is None
        read.append(database.transactions)
    clock.set_back(timedelta(seconds=2))
    pictures.digest("game", "chess")
    assert [*read, database.transactions] == [1, 1, 2, 2, 3]


@pytest.mark.parametrize(
    ("age", "is_read_again"),
    [
        pytest.param(timedelta(hours=1), False, id="an hour old"),
        pytest.param(timedelta(hours=1, microseconds=1), True, id="older"),
        pytest.param(timedelta(0), False, id="new"),
        pytest.param(timedelta(microseconds=-1), True, id="of a clock that was ahead"),
    ],
)
def test_names_are_read_again_when_they_are_older_than_an_hour(age: timedelta, is_read_again: bool) -> None:
    clock, loaded = VirtualClock(NOW), []
    cache = NameCache(lambda: cast(Any, SimpleNamespace(load=lambda: loaded.append(1))), clock)
    cache.names()
    clock.advance(age.total_seconds())
    clock.set_back(max(-age, timedelta(0)))
    cache.names()
    # The next reading waits for the one in the background.
    with cache._reading:
        assert len(loaded) == 1 + is_read_again


@dataclass
class SteadyDatabase:
    """A database whose data never changes, or that is away."""

    is_away: bool = False

    @contextmanager
    def transaction(self) -> Any:
        if self.is_away:
            raise DatabaseUnavailable("away")
        yield SimpleNamespace(web=SimpleNamespace(state=self._state))

    def _state(self, since: date) -> tuple[object, ...]:
        return (since,)


def test_version_changes_every_five_minutes_and_a_dead_database_is_revived_each_half_a_minute() -> None:
    clock, database, revived, seconds = VirtualClock(NOW), SteadyDatabase(), [], [0.0]
    known = SimpleNamespace(update=lambda *_: None, database_is_away=lambda *_: None, version=0)
    site = SimpleNamespace(
        clock=clock, version_database=database, revive=lambda: revived.append(seconds[0]), known_health=known
    )
    version = DataVersion(cast(Site, site), lambda: seconds[0])
    first = version.read()
    assert cast(Any, first)[0] == date(2026, 10, 22)
    clock.advance(299.9)
    assert version.read() == first
    clock.advance(0.1)
    assert version.read() != first
    database.is_away = True
    for at in (0.0, 29.9, 30.0, 59.9, 60.0):
        seconds[0] = at
        with pytest.raises(DatabaseUnavailable):
            version.read()
    assert revived == [0.0, 30.0, 60.0]


def test_a_response_is_compressed_from_801_bytes_on() -> None:
    kind = [(b"content-type", b"text/plain")]
    assert prepare(200, kind, b"x" * 800).gzipped is None
    assert prepare(200, kind, b"x" * 801).gzipped is not None
    assert prepare(200, [(b"content-type", b"image/png")], b"x" * 9_000).gzipped is None


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        (b"gzip", True),
        (b"br, gzip;q=0.1", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000, br", False),
        (b"br", False),
        (b"", False),
    ],
)
def test_compressed_body_is_for_those_who_accept_it(accepted: bytes, is_compressed: bool) -> None:
    headers = _sent(b"x" * 2_000, [(b"accept-encoding", accepted)])
    assert (b"content-encoding" in headers) is is_compressed
    assert headers[b"vary"] == b"accept-encoding"


@pytest.mark.parametrize(
    ("known", "status"),
    [("{etag}", 304), ('W/"other", {etag}', 304), ("*", 304), ('"other"', 200), ("", 200)],
)
def test_client_that_has_the_response_gets_none(known: str, status: int) -> None:
    etag = prepare(200, [], b"hello").etag.decode()
    headers = _sent(b"hello", [(b"if-none-match", known.format(etag=etag).encode())])
    assert headers[b":status"] == status
    assert (b"content-length" in headers) is (status == 200)


def _sent(body: bytes, headers: list[tuple[bytes, bytes]]) -> dict[bytes, Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    response = prepare(200, [(b"content-type", b"text/plain")], body)
    run_alone(response.send({"method": "GET", "headers": headers}, send))
    return {**dict(sent[0]["headers"]), b":status": sent[0]["status"]}


def test_static_file_is_cached_for_a_year() -> None:
    file = StaticFiles().get("page.js")
    assert file is not None
    assert dict(file.headers)[b"cache-control"] == b"public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("opened", "served"),
    [
        pytest.param(lambda number: "203.0.113.1", 100, id="of one address"),
        pytest.param(lambda number: f"203.0.{number // 250}.{number % 250}", 512, id="of all"),
    ],
)
def test_number_of_connections(opened: Callable[[int], str], served: int) -> None:
    connections = Connections(now=lambda: 0.0)
    places = [connections.open(opened(number), lambda: None) for number in range(served + 1) if not _busy(connections)]
    assert [place.refused is None for place in places] == [*[True] * served, False]


def _busy(connections: Connections) -> bool:
    """Mark all places as busy, so that none is closed for a new connection."""
    for place in connections._served:
        place.is_busy = True
    return False


def test_384_refused_connections_wait_and_the_oldest_is_cut_off() -> None:
    cut_off: list[int] = []
    connections = Connections(most=0, now=lambda: 0.0)
    for place in range(385):
        connections.open(f"203.0.{place // 250}.{place % 250}", lambda place=place: cut_off.append(place))  # type: ignore[misc]
        assert cut_off == ([0] if place == 384 else [])


@pytest.mark.parametrize(
    ("names", "heading"),
    [
        (["n" * 26], "n" * 26),
        (["n" * 27], "n" * 24 + "…"),
        (["a" * 11, "b" * 11], f"{'a' * 11} vs {'b' * 11}"),
        (["a" * 11, "b" * 12], "2 games compared"),
    ],
    ids=["a name that fits", "a longer one", "two that fit", "two that do not"],
)
def test_heading_of_a_card_has_26_characters_at_most(names: list[str], heading: str) -> None:
    compared = [ComparedGame("game", name, name, name, 1.0, 1.0, 1.0, 1) for name in names]
    card = cards.of_comparison(compared, [], "hours", Span(DAY, DAY), ZoneInfo("UTC"))
    assert card.heading == heading
    long = cards.of_comparison(
        [ComparedGame("game", "x", "x" * 35, "x", 1.0, 1.0, 1.0, 1)], [], "hours", Span(DAY, DAY), ZoneInfo("UTC")
    )
    # A mark of omission counts two.
    assert [bar.name for bar in long.bars] == ["x" * 32 + "…"]


def test_parameter_that_may_be_empty_is_left_out_when_it_is() -> None:
    def canonical(given: bytes) -> bytes:

        return spelling.query(
            "/x", given, [spelling.Route(re.compile("/x"), ("days", "name", "q", "min_viewers", "tz"))]
        )

    assert canonical(b"name=&q=&min_viewers=&tz=&days=") == b"days=&tz="
    assert canonical(b"q=b&days=07&days=08&x=1&min_viewers=-0.0") == b"days=8&q=b&min_viewers=0.0"


@pytest.mark.parametrize(("days", "period"), [(1, "in 1 day"), (2, "in 2 days"), (1000, "in 1,000 days")])
def test_period_of_a_badge(days: int, period: str) -> None:
    drawn = badges.badge(badges.Figures("Chess", None, None, None, "9 games"), badges.Measure.RANK, days)
    assert drawn.title == f"Chess, Twitch rank: no data {period}"
