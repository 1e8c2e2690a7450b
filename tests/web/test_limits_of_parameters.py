"""The limits of every parameter: the last value that is accepted, and the first that is refused."""

import pytest

from tests.web.conftest import Web

RANGE = "/api/v1/games/chess/days"
LIMITS = {
    "least days": (f"{RANGE}?days=1", f"{RANGE}?days=0"),
    "most days": (f"{RANGE}?days=3660", f"{RANGE}?days=3661"),
    "longest range": (f"{RANGE}?from=2010-01-01&to=2020-01-08", f"{RANGE}?from=2010-01-01&to=2020-01-09"),
    "earliest day": (f"{RANGE}?from=2000-01-01&to=2000-01-01", f"{RANGE}?from=1999-12-31&to=2000-01-01"),
    "latest day": (f"{RANGE}?from=2999-12-31&to=2999-12-31", f"{RANGE}?from=2999-12-31&to=3000-01-01"),
    "order of days": (f"{RANGE}?from=2026-11-20&to=2026-11-20", f"{RANGE}?from=2026-11-20&to=2026-11-19"),
    "one kind of range": (f"{RANGE}?days=7", f"{RANGE}?days=7&to=2026-11-20"),
    "a date": (f"{RANGE}?from=2026-11-20", f"{RANGE}?from=20261120"),
    "least rows": ("/explore?limit=1", "/explore?limit=0"),
    "most rows": ("/explore?limit=10000", "/explore?limit=10001"),
    "first row": ("/explore?offset=0", "/explore?offset=-1"),
    "last row": ("/explore?offset=1000000", "/explore?offset=1000001"),
    "letters of a name": (f"/explore?name={'x' * 100}", f"/explore?name={'x' * 101}"),
    "least viewers": ("/explore?min_viewers=0", "/explore?min_viewers=-0.1"),
    "most viewers": ("/explore?max_viewers=1e9", "/explore?max_viewers=1.1e9"),
    "most streams": ("/explore?max_streams=1e9", "/explore?max_streams=inf"),
    "least ratio": ("/explore?min_ratio=0", "/explore?min_ratio=-1"),
    "order": ("/explore?order=asc", "/explore?order=up"),
    "own viewers": ("/find?viewers=10000000", "/find?viewers=10000001"),
    "no viewers": ("/find?viewers=0", "/find?viewers=-1"),
    "size": ("/find?size=big", "/find?size=huge"),
    "compared": (
        "/api/v1/compare?kind=game&names=chess,go,just-chatting,game-1,game-2",
        "/api/v1/compare?kind=game&names=chess,go,just-chatting,game-1,game-2,game-3",
    ),
    "length of a list": (f"/compare?games={'x' * 700}", f"/compare?games={'x' * 701}"),
    "searched": (f"/search?q={'x' * 200}", f"/search?q={'x' * 201}"),
    "searched by programs": (f"/api/v1/search?q={'x' * 200}", f"/api/v1/search?q={'x' * 201}"),
    "added": (f"/compare?add={'x' * 200}", f"/compare?add={'x' * 201}"),
    "name of a game": (f"/streamers?game_name={'x' * 200}", f"/streamers?game_name={'x' * 201}"),
    "days of records": ("/records?within=30", "/records?within=31"),
    "fewest days of records": ("/records?within=1", "/records?within=0"),
    "days of a badge": ("/games/chess/badge.svg?days=3660", "/games/chess/badge.svg?days=3661"),
    "fewest days of a badge": ("/games/chess/badge.svg?days=1", "/games/chess/badge.svg?days=0"),
    "measure of a badge": ("/games/chess/badge.svg?measure=rank", "/games/chess/badge.svg?measure=fame"),
    "time zone": ("/api/v1/games/chess/week?tz=Asia/Kathmandu", "/api/v1/games/chess/week?tz=Asia/Atlantis"),
    "language": ("/streamers?language=zh-hk", "/streamers?language=zz"),
    "genre": ("/explore?genre=", f"/explore?genre={'x' * 101}"),
    "status of posts": ("/api/v1/bot/posts?status=dropped", "/api/v1/bot/posts?status=lost"),
    "kind": ("/api/v1/records?kind=game", "/api/v1/records?kind=genre"),
    "format": ("/api/v1/games?format=csv", "/api/v1/games?format=xml"),
    "week": ("/games/chess?week=channels", "/games/chess?week=streams"),
    "compare": ("/games/chess?compare=previous", "/games/chess?compare=next"),
}


@pytest.mark.parametrize(("accepted", "refused"), LIMITS.values(), ids=list(LIMITS))
def test_limit_of_a_parameter(web: Web, accepted: str, refused: str) -> None:
    assert (web.get(accepted).status_code, web.get(refused).status_code) == (200, 422)


def test_address_has_4000_characters_at_most(web: Web) -> None:
    path, query = "/help", "?x="
    statuses = [web.get(path + query + "y" * (4_000 - len(path) - len(query) + more)).status_code for more in (1, 2)]
    # The question mark is not counted.
    assert statuses == [200, 414]


def test_slug_has_120_characters_at_most(web: Web) -> None:
    assert [web.get(f"/games/{'x' * length}").status_code for length in (120, 121)] == [404, 422]
