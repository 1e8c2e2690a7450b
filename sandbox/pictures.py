"""The simulated server with box art and avatars: small PNGs, drawn from the id in their address, and their faults.

Twitch serves box art as JPEG. Here it is PNG too, because that needs no library.
"""

import re
import struct
import zlib
from dataclasses import replace
from functools import lru_cache
from http import HTTPStatus
from typing import Final

import numpy as np

from sandbox.faults import PICTURE_FAULTS, Fault, Faults
from sandbox.messages import Delivery, Request, Response

BOX_ART: Final = "/ttv-boxart"
AVATARS: Final = "/jtv_user_pictures"
_ADDRESS: Final = re.compile(
    rf"(?:{BOX_ART}/(?P<game>\w+)|{AVATARS}/(?P<user>\w+)-profile_image)-(?P<width>\d+)x(?P<height>\d+)\.(?:jpg|png)"
)
_LARGEST_SIDE: Final = 600
_HUGE_BYTES: Final = 3_000_000
_SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)" width="70" height="70"/>'
_PRIVATE: Final = "http://169.254.169.254/latest/meta-data/"
_DELIVERIES: Final = {Fault.TRUNCATED: Delivery.TRUNCATED, Fault.RESET: Delivery.RESET, Fault.SLOW: Delivery.SLOW}


def has_picture(path: str) -> bool:
    """True if a path is one of this server."""
    return path.startswith((f"{BOX_ART}/", f"{AVATARS}/"))


def answer(request: Request, faults: Faults) -> Response:
    """The response to a request for a picture, with the injected faults."""
    match = _ADDRESS.fullmatch(request.path)
    if match is None or not all(0 < int(match[side]) <= _LARGEST_SIDE for side in ("width", "height")):
        return _text(HTTPStatus.NOT_FOUND, b"not found")
    seed = zlib.crc32((match["game"] or match["user"]).encode())
    picture = _picture(seed, int(match["width"]), int(match["height"]), is_person=match["user"] is not None)
    whole = Response(HTTPStatus.OK, picture, content_type="image/png")
    [fault] = faults.draw(PICTURE_FAULTS) or [None]
    match fault:
        case None:
            return whole
        case Fault.SERVER_ERROR | Fault.PICTURE_UNAVAILABLE:
            return _text(HTTPStatus.SERVICE_UNAVAILABLE, b"try again later")
        case Fault.HTML:
            return Response(HTTPStatus.OK, b"<!DOCTYPE html><title>hello</title>", content_type="text/html")
        case Fault.PICTURE_MISSING:
            return _text(HTTPStatus.NOT_FOUND, b"not found")
        case Fault.PICTURE_HUGE:
            return replace(whole, body=picture + bytes(_HUGE_BYTES))
        case Fault.PICTURE_SVG:
            return replace(whole, body=_SVG)
        case Fault.PICTURE_REDIRECT:
            return Response(HTTPStatus.FOUND, b"", {"Location": _PRIVATE})
    return replace(whole, delivery=_DELIVERIES[fault])


def _text(status: HTTPStatus, body: bytes) -> Response:
    return Response(status, body, content_type="text/plain")


@lru_cache(maxsize=64)
def _picture(seed: int, width: int, height: int, *, is_person: bool) -> bytes:
    """A person before a wall, or a hill before a sky, as PNG."""
    colours = np.random.default_rng(seed).integers(40, 216, (3, 3))
    y, x = np.mgrid[0:height, 0:width]
    u, v = x / width, y / height
    pixels = (colours[0] * (1 - v[..., None]) + colours[1] * v[..., None]).astype(np.uint8)
    if is_person:
        front = ((u - 0.5) ** 2 + (v - 0.4) ** 2 < 0.035) | ((u - 0.5) ** 2 + (v - 1.05) ** 2 < 0.15)
    else:
        slope = 0.5 + seed % 7 / 10
        front = (v > 0.55 + slope * np.abs(u - seed % 5 / 5)) | ((u - 0.7) ** 2 + (v - 0.25) ** 2 < 0.015)
    pixels[front] = colours[2]
    return _png(pixels.tobytes(), width, height)


def _png(pixels: bytes, width: int, height: int) -> bytes:
    """A PNG of these pixels: row by row, three bytes each."""
    length = 3 * width
    # Before each row is the number of its filter: none.
    rows = b"".join(b"\0" + pixels[row * length : (row + 1) * length] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
