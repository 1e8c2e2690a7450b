"""Figures on the pages and in the API: sums, averages, changes, ranks and records."""

import html
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.daily.rollup import Rollup
from bot.names.database_names import DatabaseNames
from bot.web.views.render import percent
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, stage
from tests.web.conftest import CALENDAR, NOW, Web


def test_live_games_are_compared_with_the_same_hour_a_day_and_a_week_before(web: Web) -> None:
    games = web.json("/now/games")
    first = games["rows"][0]
    assert (first["rank"], first["game"], first["slug"], first["streams"]) == (1, "Chess", "chess", 2)
    hours = {"yesterday": NOW - timedelta(days=1), "last_week": NOW - timedelta(days=7)}
    for when, at in hours.items():
        found = web.json(f"/games/chess/hours?from={(at - timedelta(days=1)).date()}&to={at.date()}&limit=100")["rows"]
        [before] = [row for row in found if row["hour_at"] == f"{at:%Y-%m-%dT18:00:00}+00:00"]
        assert first[f"viewers_{when}"] == pytest.approx(before["average_viewers"])
        change = first[f"change_since_{when}"]
        assert change == pytest.approx(first["viewers"] / before["average_viewers"] - 1)
    assert games["total"] == 63


def test_summary_of_a_game_is_the_sum_of_its_days(web: Web) -> None:
    summary = web.json("/games/chess?days=7")
    days = web.json("/games/chess/days?days=7")["rows"]
    assert summary["days_measured"] == len(days) == 7
    assert summary["watch_hours"] == pytest.approx(sum(day["watch_hours"] for day in days))
    assert summary["average_viewers"] == pytest.approx(summary["watch_hours"] / (7 * 24))
    assert summary["viewers_per_stream"] == pytest.approx(summary["watch_hours"] / summary["airtime_hours"])
    assert summary["peak_viewers"] == max(day["peak_viewers"] for day in days)
    assert (summary["rank"], summary["first_day"], summary["last_day"]) == (1, "2026-11-15", "2026-11-21")
    streamers = web.json("/games/chess/streamers?days=7")
    assert [row["streamer"] for row in streamers["rows"]] == ["Ada", "Carol"]
    assert sum(row["watch_hours"] for row in streamers["rows"]) == pytest.approx(summary["watch_hours"])


@pytest.mark.parametrize("of", ["/games/chess", "/streamers/ada"])
def test_change_is_reported_only_against_days_that_were_measured_as_well(of: str, web: Web) -> None:
    before = web.json(f"{of}/days?from=2026-11-14&to=2026-11-17")["rows"]
    summary = web.json(f"{of}?days=4")
    assert summary["watch_hours_before"] == pytest.approx(sum(day["watch_hours"] for day in before))
    assert summary["change"] == pytest.approx(summary["watch_hours"] / summary["watch_hours_before"] - 1)
    # Of the seven days before the newest seven, two were measured.
    summary = web.json(f"{of}?days=7")
    assert (summary["days_measured"], summary["watch_hours_before"], summary["change"]) == (7, None, None)


def test_summary_of_a_streamer_is_the_sum_of_their_games(web: Web) -> None:
    summary = web.json("/streamers/carol")
    games = web.json("/streamers/carol/games")["rows"]
    assert {game["game"] for game in games} == {"Chess", "Go"}
    assert sum(game["watch_hours"] for game in games) == pytest.approx(summary["watch_hours"])
    assert sum(game["share"] for game in games) == pytest.approx(1)
    records = {row["record"]: row for row in web.json("/streamers/carol/records")["rows"]}
    days = web.json("/streamers/carol/days")["rows"]
    assert records["peak_viewers"]["value"] == max(day["peak_viewers"] for day in days)
    assert records["watch_hours"]["value"] == pytest.approx(max(day["watch_hours"] for day in days))


