"""The dashboard shows nothing false about times that were not measured, or only in part."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest

from bot.core.polls import PollStatus, Stream
from bot.daily.rollup import Rollup
from bot.names.database_names import DatabaseNames
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.acceptance.conftest import eventually
from tests.factories import DAY_START, a_stream, rows, stage, write
from tests.web.conftest import CALENDAR

Serve = Callable[..., Any]
HOUR = timedelta(hours=1)
CHESS = a_stream(1000)


class History:
    """Days of hourly polls, and the tables that the bot makes of them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.at = DAY_START

    def polls(self, how_many: int, *streams: Stream, status: PollStatus = PollStatus.COMPLETE) -> None:
        """Stage this many polls, an hour apart."""
        seen = () if status is PollStatus.FAILED else streams or (CHESS,)
        instants = [self.at + number * HOUR for number in range(how_many)]
        for day, of_day in groupby(instants, key=lambda instant: CALENDAR.day_of(instant).date):
            first, *others = of_day
            polls = 1 + len(others)
            stage(self.database, *seen, at=first, day=day, status=status, interval_minutes=60, polls=polls, apart=HOUR)
        self.at += how_many * HOUR

    def pause(self, hours: int) -> None:
        """Skip some hours without a poll."""
        self.at += hours * HOUR

    def roll_up(self) -> None:
        """Roll up the finished days, and index the names."""
        Rollup(self.database, VirtualClock(self.at), CALENDAR).daily()
        DatabaseNames(self.database).refresh()

    @property
    def now(self) -> datetime:
        """A little later than the newest poll."""
        return self.at - HOUR + timedelta(minutes=5)


@pytest.fixture
def history(database: Database) -> History:
    return History(database)


def days(first: date, how_many: int) -> Sequence[str]:
    return [str(first + timedelta(days=number)) for number in range(how_many)]


def test_lines_have_gaps_at_days_and_hours_without_measurement(history: History, url: str, serving: Serve) -> None:
    history.polls(48)
    history.pause(72)
    history.polls(24)
    history.pause(5)
    history.polls(7)
    history.roll_up()
    with serving(url, history.now) as web:
        gaps = [(str(date(2026, 11, day)), None) for day in (23, 24, 25)]
        for path, title in (
            ("/games/chess?", "Average viewers"),
            ("/compare?games=chess&", "Hours watched per day"),
            ("/compare?streamers=ada&", "Hours watched per day"),
        ):
            seen = web.chart(f"{path}from=2026-11-14&to=2026-11-26", title)
            assert [point for point in seen if point[1] is None] == gaps, path
        for path, title in (("/games/chess", "Viewers"), ("/", "Twitch viewers")):
            assert ("2026-11-27T16:00:00+00:00", None) in web.chart(path, title), path
        assert "6 days, the lowest 0% on Nov 23" in web.get("/bot").text


def test_day_without_measurement_is_not_shown_as_a_day_without_viewers(
    history: History, url: str, serving: Serve
) -> None:
    history.polls(24)
    history.polls(24, status=PollStatus.FAILED)
    history.polls(25)
    history.roll_up()
    assert rows(url, "select coverage from days order by day") == [(1.0,), (0.0,), (1.0,)]
    with serving(url, history.now) as web:
        first, last = ("2026-11-21", 24_000), ("2026-11-23", 24_000)
        assert web.chart("/streamers/ada", "Hours watched per day") == [first, ("2026-11-22", None), last]
        assert web.chart("/compare?games=chess", "Hours watched per day") == [first, ("2026-11-22", None), last]
        for of in ("/games/chess", "/streamers/ada"):
            assert [row["day"] for row in web.json(f"{of}/days")["rows"]] == ["2026-11-21", "2026-11-23"]
            summary = web.json(f"{of}?from=2026-11-22&to=2026-11-22")
            assert (summary["watch_hours"], summary["peak_viewers"]) == (None, None)
        assert web.json("/games/chess?from=2026-11-22&to=2026-11-22")["days_measured"] == 0
        assert web.json("/streamers/ada?from=2026-11-21&to=2026-11-23")["days_measured"] == 2
        summary = web.json("/games/chess?from=2026-11-14&to=2026-11-23")
        assert (summary["days_measured"], summary["coverage"]) == (2, pytest.approx(0.2))


def test_change_compares_hours_watched_per_measured_hour(history: History, url: str, serving: Serve) -> None:
    """One of the two earlier days was measured for 20 hours."""
    history.polls(20)
    history.pause(4)
    history.polls(24 * 3 + 1)
    history.roll_up()
    assert rows(url, "select covered_hours from days order by day limit 1") == [(20,)]
    with serving(url, history.now) as web:
        for of in ("/games/chess", "/streamers/ada"):
            summary = web.json(f"{of}?days=2")
            assert summary["watch_hours"] > summary["watch_hours_before"], of
            assert summary["change"] == pytest.approx(0), of
        [game] = web.json("/games?days=2")["rows"]
        assert game["change"] == pytest.approx(0)


