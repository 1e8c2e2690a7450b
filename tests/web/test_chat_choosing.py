"""Channels of chat are chosen on the page and by the API, by who has the token and, where it is open, by visitors."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from helperfunctions.database import Database
from tests.factories import a_stream, rows, stage, write
from tests.web.conftest import NOW, Web
from tests.web.test_chat import CHAT, TOKEN, a_chat


@pytest.fixture
def chat(database: Database, url: str, serving: Callable[..., Any]) -> Iterator[Web]:
    stage(database, a_stream(1000, streamer="ada"), at=NOW)
    a_chat(url)
    with serving(url, more_settings=CHAT) as web:
        yield web


def post(web: Web, origin: str | None = None, cookies: dict[str, str] | None = None, **form: str) -> requests.Response:
    """Send the form of the page."""
    given = {"origin": web.url if origin is None else origin}
    return requests.post(
        f"{web.url}/chat/follow", form, headers=given, cookies=cookies, timeout=30, allow_redirects=False
    )


def asked(url: str) -> list[tuple[object, ...]]:
    return list(rows(url, "select login, kind from chat.requests order by 1"))


def test_who_has_the_token_chooses_channels_and_needs_it_once(chat: Web, url: str) -> None:
    assert post(chat, login="carol").headers["location"] == "/chat?outcome=closed"
    assert post(chat, login="carol", token="wrong").headers["location"] == "/chat?outcome=closed"
    assert asked(url) == []
    first = post(chat, login="@Carol", token=TOKEN)
    assert first.headers["location"] == "/chat"
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    owner = {"owner": cookie.partition("=")[2].partition(";")[0]}
    assert post(chat, cookies=owner, login="dave").headers["location"] == "/chat"
    assert post(chat, cookies=owner, login="bob", do="leave").headers["location"] == "/chat"
    assert asked(url) == [("bob", "leave"), ("carol", "follow"), ("dave", "follow")]
    page = requests.get(f"{chat.url}/chat", cookies=owner, timeout=30).text
    assert "Leave" in page
    assert "asked, the bot looks the name up" in page
    assert "Leave" not in chat.get("/chat").text


def test_a_refusal_is_not_shown_once_the_channel_is_followed(chat: Web, url: str) -> None:
    asked_for = (
        "insert into chat.requests (login, kind, asked_by, asked_at, is_done, answer)"
        " values (%s, 'follow', 'owner', %s, true, 'no room')"
    )
    write(url, asked_for, "carol", NOW)
    write(url, asked_for, "bob", NOW)
    page = chat.get("/chat").text
    assert "<bdi>carol</bdi>: no room" in page
    assert "<bdi>bob</bdi>: no room" not in page


@pytest.mark.parametrize(
    "origin", ["", "https://elsewhere.example", "null", "http://["], ids=["none", "elsewhere", "hidden", "no address"]
)
def test_a_form_from_elsewhere_is_refused(origin: str, chat: Web, url: str) -> None:
    assert post(chat, origin, login="carol", token=TOKEN).status_code == 403
    assert asked(url) == []


def test_the_address_of_a_channel_is_its_name(chat: Web, url: str) -> None:
    sent = requests.post(
        f"{chat.url}/api/v1/chat/channels",
        json={"login": "https://www.twitch.tv/Carol?referrer=raid"},
        headers={"authorization": f"Bearer {TOKEN}"},
        timeout=30,
    )
    assert (sent.status_code, sent.json()["login"]) == (202, "carol")
    assert post(chat, login="twitch.tv/dave/videos", token=TOKEN).headers["location"] == "/chat"
    assert asked(url) == [("carol", "follow"), ("dave", "follow")]


def test_right_tokens_are_not_limited(chat: Web) -> None:
    headers = {"authorization": f"Bearer {TOKEN}"}
    address = f"{chat.url}/api/v1/chat/channels"
    sent = [requests.post(address, json={"login": f"c{n}"}, headers=headers, timeout=30) for n in range(11)]
    assert [response.status_code for response in sent] == [202] * 11


def test_wrong_tokens_are_limited_for_each_address(chat: Web) -> None:
    answers = [post(chat, login="carol", token=f"wrong{n}").status_code for n in range(11)]
    assert answers == [303] * 10 + [429]
    assert post(chat, login="carol", token=TOKEN).status_code == 429


def api(web: Web, method: str, path: str, token: str | None = None, **more: Any) -> requests.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return requests.request(method, f"{web.url}/api/v1/chat{path}", headers=headers, timeout=30, **more)


def test_channels_are_chosen_by_the_api(chat: Web, url: str) -> None:
    assert api(chat, "POST", "/channels", json={"login": "carol"}).status_code == 401
    assert api(chat, "POST", "/channels", "wrong", json={"login": "carol"}).status_code == 401
    made = api(chat, "POST", "/channels", TOKEN, json={"login": "carol"})
    assert (made.status_code, made.json()) == (202, {"login": "carol", "state": "asked"})
    assert api(chat, "POST", "/channels", TOKEN, json={"login": "a; b"}).status_code == 422
    assert api(chat, "DELETE", "/channels/ada", TOKEN).status_code == 202
    assert api(chat, "DELETE", "/channels/ada").status_code == 401
    assert asked(url) == [("ada", "leave"), ("carol", "follow")]


def test_visitors_choose_where_it_is_open(chat: Web, url: str) -> None:
    write(url, "update chat.choice set is_open = true")
    outcome = [post(chat, login=f"room{n}").headers["location"] for n in range(4)]
    assert outcome == ["/chat"] * 3 + ["/chat?outcome=too_many"]
    [(asker,)] = rows(url, "select distinct asked_by from chat.requests")
    assert "127.0.0.1" not in asker
