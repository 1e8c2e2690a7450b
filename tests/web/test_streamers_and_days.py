"""Streamers over some days, streams, single days, previous periods, and how viewers of a game are spread."""

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from bot.daily.rollup import Rollup
from bot.names.database_names import DatabaseNames
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import DAY_START, HALF_HOUR, a_stream, rows, stage, write
from tests.web.conftest import CALENDAR, NEXT_DAY, Web
from tests.web.conftest import TWO_DAYS_LATER as NOW

Serve = Callable[..., Any]


def ranked(web: Web, query: str) -> list[tuple[str, float]]:
    by = query.partition("sort=")[2].partition("&")[0] or "watch_hours"
    return [(row["streamer"], round(row[by], 6)) for row in web.json(f"/streamers?{query}")["rows"]]


def test_streamers_are_ranked_by_four_measures(two_days: Web) -> None:
    by_hours = ranked(two_days, "days=2")
    assert by_hours[:2] == [("Bob", 5_000.0), ("Ada", 3_600.0)]
    assert ranked(two_days, "days=2&sort=airtime_hours")[0] == ("Ada", 48.0)
    assert ranked(two_days, "days=2&sort=peak_viewers")[0] == ("Bob", 4_000)
    assert ranked(two_days, "days=2&sort=average_viewers")[:2] == [("Bob", 4_000.0), ("S90", 90.0)]
    assert [row["rank"] for row in two_days.json("/streamers?days=2&limit=2&offset=2")["rows"]] == [3, 4]
    assert two_days.json("/streamers?days=2")["total"] == 6
    assert two_days.json("/streamers?days=2&offset=100") == {
        "rows": [],
        "total": 6,
        "limit": 50,
        "offset": 100,
        "next": None,
    }


def test_change_of_a_streamer_is_that_per_measured_hour(two_days: Web) -> None:
    [ada] = [row for row in two_days.json("/streamers?days=1")["rows"] if row["streamer"] == "Ada"]
    assert ada["change"] == pytest.approx(-0.5)
    assert {row["change"] for row in two_days.json("/streamers?days=2")["rows"]} == {None}


def test_streamers_of_a_language_are_counted_on_the_days_on_which_they_spoke_it(two_days: Web) -> None:
    assert ranked(two_days, "days=2&language=de") == [("Ada", 1_200.0)]
    assert ranked(two_days, "days=2&language=en") == [("Ada", 2_400.0)]
    assert [name for name, _ in ranked(two_days, "days=2&language=pt")] == ["S90", "S80", "S70", "S60"]
    assert ranked(two_days, "days=2&language=fr") == []
    assert two_days.get("/api/v1/streamers?language=EN!").status_code == 422
    assert "No streamers match" in two_days.get("/streamers?language=fr").text


def test_streamers_of_a_game_are_ranked_with_its_figures_alone(two_days: Web) -> None:
    assert ranked(two_days, "days=2&game=go") == [("Bob", 5_000.0)]
    assert ranked(two_days, "days=2&game=chess&sort=peak_viewers")[:2] == [("Ada", 100), ("S90", 90)]
    assert ranked(two_days, "days=2&game=chess&language=de") == [("Ada", 1_200.0)]
    [ada] = [row for row in two_days.json("/streamers?days=1&game=chess")["rows"] if row["streamer"] == "Ada"]
    assert ada["change"] == pytest.approx(-0.5)
    assert two_days.get("/api/v1/streamers?game=nothing").status_code == 404
    page = two_days.get("/streamers?days=2&game=go").text
    assert ("Bob" in page, "/streamers/ada" in page, "Figures are those with" in page) == (True, False, True)


def test_name_of_a_game_leads_to_its_streamers(two_days: Web) -> None:
    found = two_days.get("/streamers?game_name=ches&days=2&language=de")
    assert (found.status_code, found.headers["location"]) == (
        303,
        "/streamers?days=2&language=de&game=chess&sort=watch_hours",
    )
    assert "No game matches “zzzz”." in two_days.get("/streamers?game_name=zzzz").text
    assert '/streamers?days=1&amp;game=chess"' in two_days.get("/games/chess?days=1").text