OF_MONTHS = (
    "insert into games select id, initcap(id), '2026-09-20', '2026-11-10' from unnest(array['chess', 'go']) as id",
    "insert into streamers select id, id, initcap(id), '2026-09-20', '2026-11-10' from unnest('{ada,bob}'::text[]) id",
    "insert into daily_streamer_games (day, streamer_id, game_id, watch_hours, airtime_hours, peak_viewers)"
    " select day::date, who, game, extract(day from day) * hours, 2, 100 * hours + extract(day from day)"
    " from generate_series(date '2026-09-20', '2026-11-10', '1 day') as day,"
    " (values ('ada', 'chess', 1), ('bob', 'chess', 3), ('bob', 'go', 2)) as played (who, game, hours)",
    "insert into daily_games (day, game_id, watch_hours, airtime_hours, peak_viewers)"
    " select day, game_id, sum(watch_hours), sum(airtime_hours), max(peak_viewers)"
    " from daily_streamer_games group by day, game_id",
    "insert into days select day, day + time '16:00', day + time '16:00' + interval '1 day', 0, 24, 1,"
    " sum(watch_hours), sum(airtime_hours), day from daily_games group by day",
)


def test_months_that_are_summed_up_give_the_same_values_as_their_days(
    history: History, url: str, serving: Serve
) -> None:
    for statement in OF_MONTHS:
        write(url, statement)
    history.at = datetime.fromisoformat("2026-11-11 17:00+00:00")
    asked = [
        f"{path}?from=2026-09-25&to=2026-11-05"
        for path in ("/games/chess/streamers", "/games", "/games/chess", "/games/go")
    ]
    DatabaseNames(history.database).refresh()
    answers = []
    for _ in range(2):
        with serving(url, history.at) as web:
            answers.append([web.json(path) for path in asked])
        Rollup(history.database, VirtualClock(history.at), CALENDAR).daily()
    assert rows(url, "select distinct month from monthly_games order by month") == [
        (date(2026, 9, 1),),
        (date(2026, 10, 1),),
    ]
    assert answers[0] == answers[1]
    assert [row["streamer"] for row in answers[0][0]["rows"]] == ["Bob", "Ada"]


def test_days_without_stored_hours_are_drawn_by_day(history: History, url: str, serving: Serve) -> None:
    history.polls(24 * 3 + 1)
    history.roll_up()
    write(url, "delete from hours where hour_at < '2026-11-23 16:00+00'")
    write(url, "delete from hourly_games where hour_at < '2026-11-23 16:00+00'")
    with serving(url, history.now) as web:
        by_day = web.chart("/games/chess?days=3", "Average viewers")
        assert [day for day, _ in by_day] == days(date(2026, 11, 21), 3)
        assert len(web.chart("/games/chess?days=1", "Average viewers")) == 24
        # By the day too where only so few of many were measured.
        assert len(web.chart("/games/chess?days=30", "Average viewers")) == 3


@pytest.mark.parametrize(("status", "is_live"), [(PollStatus.COMPLETE, False), (PollStatus.PARTIAL, None)])
def test_live_status_of_a_streamer_missing_from_an_incomplete_poll_is_unknown(
    history: History, url: str, serving: Serve, status: PollStatus, is_live: bool | None
) -> None:
    bob = a_stream(60, streamer="bob", game="go")
    history.polls(24, CHESS, bob)
    history.pause(2)
    history.polls(1, CHESS, status=status)
    history.roll_up()
    with serving(url, history.now) as web:
        assert web.json("/streamers/ada")["is_live"] is True
        assert web.json("/streamers/bob")["is_live"] is is_live
        assert web.json("/games/go")["viewers_now"] == (0 if is_live is False else None)
        page = web.get("/streamers/bob").text
        assert ("Live status unknown" in page) is (is_live is None)
        assert ("Offline, or below 50 viewers" in page) is (is_live is False)
        assert "LIVE</span> 1,000 viewers" in web.get("/streamers/ada").text
        assert ("The last update was incomplete" in page) is (is_live is None)
        [game] = web.json("/now/games")["rows"]
        assert (game["change_since_yesterday"] is None) is (is_live is None)
        assert ("vs yesterday," in web.get("/").text) is (is_live is False)


def test_live_status_is_unknown_after_an_old_poll(history: History, url: str, serving: Serve) -> None:
    history.polls(2)
    history.roll_up()
    with serving(url, history.now + 5 * HOUR) as web:
        assert web.json("/streamers/ada")["is_live"] is None
        assert "Live status unknown" in web.get("/streamers/ada").text


