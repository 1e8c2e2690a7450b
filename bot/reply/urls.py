"""Replace the URLs in a mention: those of Twitch by the names that they lead to, all others by nothing. Pure."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

# URLs end before the first letter outside of ASCII: Japanese continues without a space.
_TWITCH: Final = re.compile(
    r"(?<![\w.])(?:https?://)?(?:www\.|m\.)?twitch\.tv/(?P<path>(?:(?![?#])[!-~])+)[!-~]*", re.IGNORECASE
)
# Scheme or not, these ask for nothing. Other endings, as in "agar.io", are parts of names.
_OTHER: Final = re.compile(
    r"https?://[!-~]+|www\.[!-~]+|(?<![\w@.])(?:[\w-]+\.)+(?:com|net|org|tv)(?![\w.])(?:/[!-~]*)?", re.IGNORECASE
)
_LONGEST_URL: Final = 200
_LOGIN: Final = re.compile(r"[A-Za-z0-9_]{2,25}")
# The login is the second part of the path.
_BEFORE_LOGIN: Final = frozenset({"popout", "moderator", "embed", "u"})
_DIRECTORY: Final = "directory"
_CATEGORY: Final = frozenset({"category", "game"})
_PAGES: Final = frozenset(
    """
    videos video p downloads jobs turbo settings subscriptions search team prime store drops inventory wallet friends
    collections clip clips login signup bits broadcast creatorcamp about legal products user
    """.split()
)


def with_twitch_urls(text: str, links: Mapping[str, str]) -> str:
    """The text with the URLs of Twitch in the place of the short links to them (https://t.co/…).

    `links`: URLs by their short links. Links to other sites stay short: nothing in them is needed.
    """
    for short, url in links.items():
        if len(url) <= _LONGEST_URL and _TWITCH.match(url) is not None:
            text = text.replace(short, f" {url} ")
    return text


def replace_urls(text: str) -> tuple[str, bool]:
    """The text without URLs, and whether one of them leads to a streamer on Twitch.

    A streamer's page becomes `streamer:"login"`, the page of a category `game:"its name"`.
    """
    replaced, has_streamer = "", False
    at = 0
    for url in _TWITCH.finditer(text):
        name = _name_in(url["path"])
        has_streamer = has_streamer or name.startswith(" streamer")
        replaced += text[at : url.start()] + name
        at = url.end()
    return _OTHER.sub(" ", replaced + text[at:]), has_streamer


def _name_in(path: str) -> str:
    parts = [part for part in path.split("/") if part]
    first = parts[0].lower() if parts else ""
    if first == _DIRECTORY and len(parts) > 2 and parts[1].lower() in _CATEGORY:
        # Older URLs contain the name itself: League%20of%20Legends.
        name = unquote(parts[2]).replace("-", " ").replace('"', "")
        return f' game:"{name}" '
    if first in _BEFORE_LOGIN:
        parts = parts[1:]
    if not parts or first == _DIRECTORY or first in _PAGES:
        return " "
    login = _LOGIN.match(parts[0])
    return f' streamer:"{login[0]}" ' if login else " "
