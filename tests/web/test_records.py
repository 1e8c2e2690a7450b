"""Records and newcomers, and a streamer's rank, calendar and schedule."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.daily.rollup import Rollup
from bot.names.database_names import DatabaseNames
from bot.web.read.records import Measure, RecordSet
from bot.web.read.table import RowRange, TablePart
from bot.web.views.render import Pages
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.conftest import clone
from tests.factories import DAY, DAY_START, a_stream, stage, write
from tests.web.conftest import CALENDAR, Web, served

DAYS = 15
LAST = DAY + timedelta(days=DAYS - 1)
# Viewers of chess by day, and of Go on the last two. A poll counts for half an hour.
CHESS = (100, 900, *[200] * 10, 300, 950, 1_000)
GO = {13: 60, 14: 80}


@pytest.fixture(scope="module")
def two_weeks(server_url: str, template: str, queries: Queries) -> Iterator[Web]:
    """Ada's chess has its best days at the end, Bob always has the same viewers; Go is new at the end. Ada's streams
    begin two hours before the only poll of a day."""
    url = clone(server_url, template, "two_weeks")
    database = Database(url, queries)
    for number, size in enumerate(CHESS):
        at = DAY_START + timedelta(days=number)
        streams = [a_stream(size, stream_id=f"{number}", started_at=at - timedelta(hours=2))]
        streams += [a_stream(70, streamer="bob", game="draughts", started_at=DAY_START)]
        streams += [a_stream(GO[number], streamer="cyd", game="go")] if number in GO else []
        stage(database, *streams, at=at, day=DAY + timedelta(days=number))
    now = DAY_START + timedelta(days=DAYS, hours=1)
    Rollup(database, VirtualClock(now), CALENDAR).daily()
    DatabaseNames(database).refresh()
    with served(url, queries, now) as web:
        yield web


def recent(web: Web, query: str) -> list[tuple[Any, ...]]:
    names = ("kind", "name", "measure", "value", "best_before", "day")
    return [tuple(row[name] for name in names) for row in web.json(f"/records/recent?{query}")["rows"]]


def test_record_is_more_than_on_any_earlier_day_of_at_least_seven(two_weeks: Web) -> None:
    """On the second day chess has more than before, too, but has been there for one day only; 300 is no record."""
    last = LAST.isoformat()
    assert recent(two_weeks, "kind=game") == [
        ("game", "Chess", "peak_viewers", 1_000.0, 950.0, last),
        ("game", "Chess", "watch_hours", 500.0, 475.0, last),
    ]
    assert recent(two_weeks, "within=1&kind=streamer") == [
        ("streamer", "Ada", "peak_viewers", 1_000.0, 950.0, last),
        ("streamer", "Ada", "watch_hours", 500.0, 475.0, last),
    ]
    assert [row[2:] for row in recent(two_weeks, f"day={LAST - timedelta(days=1)}&kind=game")] == [
        ("peak_viewers", 950.0, 900.0, (LAST - timedelta(days=1)).isoformat()),
        ("watch_hours", 475.0, 450.0, (LAST - timedelta(days=1)).isoformat()),
    ]
    assert recent(two_weeks, f"day={DAY + timedelta(days=1)}") == []
    assert two_weeks.json("/records/recent")["rows"][0]["change"] == pytest.approx(1_000 / 950 - 1)


def test_record_has_the_same_predecessor_on_every_page(two_weeks: Web) -> None:
    """Within 30 days and within one: on the last two days chess sets a record each, and the last counts."""
    last = LAST.isoformat()
    assert recent(two_weeks, "kind=game&measure=watch_hours") == recent(two_weeks, f"day={last}&kind=game")[1:]
    for address in ("/records", "/records?within=1", f"/days/{last}", "/streamers/ada"):
        page = two_weeks.get(address).text
        assert "was 475" in page, address
        assert "was 450" not in page, address


def test_latest_records_are_in_the_order_of_their_dates(own_two_days: Web, own_two_days_url: str) -> None:
    """Also where an earlier one is larger."""
    for day, game, value in (("2026-11-21", "chess", 9_000), ("2026-11-22", "go", 100), ("2026-11-22", "art", 200)):
        write(
            own_two_days_url,
            "insert into daily_leaders (day, kind, measure, id, value, best_before, days_before)"
            " values (%s, 'game', 'watch_hours', %s, %s, 1, 7) on conflict (day, kind, measure, id) do update"
            " set value = excluded.value, best_before = 1, days_before = 7",
            *(day, game, value),
        )
    query = "kind=game&measure=watch_hours"
    assert [(row[-1], row[3]) for row in recent(own_two_days, query)] == [
        ("2026-11-22", 200.0),
        ("2026-11-22", 100.0),
        ("2026-11-21", 9_000.0),
    ]
    for address in (f"/records/recent?{query}", "/records"):
        page = own_two_days.get(address).text
        assert page.index("/games/go") < page.index("/games/chess"), address


def test_best_days_are_ranked_with_one_day_each(two_weeks: Web) -> None:
    best = [
        (row["rank"], row["name"], row["value"], row["day"]) for row in two_weeks.json("/records?kind=game")["rows"]
    ]
    # Of days with the same peak, the first.
    assert best == [
        (1, "Chess", 1_000.0, LAST.isoformat()),
        (2, "Go", 80.0, LAST.isoformat()),
        (3, "Draughts", 70.0, DAY.isoformat()),
    ]
    by_hours = two_weeks.json("/records?kind=streamer&measure=watch_hours&limit=1&offset=1")
    assert (by_hours["rows"][0]["rank"], by_hours["rows"][0]["name"], by_hours["total"]) == (2, "Cyd", 3)


def test_newcomers_have_the_sums_since_their_first_day(two_weeks: Web) -> None:
    [go] = two_weeks.json("/newcomers?kind=game")["rows"]
    assert (go["name"], go["first_seen_day"], go["watch_hours"], go["peak_viewers"]) == (
        "Go",
        (DAY + timedelta(days=13)).isoformat(),
        70.0,
        80,
    )
    assert [row["name"] for row in two_weeks.json("/newcomers?kind=streamer")["rows"]] == ["Cyd"]
    assert two_weeks.json("/newcomers?kind=game&within=1")["rows"] == []
    assert two_weeks.get("/api/v1/newcomers?kind=game&within=31").status_code == 422


def test_pages_link_records_to_their_day_and_to_games_and_streamers(two_weeks: Web) -> None:
    page = two_weeks.get("/records").text
    for link in (f"/days/{LAST}", "/games/chess", "/streamers/ada", "/games/go", "/streamers/cyd"):
        assert f'href="{link}"' in page
    assert page.index("New games") < page.index("/games/go")
    day = two_weeks.get(f"/days/{LAST}").text
    assert "Records of this day" in day
    assert "Records of this day" not in two_weeks.get(f"/days/{DAY + timedelta(days=1)}").text
    assert "Nothing new in this period" in two_weeks.get("/records?within=1").text


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("/records/recent?day={last}", ["Ada", "Ada", "Chess", "Chess"]),
        ("/records/recent?kind=streamer&measure=peak_viewers", ["Ada"]),
        ("/records/best", ["Chess", "Go", "Draughts"]),
        ("/records/best?kind=streamer&limit=1&offset=1", ["Cyd"]),
        ("/records/new?kind=streamer", ["Cyd"]),
        ("/records/new?within=1", []),
    ],
)
def test_all_of_a_list_of_records_are_on_a_page_of_its_own(two_weeks: Web, address: str, names: list[str]) -> None:
    page = two_weeks.get(address.format(last=LAST)).text.split("<main")[1]
    assert re.findall(r'<span class="name"><a [^>]*><bdi>([^<]*)', page) == names
    assert ("Nothing in this period" in page) == (not names)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(70_400.0, "70,400 was 70,100", id="less than a percent"),
        pytest.param(70_801.0, "70.8K ↑ up 1% was 70.1K", id="a percent"),
    ],
)
def test_record_by_less_than_a_percent_is_said_in_whole_numbers(two_weeks: Web, value: float, shown: str) -> None:
    """Not as 70.4K ±0%, was 70.1K."""
    record = RecordSet("game", "1", "Go", "go", Measure.PEAK_VIEWERS, value, 70_100.0, value / 70_100 - 1, LAST)
    page = Pages(two_weeks.site).render(
        "records_list.html",
        which="recent",
        kind="game",
        measure=None,
        within=30,
        day=None,
        since=DAY,
        found=TablePart([record], 1),
        rows=RowRange(),
        parameters={},
    )
    words = re.sub(r"<[^>]*>", " ", page.split('class="record"')[1].split("</li>")[0])
    assert " ".join(words.strip("> ").split()) == shown


def test_pages_of_records_say_since_when(two_weeks: Web) -> None:
    since = f"since {DAY:%b} {DAY.day}, {DAY.year}"
    for address in ("/records", "/records/recent", "/records/best", f"/days/{LAST}"):
        assert since in two_weeks.get(address).text, address


def test_page_of_records_before_the_first_day(shown: Web) -> None:
    page = shown.get("/records").text
    assert page.count("Records appear after the first full day.") == 4
    assert "Most hours watched in a day" not in page


def test_rank_of_a_streamer_is_their_place_in_the_ranking(two_weeks: Web) -> None:
    ranking = [row["slug"] for row in two_weeks.json("/streamers?days=30")["rows"]]
    ranks = [two_weeks.json(f"/streamers/{slug}?days=30") for slug in ranking]
    assert ranking == ["ada", "bob", "cyd"]
    assert [(row["rank"], row["streamers"]) for row in ranks] == [(1, 3), (2, 3), (3, 3)]
    latest = [two_weeks.json(f"/streamers/{slug}?{query}") for slug, query in (("cyd", "days=1"), ("ada", "days=2"))]
    assert [(row["rank"], row["streamers"]) for row in latest] == [(2, 3), (None, None)]
    page = two_weeks.get("/streamers/bob?days=30").text
    assert re.search(r'href="/streamers\?days=30#table">#2 in 30 days', page)


def test_streamers_week_is_shown_in_any_time_zone(two_weeks: Web) -> None:
    """14:00 to 16:00 UTC; one of three such hours on the last weekday had no stream."""
    page = two_weeks.get("/streamers/ada").text
    assert 'Usually live <strong>every day <span class="span-of-hours">06–08</span></strong>' in page
    assert 'data-zone="America/Los_Angeles" data-fragment="/streamers/ada/week"' in page
    part = two_weeks.get("/streamers/ada/week?tz=Asia/Kathmandu").text
    assert '<strong>every day <span class="span-of-hours">20–22</span></strong>' in part
    assert "<html" not in part
    hours = two_weeks.json("/streamers/ada/week?tz=UTC&limit=168")["rows"]
    assert [row["hour"] for row in hours if row["share"] > 0.5] == [14, 15] * 7
    assert sorted({row["share"] for row in hours}) == pytest.approx([0.0, 2 / 3, 1.0])
    assert two_weeks.get("/streamers/ada/week?tz=Nowhere").status_code == 422


def test_streamer_with_few_streams_has_no_schedule(two_weeks: Web) -> None:
    page = two_weeks.get("/streamers/cyd").text
    assert "Too few streams for a schedule yet: 1 stream in 15 days" in page
    assert two_weeks.get("/streamers/cyd/week").status_code == 404


def test_calendar_of_a_streamer_has_their_days(two_weeks: Web) -> None:
    page = two_weeks.get("/streamers/cyd?days=1").text
    # From their first day on.
    assert "Hours streamed by day: on 2 of 2 days with data, the most on Dec 4 with 0.5 hours." in page
    assert "<title>Sat, Dec 5: 0.5 hours</title>" in page
    assert "<title>Thu, Dec 3: " not in page
