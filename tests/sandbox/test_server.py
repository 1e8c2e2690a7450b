"""The server of the sandbox: start, stop, counts, connections and the true watch time."""

import socket
import threading
from datetime import timedelta

import pytest
import requests

from helperfunctions.clock import VirtualClock
from sandbox.chat.truth import ChatTruth
from sandbox.server import TwitchSandbox
from sandbox.world import World
from tests.sandbox.client import TIMEOUT, Client
from tests.sandbox.conftest import NOON


def test_after_the_end_no_thread_and_no_socket_is_left(world: World, clock: VirtualClock) -> None:
    threads = set(threading.enumerate())
    sandbox = TwitchSandbox(world, clock).start()
    address = ("127.0.0.1", int(sandbox.url.rsplit(":", 1)[1]))
    with Client(sandbox) as client, socket.create_connection(address) as idle:
        idle.sendall(b"GET /sandbox/nothing HTTP/1.1\r\n\r\n")
        assert idle.recv(10_000).startswith(b"HTTP/1.1 404 Not Found\r\n")
        assert client.get("streams").status_code == 200
        assert len(set(threading.enumerate()) - threads) == 3
        sandbox.stop()
        assert not set(threading.enumerate()) - threads
        assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    sandbox.stop()


def test_a_stopped_sandbox_can_be_started_again_on_the_same_port(world: World, clock: VirtualClock) -> None:
    with TwitchSandbox(world, clock) as sandbox:
        url = sandbox.url
        with pytest.raises(RuntimeError, match="started already"):
            sandbox.start()
    with pytest.raises(RuntimeError, match="not been started"):
        _ = sandbox.url
    with TwitchSandbox(world, clock, port=int(url.rsplit(":", 1)[1])) as again, Client(again) as client:
        assert again.url == url
        assert client.get("streams").status_code == 200


def test_one_connection_serves_many_requests(client: Client, sandbox: TwitchSandbox) -> None:
    before = set(threading.enumerate())
    for _ in range(5):
        client.get("streams", first=1)
        client.ask_for_token()
    assert set(threading.enumerate()) == before


def test_many_clients_at_once_get_the_same_list(sandbox: TwitchSandbox) -> None:
    lists: list[list[str]] = []

    def crawl() -> None:
        with Client(sandbox) as client:
            lists.append([stream["id"] for stream in client.everything(first=100)])

    threads = [threading.Thread(target=crawl) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lists) == 4
    assert all(listed == lists[0] for listed in lists)


def test_every_request_to_twitch_takes_its_time_on_a_virtual_clock(world: World, clock: VirtualClock) -> None:
    with TwitchSandbox(world, clock, seconds_per_request=0.25) as sandbox, Client(sandbox) as client:
        client.get("streams")
        client.get("users")
        assert sandbox.requests == 3
        assert clock.now() == NOON + timedelta(seconds=0.75)
        requests.get(f"{sandbox.url}/sandbox", timeout=TIMEOUT)
        assert sandbox.requests == 3
        assert clock.now() == NOON + timedelta(seconds=0.75)


def test_health_returns_the_time_and_the_world(client: Client) -> None:
    shown = requests.get(f"{client.sandbox.url}/sandbox", timeout=TIMEOUT).json()
    assert shown == {"now": NOON.isoformat(), "seed": 7, "channels": 3_000, "gather_minutes": 20.0, "requests": 1}


def test_the_true_watch_time_is_served_over_http(client: Client, world: World) -> None:
    end = NOON + timedelta(minutes=30)
    query: dict[str, str | int] = {"start": NOON.isoformat(), "end": end.isoformat(), "more_than": 100}
    answer = requests.get(f"{client.sandbox.url}/sandbox/truth", params=query, timeout=TIMEOUT).json()
    truth = world.truth(NOON, end, more_than=100)
    for name, hours in (("watch_hours", truth.watch), ("airtime_hours", truth.airtime)):
        assert answer[name]["total"] == hours.total
        top = max(hours.by_game, key=lambda game: hours.by_game[game])
        assert answer[name]["games"][0] == {"id": top, "hours": hours.by_game[top]}
        assert len(answer[name]["streamers"]) == 10


@pytest.mark.parametrize("query", ["", "?start=2025-01-01T00:00:00&end=2025-01-02T00:00:00", "?start=x&end=y"])
def test_the_true_watch_time_requires_two_instants_with_an_offset(client: Client, query: str) -> None:
    assert requests.get(f"{client.sandbox.url}/sandbox/truth{query}", timeout=TIMEOUT).status_code == 400


def test_what_was_said_in_chat_is_served_over_http(world: World, clock: VirtualClock) -> None:
    said = ChatTruth()
    said.minute("11", 1_764_331_261_000).messages = 3
    with TwitchSandbox(world, clock, chat=said) as sandbox:
        [minute] = requests.get(f"{sandbox.url}/sandbox/chat", timeout=TIMEOUT).json()["minutes"]
    assert (minute["channel_id"], minute["minute_at"]) == ("11", "2025-11-28T12:01:00+00:00")
    assert (minute["messages"], minute["chatters"]) == (3, 0)


@pytest.mark.parametrize("path", ["nothing", "chat"])
def test_an_unknown_address_of_the_sandbox_is_not_found(client: Client, path: str) -> None:
    assert requests.get(f"{client.sandbox.url}/sandbox/{path}", timeout=TIMEOUT).status_code == 404
