"""`watchtime sandbox` prints its addresses, or one message if it cannot listen."""

import re
import socket

import psutil
import pytest
import requests

from helperfunctions.clock import SystemClock
from helperfunctions.x_api import XApi
from tests.acceptance.conftest import Shell, eventually


def test_a_token_is_issued_at_the_printed_address(shell: Shell) -> None:
    server = shell.start("sandbox", "--port", "0", "--x-port", "0", "--chat-port", "0", "--channels", "1000")
    eventually(lambda: "Stop it with" in shell.output_of(server), "the sandbox serves")
    printed = dict(re.findall(r"^  (\w+)=(\S+)$", shell.output_of(server), re.MULTILINE))
    credentials = {"client_id": printed["TWITCH_CLIENT_ID"], "client_secret": printed["TWITCH_CLIENT_SECRET"]}
    form = credentials | {"grant_type": "client_credentials"}
    token = requests.post(f"{printed['TWITCH_AUTH_URL']}/token", data=form, timeout=10).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Client-Id": printed["TWITCH_CLIENT_ID"]}
    page = requests.get(f"{printed['TWITCH_API_URL']}/streams", headers=headers, timeout=10).json()
    assert page["data"]
    x = XApi(
        api_url=printed["X_API_URL"],
        api_key=printed["X_API_KEY"],
        api_key_secret=printed["X_API_KEY_SECRET"],
        access_token=printed["X_ACCESS_TOKEN"],
        access_token_secret=printed["X_ACCESS_TOKEN_SECRET"],
        clock=SystemClock(),
    )
    x.create_post("hello")
    x.close()
    assert "hello" in requests.get(printed["X_API_URL"], timeout=10).text
    assert {connection.laddr.ip for connection in psutil.Process(server.pid).net_connections("inet")} == {"127.0.0.1"}
    server.terminate()
    ended = shell.end_of(server)
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize(
    ("host", "of"),
    [("127.0.0.1", "--port"), ("127.0.0.1", "--x-port"), ("127.0.0.1", "--chat-port"), ("203.0.113.1", "--chat-port")],
    ids=["the port is taken", "the port of X is taken", "the port of chat is taken", "an address of another machine"],
)
def test_an_address_that_cannot_be_used_is_one_message(host: str, of: str, shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ports = {"--port": "0", "--x-port": "0", "--chat-port": "0"} | {of: port}
        given = [word for option in ports.items() for word in option]
        ran = shell.run("sandbox", "--host", host, *given, "--channels", "1000", COLUMNS="200")
    assert ran.code == 2
    assert f"cannot listen on {host}:{port}: " in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""
