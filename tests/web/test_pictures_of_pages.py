"""Box art and avatars on pages: on top of monograms, from our own server, for less than a day, and only if wanted."""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.factories import a_stream, stage, write
from tests.unit.test_pictures import jpeg, png
from tests.web.conftest import NOW, Web, served

Serve = Callable[..., Any]
ON = {"web_pictures": True}
PICTURES = {("game", "chess"): ("image/png", png()), ("streamer", "ada"): ("image/jpeg", jpeg())}


def digest(kind: str, id_: str) -> str:
    return hashlib.sha256(PICTURES[kind, id_][1]).hexdigest()[:16]


def address(kind: str, id_: str) -> str:
    return f"/pictures/{kind}s/{id_}?v={digest(kind, id_)}"


@pytest.fixture(scope="module")
def pictured_url(web_url: str) -> Iterator[str]:
    """The small world with a picture of a game and one of a streamer, three hours old, and two that were refused."""
    at = NOW - timedelta(hours=3)
    for (kind, id_), (media_type, content) in PICTURES.items():
        write(
            web_url,
            "insert into pictures (kind, id, tried_at, fetched_at, media_type, digest, content)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            *(kind, id_, at, at, media_type, digest(kind, id_), content),
        )
    for kind, id_ in (("game", "go"), ("streamer", "bob")):
        write(
            web_url,
            "insert into pictures (kind, id, tried_at, refused) values (%s, %s, %s, 'status 404')",
            *(kind, id_, at),
        )
    yield web_url
    write(web_url, "delete from pictures")


@pytest.fixture(scope="module")
def pictured(pictured_url: str, queries: Queries) -> Iterator[Web]:
    with served(pictured_url, queries, NOW, more_settings=ON) as web:
        yield web


def pictures_of(web: Web, path: str) -> list[str]:
    """The pictures of a page, with the monograms that they are on."""
    page = web.get(path)
    assert page.status_code == 200
    found = re.findall(r'<span class="monogram [^>]*>.<img [^>]*></span>', page.text)
    assert len(found) == page.text.count("/pictures/")
    return found


def test_pages_show_pictures_in_the_place_of_monograms(pictured: Web) -> None:
    game = f'<img src="{address("game", "chess")}" alt="" loading="lazy" width="{{}}" height="{{}}"></span>'
    streamer = game.replace(address("game", "chess"), address("streamer", "ada"))
    shown = pictures_of(pictured, "/")
    assert [each.split("A")[-1].split("C")[-1] for each in shown] == [game.format(26, 34), streamer.format(36, 36)]
    assert re.match(r'<span class="monogram game m\d" aria-hidden="true">C<img ', shown[0])
    assert game.format(56, 72) in pictures_of(pictured, "/games/chess")[0]
    assert streamer.format(56, 56) in pictures_of(pictured, "/streamers/ada")[0]
    assert game.format(26, 34) in pictures_of(pictured, "/search?q=ches")[0]


@pytest.mark.parametrize("subject", PICTURES, ids=["game", "streamer"])
def test_a_picture_is_served_for_the_time_that_is_left(pictured: Web, subject: tuple[str, str]) -> None:
    media_type, content = PICTURES[subject]
    response = pictured.get(address(*subject))
    assert (response.status_code, response.content) == (200, content)
    assert response.headers["content-type"] == media_type
    assert response.headers["cache-control"] == f"public, max-age={20 * 3600}, immutable"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "img-src 'self';" in response.headers["content-security-policy"]
    known = pictured.get(address(*subject), headers={"If-None-Match": response.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789abcdef", "?other=1"])
def test_an_address_of_another_version_leads_to_the_picture(pictured: Web, query: str) -> None:
    response = pictured.get(f"/pictures/games/chess{query}")
    assert (response.status_code, response.headers["location"]) == (302, address("game", "chess"))
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/games/go",
        "/pictures/games/unknown",
        "/pictures/streamers/bob",
        "/pictures/streamers/chess",
        "/pictures/games/",
        "/pictures/",
    ],
)
def test_there_is_no_other_picture(pictured: Web, path: str) -> None:
    assert pictured.get(path).status_code in (404, 308)
    assert pictured.get(path.rstrip("/")).status_code == 404


def test_without_the_setting_pages_have_no_pictures(pictured: Web, pictured_url: str, web: Web) -> None:
    assert web.site.pictures is None
    for path in ("/", "/games/chess", "/streamers/ada", "/search?q=ches", "/robots.txt"):
        page = web.get(path).text
        assert "pictures" not in page
        without = re.sub(r'<img src="/pictures/[^>]*>', "", pictured.get(path).text)
        assert without.replace("Disallow: /pictures/\n", "") == page
    assert web.get(address("game", "chess")).status_code == 404


def test_a_picture_of_23_hours_is_neither_shown_nor_served(pictured_url: str, queries: Queries) -> None:
    clock = VirtualClock(NOW + timedelta(hours=19, minutes=59))
    with served(pictured_url, queries, NOW, clock=clock, more_settings=ON) as web:
        assert len(pictures_of(web, "/streamers/ada")) == 1
        assert web.get(address("streamer", "ada")).headers["cache-control"] == "public, max-age=60, immutable"
        clock.advance(60)
    # Another server, which has nothing in its cache; the cache of the first one lasts for five minutes.
    with served(pictured_url, queries, NOW, clock=clock, more_settings=ON) as web:
        assert pictures_of(web, "/streamers/ada") == []
        assert web.get(address("streamer", "ada")).status_code == 404


def test_a_streamer_who_opted_out_has_a_monogram(pictured_url: str, serving: Serve) -> None:
    with serving(pictured_url, more_settings={**ON, "web_no_pictures_of": "Ada, bob"}) as web:
        assert pictures_of(web, "/streamers/ada") == []
        assert web.get(address("streamer", "ada")).status_code == 404
        assert web.get(address("game", "chess")).status_code == 200


def test_pictures_are_below_the_root_path_and_not_for_search_engines(pictured_url: str, serving: Serve) -> None:
    with serving(pictured_url, more_settings={**ON, "web_root_path": "/twitch"}) as web:
        [shown] = pictures_of(web, "/streamers/ada")
        assert f'src="/twitch{address("streamer", "ada")}"' in shown
        assert web.get(address("streamer", "ada")).status_code == 200
        assert "Disallow: /twitch/pictures/\n" in web.get("/robots.txt").text


def test_while_the_list_of_pictures_cannot_be_read_pages_have_monograms(
    database: Database, url: str, serving: Serve
) -> None:
    """As from a standby, where a table without a write-ahead log cannot be read."""
    stage(database, a_stream(), at=NOW)
    write(url, "alter table pictures rename to elsewhere")
    with serving(url, more_settings=ON) as web:
        assert '<span class="monogram game' in web.get("/").text
