"""`watchtime collect` as a person uses it: in an empty folder, twice, two at once, and with services that fail."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psutil

from helperfunctions import embedded_postgres
from tests.acceptance.conftest import CLIENT_SECRET, Serve, Shell, eventually, nothing_runs_in, settings_for
from tests.contract import plain_helix
from tests.factories import a_raw_stream, rows


def test_in_an_empty_folder_a_poll_is_stored_and_then_a_second_one(
    shell: Shell, folder: Path, twitch: dict[str, str]
) -> None:
    data = folder / "data"
    first = shell.run("collect", DATA_DIR=str(data), **twitch)
    assert first.code == 0, first
    [line] = first.out.splitlines()
    assert line.startswith("Poll 1 of ")
    assert ": complete, " in line
    assert first.messages == []
    nothing_runs_in(folder)
    second = shell.run("collect", DATA_DIR=str(data), **twitch)
    assert second.out.startswith("Poll 2 of ")
    nothing_runs_in(folder)
    assert CLIENT_SECRET not in first.out + first.err + second.out + second.err
    assert "new Twitch token" in first.err
    assert "new Twitch token" not in second.err
    with embedded_postgres.running(data / "postgres") as url:
        assert rows(url, "select status, streams > 0 from staging.polls") == [("complete", True)] * 2
    nothing_runs_in(folder)


def test_a_relative_data_folder_is_below_the_folder_of_the_start(shell: Shell, twitch: dict[str, str]) -> None:
    for poll in (1, 2):
        ran = shell.run("collect", DATA_DIR="some/data", **twitch)
        assert ran.code == 0, ran
        assert ran.out.startswith(f"Poll {poll} of ")
    assert (shell.folder / "some" / "data" / "postgres").is_dir()


def test_a_data_folder_with_a_space_works_or_is_refused_in_plain_words(shell: Shell, folder: Path) -> None:
    """The embedded server's package hands the folder to a shell unquoted; macOS keeps data in such a folder."""
    ran = shell.run("migrate", DATA_DIR=str(folder / "some data"))
    assert ran.code == 0 or "DATA_DIR" in ran.failed_with(78), ran


def test_of_two_collectors_at_once_one_works_and_the_other_reports_it(shell: Shell, folder: Path, serve: Serve) -> None:
    sandbox = serve()
    sandbox.gate.delay("GET", "/streams")
    settings = settings_for(sandbox) | {"DATA_DIR": str(folder / "data")}
    first = shell.start("collect", **settings)
    eventually(lambda: sandbox.gate.waiting, "the first collector waits for Twitch")
    second = shell.run("collect", **settings)
    assert "another process is doing 'collect'" in second.failed_with(75)
    assert first.poll() is None
    sandbox.gate.open()
    ended = shell.end_of(first)
    assert ended.code == 0
    assert ended.out.startswith("Poll 1 of ")
    nothing_runs_in(folder)


def test_a_poll_is_taken_from_the_sandbox_of_the_command_line(shell: Shell, url: str) -> None:
    server = shell.start("sandbox", "--port", "0", "--x-port", "0", "--chat-port", "0", "--channels", "300")
    eventually(lambda: "Stop it with" in shell.output_of(server), "the sandbox serves")
    lines = [
        line.strip().partition("=") for line in shell.output_of(server).splitlines() if line.startswith("  TWITCH_")
    ]
    settings = {name: value for name, _, value in lines}
    assert len(settings) == 5
    ran = shell.run("collect", DATABASE_URL=url, **settings)
    assert ran.code == 0, ran
    assert ": complete, " in ran.out
    server.terminate()
    assert shell.end_of(server).code == 0


def test_a_poll_is_taken_from_another_implementation_of_helix(shell: Shell, url: str) -> None:
    streams = [a_raw_stream(id=f"s{n}", user_id=f"u{n}", viewer_count=500 - n) for n in range(230)]
    with plain_helix.serving(streams) as address:
        ran = shell.run(
            "collect",
            DATABASE_URL=url,
            TWITCH_API_URL=address,
            TWITCH_AUTH_URL=address,
            TWITCH_CLIENT_ID="me",
            TWITCH_CLIENT_SECRET="mine",
        )
    assert ran.code == 0, ran
    assert set(rows(url, "select stream_id, streamer_id, viewer_count from staging.streams")) == {
        (stream["id"], stream["user_id"], stream["viewer_count"]) for stream in streams
    }


def test_wrong_credentials_are_one_message_and_leave_a_row(shell: Shell, url: str, twitch: dict[str, str]) -> None:
    ran = shell.run("collect", DATABASE_URL=url, **twitch | {"TWITCH_CLIENT_SECRET": "planted-but-wrong"})
    assert "TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET" in ran.failed_with(78)
    assert "planted-but-wrong" not in ran.out + ran.err
    assert rows(url, "select status, ended_because, streams from staging.polls") == [("failed", "twitch_refused", 0)]


@contextmanager
def a_twitch_that_is_overrun() -> Iterator[str]:
    """Answers every request with 429 and a reset in the past: the error with the shortest retries."""

    class Overrun(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.wfile.write(b"HTTP/1.0 429 Too Many Requests\r\nRatelimit-Reset: 0\r\n\r\n")

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            pass

    with HTTPServer(("127.0.0.1", 0), Overrun) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_twitch_without_a_response_leaves_a_row_and_exit_code_75(
    shell: Shell, url: str, twitch: dict[str, str]
) -> None:
    with a_twitch_that_is_overrun() as address:
        ran = shell.run("collect", DATABASE_URL=url, **twitch | {"TWITCH_API_URL": address, "TWITCH_AUTH_URL": address})
    assert "Twitch does not answer" in ran.failed_with(75)
    assert rows(url, "select status, ended_because, streams, pages from staging.polls") == [
        ("failed", "twitch_unavailable", 0, 0)
    ]
    assert CLIENT_SECRET not in ran.out + ran.err


def test_a_data_folder_that_cannot_be_created_is_one_message(
    shell: Shell, folder: Path, twitch: dict[str, str]
) -> None:
    (folder / "a-file").write_text("")
    ran = shell.run("collect", DATA_DIR=str(folder / "a-file" / "data"), **twitch)
    assert "a-file" in ran.failed_with(75)


def test_a_killed_collector_does_not_block_the_next_one(shell: Shell, folder: Path, serve: Serve) -> None:
    sandbox = serve(seconds_per_request=0.3)
    settings = settings_for(sandbox) | {"DATA_DIR": str(folder / "data")}
    first = shell.start("collect", **settings)
    eventually(lambda: sandbox.requests > 2, "the first collector is in the middle of its crawl")
    first.kill()
    first.wait()
    ran = shell.run("collect", **settings)
    assert ran.code == 0, ran
    with embedded_postgres.running(folder / "data" / "postgres") as url:
        assert rows(url, "select status, count(*) from staging.polls group by 1") == [("complete", 1)]
    nothing_runs_in(folder)


def test_ctrl_c_ends_a_collector_without_a_traceback(shell: Shell, url: str, serve: Serve) -> None:
    sandbox = serve(seconds_per_request=0.3)
    first = shell.start("collect", DATABASE_URL=url, **settings_for(sandbox))
    eventually(lambda: sandbox.requests > 2, "the collector is in the middle of its crawl")
    psutil.Process(first.pid).send_signal(2)
    ended = shell.end_of(first)
    assert ended.code != 0
    assert "Traceback" not in ended.err
    assert rows(url, "select count(*) from staging.streams") == [(0,)]
