"""The login of a channel or a user, as people write it. Pure."""

import re
from typing import Final

# The characters that Twitch allows in a login.
LOGIN: Final = re.compile(r"[a-z0-9_]{1,25}")
_ADDRESS: Final = re.compile(r"(?:https?://)?(?:www\.|m\.)?twitch\.tv/@?([^/?#\s]+)[^\s]*", re.IGNORECASE)


def login_in(text: str) -> str:
    """The login in what somebody wrote, in lower case: a name, @name, or the address of a channel. What is none of
    these comes back as it is, in lower case."""
    text = text.strip()
    found = _ADDRESS.fullmatch(text)
    return (found[1] if found else text.removeprefix("@")).lower()