def test_streams_without_a_game_are_not_listed_as_a_game(history: History, url: str, serving: Serve) -> None:
    """As in the posts."""
    history.polls(25, a_stream(9000, streamer="bob", game="", game_name=""), CHESS)
    history.roll_up()
    with serving(url, history.now) as web:
        assert [(row["rank"], row["game"]) for row in web.json("/games")["rows"]] == [(1, "Chess")]
        assert [(row["rank"], row["game"]) for row in web.json("/now/games")["rows"]] == [(1, "Chess")]
        summary = web.json("/games/chess")
        assert (summary["rank"], summary["games"], summary["share"]) == (1, 1, pytest.approx(0.1))
        assert web.json("/streamers/bob/games")["rows"][0]["share"] == 1


def test_bot_that_started_today_is_healthy(history: History, url: str, serving: Serve) -> None:
    history.pause(5)
    history.polls(1)
    for hours, is_healthy in ((0, True), (19, True), (21, False)):
        with serving(url, history.now + hours * HOUR) as web:
            assert {row["part"]: row["is_healthy"] for row in web.json("/bot/health")["rows"]}["day"] is is_healthy


def test_renamed_game_has_its_new_name_at_once(history: History, url: str, serving: Serve) -> None:
    """Totals of days are cached while no day is added; names are not."""
    history.polls(24)
    history.roll_up()
    with serving(url, history.at) as web:
        assert [(row["game"], row["slug"]) for row in web.json("/games")["rows"]] == [("Chess", "chess")]
        history.polls(1, a_stream(game_name="Chess Reborn"))
        DatabaseNames(history.database).refresh()
        # A new request, so the response is not cached yet.
        [row] = web.json("/games?limit=99")["rows"]
        assert (row["game"], row["slug"]) == ("Chess Reborn", "chess-reborn")


LISTS_OF_ONE = (
    "/games",
    "/streamers",
    "/now/games",
    "/now/streamers",
    "/games/chess-reborn/streamers",
    "/games/chess-reborn/now",
    "/streamers/countess/games",
    "/streamers/countess/streams",
    "/records?kind=game",
    "/records?kind=streamer",
    "/search?q=chess",
    "/search?q=countess",
)


def test_renamed_game_and_streamer_are_listed_once(history: History, url: str, serving: Serve) -> None:
    """They have two addresses, of which each list shows the present one."""
    history.polls(24)
    history.roll_up()
    history.polls(25, replace(a_stream(game_name="Chess Reborn", streamer_name="Countess"), login="countess"))
    history.roll_up()
    with serving(url, history.now) as web:
        found = {path: web.json(path) for path in LISTS_OF_ONE}
    assert {path: (len(one["rows"]), one["total"]) for path, one in found.items()} == dict.fromkeys(found, (1, 1))
    slugs = {
        row[name] for one in found.values() for row in one["rows"] for name in ("slug", "game_slug") if name in row
    }
    assert slugs == {"chess-reborn", "countess"}


def test_dashboard_becomes_out_of_date_without_a_change_of_the_database(
    history: History, url: str, serving: Serve
) -> None:
    """Nothing changes in the database; only time passes."""
    history.polls(24)
    history.roll_up()
    clock = VirtualClock(history.now)
    with serving(url, clock=clock) as web:
        notice = "Data is out of date"
        assert notice not in web.get("/").text
        clock.advance(6 * 3600)
        eventually(lambda: notice in web.get("/").text, "the page is made again")


def test_streams_without_a_game_take_no_rank(history: History, url: str, serving: Serve) -> None:
    """Neither now nor before, with any number of viewers."""
    nothing = a_stream(9000, streamer="talks", game="", game_name="")
    history.polls(24, nothing, a_stream(2000, streamer="one", game="go"), a_stream(1000, streamer="two"))
    history.polls(24, nothing, a_stream(1000, streamer="one", game="go"), a_stream(3000, streamer="two"))
    history.roll_up()
    with serving(url, history.now) as web:
        games = web.json("/games?days=1")["rows"]
        chess = web.json("/games/chess?days=1")
    assert [(row["game_id"], row["rank"], row["rank_before"]) for row in games if row["game_id"]] == [
        ("chess", 1, 2),
        ("go", 2, 1),
    ]
    assert [(row["rank"], row["rank_before"]) for row in games if not row["game_id"]] in ([], [(None, None)])
    assert (chess["rank"], chess["rank_before"]) == (1, 2)


