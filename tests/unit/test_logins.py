"""The login of a channel, as people write it."""

import pytest

from bot.core.logins import login_in


@pytest.mark.parametrize(
    "text",
    [
        "xqc",
        " @XQC ",
        "twitch.tv/xqc",
        "https://www.twitch.tv/xqc",
        "HTTPS://m.twitch.tv/xqc/",
        "https://www.twitch.tv/xqc/videos?filter=all#top",
    ],
    ids=["name", "at", "address without scheme", "address", "of a phone", "page of a channel"],
)
def test_a_login_is_found_in_what_people_write(text: str) -> None:
    assert login_in(text) == "xqc"


@pytest.mark.parametrize(
    "text",
    ["https://example.org/xqc", "https://nottwitch.tv/xqc", "twitch.tv/", "see twitch.tv/xqc", ""],
    ids=["another site", "a site of a similar name", "no channel", "more words", "nothing"],
)
def test_what_is_no_login_is_not_changed(text: str) -> None:
    assert login_in(text) == text
