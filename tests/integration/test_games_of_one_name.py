"""Two categories of Twitch with one name are one game in summaries and answers."""

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar
from bot.core.questions import Question, Subject, SubjectKind, Window, WindowKind
from bot.daily.rollup import Rollup
from bot.names.database_names import DatabaseNames
from bot.reply.answer_facts import Ranked, SpanFacts
from bot.reply.lookup import Lookup
from bot.reply.understand import understand
from helperfunctions import migrations
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.conftest import database_url, execute
from tests.factories import DAY, DAY_START, a_stream, rows, stage, write
from tests.integration.test_every_minute import ExplainedQueries

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
DAY_END = DAY_START + timedelta(days=1)
CHESS = Subject(SubjectKind.GAME, "1", "Chess")


@pytest.fixture
def two_days(database: Database) -> Database:
    """Chess is two categories, one of them in capitals and with extra spaces; Go is watched more than either."""
    for back, chess, other in ((1, 300, 500), (0, 400, 300)):
        stage(
            database,
            a_stream(chess, streamer="ada", game="1", game_name="Chess"),
            a_stream(other, streamer="bob", game="2", game_name=" CHESS  "),
            a_stream(600, streamer="cyd", game="3", game_name="Go"),
            at=DAY_START - back * timedelta(days=1),
            day=DAY - back * timedelta(days=1),
        )
    stage(
        database,
        a_stream(10, streamer="ada", game="2", game_name=" CHESS  "),
        at=DAY_START + timedelta(hours=10),
    )
    Rollup(database, VirtualClock(DAY_END), CALENDAR).daily()
    DatabaseNames(database).refresh()
    return database


def lookup(database: Database) -> Lookup:
    return Lookup(database, CALENDAR, VirtualClock(DAY_START + timedelta(hours=10, minutes=5)), timedelta(hours=1))


def test_a_summary_has_one_line_with_the_hours_and_the_rank_of_both_categories(two_days: Database) -> None:
    with two_days.transaction() as tx:
        top = list(tx.post.top_games(day=DAY, day_before=DAY - timedelta(days=1), how_many=5))
        drawable = list(tx.post.drawable_games(day=DAY))
        of_chess = list(
            tx.post.top_streamers_of_game(day=DAY, day_before=DAY - timedelta(days=1), game_id="1", how_many=5)
        )
    # half an hour at the start of the day; an hour around the poll in its middle
    assert [row[:2] for row in top] == [("Chess", 360.0), ("Go", 300.0)]
    assert [row[3:] for row in top] == [(400.0, 1), (300.0, 2)]
    assert drawable == [("1", 360.0), ("3", 300.0)]
    assert [row[:2] for row in of_chess] == [("Ada", 210.0), ("Bob", 150.0)]
    assert [row[3:] for row in of_chess] == [(150.0, 2), (250.0, 1)]


@pytest.mark.parametrize("game_id", ["1", "2"])
def test_an_answer_about_one_category_is_about_both(game_id: str, two_days: Database) -> None:
    days = Window(WindowKind.DAYS, DAY, DAY)
    facts = lookup(two_days).facts(Question(replace(CHESS, id=game_id), days))
    assert isinstance(facts, SpanFacts)
    assert (facts.watch_hours, facts.airtime_hours) == (360.0, 2.0)
    assert [(one.name, one.value) for one in facts.ranked] == [("Ada", 210.0), ("Bob", 150.0)]
    facts = lookup(two_days).facts(Question(replace(CHESS, id=game_id), replace(days, kind=WindowKind.TODAY)))
    assert isinstance(facts, SpanFacts)
    # the second poll counts half an hour less: the day is not over
    assert facts.airtime_hours == pytest.approx(1 + 35 / 60)
    assert facts.peak_viewers == 700
    assert [one.name for one in facts.ranked] == ["Ada", "Bob"]


def test_a_game_is_live_in_all_its_categories(two_days: Database) -> None:
    poll_id = first_poll(two_days)
    with two_days.transaction() as tx:
        of_either = tx.read.categories_of_game(game_id="2")
        assert sorted(of_either) == ["1", "2"]
        assert tuple(tx.read.game_now(poll_id=poll_id, game_ids=of_either)) == (700, 2)
        assert tx.read.game_now(poll_id=poll_id, game_ids=["unknown"]) is None
        live = tx.read.streamers_now(day=DAY, poll_id=poll_id, game_ids=of_either, limit=5, offset=0)
        assert [(row.streamer_name, row.viewer_count) for row in live] == [("Ada", 400), ("Bob", 300)]


