"""Pictures: formats by their bytes, addresses by the items of Twitch."""

import struct
import zlib

import pytest

from bot.core.questions import SubjectKind
from bot.pictures.addresses import addresses_of
from helperfunctions.picture_format import PictureFormat, format_of


def png(width: int = 70, height: int = 60) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")


def jpeg(frame: int = 0xC0) -> bytes:
    """With a table whose number is between those of frames, and a marker that fills up, before the frame."""
    table = b"\xff\xc4" + struct.pack(">H", 5) + b"abc"
    return b"\xff\xd8" + table + b"\xff\xff" + bytes([frame]) + struct.pack(">HBHH", 8, 8, 60, 70) + b"pixels\xff\xd9"


def webp(kind: bytes, content: bytes) -> bytes:
    chunk = kind + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


LOSSY = webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 70, 60 | 1 << 14) + b"pixels")
LOSSLESS = webp(b"VP8L", b"\x2f" + struct.pack("<I", 69 | 59 << 14) + b"pixels")
EXTENDED = webp(b"VP8X", b"\0\0\0\0" + (69).to_bytes(3, "little") + (59).to_bytes(3, "little"))
PICTURES = {
    "png": (png(), "image/png"),
    "jpeg": (jpeg(), "image/jpeg"),
    "progressive jpeg": (jpeg(0xC2), "image/jpeg"),
    "jpeg with zeros at its end": (jpeg() + b"\0\0", "image/jpeg"),
    "lossy webp": (LOSSY, "image/webp"),
    "lossless webp": (LOSSLESS, "image/webp"),
    "extended webp": (EXTENDED, "image/webp"),
}


@pytest.mark.parametrize(("content", "media_type"), PICTURES.values(), ids=PICTURES)
def test_a_picture_has_the_type_and_the_size_of_its_bytes(content: bytes, media_type: str) -> None:
    assert format_of(content) == PictureFormat(media_type, 70, 60)


OTHERS = {
    "nothing": b"",
    "a page": b"<!DOCTYPE html><html><body>hello</body></html>",
    "an svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a gif": b"GIF89a\x46\0\x3c\0\xf0\0\0;",
    "a picture in two formats": b"<html>" + png(),
    "a png with a page at its end": png() + b"<script>alert(1)</script>",
    "the signature of a jpeg alone": b"\xff\xd8\xff\xd9",
    "a jpeg without a frame": b"\xff\xd8\xff\xe0" + struct.pack(">H", 4) + b"ab" + b"\xff\xd9",
    "a jpeg whose lengths lead to nowhere": b"\xff\xd8\xff\xe0\0\0\xff\xe0\xff\xff\xff\xd9",
    "a webp of another length": LOSSY + b"more",
    "another file of RIFF": LOSSY.replace(b"WEBP", b"WAVE"),
}


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
def test_anything_else_is_no_picture(content: bytes) -> None:
    assert format_of(content) is None


@pytest.mark.parametrize("whole", [each for each, _ in PICTURES.values()], ids=PICTURES)
def test_the_beginning_of_a_picture_is_none(whole: bytes) -> None:
    whole = whole.rstrip(b"\0")
    assert [length for length in range(len(whole)) if format_of(whole[:length])] == []


def test_addresses_are_of_the_size_that_pages_show() -> None:
    cdn = "https://static-cdn.jtvnw.net"
    games = [{"id": "33214", "box_art_url": f"{cdn}/ttv-boxart/33214_IGDB-{{width}}x{{height}}.jpg"}]
    users = [
        {"id": "1", "profile_image_url": f"{cdn}/jtv_user_pictures/a-profile_image-300x300.png"},
        {"id": "2", "profile_image_url": f"{cdn}/user-default-pictures-uv/b.png"},
    ]
    assert addresses_of(SubjectKind.GAME, games) == {"33214": f"{cdn}/ttv-boxart/33214_IGDB-108x144.jpg"}
    assert addresses_of(SubjectKind.STREAMER, users) == {
        "1": f"{cdn}/jtv_user_pictures/a-profile_image-70x70.png",
        "2": f"{cdn}/user-default-pictures-uv/b.png",
    }


def test_items_without_an_address_are_left_out() -> None:
    items = [None, "text", {}, {"id": 5, "box_art_url": "https://a"}, {"id": "6"}, {"id": "7", "box_art_url": None}]
    assert addresses_of(SubjectKind.GAME, [*items, {"id": "8", "box_art_url": ""}]) == {}
