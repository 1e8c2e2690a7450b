"""The addresses of pictures, from the items of Get Games and Get Users. Pure.

Source: https://dev.twitch.tv/docs/api/reference (`box_art_url`, `profile_image_url`).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from bot.core.questions import SubjectKind

# In pixels: twice what pages show, for dense screens; of an avatar, the closest size that Twitch has.
BOX_ART: Final = (108, 144)
_AVATAR: Final = "-70x70"
# The size in the address of an avatar. Twitch has others under the same name; an address without it is used as it is.
_LARGE_AVATAR: Final = re.compile(r"-300x300(?=\.[a-z]+$)")
_FIELDS: Final = {SubjectKind.GAME: "box_art_url", SubjectKind.STREAMER: "profile_image_url"}


def addresses_of(kind: SubjectKind, items: Iterable[Any]) -> Mapping[str, str]:
    """The address of the picture of each item, by its id; items without one are left out."""
    field = _FIELDS[kind]
    found: dict[str, str] = {}
    for item in items:
        id_, address = (item.get("id"), item.get(field)) if isinstance(item, dict) else (None, None)
        if isinstance(id_, str) and isinstance(address, str) and address:
            found[id_] = _small(kind, address)
    return found


def _small(kind: SubjectKind, address: str) -> str:
    if kind is SubjectKind.STREAMER:
        return _LARGE_AVATAR.sub(_AVATAR, address)
    width, height = BOX_ART
    return address.replace("{width}", str(width)).replace("{height}", str(height))
