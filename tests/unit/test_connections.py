"""With many connections, some are served and others refused or closed."""

import logging
from ipaddress import ip_network

import pytest

from bot.web.http.connections import Connections, Place


class Crowd:
    """Connections of a small server, and those that it has closed."""

    def __init__(self, *trusted: str) -> None:
        self.time = 0.0
        self.cut_off: list[str] = []
        self.all = Connections(
            [ip_network(one) for one in trusted], most=4, most_of_a_peer=2, most_refused=2, now=lambda: self.time
        )

    def open(self, address: str, name: str = "") -> Place:
        return self.all.open(address, lambda: self.cut_off.append(name or address))


def test_connections_of_one_address_are_limited_and_others_have_room() -> None:
    crowd = Crowd()
    refused = [crowd.open("127.0.0.2").refused is not None for _ in range(3)]
    assert refused == [False, False, True]
    assert crowd.open("127.0.0.3").refused is None
    assert crowd.cut_off == []


def test_network_of_one_customer_counts_as_one_address() -> None:
    crowd = Crowd()
    refused = [crowd.open(f"2001:db8:1:1::{number}").refused is not None for number in range(1, 4)]
    assert refused == [False, False, True]
    assert crowd.open("2001:db8:1:2::1").refused is None


def test_closed_connection_frees_its_place() -> None:
    crowd = Crowd()
    first, _ = crowd.open("127.0.0.2"), crowd.open("127.0.0.2")
    crowd.all.closed(first)
    crowd.all.closed(first)
    assert [crowd.open("127.0.0.2").refused is None for _ in range(2)] == [True, False]


def test_trusted_proxy_has_no_limit_of_its_own() -> None:
    crowd = Crowd("127.0.0.2/32")
    assert [crowd.open("127.0.0.2").refused for _ in range(4)] == [None] * 4


def test_longest_idle_connection_is_closed_when_all_places_are_taken() -> None:
    crowd = Crowd()
    places = [crowd.open(f"127.0.0.{number}") for number in range(1, 5)]
    crowd.all.busy(places[0])
    crowd.all.busy(places[1])
    crowd.all.idle(places[1])
    # The third has waited longest; the first is being answered.
    assert crowd.open("127.0.0.5").refused is None
    assert crowd.cut_off == ["127.0.0.3"]
    assert crowd.open("127.0.0.6").refused is None
    assert crowd.cut_off == ["127.0.0.3", "127.0.0.4"]


def test_new_connection_is_refused_when_all_others_are_busy() -> None:
    crowd = Crowd()
    for number in range(1, 5):
        crowd.all.busy(crowd.open(f"127.0.0.{number}"))
    assert crowd.open("127.0.0.5").refused == "Too many visitors just now."
    assert crowd.cut_off == []


def test_silent_refused_connections_are_limited_too() -> None:
    crowd = Crowd()
    places = [crowd.open("127.0.0.2", str(number)) for number in range(6)]
    assert [place.refused is None for place in places] == [True, True, False, False, False, False]
    assert crowd.cut_off == ["2", "3"]


def test_refused_connection_whose_request_is_being_answered_is_not_cut_off() -> None:
    crowd = Crowd()
    places = [crowd.open("127.0.0.2", str(number)) for number in range(3)]
    crowd.all.busy(places[2])
    for number in range(3, 6):
        crowd.open("127.0.0.2", str(number))
    # The oldest one waits for its error page; those without a request go first.
    assert crowd.cut_off == ["3", "4"]


def test_new_refused_connection_is_cut_off_when_all_others_are_being_answered() -> None:
    crowd = Crowd()
    for number in range(4):
        crowd.all.busy(crowd.open("127.0.0.2", str(number)))
    crowd.open("127.0.0.2", "late")
    assert crowd.cut_off == ["late"]


def test_refused_connections_are_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    crowd = Crowd()
    with caplog.at_level(logging.WARNING):
        for number in range(120):
            crowd.time = number
            crowd.open("127.0.0.2")
    assert [record.getMessage().partition(";")[0] for record in caplog.records] == [
        "connections to the dashboard are refused count=1 open=2 latest_from=127.0.0.2",
        "connections to the dashboard are refused count=60 open=2 latest_from=127.0.0.2",
    ]