def test_previous_period_is_a_line_in_the_charts_and_a_part_of_the_table(two_days: Web) -> None:
    """Ada has 100 viewers on the first day and 50 on the second; all of chess 100 and 350."""
    chart = two_days.charts("/games/chess?days=1&compare=previous")["Average viewers"]
    [now, before] = chart["series"]
    assert (now["name"], before["name"]) == ("Viewers", "Previous day")
    assert len(now["values"]) == len(before["values"]) == 24
    assert (set(now["values"][:23]), set(before["values"])) == ({350}, {100})
    page = two_days.get("/games/chess?days=1&compare=previous").text
    assert page.index("Avg viewers then") < page.index("/api/v1/games/chess/days/compared?days=1")
    assert 'href="/games/chess?days=1#history">Hide previous day</a>' in page
    assert "compare=previous" in two_days.get("/games/chess?days=1").text
    [day] = two_days.json("/streamers/ada/days/compared?days=1")["rows"]
    assert (day["day"], day["average_viewers"], day["day_before"], day["average_viewers_before"]) == (
        "2026-11-22",
        50.0,
        "2026-11-21",
        100.0,
    )
    [day] = two_days.json("/games/chess/days/compared?days=1")["rows"]
    assert (day["average_streams"], day["average_streams_before"]) == (pytest.approx(5.0), pytest.approx(1.0))
    first = two_days.json(f"/games/chess/days/compared?from={NEXT_DAY - timedelta(days=1)}&to={NEXT_DAY}")["rows"]
    assert {row["watch_hours_before"] for row in first} == {None}
    none = two_days.get("/streamers/ada?days=2&compare=previous").text
    assert "No data for the previous 2 days." in none
    assert two_days.get("/games/chess?compare=last").status_code == 422


