"""Replace the URLs in a mention: those of Twitch by the names that they lead to, all others by nothing. Pure."""

import re
from typing import Final

_TWITCH: Final = re.compile(r"(?<![\w.])(?:https?://)?(?:www\.|m\.)?twitch\.tv/(?P<path>[^\s?#]+)\S*", re.IGNORECASE)
# Scheme or not, these ask for nothing. Other endings, as in "agar.io", are parts of names.
_OTHER: Final = re.compile(
    r"https?://\S+|www\.\S+|(?<![\w@.])(?:[\w-]+\.)+(?:com|net|org|tv)(?![\w.])(?:/\S*)?", re.IGNORECASE
)
_LOGIN: Final = re.compile(r"\w{2,25}")
# The login is the second part of the path.
_BEFORE_LOGIN: Final = frozenset({"popout", "moderator", "embed", "u"})
_DIRECTORY: Final = "directory"
_PAGES: Final = frozenset(
    """
    videos video p downloads jobs turbo settings subscriptions search team prime store drops inventory wallet friends
    collections clip clips login signup bits broadcast creatorcamp about legal products user
    """.split()
)


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
    if first == _DIRECTORY and len(parts) > 2:
        return f' game:"{parts[2].replace("-", " ")}" '
    if first in _BEFORE_LOGIN:
        parts = parts[1:]
    if not parts or first == _DIRECTORY or first in _PAGES:
        return " "
    login = _LOGIN.match(parts[0])
    return f' streamer:"{login[0]}" ' if login else " "
