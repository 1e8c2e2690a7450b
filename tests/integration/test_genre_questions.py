"""Questions about genres, game modes and themes: from a mention to its answer, on a real PostgreSQL."""

import pytest

from bot.core.questions import Question
from sandbox.igdb_catalogue import GAME_MODES, GENRES, THEMES
from tests.factories import write
from tests.integration.conftest import Inbox, MakeInbox

KNOWN = """
insert into igdb_genres (genre_id, name, slug) values
(12, 'Role-playing (RPG)', 'role-playing-rpg'), (15, 'Strategy', 'strategy'), (35, 'Card & Board Game', 'card');
insert into igdb_themes (theme_id, name, slug) values (19, 'Horror', 'horror');
insert into igdb_games (igdb_id, name, slug, fetched_at)
select id, 'a game', 'a-game', '2026-11-21 12:00+00' from (values (1), (2)) as games (id);
insert into igdb_games_genres (igdb_id, genre_id) values (1, 15), (2, 15), (2, 12);
insert into igdb_games_themes (igdb_id, theme_id) values (1, 19);
insert into game_matches (game_id, igdb_id, how, checked_at, next_check_at) values
('chess', 1, 'helix', '2026-11-21 12:00+00', '2026-12-21 12:00+00'),
('go', 2, 'helix', '2026-11-21 12:00+00', '2026-12-21 12:00+00')
"""


@pytest.fixture
def with_genres(inbox: Inbox) -> Inbox:
    """Chess and Go are strategy games, Go is a role-playing game as well, and chess is horror."""
    write(inbox.outside.url, KNOWN)
    return inbox


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (
            "genre: strategy",
            "Strategy games · Sat, Nov 21, 2026\n36K hours watched\n\n1. Ada – 24K hours\n2. Bob – 12K",
        ),
        (
            "Genre: RPGs yesterday please",
            "Role-playing (RPG) games · Sat, Nov 21, 2026\n12K hours watched\n\n1. Bob – 12K hours",
        ),
        (
            "how is theme:horror doing?",
            "Horror games · Sat, Nov 21, 2026\n24K hours watched\n\n1. Ada – 24K hours",
        ),
        ("genre: stratgy", "Did you mean genre: Strategy?"),
        (
            "genre: role playing games",
            "Role-playing (RPG) games · Sat, Nov 21, 2026\n12K hours watched\n\n1. Bob – 12K hours",
        ),
    ],
    ids=["one", "plural and courtesy", "within a sentence", "misspelled", "of filler words"],
)
def test_a_marked_genre_is_answered_like_one_game(with_genres: Inbox, text: str, answer: str) -> None:
    asked = with_genres.tag(f"@watchtimebot {text}")
    with_genres.respond()
    assert with_genres.answers() == {asked: answer}


def test_a_time_that_is_not_supported_is_answered_with_those_that_are(with_genres: Inbox) -> None:
    asked = with_genres.tag("@watchtimebot genre: strategy tomorrow")
    with_genres.respond()
    answer = with_genres.answers()[asked]
    assert answer.startswith("I cannot answer for that time.")
    assert answer.endswith("For example: genre: Strategy last 7 days")


@pytest.mark.parametrize(
    "text",
    [
        "genre: card & board game",  # no game on Twitch has it
        "genre: basketball",
        "genre:",
        "genre: strategy theme: horror",
        "my favourite genre: strategy, because it is calm",
        "strategy last week",
        "mode: strategy",
        "genre: what a nice and long name of a genre this is",
        "genre: not strategy",
        "tonight's theme: horror",
        "horror is my favourite genre",
        "theme song of the horror mode",
    ],
)
def test_there_is_no_needless_answer(with_genres: Inbox, text: str) -> None:
    with_genres.tag(f"@watchtimebot {text}")
    with_genres.respond()
    assert with_genres.answers() == {}


def test_without_genres_a_marked_one_gets_no_answer(make_inbox: MakeInbox) -> None:
    inbox = make_inbox()
    inbox.tag("@watchtimebot genre: strategy")
    inbox.respond()
    assert inbox.answers() == {}


ONE_GAME = """
insert into igdb_games (igdb_id, name, slug, fetched_at) values (1, 'a game', 'a-game', '2026-11-21 12:00+00');
insert into game_matches (game_id, igdb_id, how, checked_at, next_check_at) values
('chess', 1, 'helix', '2026-11-21 12:00+00', '2026-12-21 12:00+00');
"""


NAMES = {"genre": ("genres", GENRES), "mode": ("game_modes", GAME_MODES), "theme": ("themes", THEMES)}
USUAL = {
    "genre: rpg last week": "Role-playing (RPG) games",
    "Genres: Role Playing Games": "Role-playing (RPG) games",
    "genre: card games": "Card & Board Game",
    "genre: board game": "Card & Board Game",
    "genre: hack and slash": "Hack and slash/Beat 'em up games",
    "genre: beat em ups": "Hack and slash/Beat 'em up games",
    "genre: quiz": "Quiz/Trivia games",
    "genre: platformers live": "Platform games",
    "genre: FPS": "Shooter games",
    "genre: shooter top streamers please": "Shooter games",
    "genre: shooter @ninja": "Shooter games",
    "GÉNERO: shooter la semana pasada": "Shooter games",
    "gênero: shooter ontem": "Shooter games",
    "ジャンル：shooter 先週": "Shooter games",
    "gamemode: co-op": "Co-operative games",
    "game mode: MMO": "Massively Multiplayer Online (MMO) games",
    "theme: sci-fi": "Science fiction games",
    "genre: roguelike last week": None,
    "mode: beast": None,
    "mode: on": None,
    "theme: dark": None,
    "theme: party at my place tonight": None,
}


def test_names_of_igdb_are_understood_as_people_write_them(make_inbox: MakeInbox) -> None:
    """Each of IGDB's own names, and what is usual for it."""
    inbox = make_inbox()
    write(inbox.outside.url, ONE_GAME)
    for kind, (table, known) in NAMES.items():
        for id_, name in known.items():
            write(inbox.outside.url, f"insert into igdb_{table} values (%s, %s, %s)", id_, name, f"{kind}-{id_}")
            write(inbox.outside.url, f"insert into igdb_games_{table} values (1, %s)", id_)

    def meant(text: str) -> str | None:
        understood = inbox.answerer.understood(f"@watchtimebot {text}", "watchtimebot")
        return understood.subject.name if isinstance(understood, Question) else None

    own = {f"{kind}: {name}": name for kind, (_, known) in NAMES.items() for name in known.values()}
    understood = {text: meant(text) or "" for text in own}
    assert {text for text, name in own.items() if understood[text].removesuffix(" games") != name} == set()
    assert {text: meant(text) for text in USUAL} == USUAL