def test_whole_months_of_streamers_add_up_to_the_same_as_their_days(
    database: Database, url: str, serving: Serve
) -> None:
    """In every language and in one; and how the viewers of a game are spread, where a day has no shares."""
    for number, (viewers, language) in enumerate(((100, "en"), (200, "de"), (300, "en"), (400, "en"))):
        at = CALENDAR.day(date(2026, 9, 26) + timedelta(days=number * 8)).starts_at
        crowd = [a_stream(viewers // each, streamer=f"s{each}", language=language) for each in range(1, 6)]
        stage(database, *crowd, at=at, day=CALENDAR.day_of(at).date, polls=48)
    Rollup(database, VirtualClock(NOW), CALENDAR).daily()
    write(url, "update daily_games set top_watch_hours = null, top3_watch_hours = null where day = '2026-09-26'")
    write(url, "delete from months")
    Rollup(database, VirtualClock(NOW), CALENDAR).daily()
    DatabaseNames(database).refresh()
    between = "from=2026-09-01&to=2026-11-10"
    streamers = f"/streamers?{between}"
    queries = [streamers, f"{streamers}&language=en", f"{streamers}&language=de", f"/games?{between}"]
    with serving(url, NOW) as web:
        by_month = [web.json(query)["rows"] for query in queries]
    rows_of_months = rows(url, "select count(*) from monthly_streamers where streamer_id = 's1'")
    write(url, "delete from months")
    with serving(url, NOW) as web:
        by_day = [web.json(query)["rows"] for query in queries]
    assert (by_month, rows_of_months) == (by_day, [(3,)])
    assert [found[0]["watch_hours"] for found in by_month[:3]] == [1000 * 24, 800 * 24, 200 * 24]
    # The largest of five has 100 of 228, and rounding makes that a little more.
    assert by_month[3][0]["top_share"] == pytest.approx(0.44, abs=0.01)


def test_ranking_by_average_has_only_those_with_an_hour_live(database: Database, url: str, serving: Serve) -> None:
    """Bob is live at the last poll of the day, which counts for three quarters of an hour; Carol for just one."""
    ada = a_stream(100, streamer="ada")
    stage(database, ada, at=DAY_START, polls=20)
    stage(database, ada, a_stream(50, streamer="carol"), at=DAY_START + 20 * HALF_HOUR, polls=2)
    stage(database, ada, at=DAY_START + 22 * HALF_HOUR, polls=25)
    stage(database, ada, a_stream(9_000, streamer="bob"), at=DAY_START + 47 * HALF_HOUR)
    Rollup(database, VirtualClock(NOW), CALENDAR).daily()
    DatabaseNames(database).refresh()
    with serving(url, NOW) as web:
        assert [row["streamer"] for row in web.json("/streamers?sort=watch_hours")["rows"]] == ["Bob", "Ada", "Carol"]
        by_average = web.json("/streamers?sort=average_viewers")
        records = {row["record"] for row in web.json("/streamers/carol/records")["rows"]}
    assert ([row["streamer"] for row in by_average["rows"]], by_average["total"]) == (["Ada", "Carol"], 2)
    assert "average_viewers" in records


@pytest.mark.parametrize(
    ("days_ago", "place"), [(0, (1, 6)), (1, (1, 6)), (2, (None, None))], ids=["today", "the day before", "earlier"]
)
def test_rank_of_the_day_before_is_shown_until_the_new_one_is_stored(
    days_ago: int, place: tuple[int | None, int | None], own_two_days: Web, own_two_days_url: str
) -> None:
    """The roll-up stores a day first, and ranks the streamers afterwards."""
    write(own_two_days_url, f"update streamer_ranks set last_day = last_day - {days_ago}")
    row = own_two_days.json("/streamers/bob?days=1")
    assert (row["rank"], row["streamers"]) == place


def test_day_without_measurement_does_not_count_in_a_schedule(own_two_days: Web, own_two_days_url: str) -> None:
    """Nothing is known about that day: it must not look as if the streamer had stayed away."""
    write(own_two_days_url, f"update days set covered_hours = 0, coverage = 0 where day = '{NEXT_DAY}'")
    hours = own_two_days.json("/streamers/ada/week?tz=UTC&limit=168")["rows"]
    assert sum(row["hours"] for row in hours) == 24


def test_form_to_find_a_game_is_answered_with_its_field_empty(two_days: Web) -> None:
    """A browser without scripts sends empty fields."""
    page = two_days.get("/find?size=any&viewers=&days=1").text
    assert "viewers per channel (the median" in page
    assert "Concentrated: the three largest channels have 69% of the viewers" in page
    assert "sort=median_viewers" in two_days.get("/explore?sort=median_viewers&days=1").text


@pytest.mark.parametrize("path", ["/explore?offset=100", "/explore?offset=1&limit=1", "/streamers?offset=1000&days=2"])
def test_page_before_one_past_the_end_has_rows(two_days: Web, path: str) -> None:
    [before] = re.findall(r'rel="prev" href="([^"]+)', two_days.get(path).text)
    page = two_days.get(html.unescape(before))
    assert page.status_code == 200
    assert "<tbody>" in page.text


def test_search_for_a_date_without_figures_searches(two_days: Web) -> None:
    """A day that has begun has none yet."""
    assert two_days.get("/search?q=2026-11-21").headers["location"].endswith("/days/2026-11-21")
    assert two_days.get("/search?q=2026-11-23").status_code == 200


@pytest.mark.parametrize("spelling", ["2026-11-21T00:00:00", "1795219200", "20261121"])
@pytest.mark.parametrize("path", ["/days/{}", "/cards/days/{}.png", "/api/v1/days/{}/languages"])
def test_a_day_has_one_spelling(two_days: Web, path: str, spelling: str) -> None:
    assert two_days.get(path.format("2026-11-21")).status_code == 200
    assert two_days.get(path.format(spelling)).status_code in (404, 422)


def test_first_page_before_the_first_full_day_has_no_link_to_one(database: Database, url: str, serving: Serve) -> None:
    stage(database, a_stream(100), at=DAY_START)
    DatabaseNames(database).refresh()
    with serving(url, DAY_START + timedelta(minutes=1)) as web:
        page = web.get("/").text
    assert "Chess" in page
    assert "Latest full day" not in page


def test_a_stream_that_began_after_its_poll_has_been_live_for_no_time(
    database: Database, url: str, serving: Serve
) -> None:
    stage(database, a_stream(100, started_at=DAY_START + timedelta(seconds=30)), at=DAY_START)
    DatabaseNames(database).refresh()
    with serving(url, DAY_START + timedelta(minutes=1)) as web:
        page = web.get("/games/chess").text
    assert "0 min" in page
    assert "-1 day" not in page


def test_stream_over_two_days_is_one_with_the_sums_of_both(two_days: Web) -> None:
    [stream] = two_days.json("/streamers/ada/streams?days=2")["rows"]
    assert (stream["watch_hours"], stream["airtime_hours"], stream["peak_viewers"]) == (3_600.0, 48.0, 100)
    assert (stream["started_at"], stream["games"]) == ("2026-11-21T16:00:00+00:00", "Chess")
    assert stream["length_hours"] == 47.5
    assert two_days.json("/streamers/ada/streams?days=1")["rows"][0]["watch_hours"] == 1_200.0
    assert "Nov 21, 08:00 PST" in two_days.get("/streamers/ada?days=2").text


def test_spread_of_a_games_viewers(two_days: Web) -> None:
    [chess] = [row for row in two_days.json("/games?days=1")["rows"] if row["game"] == "Chess"]
    # Of 350 viewers, 90 and 240 are those of the largest; without the three largest there are 60 and 50.
    assert (chess["top_share"], chess["top3_share"], chess["median_viewers"]) == (
        pytest.approx(90 / 350),
        pytest.approx(240 / 350),
        55.0,
    )
    summary = two_days.json("/games/chess?days=1")
    assert [summary[name] for name in ("top_share", "top3_share", "median_viewers")] == [
        chess[name] for name in ("top_share", "top3_share", "median_viewers")
    ]
    assert "the three largest channels have 69%" in two_days.get("/games/chess?days=1").text
    [go] = [row for row in two_days.json("/games?days=1")["rows"] if row["game"] == "Go"]
    assert (go["top_share"], go["median_viewers"]) == (1.0, None)


def test_averages_of_a_new_game_are_those_since_its_first_day(two_days: Web) -> None:
    """Go was first streamed on the second day: 4,000 viewers in an hour and a quarter of 24."""
    [go] = [row for row in two_days.json("/games?days=2")["rows"] if row["game"] == "Go"]
    assert (go["average_viewers"], go["new_for_days"]) == (pytest.approx(5_000 / 24), 1)
    summary = two_days.json("/games/go?days=2")
    assert summary["average_viewers"] == pytest.approx(5_000 / 24)
    assert (summary["days_measured"], summary["coverage"], summary["new_for_days"]) == (1, 0.5, 1)
    assert [row["day"] for row in two_days.json("/games/go/days?days=2")["rows"]] == ["2026-11-22"]
    assert {row["hour_at"][:10] for row in two_days.json("/games/go/hours?days=2")["rows"]} == {
        "2026-11-22",
        "2026-11-23",
    }
    assert "new, 1 day of data" in two_days.get("/games/go?days=2").text
    [chess] = [row for row in two_days.json("/games?days=2")["rows"] if row["game"] == "Chess"]
    assert chess["new_for_days"] is None
    [compared] = two_days.json("/compare?kind=game&names=go&days=2")["rows"]
    assert compared["average_viewers"] == pytest.approx(5_000 / 24)


def test_days_of_a_streamer_begin_with_their_first(two_days: Web) -> None:
    assert [row["day"] for row in two_days.json("/streamers/bob/days?days=2")["rows"]] == ["2026-11-22"]
    assert len(two_days.json("/streamers/ada/days?days=2")["rows"]) == 2


def test_page_of_a_day_has_its_neighbours_and_figures(two_days: Web) -> None:
    page = two_days.get("/days/2026-11-22").text
    assert 'href="/days/2026-11-21"' in page
    assert 'rel="next"' not in page
    assert page.index("Bob") < page.index("Ada")
    assert two_days.get("/days/2026-11-20").status_code == 404
    assert two_days.get("/days/yesterday").status_code == 422
    calendar = two_days.get("/days").text
    assert ('href="/days/2026-11-21"' in calendar, 'href="/days/2026-11-23"' in calendar) == (True, False)
    assert 'href="/days/2026-11-22"' in two_days.get("/").text


def test_shares_of_the_most_watched_games_by_day(two_days: Web) -> None:
    rows = [
        (row["day"], row["game"], row["watch_hours"], round(row["share"], 6))
        for row in two_days.json("/shares?days=2")["rows"]
    ]
    assert rows == [
        ("2026-11-21", "Chess", 2_400.0, 1.0),
        ("2026-11-21", "Go", 0.0, 0.0),
        ("2026-11-22", "Chess", 8_400.0, round(8_400 / 13_400, 6)),
        ("2026-11-22", "Go", 5_000.0, round(5_000 / 13_400, 6)),
    ]


def test_last_time_live_is_an_instant_where_it_is_known(two_days: Web) -> None:
    """The last poll of the second day is half an hour before its end."""
    assert two_days.json("/streamers/s90")["last_seen_at"] == "2026-11-23T15:30:00+00:00"
    page = two_days.get("/streamers/s90").text
    assert 'Last live <time datetime="2026-11-23T15:30:00Z">Mon, Nov 23, 07:30 PST</time>' in page
    assert "Last live" not in two_days.get("/streamers/ada").text


def test_last_time_live_on_an_unfinished_day_is_no_date_of_the_bot(
    database: Database, url: str, serving: Serve
) -> None:
    stage(database, a_stream(streamer="ada"), at=DAY_START)
    stage(database, a_stream(streamer="bob"), at=DAY_START + HALF_HOUR)
    DatabaseNames(database).refresh()
    with serving(url, DAY_START + HALF_HOUR + timedelta(minutes=5)) as web:
        assert "Last live less than a day ago" in web.get("/streamers/ada").text
    with serving(url, DAY_START + timedelta(days=5)) as web:
        assert "Last live Nov 21, 2026" in web.get("/streamers/ada").text


def test_game_is_found_with_its_best_time_within_own_hours(two_days: Web) -> None:
    """On both days, chess has 100 viewers in one channel, and on Sunday 350 in five."""
    page = two_days.get("/find?size=any&days=1&viewers=15&on=sun&start=10&end=12&tz=America/Los_Angeles").text
    assert "With 15 viewers, you would be below all channels that are counted here, which have more than 50" in page
    assert re.search(r"not known yet</strong>.*10–12</span></span> has most,\s+70 viewers", page)
    assert "no channel above the threshold" in two_days.get("/find?size=any&days=1&on=wed").text
    assert "In your hours" not in two_days.get("/find?size=any&days=1").text
    for wrong in ("on=someday", "on=sun&start=24", "on=sun&tz=Mars"):
        assert two_days.get(f"/find?{wrong}").status_code == 422, wrong


def test_page_of_a_streamer_names_the_period_of_each_rank(two_days: Web) -> None:
    page = two_days.get("/streamers/bob?days=7").text
    assert re.search(r'#1 on Nov 22</a> · <a href="[^"]*">#1 in 7 days</a>', page)
    assert "#1 on Nov 22, 2026 · 5.00K hours watched" in page.split('name="description"')[1].split(">")[0]


def test_first_page_leads_to_yesterday(two_days: Web) -> None:
    assert ">Yesterday (Sun, Nov 22): top games and streamers</a>" in two_days.get("/").text


def test_description_of_a_day_has_its_numbers(two_days: Web) -> None:
    page = two_days.get("/days/2026-11-22").text
    description = page.split('property="og:description" content="')[1].split('"')[0]
    assert description == (
        "13.4K hours watched on Twitch on Nov 22, 2026. Games: Chess 8.40K, Go 5.00K. Top streamer: Bob, 5.00K hours."
    )
    assert "vs day before" in page
    assert "vs previous period" not in page


def test_comparison_offers_the_neighbours_in_rank_and_marks_the_first(two_days: Web) -> None:
    page = two_days.get("/compare?streamers=s90&days=7").text
    assert [html.unescape(one) for one in re.findall(r'href="/compare\?([^"]*)">\+ #1 ', page)] == [
        "days=7&streamers=s90%2Cbob&measure=hours"
    ]
    both = two_days.get("/compare?streamers=ada,bob&days=1").text
    assert re.search(r"<bdi>Bob</bdi> <b class=\"chip\">most hours watched</b>", both)
    # A chart of one day would be a dot.
    assert re.search(r'<ul class="amounts">.*Bob.*Ada.*</ul>', both, re.DOTALL)
    assert "Compare top 5" in two_days.get("/days/2026-11-22").text


def test_find_a_game_without_a_game_of_that_size(two_days: Web) -> None:
    assert "No game of this size" in two_days.get("/find?size=big").text
    assert two_days.get("/find?size=huge").status_code == 422