def test_hours_of_the_week_follow_the_clock_of_the_time_zone(web: Web) -> None:
    at_home = {(row["weekday"], row["hour"]): row for row in web.json("/games/go/week?limit=200")["rows"]}
    in_tokyo = {
        (row["weekday"], row["hour"]): row for row in web.json("/games/go/week?limit=200&tz=Asia/Tokyo")["rows"]
    }
    assert len(at_home) == len(in_tokyo)
    for (weekday, hour), row in at_home.items():
        ahead = 24 * (weekday - 1) + hour + 17
        there = in_tokyo[ahead // 24 % 7 + 1, ahead % 24]
        assert there["average_viewers"] == pytest.approx(row["average_viewers"])


@pytest.mark.parametrize(("zone", "minutes"), [("Asia/Kathmandu", 5 * 60 + 45), ("Asia/Kolkata", 5 * 60 + 30)])
def test_hour_that_overlaps_two_clock_hours_is_divided_between_them(web: Web, zone: str, minutes: int) -> None:
    """10:00 UTC is 15:45 in Kathmandu: a quarter of that hour lies in the hour of 15:00, the rest in the next."""
    in_utc, there = (
        {
            24 * (row["weekday"] - 1) + row["hour"]: (row["average_viewers"], row["average_streams"])
            for row in web.json(f"/games/chess/week?limit=200&tz={name}")["rows"]
        }
        for name in ("UTC", zone)
    )
    whole, after = divmod(minutes, 60)
    shares = {whole: 1 - after / 60, whole + 1: after / 60}
    expected = {}
    for hour in range(7 * 24):
        parts = [(in_utc[at], share) for ahead, share in shares.items() if (at := (hour - ahead) % (7 * 24)) in in_utc]
        if parts:
            total = sum(share for _, share in parts)
            expected[hour] = tuple(sum(of[place] * share for of, share in parts) / total for place in (0, 1))
    assert there.keys() == expected.keys()
    for hour, value in expected.items():
        assert there[hour] == pytest.approx(value, rel=0.02), hour


def test_comparison_has_the_values_of_the_single_pages(web: Web) -> None:
    for kind, names in (("game", ["go", "chess"]), ("streamer", ["bob", "ada"])):
        rows = web.json(f"/compare?kind={kind}&names={','.join(names)}&days=7")["rows"]
        days = web.json(f"/compare/days?kind={kind}&names={','.join(names)}&days=7")["rows"]
        assert [row["slug"] for row in rows] == names
        for row in rows:
            alone = web.json(f"/{kind}s/{row['slug']}?days=7")
            for field in ("watch_hours", "airtime_hours", "average_viewers", "peak_viewers"):
                assert row[field] == pytest.approx(alone[field]), (kind, field)
            own = [day["watch_hours"] for day in days if day["slug"] == row["slug"]]
            assert sum(own) == pytest.approx(alone["watch_hours"])


def test_rank_is_shown_with_the_rank_before(database: Database, url: str, serving: Callable[..., Any]) -> None:
    for day, viewers in enumerate((300, 50)):
        at = DAY_START + timedelta(days=day)
        go = a_stream(viewers, streamer="bob", game="go")
        stage(database, a_stream(100), go, at=at, day=DAY + timedelta(days=day), polls=48)
    Rollup(database, VirtualClock(DAY_START + timedelta(days=3)), CALENDAR).daily()
    DatabaseNames(database).refresh()
    with serving(url) as web:
        rows = web.json("/games?days=1")["rows"]
        assert [(row["game"], row["rank"], row["rank_before"]) for row in rows] == [("Chess", 1, 2), ("Go", 2, 1)]
        for row in rows:
            summary = web.json(f"/games/{row['slug']}?days=1")
            assert (summary["rank"], summary["rank_before"], summary["games"]) == (row["rank"], row["rank_before"], 2)
        assert "of 2 games, was #2" in web.get("/games/chess?days=1").text


def test_hours_of_all_twitch_are_those_of_the_newest_day(web: Web) -> None:
    rows = web.json("/now/hours")["rows"]
    newest = web.json("/now/streamers?limit=10000")["rows"]
    assert rows[-1]["hour_at"] == "2026-11-22T18:00:00+00:00"
    assert rows[-1]["average_viewers"] == sum(row["viewers"] for row in newest)
    assert [row["viewers"] for row in newest] == sorted((row["viewers"] for row in newest), reverse=True)
    assert len(rows) == 12


def test_records_are_the_best_days_and_averages_need_an_hour_live(
    database: Database, url: str, serving: Callable[..., Any]
) -> None:
    def polls(first: int, how_many: int, viewers: int, days: int) -> None:
        day, other = DAY + timedelta(days=days), a_stream(60, streamer="bob", game="go")
        last = first + how_many
        for begin, end, seen in ((0, first, []), (first, last, [a_stream(viewers)]), (last, 48, [])):
            at = DAY_START + timedelta(days=days) + begin * HALF_HOUR
            stage(database, other, *seen, at=at, day=day, polls=end - begin)

    polls(10, 1, 9_000, 0)
    polls(10, 20, 1_000, 1)
    polls(10, 4, 2_000, 2)
    Rollup(database, VirtualClock(DAY_START + timedelta(days=4)), CALENDAR).daily()
    DatabaseNames(database).refresh()
    with serving(url) as web:
        records = {row["record"]: (row["day"], row["value"]) for row in web.json("/streamers/ada/records")["rows"]}
    assert records == {
        "peak_viewers": ("2026-11-21", 9_000),
        "average_viewers": ("2026-11-23", 2_000),
        "watch_hours": ("2026-11-22", 10_000),
        "airtime_hours": ("2026-11-22", 10),
    }


def test_shares_over_time_are_those_of_the_table_and_of_the_day(web: Web) -> None:
    chart = web.charts("/explore?days=9")["Share of hours watched"]
    top = [row["game"] for row in web.json("/games?days=9&limit=5")["rows"]]
    assert [one["name"] for one in chart["series"]] == top
    first = web.json(f"/games/chess?from={chart['at'][0]}&to={chart['at'][0]}")
    assert chart["series"][0]["values"][0] == round(100 * first["share"], 1)
    page = web.get("/explore?days=9").text
    assert f'<td class="num">{percent(first["share"])}</td>' in page
    assert 'href="/api/v1/shares?days=9&amp;limit=10000"' in page
    for query in ("?days=9&name=chess", "?days=9&offset=50", "?days=2"):
        assert "Share of hours watched" not in web.charts(f"/explore{query}")


@pytest.mark.parametrize(("measure", "field"), [("hours", "watch_hours"), ("viewers", "average_viewers")])
def test_chart_of_a_comparison_has_a_table_with_its_values(web: Web, measure: str, field: str) -> None:
    page = web.get(f"/compare?games=chess,go&days=9&measure={measure}").text
    table = page.partition("data table</summary>")[2].partition("</table>")[0]
    rows = [re.findall(r"<td[^>]*>(?:<a [^>]*>)?([^<]*)", row) for row in table.split("<tr>")[2:]]
    values = {
        (row["day"], row["slug"]): row[field]
        for row in web.json("/compare/days?kind=game&names=chess,go&days=9&limit=99")["rows"]
    }
    days = sorted({day for day, _ in values}, reverse=True)
    assert [row[1:] for row in rows] == [[f"{values[day, slug]:,.0f}" for slug in ("chess", "go")] for day in days]
    assert rows[0][0] == "Nov 21, 2026"


def test_comparison_of_nothing_offers_the_most_watched(web: Web) -> None:
    page = web.get("/compare").text
    links = dict(re.findall(r'<a class="button" href="([^"]*)">(Compare the top [a-z]*)', page))
    assert list(links.values()) == ["Compare the top games", "Compare the top streamers"]
    for link, kind in zip(links, ("games", "streamers"), strict=True):
        top = [row["slug"] for row in web.json(f"/{kind}?limit=5")["rows"]]
        assert parse_qs(urlsplit(link).query) == {kind: [",".join(top)]}


def test_days_have_a_chart_of_the_hours_watched(web: Web) -> None:
    page = web.get("/days").text
    points = json.loads(html.unescape(re.findall(r'data-points="([^"]*)"', page)[0]))
    days = web.json("/bot/days?days=9")["rows"]
    assert dict(zip(points["at"], points["series"][0]["values"], strict=True)) == {
        row["day"]: round(row["watch_hours"]) for row in days
    }


def test_day_shows_the_columns_for_which_there_is_room(web: Web) -> None:
    table = web.get("/days/2026-11-21").text.partition("Top games</caption>")[2].partition("</table>")[0]
    headings = [text.strip() for text in re.findall(r'<th scope="col"[^>]*>([^<]*)', table)]
    assert headings == ["#", "Game", "Hours watched", "vs day before", "Avg viewers", "Avg live channels", "Compare"]
