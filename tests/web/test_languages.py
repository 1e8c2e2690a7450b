"""Languages: now, on a day, over some days, and each with its days and games."""

import pytest

from tests.web.conftest import Web


def test_languages_of_a_day_can_be_downloaded(two_days: Web) -> None:
    spoken = two_days.json("/days/2026-11-22/languages")["rows"]
    assert [row["language"] for row in spoken] == ["pt", "de"]
    assert "/api/v1/days/2026-11-22/languages?" in two_days.get("/days/2026-11-22").text


def test_languages_of_the_newest_poll_and_of_a_day(two_days: Web) -> None:
    """Bob's is unknown."""
    assert two_days.json("/now/languages")["rows"] == [{"language": "de", "viewers": 50, "streams": 1}]
    assert [
        (row["language"], row["watch_hours"]) for row in two_days.json("/games/chess/languages?days=2")["rows"]
    ] == [
        ("pt", 7_200.0),
        ("en", 2_400.0),
        ("de", 1_200.0),
    ]
    page = two_days.get("/days/2026-11-22").text
    assert page.index("Portuguese") < page.index("German")
    assert "German" in two_days.get("/").text


def test_languages_of_some_days(two_days: Web) -> None:
    """Shares are those of the hours of known languages; Bob's is unknown."""
    found = two_days.json("/languages?days=2")["rows"]
    assert [(row["rank"], row["language"], row["watch_hours"]) for row in found] == [
        (1, "pt", 7_200.0),
        (2, "en", 2_400.0),
        (3, "de", 1_200.0),
    ]
    assert [row["share"] for row in found] == pytest.approx([7_200 / 10_800, 2_400 / 10_800, 1_200 / 10_800])
    # 300 viewers all day, of two days.
    assert found[0]["average_viewers"] == 150.0
    # English alone is there on the first day, so German cannot be compared with it.
    assert [(row["language"], row["change"]) for row in two_days.json("/languages?days=1")["rows"]] == [
        ("pt", None),
        ("de", None),
    ]
    days = two_days.json("/languages/de/days?days=2")["rows"]
    assert [(row["day"], row["watch_hours"], row["share"]) for row in days] == [
        ("2026-11-21", 0.0, 0.0),
        ("2026-11-22", 1_200.0, pytest.approx(1_200 / 8_400)),
    ]
    [chess] = two_days.json("/languages/pt/games?days=90")["rows"]
    assert (chess["game"], chess["watch_hours"], chess["share"], chess["viewers_per_stream"]) == (
        "Chess",
        7_200.0,
        1.0,
        75.0,
    )


def test_language_has_a_page_to_which_all_lists_lead(two_days: Web) -> None:
    for address in ("/", "/languages?days=2", "/days/2026-11-22", "/games/chess?days=2"):
        assert 'href="/languages/de"' in two_days.get(address).text, address
    page = two_days.get("/languages/de?days=2").text
    assert "50 viewers in 1 channel" in page
    assert "of 3 languages, by hours watched" in page
    assert "Not streamed in this period" in two_days.get("/languages/fr?days=2").text
    assert two_days.get("/languages/xx").status_code == 404
    assert 'href="/languages"' in two_days.get("/").text