def test_same_hour_of_last_week_follows_the_wall_clock(history: History, url: str, serving: Serve) -> None:
    """On November 1 the clocks were set back by an hour."""
    history.at = datetime.fromisoformat("2026-10-26 16:00+00:00")
    for number in range(24 * 8 + 2):
        history.polls(1, a_stream(100 + number))
    history.roll_up()
    with serving(url, history.now) as web:
        [game] = web.json("/now/games")["rows"]
        newest = web.chart("/", "Twitch viewers", series=2)[-1][1]
        assert newest == game["viewers_last_week"] == game["viewers"] - 24 * 7 - 1


def test_two_games_of_one_name_are_two_in_a_chart(history: History, url: str, serving: Serve) -> None:
    two = (a_stream(1000, game="1", game_name="God of War"), a_stream(500, game="2", game_name="God\u00a0of War"))
    for one in two * 3:
        history.polls(12, one)
    history.polls(1)
    history.roll_up()
    with serving(url, history.now) as web:
        names = ["God of War (god-of-war)", "God of War (god-of-war-2)"]
        chart = web.charts("/compare?games=god-of-war,god-of-war-2")
        assert [one["name"] for one in chart["Hours watched per day"]["series"]] == names


def test_search_for_one_kind_is_not_crowded_out_by_the_other(history: History, url: str, serving: Serve) -> None:
    ninjas = [a_stream(1000 + number, streamer=f"ninja{number}", game="go") for number in range(60)]
    history.polls(25, *ninjas, a_stream(60, streamer="zoe", game="gaiden", game_name="Ninja Gaiden"))
    history.roll_up()
    with serving(url, history.now) as web:
        assert [row["name"] for row in web.json("/search?q=ninja&kind=game")["rows"]] == ["Ninja Gaiden"]
        assert len(web.json("/search?q=ninja&kind=streamer")["rows"]) == 20
        assert [row["name"] for row in web.json("/search?q=nimja gaidem&kind=game")["rows"]] == ["Ninja Gaiden"]


def test_name_of_a_game_and_of_a_streamer_leads_to_neither_but_lists_both(
    history: History, url: str, serving: Serve
) -> None:
    history.polls(1, a_stream(streamer="rust", game="go"), a_stream(streamer="ada", game="rust"))
    history.roll_up()
    with serving(url, history.now) as web:
        both = web.get("/search?q=rust")
        assert (both.status_code, "/games/rust" in both.text, "/streamers/rust" in both.text) == (200, True, True)
        one = web.get("/search?q=ada")
        assert (one.status_code, one.headers["location"]) == (303, "/streamers/ada")


def test_best_hours_are_shown_in_the_requested_time_zone(history: History, url: str, serving: Serve) -> None:
    """Three hours from 16:00 UTC on Saturday; in Tokyo, that is Sunday. A day is too little for an advice."""
    history.polls(3)
    history.polls(1, a_stream(9_000))
    history.polls(30)
    history.roll_up()
    with serving(url, history.now) as web:
        page = web.get("/games/chess?week=viewers").text
        tokyo = web.get("/games/chess/week?tz=Asia/Tokyo&week=viewers").text
        channels = web.get("/games/chess?week=channels").text
        advice = web.get("/games/chess").text
        assert web.get("/games/chess/week?tz=Mars").status_code == 422
    assert "Best: <strong>not known yet</strong>" in advice
    assert ("Most viewers:" in page, "Most live channels:" in channels, "Best:" in channels) == (True, True, False)
    assert ('Sat <span class="span-of-hours">11–12</span>' in page, "America/Los Angeles time" in page) == (True, True)
    assert ('Sun <span class="span-of-hours">04–05</span>' in tokyo, "Asia/Tokyo time" in tokyo) == (True, True)


def test_range_may_begin_after_the_newest_day(history: History, url: str, serving: Serve) -> None:
    history.polls(25)
    history.roll_up()
    with serving(url, history.now) as web:
        assert web.json("/games/chess/days?from=2026-11-22")["rows"] == []
        assert "No data for these days yet" in web.get("/games/chess?from=2026-11-22").text


def test_csv_reports_the_total_and_the_next_part_in_headers(history: History, url: str, serving: Serve) -> None:
    history.polls(2, *(a_stream(100 + number, streamer=f"s{number}") for number in range(7)))
    history.roll_up()
    with serving(url, history.now) as web:
        part = web.get("/api/v1/now/streamers?format=csv&limit=3")
        assert part.headers["x-total-count"] == "7"
        assert part.headers["link"] == '</api/v1/now/streamers?format=csv&limit=3&offset=3>; rel="next"'
        last = web.get("/api/v1/now/streamers?format=csv&limit=3&offset=6")
        assert (last.headers["x-total-count"], last.headers.get("link")) == ("7", None)
        assert json.loads(web.get("/api/v1/now/streamers?limit=7").text)["next"] is None
