"""Downloads pictures from Twitch's servers for pictures: box art of games, and avatars of users.

Addresses come from Twitch's answers, and anything could be at them. So they are requested over TLS from one server
alone, redirects are not followed, and of the answer only some kilobytes are read, within some seconds.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import requests

from helperfunctions.errors import PictureRefused, PictureUnavailable
from helperfunctions.hidden import without_userinfo
from helperfunctions.http_deadline import whole_request_within
from helperfunctions.http_session import EnvironmentSession
from helperfunctions.picture_format import format_of

SERVER: Final = "https://static-cdn.jtvnw.net"
MAX_BYTES: Final = 100_000
# Pixels of each side: a browser needs four bytes for each, however small the file is.
MAX_SIDE: Final = 600
TIMEOUT: Final = (5.0, 5.0)  # seconds to connect, seconds between two bytes
WITHIN_SECONDS: Final = 10.0
_API_HOST: Final = "api.twitch.tv"
_CHUNK_BYTES: Final = 16_384
# Statuses after which the same request can succeed later.
# A server that blocks our address for a while answers 403.
_TEMPORARY: Final = (HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True, slots=True)
class DownloadedPicture:
    """A picture in one of the formats that browsers show, with the media type that its bytes have."""

    media_type: str
    content: bytes


class TwitchPictures:
    """A client of Twitch's server for pictures; with a stand-in for Twitch's API, of that one's server too.

    A download ends within `within_seconds`, body included, and no more than MAX_BYTES of it are in memory.
    """

    def __init__(
        self, *, api_url: str, timeout: tuple[float, float] = TIMEOUT, within_seconds: float = WITHIN_SECONDS
    ) -> None:
        self._timeout = timeout
        self._within_seconds = within_seconds
        self._servers = {SERVER}
        parts = urlsplit(api_url)
        if parts.hostname != _API_HOST:
            self._servers.add(f"{parts.scheme}://{parts.netloc}")
        self._http = EnvironmentSession(*self._servers)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def download(self, url: str) -> DownloadedPicture:
        """The picture at an address.

        Raises PictureRefused if that is on no server of ours or no picture, and PictureUnavailable if there was no
        whole answer in time.
        """
        if not self._is_ours(url):
            raise PictureRefused("an address of another server")
        try:
            with whole_request_within(self._within_seconds), self._request(url) as response:
                content = _content(response)
        except ValueError as exc:  # requests' InvalidURL is a ValueError, too
            raise PictureRefused("no valid address") from exc
        except requests.RequestException as exc:
            raise PictureUnavailable(f"{self._http.reason(exc, url)} at {without_userinfo(url)}") from exc
        found = format_of(content)
        if found is None:
            raise PictureRefused("not a JPEG, PNG or WebP")
        if not (0 < found.width <= MAX_SIDE and 0 < found.height <= MAX_SIDE):
            raise PictureRefused("too many pixels")
        return DownloadedPicture(found.media_type, content)

    def _request(self, url: str) -> requests.Response:
        # Not compressed: a few bytes could become gigabytes.
        headers = {"Accept": "image/jpeg, image/png, image/webp", "Accept-Encoding": "identity"}
        return self._http.get(url, headers=headers, timeout=self._timeout, allow_redirects=False, stream=True)

    def _is_ours(self, url: str) -> bool:
        # Programs disagree about other characters: which server is it in http://one\@other/?
        if not (url.isascii() and url.isprintable()) or "\\" in url or " " in url:
            return False
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return f"{parts.scheme}://{parts.netloc}" in self._servers


def _content(response: requests.Response) -> bytes:
    """The body of an answer that has a picture. Raises PictureRefused or PictureUnavailable."""
    status = response.status_code
    if status >= 500 or status in _TEMPORARY:
        raise PictureUnavailable(f"status {status}")
    if 300 <= status < 400:
        # Twitch redirects to a picture that means that there is none.
        raise PictureRefused("a redirect")
    if status != HTTPStatus.OK:
        raise PictureRefused(f"status {status}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise PictureRefused("compressed once more")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MAX_BYTES:
        raise PictureRefused("too many bytes")
    content = bytearray()
    for chunk in response.iter_content(_CHUNK_BYTES):
        content += chunk
        if len(content) > MAX_BYTES:
            raise PictureRefused("too many bytes")
    return bytes(content)
