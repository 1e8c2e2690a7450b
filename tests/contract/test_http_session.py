"""Proxies, certificates and passwords of the environment, for every client that speaks HTTP."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from helperfunctions import heartbeat, webhook
from helperfunctions.clock import SystemClock, VirtualClock
from helperfunctions.errors import SettingsError, TwitchUnavailable, WatchTimeError, WebhookFailed, XNotYet
from helperfunctions.http_session import EnvironmentSession
from helperfunctions.twitch_api import TwitchApi
from helperfunctions.x_api import XApi
from sandbox.http_server import SandboxServer
from sandbox.messages import Request, Response, json_response
from tests.no_tokens import NoTokenCache

PASSWORD = "planted-proxy-password-91c4"
NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "requests_ca_bundle", "curl_ca_bundle")
# No server listens there: requests that arrive came through the proxy.
HOST = "service.invalid"


class Proxy(SandboxServer):
    """Responds in place of every server, and records the requests."""

    def __init__(self) -> None:
        super().__init__(SystemClock(), host="127.0.0.1", port=0)
        self.heard: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.heard.append(request)
        if request.path.endswith("/token"):
            return json_response({"access_token": "token", "expires_in": 5_000, "token_type": "bearer"})
        return json_response({"data": {"id": "1", "username": "bot"}, "pagination": {}})


@pytest.fixture(autouse=True)
def nothing_around_us(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (*NAMES, *map(str.upper, NAMES)):
        monkeypatch.delenv(name, raising=False)
    netrc = tmp_path / "netrc"
    netrc.write_text(f"default login me password {PASSWORD}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as proxy:
        yield proxy


def ask_twitch(base: str) -> None:
    api = TwitchApi(
        api_url=f"{base}/helix",
        auth_url=f"{base}/oauth2",
        client_id="id",
        client_secret="planted-secret",
        clock=VirtualClock(datetime(2026, 11, 21, tzinfo=UTC)),
        tokens=NoTokenCache(),
        attempts=1,
    )
    try:
        api.get_streams()
    finally:
        api.close()


def ask_x(base: str) -> None:
    api = XApi(
        api_url=base,
        api_key="planted-key",
        api_key_secret="planted-secret",
        access_token="token",
        access_token_secret="planted-secret",
        clock=SystemClock(),
    )
    try:
        api.me()
    finally:
        api.close()


def call_webhook(base: str) -> None:
    webhook.send(f"{base}/hook", "fine", "all is well")


def send_heartbeat(base: str) -> None:
    heartbeat.request(f"{base}/planted-token")


CLIENTS = {"Twitch": ask_twitch, "X": ask_x, "webhook": call_webhook, "heartbeat": send_heartbeat}
each_client = pytest.mark.parametrize("ask", CLIENTS.values(), ids=CLIENTS)


@each_client
@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_used_and_a_password_of_netrc_is_not(
    ask: Callable[[str], None], name: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, proxy.url)
    ask(f"http://{HOST}")
    assert proxy.heard
    assert {request.headers["host"] for request in proxy.heard} == {HOST}
    assert [one for one in proxy.heard if one.headers.get("authorization", "").startswith("Basic")] == []


@each_client
def test_a_server_in_no_proxy_is_called_directly(
    ask: Callable[[str], None], proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    ask(proxy.url)
    assert proxy.heard


@each_client
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ALL_PROXY", f"socks5h://me:{PASSWORD}@127.0.0.1:1080", "ALL_PROXY in the environment names a SOCKS proxy"),
        ("https_proxy", "socks4://127.0.0.1:1080", "https_proxy in the environment names a SOCKS proxy (socks4)"),
        ("HTTPS_PROXY", f"ftp://me:{PASSWORD}@127.0.0.1", "HTTPS_PROXY in the environment is no address of a proxy"),
        ("https_proxy", "http://127.0.0.1:port", "https_proxy in the environment is no address of a proxy"),
        ("https_proxy", "http://", "https_proxy in the environment is no address of a proxy"),
        ("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem", "REQUESTS_CA_BUNDLE in the environment cannot be used: /nowhere/ca"),
        ("SSL_CERT_FILE", "/etc/passwd", "SSL_CERT_FILE in the environment cannot be used: /etc/passwd: no certif"),
    ],
    ids=["SOCKS for all", "SOCKS for HTTPS", "other kind", "port", "no host", "no such file", "no certificates"],
)
def test_an_invalid_value_is_reported_with_the_name_of_its_variable(
    ask: Callable[[str], None], name: str, value: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is reported at once, and not as an unreachable server; PySocks is not among the requirements."""
    monkeypatch.setenv(name, value)
    with pytest.raises((SettingsError, WebhookFailed)) as caught:
        ask(f"https://{HOST}")
    assert message in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert isinstance(caught.value, SettingsError) or ask in (call_webhook, send_heartbeat)


def test_certificates_of_the_environment_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    import certifi

    for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"):
        path = Path(certifi.where())
        monkeypatch.setenv(name, str(path))
        settings = EnvironmentSession().merge_environment_settings(f"https://{HOST}", None, None, None, None)
        assert settings["verify"] == str(path)
        monkeypatch.delenv(name)
    settings = EnvironmentSession().merge_environment_settings(f"https://{HOST}", None, None, None, None)
    assert settings["verify"] is True


def test_a_proxy_that_refuses_is_an_outage_without_its_password(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", f"http://me:{PASSWORD}@127.0.0.1:{proxy.url.rsplit(':')[-1]}")
    for ask in CLIENTS.values():
        with pytest.raises(WatchTimeError) as caught:
            ask(f"https://{HOST}")
        assert "ProxyError" in str(caught.value)
        assert PASSWORD not in repr(caught.value)


@each_client
def test_an_unreachable_proxy_is_named_without_its_password(
    ask: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{PASSWORD}@127.0.0.1:1")
    with pytest.raises((TwitchUnavailable, XNotYet, WebhookFailed)) as caught:
        ask(f"https://{HOST}")
    assert "ProxyError at 127.0.0.1:1 (HTTPS_PROXY)" in str(caught.value)
    for secret in (PASSWORD, "planted", *([HOST] if ask is not ask_twitch else [])):
        assert secret not in repr(caught.value)


@each_client
def test_a_refused_connection_is_reported_as_one_that_was_never_made(ask: Callable[[str], None]) -> None:
    with pytest.raises(WatchTimeError, match=r"ConnectionError \(NewConnectionError\)"):
        ask("http://127.0.0.1:1")


def test_a_server_with_an_unknown_certificate_is_reported_with_the_setting_for_it() -> None:
    reason = EnvironmentSession().reason(requests.exceptions.SSLError(), f"https://{HOST}")
    assert "REQUESTS_CA_BUNDLE" in reason
