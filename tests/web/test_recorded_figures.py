"""The figures of the recorded responses, computed again from the polls by other means: plain Python, and no SQL."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime

import pytest

from helperfunctions.queries import Queries
from tests.web.conftest import CALENDAR, Web, served
from tests.web.figures import (
    HOUR,
    ONE_DAY,
    Sums,
    before,
    changes,
    close,
    comparable,
    covered,
    days_between,
    first_day_of,
    hours_of_polls,
    query_of,
    ranked,
    seen_between,
    sums_by,
)
from tests.web.recorded_world import FIRST, LAST, NOW, TODAY, polls

RANGES = {
    "newest day": (LAST, LAST),
    "week": (LAST - 6 * ONE_DAY, LAST),
    "month": (LAST - 29 * ONE_DAY, LAST),
    "with a whole month": (FIRST, LAST),
    "with gaps": (date(2026, 10, 19), date(2026, 10, 29)),
    "of a day of 25 hours": (date(2026, 10, 31), date(2026, 10, 31)),
    "not measured": (date(2026, 10, 25), date(2026, 10, 25)),
}
of_ranges = pytest.mark.parametrize(("first", "last"), RANGES.values(), ids=list(RANGES))


@pytest.fixture(scope="module")
def web(recorded_url: str, queries: Queries) -> Iterator[Web]:
    with served(recorded_url, queries, NOW, has_genres=True) as web:
        yield web


@of_ranges
def test_games_of_a_range(web: Web, first: date, last: date) -> None:
    now = sums_by(lambda seen: seen.game, first, last, lambda seen: bool(seen.game))
    then = sums_by(lambda seen: seen.game, *before(first, last), lambda seen: bool(seen.game))
    order, order_before = (ranked(sums, lambda one: one.watch_hours) for sums in (now, then))
    change = changes(now, then, first, last)
    rows = web.json(f"/games?{query_of(first, last)}")["rows"]
    assert [row["game_id"] for row in rows] == order
    for number, row in enumerate(rows, start=1):
        sums, is_known = now[row["game_id"]], comparable(first, last) and row["game_id"] in then
        # Of a new game, over its own days.
        hours = covered(max(first, first_day_of("game", row["game_id"])), last)
        assert row["rank"] == number
        assert row["rank_before"] == (order_before.index(row["game_id"]) + 1 if is_known else None)
        assert row["watch_hours_before"] == (close(then[row["game_id"]].watch_hours) if is_known else None)
        assert row["watch_hours"] == close(sums.watch_hours)
        assert row["average_viewers"] == close(sums.watch_hours / hours)
        assert row["average_streams"] == close(sums.airtime_hours / hours)
        assert row["viewers_per_stream"] == close(sums.watch_hours / sums.airtime_hours)
        assert row["peak_viewers"] == max(_viewers_of_polls(row["game_id"], first, last))
        known = change[row["game_id"]]
        assert row["change"] == (None if known is None else close(known)), row["game_id"]


def _viewers_of_polls(game: str, first: date, last: date) -> list[int]:
    return [
        sum(stream.viewer_count for stream in poll.streams if stream.game_id == game)
        for day in days_between(first, last)
        for poll, _ in hours_of_polls(day)
    ]


@pytest.mark.parametrize("sort", ["watch_hours", "average_viewers", "peak_viewers", "airtime_hours"])
@of_ranges
def test_streamers_of_a_range(web: Web, first: date, last: date, sort: str) -> None:
    now = sums_by(lambda seen: seen.streamer, first, last)
    then = sums_by(lambda seen: seen.streamer, *before(first, last))
    if sort == "average_viewers":
        # Half an hour of each measured day, but at least one hour and at most 15.
        least = min(15.0, max(1.0, covered(first, last) / 48))
        now = {name: sums for name, sums in now.items() if sums.airtime_hours >= least}
    _check_streamers(web, now, then, first, last, sort, "")


@pytest.mark.parametrize("game", ["chess", "go"])
@of_ranges
def test_streamers_with_one_game(web: Web, first: date, last: date, game: str) -> None:
    now = sums_by(lambda seen: seen.streamer, first, last, lambda seen: seen.game == game)
    then = sums_by(lambda seen: seen.streamer, *before(first, last), lambda seen: seen.game == game)
    _check_streamers(web, now, then, first, last, "watch_hours", f"&game={game}")


@pytest.mark.parametrize("more", ["", "&game=chess"], ids=["all games", "one game"])
@of_ranges
def test_streamers_of_one_language(web: Web, first: date, last: date, more: str) -> None:
    """Of a month, the language is the one of most of it."""
    if not more and (last - first).days > 31:
        pytest.skip("a month has one language")
    now = sums_by(
        lambda seen: seen.streamer,
        first,
        last,
        lambda seen: seen.language == "de" and (not more or seen.game == "chess"),
    )
    _check_streamers(web, now, {}, first, last, "watch_hours", f"{more}&language=de")


def _check_streamers(
    web: Web, now: Mapping[str, Sums], then: Mapping[str, Sums], first: date, last: date, sort: str, more: str
) -> None:
    value = {
        "watch_hours": lambda sums: sums.watch_hours,
        "average_viewers": lambda sums: sums.watch_hours / sums.airtime_hours,
        "peak_viewers": lambda sums: sums.peak_viewers,
        "airtime_hours": lambda sums: sums.airtime_hours,
    }[sort]
    change = changes(now, then, first, last)
    table = web.json(f"/streamers?{query_of(first, last)}&sort={sort}{more}&limit=100")
    assert table["total"] == len(now)
    assert [row["streamer_id"] for row in table["rows"]] == ranked(now, value)
    for row in table["rows"]:
        sums, known = now[row["streamer_id"]], change[row["streamer_id"]]
        assert row["watch_hours"] == close(sums.watch_hours)
        assert row["airtime_hours"] == close(sums.airtime_hours)
        assert row["average_viewers"] == close(sums.watch_hours / sums.airtime_hours)
        assert row["peak_viewers"] == sums.peak_viewers
        assert row["change"] == (None if known is None else close(known)), row["streamer_id"]


def test_days(web: Web) -> None:
    rows = web.json(f"/bot/days?{query_of(FIRST, LAST)}&limit=100")["rows"]
    with_polls = {poll.day for poll in polls()} - {TODAY}
    assert [row["day"] for row in rows] == [str(day) for day in sorted(with_polls, reverse=True)]
    for row in rows:
        day = date.fromisoformat(row["day"])
        bounds, of_all = CALENDAR.day(day), sums_by(lambda seen: None, day, day).get(None, Sums())
        assert row["covered_hours"] == close(covered(day, day))
        assert row["coverage"] == close(covered(day, day) / (bounds.length / HOUR))
        assert (row["watch_hours"], row["airtime_hours"]) == (close(of_all.watch_hours), close(of_all.airtime_hours))


@pytest.mark.parametrize("kind", ["game", "streamer"])
def test_days_of_games_and_streamers(web: Web, kind: str) -> None:
    slugs = {"game": {"go": "go", "pgame": "pete-s-game-co"}, "streamer": {"grace": "gracehopper", "olga": "olga"}}[
        kind
    ]
    for id_, slug in slugs.items():
        rows = web.json(f"/{kind}s/{slug}/days?{query_of(FIRST, LAST)}&limit=100")["rows"]
        by_day = sums_by(lambda seen: seen.day, FIRST, LAST, lambda seen: getattr(seen, kind) == id_)  # noqa: B023
        own_days = days_between(max(FIRST, first_day_of(kind, id_)), LAST)
        assert [row["day"] for row in rows] == [str(day) for day in own_days if covered(day, day)]
        for row in rows:
            day = date.fromisoformat(row["day"])
            sums = by_day.get(day, Sums())
            over = covered(day, day) if kind == "game" else sums.airtime_hours
            assert row["watch_hours"] == close(sums.watch_hours)
            assert row["average_viewers"] == (close(sums.watch_hours / over) if over else None)


@of_ranges
def test_shares_of_the_largest_games(web: Web, first: date, last: date) -> None:
    games = sums_by(lambda seen: seen.game, first, last, lambda seen: bool(seen.game))
    top = ranked(games, lambda sums: sums.watch_hours)[:5]
    by_day = sums_by(lambda seen: (seen.day, seen.game), first, last)
    of_all = {day: sums.watch_hours for day, sums in sums_by(lambda seen: seen.day, first, last).items()}
    expected = [
        (str(day), game, close(by_day.get((day, game), Sums()).watch_hours / of_all[day]))
        for day in days_between(first, last)
        if of_all.get(day)
        for game in top
    ]
    rows = web.json(f"/shares?{query_of(first, last)}&limit=1000")["rows"]
    assert [(row["day"], row["game_id"], row["share"]) for row in rows] == expected


def test_languages_of_a_day_and_of_a_game(web: Web) -> None:
    for path, first, where in (
        (f"/days/{LAST}/languages", LAST, lambda seen: True),
        ("/games/chess/languages?days=7", LAST - 6 * ONE_DAY, lambda seen: seen.game == "chess"),
    ):
        sums = sums_by(lambda seen: seen.language, first, LAST, lambda seen: bool(seen.language) and where(seen))  # noqa: B023
        expected = [
            (language, close(sums[language].watch_hours), close(sums[language].airtime_hours))
            for language in ranked(sums, lambda one: one.watch_hours)
        ]
        rows = web.json(path)["rows"]
        assert [(row["language"], row["watch_hours"], row["airtime_hours"]) for row in rows] == expected


@pytest.mark.parametrize("days", [1, 7, 30])
def test_rank_of_a_streamer(web: Web, days: int) -> None:
    first = LAST - (days - 1) * ONE_DAY
    sums = sums_by(lambda seen: seen.streamer, first, LAST)
    for streamer in ("ada", "carol", "dave", "olga", "nick"):
        found = web.json(f"/streamers/{streamer}?days={days}")
        # Equal streamers share the better rank.
        better = sum(one.watch_hours > sums[streamer].watch_hours * (1 + 1e-9) for one in sums.values())
        assert (found["rank"], found["streamers"]) == (better + 1, len(sums)), streamer
        assert found["days_on_air"] == len({s.day for s in seen_between(first, LAST) if s.streamer == streamer})
        assert found["watch_hours"] == close(sums[streamer].watch_hours)


@pytest.mark.parametrize("kind", ["game", "streamer"])
def test_records(web: Web, kind: str) -> None:
    """More than on any earlier day, of which there are seven; of several, the last."""
    by_day = sums_by(lambda seen: (getattr(seen, kind), seen.day), FIRST, LAST, lambda seen: bool(getattr(seen, kind)))
    values: dict[str, dict[str, dict[date, float]]] = {"peak_viewers": {}, "watch_hours": {}}
    for (name, day), sums in by_day.items():
        peak = max(_viewers_of_polls(name, day, day)) if kind == "game" else sums.peak_viewers
        values["peak_viewers"].setdefault(name, {})[day] = peak
        values["watch_hours"].setdefault(name, {})[day] = sums.watch_hours
    for within in (1, 5, 30):
        first, expected = LAST - (within - 1) * ONE_DAY, {}
        for measure, names in values.items():
            for name, of_days in names.items():
                records = [
                    (day, value, max(earlier))
                    for day, value in of_days.items()
                    if day >= first
                    and len(earlier := [of_days[other] for other in of_days if other < day]) >= 7
                    and value > max(earlier)
                ]
                if records:
                    day, value, best_before = records[-1]
                    expected[name, measure] = (str(day), close(value), close(best_before))
        rows = web.json(f"/records/recent?kind={kind}&within={within}&limit=1000")["rows"]
        found = {(row["id"], row["measure"]): (row["day"], row["value"], row["best_before"]) for row in rows}
        assert found == expected
    for measure, names in values.items():
        best = {name: max(of_days.values()) for name, of_days in names.items()}
        rows = web.json(f"/records?kind={kind}&measure={measure}&limit=100")["rows"]
        assert [row["id"] for row in rows] == sorted(best, key=lambda name: (-best[name], name))
        for row in rows:
            # The first day with the best value.
            first = min(day for day, value in names[row["id"]].items() if value == best[row["id"]])
            assert (row["value"], row["day"]) == (close(best[row["id"]]), str(first))


@pytest.mark.parametrize("within", [1, 7, 8, 30])
def test_newcomers(web: Web, within: int) -> None:
    """Not those of the first week of all, when everything is new; today counts for none."""
    first = LAST - (within - 1) * ONE_DAY
    for kind in ("game", "streamer"):
        seen_first: dict[str, date] = {}
        for poll in polls():
            for stream in poll.streams:
                seen_first.setdefault(getattr(stream, f"{kind}_id"), poll.day)
        new = {name for name, day in seen_first.items() if name and first <= day <= LAST and day >= FIRST + 7 * ONE_DAY}
        sums = sums_by(lambda seen: getattr(seen, kind), first, LAST, lambda seen: getattr(seen, kind) in new)  # noqa: B023
        rows = web.json(f"/newcomers?kind={kind}&within={within}")["rows"]
        expected = [(name, close(sums[name].watch_hours)) for name in ranked(sums, lambda one: one.watch_hours)]
        assert [(row["id"], row["watch_hours"]) for row in rows] == expected


GENRES = {"chess": ("shooter", "strategy"), "go": ("strategy",), "five": ("shooter",), "gow1": ("adventure",),
          "gow2": ("adventure",), "talk": ("not-a-game",)}  # fmt: skip


@of_ranges
def test_genres(web: Web, first: date, last: date) -> None:
    whole: defaultdict[str, float] = defaultdict(float)
    split: defaultdict[str, float] = defaultdict(float)
    for seen in seen_between(first, last):
        genres = GENRES.get(seen.game, ("unknown",))
        for genre in genres:
            whole[genre] += seen.viewers * seen.hours
            split[genre] += seen.viewers * seen.hours / len(genres)
    of_all = sum(split.values())
    rows = web.json(f"/genres?{query_of(first, last)}")["rows"]
    assert [row["slug"] for row in rows] == sorted(split, key=lambda genre: -split[genre])
    for row in rows:
        genre = row["slug"]
        found = (row["watch_hours"], row["watch_hours_split"], row["share"])
        assert found == (close(whole[genre]), close(split[genre]), close(split[genre] / of_all)), genre


@pytest.mark.parametrize(
    ("day", "ages"),
    [
        (LAST - ONE_DAY, {"chess": "under_30_days", "go": "under_1_year", "five": "under_5_years"}),
        (LAST, {"chess": "under_1_year", "go": "under_5_years", "five": "older"}),
    ],
    ids=["a day before the limits", "at the limits"],
)
def test_ages_of_games(web: Web, day: date, ages: Mapping[str, str]) -> None:
    of_games = {"gow1": "older", "gow2": "older", "talk": "not_a_game", **ages}
    expected: defaultdict[str, float] = defaultdict(float)
    for seen in seen_between(day, day):
        expected[of_games.get(seen.game, "unknown")] += seen.viewers * seen.hours
    rows = web.json(f"/release-ages?{query_of(day, day)}")["rows"]
    assert {row["age"]: row["watch_hours"] for row in rows} == {age: close(value) for age, value in expected.items()}


def test_hours_of_a_game(web: Web) -> None:
    """In each of the 24 hours up to the newest poll that has polls that count: the mean of their viewers, and the
    highest."""
    end = datetime(2026, 11, 8, 19, tzinfo=NOW.tzinfo)
    expected = []
    for number in range(24):
        hour = end - (24 - number) * HOUR
        counted = [poll for day in (LAST, TODAY) for poll, _ in hours_of_polls(day)]
        in_hour = [poll for poll in counted if hour <= poll.at < hour + HOUR]
        viewers = [sum(s.viewer_count for s in poll.streams if s.game_id == "go") for poll in in_hour]
        if viewers:
            expected.append((f"{hour:%FT%T+00:00}", close(sum(viewers) / len(viewers)), max(viewers)))
    rows = web.json("/games/go/hours")["rows"]
    assert [(row["hour_at"], row["average_viewers"], row["peak_viewers"]) for row in rows] == expected
