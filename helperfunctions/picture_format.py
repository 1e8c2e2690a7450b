"""The format and the size of a picture, read from its first bytes: JPEG, PNG or WebP. Pure.

Nothing is decoded. A server's Content-Type is not trusted, because a browser would have to trust it after us.
Sources: ITU T.81 annex B (JPEG), https://www.w3.org/TR/png-3/, https://developers.google.com/speed/webp/docs/riff_container
"""

import struct
from dataclasses import dataclass
from typing import Final

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_END: Final = b"IEND\xaeB`\x82"
# Frames of JPEG, without the tables and the restart marker that have numbers between theirs.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """The media type of a picture, and its size in pixels."""

    media_type: str
    width: int
    height: int


def format_of(content: bytes) -> PictureFormat | None:
    """The format of a whole picture; None for anything else, such as the beginning of one, an SVG or a page of HTML."""
    for media_type, size_of in (("image/jpeg", _jpeg), ("image/png", _png), ("image/webp", _webp)):
        try:
            size = size_of(content)
        except (struct.error, IndexError):
            size = None
        if size is not None:
            return PictureFormat(media_type, *size)
    return None


def _png(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(_PNG) or content[12:16] != b"IHDR" or not content.endswith(_PNG_END):
        return None
    width, height = struct.unpack_from(">II", content, 16)
    return width, height


def _jpeg(content: bytes) -> tuple[int, int] | None:
    # Some programs fill up the end with zeros.
    if not content.startswith(b"\xff\xd8\xff") or not content.rstrip(b"\0").endswith(b"\xff\xd9"):
        return None
    place = 2
    while content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:  # fills up
            place += 1
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, place + 5)
            return width, height
        else:
            (length,) = struct.unpack_from(">H", content, place + 2)
            place += 2 + length
    return None


def _webp(content: bytes) -> tuple[int, int] | None:
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP":
        return None
    (length,) = struct.unpack_from("<I", content, 4)
    if length + 8 != len(content):
        return None
    match content[12:16]:
        case b"VP8 " if content[23:26] == b"\x9d\x01\x2a":
            width, height = struct.unpack_from("<HH", content, 26)
            return width & 0x3FFF, height & 0x3FFF
        case b"VP8L" if content[20] == 0x2F:
            (bits,) = struct.unpack_from("<I", content, 21)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    return None
