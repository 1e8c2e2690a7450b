"""The page of a game has the posts on X that named it."""

import re

from tests.factories import write
from tests.web.conftest import TWO_DAYS_LATER as NOW
from tests.web.conftest import Web

FIRST, SECOND = "2026-11-21", "2026-11-22"


def posts_of(web: Web, game: str) -> list[list[str]]:
    """The lines of the section, each as its texts and addresses."""
    page = web.get(f"/games/{game}").text
    _, _, section = page.partition('<ol class="posts brief">')
    lines = re.findall(r"<li>(.*?)</li>", section.partition("</ol>")[0], re.DOTALL)
    return [
        [
            *re.findall(r'href="([^"]*)"', line),
            " ".join(re.sub(r"<[^>]*>", " ", line).split()).removesuffix(" View on X"),
        ]
        for line in lines
    ]


def store_post(url: str, kind: str, day: str, x_id: str | None, status: str = "sent") -> None:
    write(
        url,
        "insert into posts (kind, day, text, status, reason, created_at, next_try_at, expires_at, sent_at, x_id)"
        " values (%s, %s, 'Most watched', %s, 'not allowed', %s, %s, %s, %s, %s)",
        *(kind, day, status, NOW, NOW, NOW, NOW if status == "sent" else None, x_id),
    )


def test_published_posts_that_named_a_game_are_on_its_page(own_two_days: Web, own_two_days_url: str) -> None:
    url = own_two_days_url
    for game, day in (("go", FIRST), ("chess", SECOND)):
        write(url, "insert into draws (day, game_id, drawn_at) values (%s, %s, %s)", day, game, NOW)
    store_post(url, "games", FIRST, "11")
    store_post(url, "streamers_of_game", FIRST, None, "refused")
    store_post(url, "games", SECOND, "21")
    store_post(url, "streamers", SECOND, "22")
    store_post(url, "streamers_of_game", SECOND, "23")
    on_x, places = "https://x.com/i/status/", "of the most watched games View on X , post of Nov"
    first, second = f"/days/{FIRST}#posts", f"/days/{SECOND}#posts"
    assert posts_of(own_two_days, "chess") == [
        [
            f"/days/{SECOND}#posts",
            f"{on_x}23",
            "Nov 22, 2026 Its most watched streamers View on X , post of Nov 22, 2026",
        ],
        [second, f"{on_x}21", f"Nov 22, 2026 #1 {places} 22, 2026"],
        [first, f"{on_x}11", f"Nov 21, 2026 #1 {places} 21, 2026"],
    ]
    # It was drawn, but the post about its streamers was refused.
    assert posts_of(own_two_days, "go") == [[second, f"{on_x}21", f"Nov 22, 2026 #2 {places} 22, 2026"]]


def store_leader(url: str, game: str, name: str) -> None:
    """A game with more hours watched on the second day than the others."""
    write(
        url,
        "insert into games (game_id, game_name, first_seen_day, last_seen_day) values (%s, %s, %s, %s)",
        *(game, name, SECOND, SECOND),
    )
    write(url, "insert into addresses (kind, slug, id, is_current) values ('game', %s, %s, true)", game, game)
    write(
        url,
        "insert into daily_leaders (day, kind, measure, id, value) values (%s, 'game', 'watch_hours', %s, 9000)",
        *(SECOND, game),
    )


def test_categories_of_one_name_have_the_place_of_their_sum(own_two_days: Web, own_two_days_url: str) -> None:
    """As in the posts, in which they are one game."""
    for number in range(3):
        store_leader(own_two_days_url, f"twin{number}", "Twins")
    store_post(own_two_days_url, "games", SECOND, "21")
    places = [posts_of(own_two_days, game)[0][-1].split()[3] for game in ("twin0", "twin2", "chess", "go")]
    assert places == ["#1", "#1", "#2", "#3"]


def test_game_after_the_fifth_was_not_named(own_two_days: Web, own_two_days_url: str) -> None:
    for number in range(4):
        store_leader(own_two_days_url, f"other{number}", f"Other {number}")
    store_post(own_two_days_url, "games", SECOND, "21")
    assert posts_of(own_two_days, "chess")[0][-1].split()[3] == "#5"
    assert posts_of(own_two_days, "go") == []
    assert "Posts on X about it" not in own_two_days.get("/games/go").text
