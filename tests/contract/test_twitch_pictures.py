"""Downloads of pictures: from Twitch's servers alone, small ones, and in time."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from helperfunctions.errors import PictureRefused, PictureUnavailable, WatchTimeError
from helperfunctions.picture_format import PictureFormat, format_of
from helperfunctions.twitch_pictures import MAX_BYTES, TwitchPictures
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from tests.contract import dripping
from tests.contract.scripted_http import Answer, answering
from tests.unit.test_pictures import png


@pytest.fixture
def server(sandbox: TwitchSandbox) -> Iterator[TwitchPictures]:
    server = TwitchPictures(api_url=sandbox.api_url, timeout=(5.0, 0.3), within_seconds=1.0)
    yield server
    server.close()


def box_art(sandbox: TwitchSandbox) -> str:
    return f"{sandbox.url}/ttv-boxart/509658-108x144.jpg"


def test_a_picture_is_downloaded_with_the_type_of_its_bytes(sandbox: TwitchSandbox, server: TwitchPictures) -> None:
    """The sandbox has PNGs under names of JPEGs."""
    picture = server.download(box_art(sandbox))
    assert picture.media_type == "image/png"
    assert format_of(picture.content) == PictureFormat("image/png", 108, 144)


REFUSED = {
    "picture_missing": "status 404",
    "picture_huge": "too many bytes",
    "picture_svg": "not a JPEG, PNG or WebP",
    "picture_redirect": "a redirect",
    "html": "not a JPEG, PNG or WebP",
}


@pytest.mark.parametrize(("fault", "reason"), REFUSED.items(), ids=REFUSED)
def test_what_is_no_small_picture_is_refused(
    sandbox: TwitchSandbox, server: TwitchPictures, faults: Faults, fault: str, reason: str
) -> None:
    faults.cue(fault)
    with pytest.raises(PictureRefused, match=f"^{reason}$"):
        server.download(box_art(sandbox))
    # A redirect was not followed, and the server answers the next request.
    assert server.download(box_art(sandbox)).media_type == "image/png"
    assert sandbox.picture_requests == 2


@pytest.mark.parametrize("fault", ["picture_unavailable", "server_error", "truncated", "reset", "slow"])
def test_a_server_that_fails_is_one_that_may_answer_later(
    sandbox: TwitchSandbox, server: TwitchPictures, faults: Faults, fault: str
) -> None:
    faults.cue(fault)
    with pytest.raises(PictureUnavailable):
        server.download(box_art(sandbox))


STATUSES: dict[int, type[WatchTimeError]] = {
    **dict.fromkeys((400, 401, 404, 410, 451), PictureRefused),
    # A server that blocks our address for a while answers 403.
    **dict.fromkeys((403, 408, 429, 500, 502, 503, 504), PictureUnavailable),
}


@pytest.mark.parametrize(("status", "error"), STATUSES.items(), ids=[str(status) for status in STATUSES])
def test_a_status_that_may_pass_refuses_no_picture(status: int, error: type[WatchTimeError]) -> None:
    with answering([Answer(status, png())]) as (url, _):
        server = TwitchPictures(api_url=url)
        with pytest.raises(error, match=f"^status {status}$"):
            server.download(f"{url}/a.png")
        server.close()


@pytest.mark.parametrize("how", [how for how in dripping.DRIPS if how != "in a body of known length"])
def test_a_picture_that_drips_ends_at_the_deadline(how: str) -> None:
    with dripping.serving(how) as url:
        server = TwitchPictures(api_url=url, timeout=(5.0, 5.0), within_seconds=0.3)
        began = time.monotonic()
        with pytest.raises(PictureUnavailable):
            server.download(f"{url}/ttv-boxart/1-108x144.jpg")
        # The pauses between two bytes are always shorter than the time-out.
        assert time.monotonic() - began < 15
        server.close()


ELSEWHERE = (
    "http://static-cdn.jtvnw.net/a.png",
    "https://static-cdn.jtvnw.net:444/a.png",
    "https://user@static-cdn.jtvnw.net/a.png",
    "https://static-cdn.jtvnw.net.example.org/a.png",
    "https://static-cdn.jtvnw.net\\@example.org/a.png",
    "https://static-cdn.jtvnw.net\t.example.org/a.png",
    "https://static-cdn.jtv\nnw.net/a.png",
    "https://example.org/static-cdn.jtvnw.net/a.png",
    "http://169.254.169.254/latest/meta-data/",
    "http://localhost/a.png",
    "http://127.0.0.1:1/a.png",
    "//static-cdn.jtvnw.net/a.png",
    "ftp://static-cdn.jtvnw.net/a.png",
    "file:///etc/passwd",
    "https://[::1",
    "",
)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_an_address_on_another_server_is_not_requested(
    sandbox: TwitchSandbox, server: TwitchPictures, url: str
) -> None:
    with pytest.raises(PictureRefused, match="another server"):
        server.download(url)


def test_only_a_stand_in_for_twitch_serves_pictures_itself() -> None:
    server = TwitchPictures(api_url="https://api.twitch.tv/helix")
    with pytest.raises(PictureRefused, match="another server"):
        server.download("https://api.twitch.tv/a.png")
    server.close()


UNUSUAL = {
    "compressed": (Answer(body=png(), headers={"content-encoding": "gzip"}), "compressed once more"),
    "too many pixels": (Answer(body=png(601, 10)), "too many pixels"),
    "no pixels": (Answer(body=png(0, 10)), "too many pixels"),
    "one byte more than allowed": (Answer(body=bytes(MAX_BYTES + 1)), "too many bytes"),
    "no picture of the largest size": (Answer(body=bytes(MAX_BYTES)), "not a JPEG, PNG or WebP"),
}


@pytest.mark.parametrize(("answer", "reason"), UNUSUAL.values(), ids=UNUSUAL)
def test_unusual_pictures_are_refused(answer: Answer, reason: str) -> None:
    with answering([answer]) as (url, _):
        server = TwitchPictures(api_url=url)
        with pytest.raises(PictureRefused, match=f"^{reason}$"):
            server.download(f"{url}/a.png")
        server.close()


def test_a_picture_of_unknown_length_is_read_up_to_the_limit() -> None:
    def answer() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(10_000)
            connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + bytes(MAX_BYTES * 50))
            ended.append(True)

    ended: list[bool] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = TwitchPictures(api_url=url)
        with pytest.raises(PictureRefused, match="too many bytes"):
            server.download(f"{url}/a.png")
        server.close()
        thread.join()
    # Five megabytes do not fit into the buffers of a connection: the client has closed it.
    assert ended == []
