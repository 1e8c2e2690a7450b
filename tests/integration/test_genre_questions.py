"""Questions about genres, game modes and themes: from a mention to its answer, on a real PostgreSQL."""

import pytest

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
        ("genre: stratgy", "Did you mean Strategy games?"),
    ],
)
def test_a_marked_genre_is_answered_like_one_game(with_genres: Inbox, text: str, answer: str) -> None:
    asked = with_genres.tag(f"@watchtimebot {text}")
    with_genres.respond()
    assert with_genres.answers() == {asked: answer}


def test_a_time_that_is_not_supported_is_answered_with_those_that_are(with_genres: Inbox) -> None:
    asked = with_genres.tag("@watchtimebot genre: strategy tomorrow")
    with_genres.respond()
    assert with_genres.answers()[asked].startswith("I cannot answer for that time.")


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
