"""A streamer chooses a game: cards and pages agree, lists can be read to their ends, and growth is known early."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.daily.rollup import Rollup
from bot.names.database_names import DatabaseNames
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import DAY_START, HALF_HOUR, a_stream, stage, write
from tests.web.conftest import CALENDAR, Web

Serve = Callable[..., Any]
NOW = DAY_START + timedelta(days=1, hours=1)
OWN = "on=weekdays&start=18&end=23&tz=America/Los_Angeles"

# The one measured day, on each of the 34 days before it.
_EARLIER = """
insert into {table} ({columns})
select {values} from {table} as one cross join generate_series(1, 34) as n
"""


def earlier(url: str, table: str, columns: str, **changed: str) -> None:
    """Copies of the rows of a table, `n` days earlier."""
    names = columns.split()
    values = ", ".join(changed.get(name, f"one.{name}") for name in names)
    write(url, _EARLIER.format(table=table, columns=", ".join(names), values=values))


@pytest.fixture
def month(database: Database, url: str, serving: Serve) -> Any:
    """Chess with seven channels on 35 days: more viewers on Wednesdays from 19 to 21, once many more on a Thursday, and
    half as many again on the last seven days. Go belongs to one channel."""
    sizes = (300, 200, 150, 100, 90, 80, 70)
    chess = [a_stream(size, streamer=f"s{size}", language="de" if size < 90 else "en") for size in sizes]
    go = [a_stream(size, streamer=f"g{size}", game="go") for size in (5_000, 100, 90, 80, 70, 60)]
    stage(database, *chess, *go, at=DAY_START, polls=48)
    stage(database, *chess, *go, at=NOW - HALF_HOUR, day=CALENDAR.day_of(NOW - HALF_HOUR).date)
    Rollup(database, VirtualClock(NOW), CALENDAR).daily()
    DatabaseNames(database).refresh()
    day, hour = "one.day - n", "one.hour_at - n * interval '1 day'"
    zoned = "(one.{} at time zone 'America/Los_Angeles' - n * interval '1 day') at time zone 'America/Los_Angeles'"
    earlier(
        url,
        "days",
        "day starts_at ends_at polls covered_hours coverage watch_hours airtime_hours rolled_up_at has_leaders",
        day=day,
        starts_at=zoned.format("starts_at"),
        ends_at=zoned.format("ends_at"),
    )
    earlier(
        url,
        "daily_games",
        "day game_id watch_hours airtime_hours peak_viewers top_watch_hours top3_watch_hours median_viewers",
        day=day,
    )
    earlier(url, "daily_game_languages", "day game_id language watch_hours airtime_hours", day=day)
    write(url, "delete from hours where hour_at >= (select ends_at from days order by day desc limit 1)")
    write(url, "delete from hourly_games where hour_at not in (select hour_at from hours)")
    earlier(url, "hours", "hour_at peak_viewers average_viewers average_streams polls", hour_at=hour)
    earlier(url, "hourly_games", "game_id hour_at peak_viewers average_viewers average_streams", hour_at=hour)
    write(url, "update games set first_seen_day = first_seen_day - 34")
    better = (
        "update hourly_games set average_viewers = {} * average_viewers"
        " where game_id = 'chess' and to_char(hour_at at time zone 'America/Los_Angeles', '{}') in ({})"
    )
    write(url, better.format(2, "DyHH24", "'Wed19', 'Wed20'"))
    write(url, better.format(9, "MMDDHH24", "'111921', '111922'"))
    write(url, "update daily_games set watch_hours = 1.5 * watch_hours where day > date '2026-11-14'")
    with serving(url, NOW) as web:
        yield web


def own_words(page: str) -> str:
    """The sentence about the hours of the visitor, without its markup and without the hours themselves."""
    [found] = re.findall(r"<p(?: class=\"own-time\")?>\s*(In your hours.*?)</p>", page, re.DOTALL)
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", "", found)).split())
    return text.replace(" (Mon to Fri 18–23)", "")


def card(page: str, slug: str) -> str:
    cards = (one.split("</li>")[0] for one in page.split('<li class="card">')[1:])
    return next(one for one in cards if f"/games/{slug}" in one)


@pytest.mark.parametrize("days", ["", "&days=7", "&days=1"], ids=["usual", "seven-days", "one-day"])
def test_card_and_page_recommend_the_same_time_whatever_the_period(month: Web, days: str) -> None:
    found = card(month.get(f"/find?viewers=15&{OWN}{days}").text, "chess")
    address = html.unescape(re.findall(r'href="([^"]*#week)"', found)[0])
    assert "on=weekdays&start=18&end=23&tz=America%2FLos_Angeles" in address
    page = month.get(address).text
    assert own_words(found) == own_words(page)
    assert own_words(found).startswith("In your hours: Wed 19–21, 283 viewers per channel on average, ↑ up 78%")
    assert own_words(found).endswith("vs all hours (above in 4 of 4 weeks). Weak: Mon, Tue, Thu, Fri.")


def test_page_of_a_game_outlines_the_own_hours_and_names_the_best_overall_second(month: Web) -> None:
    page = month.get(f"/games/chess?{OWN}").text
    assert page.index("In your hours") < page.index("Best overall:")
    assert len(re.findall(r'<rect class="own-hours" x="1800" y="\d+" width="500"', page)) == 5
    assert re.findall(r'<rect class="own-hours best" x="(\d+)" y="(\d+)" width="(\d+)" height="25"', page) == [
        ("1900", "50", "200")
    ]
    assert "More viewers per channel on average, but in fewer weeks: Thu" in page
    assert "data-fragment" not in page
    kept = "on=weekdays&amp;start=18&amp;end=23&amp;tz=America%2FLos_Angeles"
    assert (f"{kept}&amp;days=7#history" in page, f"{kept}&amp;week=viewers#week" in page) == (True, True)
    without = month.get("/games/chess").text
    assert ("In your hours" in without, "own-hours" in without, "data-fragment" in without) == (False, False, True)


def test_game_without_a_time_that_lasts_is_not_praised(month: Web) -> None:
    assert own_words(card(month.get(f"/find?{OWN}&size=any").text, "go")).startswith(
        "In your hours: no two hours in a row stand out."
    )


def test_growth_is_that_of_seven_days_where_thirty_cannot_be_compared(month: Web) -> None:
    page = month.get("/games/chess").text
    assert re.search(r"vs previous 7 days</dt><dd>.*?50%</span></dd>.*30 days cannot be compared yet", page)
    found = card(month.get("/find?viewers=15").text, "chess")
    assert re.search(r'<span class="up">.*?50%</span> hours watched vs previous 7 days', found)
    assert "Growing first" in month.get("/find?viewers=15&sort=growth").text
    assert re.search(r"hours watched, Nov 15 to Nov 21, 2026, vs the\s+7 days before", month.get("/explore").text)
    # Nothing has a value in the column of the usual thirty days.
    assert ("vs previous period</a>" in month.get("/explore").text) is False
    assert "vs previous period</a>" in month.get("/explore?days=7").text


def test_games_of_one_channel_come_last_under_a_heading_and_without_praise(month: Web) -> None:
    page = month.get("/find?size=any").text
    assert page.index("/games/chess") < page.index("Watched on one to three channels") < page.index("/games/go")
    assert 'class="up"' not in card(page, "go")


def test_games_have_a_channel_of_the_chosen_language(month: Web) -> None:
    """Two of seven channels of chess, with 150 of 990 viewers; half as many again on seven of the 30 days."""
    found = month.get("/find?size=any&language=de").text
    assert "1 game with 5 live channels or more, German" in found
    assert re.search(r"German: 168 viewers \(15%\)\s+on 2.0 channels", card(found, "chess"))
    assert "No game of this size has a channel in French live" in month.get("/find?size=any&language=fr").text
    assert "Show games of any size" not in month.get("/find?size=any&language=fr").text
    assert "Show games of any size" in month.get("/find?language=fr").text
    assert month.get("/find?language=EN!").status_code == 422


def test_candidates_after_the_first_thirty_are_on_further_pages(month: Web) -> None:
    page = month.get("/find?size=any&viewers=15&offset=1").text
    assert ("/games/chess" in page, "/games/go" in page) == (False, True)
    assert '<a class="button" rel="prev" href="/find?viewers=15&amp;size=any#games">Previous</a>' in page
    assert "There are only 2 games" in month.get("/find?size=any&offset=30").text


def test_channel_below_all_counted_ones_sees_evenly_spread_games_first(month: Web) -> None:
    assert "Evenly spread first" in month.get("/find?size=any&viewers=15").text
    assert "First those with many viewers" in month.get("/find?size=any&viewers=150").text


def test_all_live_channels_of_a_game_can_be_read_from_both_ends(month: Web) -> None:
    largest, smallest = (
        re.findall(r"/streamers/(s\d+)", month.get(f"/games/chess/live{query}").text)
        for query in ("?limit=3", "?limit=3&order=asc")
    )
    assert (largest, smallest) == (["s300", "s200", "s150"], ["s70", "s80", "s90"])
    last = month.get("/games/chess/live?limit=3&order=asc&offset=6").text
    assert re.findall(r"/streamers/(s\d+)", last) == ["s300"]
    assert month.get("/games/nothing/live").status_code == 404


def test_streamers_can_be_ranked_upwards(month: Web) -> None:
    rows = month.json("/streamers?game=chess&days=1&sort=average_viewers&order=asc&limit=2")["rows"]
    assert [(row["rank"], row["streamer"]) for row in rows] == [(7, "S70"), (6, "S80")]
    page = month.get("/streamers?game=chess&days=1&sort=average_viewers&order=asc").text
    assert "7 streamers with at least 1 hour streamed" in page
    assert 'value="Chess"' in page


@pytest.mark.parametrize(
    "path",
    ["/streamers?game=chess&language=en", "/explore?sort=rank", "/find?size=any&viewers=30", "/games/chess", "/genres",
     "/compare?games=chess,go", "/streamers/s70?sort=peak_viewers", "/languages"],
)  # fmt: skip
def test_another_period_can_be_chosen_from_any_period(month: Web, path: str) -> None:
    """By a form with two dates, and by links."""
    joint = "&" if "?" in path else "?"
    for period in ("days=7", "from=2026-11-15&to=2026-11-20"):
        page = month.get(f"{path}{joint}{period}").text
        chosen = page.partition('<div class="period">')[2].partition("</div>")[0]
        links = [html.unescape(link) for link in re.findall(r'<a href="([^"#]+)', chosen)]
        assert links
        fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', chosen)}
        address = re.findall(r'action="([^"#]+)', chosen)[0]
        for link in (*links, f"{address}?{urlencode(fields)}"):
            assert month.get(link).status_code == 200, link


def test_field_with_the_name_of_the_shown_game_leads_to_that_game(month: Web) -> None:
    kept = month.get("/streamers?game_name=Chess&shown_game=chess&sort=peak_viewers&order=asc")
    assert kept.headers["location"] == "/streamers?game=chess&sort=peak_viewers&order=asc"
    other = month.get("/streamers?game_name=Go&shown_game=chess&order=")
    assert other.headers["location"] == "/streamers?game=go&sort=watch_hours"


def test_phone_shows_how_large_streamers_are(month: Web) -> None:
    """Columns marked as wide are left out there."""
    page = month.get("/games/chess?days=1").text
    heads = re.findall(
        r'<th scope="col" class="([^"]*)"[^>]*>\s*([^<]*?)\s*</th>', page.split("Top streamers</caption>")[1]
    )
    on_phone = [title for classes, title in heads if "wide" not in classes]
    assert on_phone[:5] == ["#", "Streamer", "Hours watched", "Avg viewers", "Peak viewers"]