def first_poll(database: Database) -> int:
    """The number of the poll at the start of the day."""
    with database.transaction() as tx:
        [(poll_id,)] = tx.run(f"select poll_id from staging.polls where started_at = '{DAY_START}'")
    return int(poll_id)


def test_an_answer_about_a_streamer_of_both_categories_has_one_game(two_days: Database) -> None:
    days = Window(WindowKind.DAYS, DAY, DAY)
    facts = lookup(two_days).facts(Question(Subject(SubjectKind.STREAMER, "ada", "Ada"), days))
    assert facts.ranked == (Ranked("Chess", 210.0),)


def test_a_question_with_the_name_is_answered_and_not_asked_back(two_days: Database) -> None:
    today = DAY + timedelta(days=1)
    asked = understand("@bot chess yesterday", DatabaseNames(two_days), day=today, today=today, bot_username="bot")
    assert isinstance(asked, Question)
    assert asked.subject.name.strip().lower() == "chess"
    assert asked.subject.watch_hours == 760


def test_streams_without_a_category_do_not_form_a_game(database: Database, url: str) -> None:
    stage(database, a_stream(game="", game_name=""), a_stream(streamer="bob", game="1", game_name="Chess"))
    assert rows(url, "select same_games(''), same_games('1'), same_games('nobody')") == [([""], ["1"], ["nobody"])]


def test_categories_of_one_name_share_their_main_id(two_days: Database) -> None:
    names = DatabaseNames(two_days)
    by_key = {subject.id: subject.main_id for subject in names.exact(["chess"])["chess"]}
    assert by_key == {"1": None, "2": "1"}
    assert {subject.id: subject.main_id for subject in names.with_prefix("che", 5)} == by_key
    assert [subject.main_id for subject in names.with_prefix("go", 5)] == [None]


ONE_NAME = {
    "case": ("Pokémon GO", "POKÉMON go"),
    "Greek": ("Ωmega", "ωmega"),
    "Cyrillic": ("Ёж", "ёЖ"),
    "spaces": (" Team  Fortress", "team\u00a0fortress "),
}
TWO_NAMES = {"an accent": ("Pokemon", "Pokémon"), "no space": ("Dota 2", "Dota2"), "a sign": ("Go", "Go!")}


@pytest.fixture(scope="module")
def c_url(server_url: str, queries: Queries, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of locale C, where lower() changes only ASCII, made by a release whose names depend on the locale."""
    execute(server_url, "create database one_name encoding 'UTF8' locale 'C' locale_provider libc template template0")
    url, folder = database_url(server_url, "one_name"), tmp_path_factory.mktemp("previous")
    for path in migrations.MIGRATIONS_FOLDER.glob("*.sql"):
        if path.name < "20261126008100":
            (folder / path.name).write_text(path.read_text())
    migrations.migrate(Database(url, queries), folder)
    for group, names in (ONE_NAME | TWO_NAMES).items():
        for number, name in enumerate(names):
            write(url, "insert into games values (%s, %s, '2026-11-20', '2026-11-21')", f"{group} {number}", name)
    migrations.migrate(Database(url, queries))
    return url


@pytest.mark.parametrize("group", ONE_NAME)
def test_names_that_differ_in_case_or_spaces_are_one_game_in_every_locale(group: str, c_url: str) -> None:
    assert sorted(rows(c_url, f"select unnest(same_games('{group} 0'))")) == [(f"{group} 0",), (f"{group} 1",)]


@pytest.mark.parametrize("group", TWO_NAMES)
def test_names_that_differ_in_anything_else_are_two_games(group: str, c_url: str) -> None:
    assert rows(c_url, f"select unnest(same_games('{group} 0'))") == [(f"{group} 0",)]


def test_a_thousand_games_of_one_name_are_found_without_comparing_each_with_all(url: str) -> None:
    number = 1_000
    write(
        url,
        "insert into games select 'g' || lpad(number::text, 4, '0'), 'One Name', '2026-11-20', '2026-11-21'"
        " from generate_series(1, %s) as number",
        number,
    )
    write(url, "insert into names select 'game', game_id, 'onename', game_name, '' from games")
    explained = ExplainedQueries()
    found = DatabaseNames(Database(url, explained)).exact(["onename"])["onename"]
    assert {subject.id: subject.main_id for subject in found} == {
        f"g{place:04}": None if place == 1 else "g0001" for place in range(1, number + 1)
    }
    [plan] = explained.plans
    assert plan.pages < 10 * number
