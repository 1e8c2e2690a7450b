"""A strict X: calls that are not in its schema are refused, without an effect or a charge."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from helperfunctions.clock import VirtualClock
from sandbox.x.server import XSandbox
from tests.sandbox.x_client import PNG, XClient

NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def x() -> Iterator[XSandbox]:
    with XSandbox(VirtualClock(NOW), vocabulary="new", rate_limits=False) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(x: XSandbox) -> XClient:
    return XClient(x)


def refused(client: XClient, response: Any) -> bool:
    assert response.json()["title"] == "Invalid Request" if response.status_code == 400 else True
    return bool(response.status_code == 400)


PATHS = {
    "me": "/2/users/me",
    "mentions": "/2/users/{id}/mentions",
    "own posts": "/2/users/{id}/tweets",
    "posts": "/2/tweets",
}
GOOD_QUERIES: dict[str, dict[str, dict[str, Any]]] = {
    "me": {"bare": {}, "fields": {"user.fields": "id,name"}, "pinned": {"expansions": "pinned_post_id"}},
    "mentions": {
        "bare": {},
        "page": {"max_results": 5, "since_id": "1", "until_id": "2"},
        "times": {"start_time": "2026-11-20T16:00:00Z", "end_time": "2026-11-21T16:00:00Z"},
        "fields": {"post.fields": "created_at,entities", "expansions": "author_id", "media.fields": "url"},
    },
    "own posts": {"bare": {}, "without replies": {"exclude": "replies,retweets"}},
    "posts": {"two": {"ids": "1,2"}},
}
UNKNOWN = {"page": "2", "count": "5", "tweet_mode": "extended", "Max_Results": "5"}
BAD_QUERIES: dict[str, tuple[str, dict[str, Any]]] = {
    **{f"{name} with {unknown}": (name, {unknown: "2", "ids": "1"}) for name in PATHS for unknown in UNKNOWN},
    "me with a page": ("me", {"max_results": "5"}),
    "me with an author": ("me", {"expansions": "author_id"}),
    "mentions without replies": ("mentions", {"exclude": "replies"}),
    "mentions with ids": ("mentions", {"ids": "1"}),
    "mentions in the old words": ("mentions", {"tweet.fields": "created_at"}),
    "mentions with a field that is an expansion now": ("mentions", {"post.fields": "author_id"}),
    "mentions with an unknown expansion": ("mentions", {"expansions": "author"}),
    "mentions with an unknown field of users": ("mentions", {"user.fields": "email"}),
    "mentions with a field twice": ("mentions", {"post.fields": "created_at,created_at"}),
    "mentions with a parameter twice": ("mentions", {"max_results": ["5", "6"]}),
    "mentions, too few": ("mentions", {"max_results": "4"}),
    "mentions, too many": ("mentions", {"max_results": "101"}),
    "mentions, a number that is none": ("mentions", {"max_results": "five"}),
    "mentions, an id that is none": ("mentions", {"since_id": "abc"}),
    "mentions, an id that is too long": ("mentions", {"until_id": "1" * 20}),
    "mentions, an id in other digits": ("mentions", {"since_id": "١٢"}),
    "mentions, a time with milliseconds": ("mentions", {"start_time": "2026-11-20T16:00:00.000Z"}),
    "mentions, a time without a zone": ("mentions", {"start_time": "2026-11-20T16:00:00"}),
    "mentions, a time that is none": ("mentions", {"start_time": "2026-13-20T16:00:00Z"}),
    "own posts without something else": ("own posts", {"exclude": "quotes"}),
    "posts without ids": ("posts", {}),
    "posts, too many": ("posts", {"ids": ",".join(["1"] * 101)}),
}
GOOD_POSTS: dict[str, dict[str, Any]] = {
    "text": {"text": "one"},
    "everything that needs nothing else": {
        "text": "two",
        "made_with_ai": True,
        "paid_partnership": False,
        "reply_settings": "mentionedUsers",
        "nullcast": False,
        "geo": {"place_id": "1"},
    },
    "poll": {"text": "three", "poll": {"options": ["a", "b"], "duration_minutes": 5}},
}
BAD_POSTS: dict[str, dict[str, Any]] = {
    "unknown field": {"text": "a", "media_type": "image/png"},
    "field of v1.1": {"status": "a"},
    "idempotency key": {"text": "a", "client_request_id": "1"},
    "unknown field of media": {"text": "a", "media": {"media_ids": ["1"], "alt_text": "b"}},
    "unknown field of a reply": {"text": "a", "reply": {"in_reply_to_tweet_id": "1", "batch_mode": "off"}},
    "unknown field of a poll": {"text": "a", "poll": {"options": ["a", "b"], "duration_minutes": 5, "title": "c"}},
    "unknown field of a place": {"text": "a", "geo": {"place_id": "1", "name": "b"}},
    "unknown field three levels down": {
        "text": "a",
        "media": {"media_ids": ["1"], "call_to_actions": {"visit_site": {"url": "https://a.de", "text": "b"}}},
    },
    "reply without its post": {"text": "a", "reply": {"exclude_reply_user_ids": []}},
    "reply to a number": {"text": "a", "reply": {"in_reply_to_tweet_id": 1}},
    "reply to a word": {"text": "a", "reply": {"in_reply_to_tweet_id": "it"}},
    "media without ids": {"text": "a", "media": {"title": "b"}},
    "no media": {"text": "a", "media": {"media_ids": []}},
    "five media": {"text": "a", "media": {"media_ids": ["1", "2", "3", "4", "5"]}},
    "media as text": {"text": "a", "media": {"media_ids": "1"}},
    "text as a number": {"text": 1},
    "a flag as text": {"text": "a", "made_with_ai": "true"},
    "unknown reply settings": {"text": "a", "reply_settings": "everyone"},
    "a poll of one": {"text": "a", "poll": {"options": ["a"], "duration_minutes": 5}},
    "a poll without its length": {"text": "a", "poll": {"options": ["a", "b"]}},
    "a poll and media": {
        "text": "a",
        "poll": {"options": ["a", "b"], "duration_minutes": 5},
        "media": {"media_ids": ["1"]},
    },
}
BAD_FORMS: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "media type": ({"media_category": "tweet_image", "media_type": "image/png"}, {"media": PNG}),
    "shared": ({"media_category": "tweet_image", "shared": "true"}, {"media": PNG}),
    "alt text": ({"media_category": "tweet_image", "alt_text": "a"}, {"media": PNG}),
    "another file": ({"media_category": "tweet_image"}, {"media": PNG, "thumbnail": PNG}),
    "no category": ({}, {"media": PNG}),
    "unknown category": ({"media_category": "image"}, {"media": PNG}),
    "no media": ({"media_category": "tweet_image"}, {"picture": PNG}),
}
BAD_DESCRIPTIONS: dict[str, dict[str, Any]] = {
    "the old name of the id": {"media_id": "1", "metadata": {"alt_text": {"text": "a"}}},
    "no id": {"metadata": {"alt_text": {"text": "a"}}},
    "an unknown picture": {"id": "1", "metadata": {"alt_text": {"text": "a"}}},
    "unknown field": {"id": "{id}", "metadata": {"alt_text": {"text": "a"}}, "language": "en"},
    "unknown metadata": {"id": "{id}", "metadata": {"alt_text": {"text": "a"}, "title": "b"}},
    "unknown field of the words": {"id": "{id}", "metadata": {"alt_text": {"text": "a", "language": "en"}}},
    "no words": {"id": "{id}", "metadata": {"alt_text": {}}},
    "words that are a number": {"id": "{id}", "metadata": {"alt_text": {"text": 5}}},
    "words that are not wrapped": {"id": "{id}", "metadata": {"alt_text": "a"}},
}


def path_of(x: XSandbox, name: str) -> str:
    return PATHS[name].replace("{id}", x.bot.user_id)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        pytest.param(name, query, id=f"{name}, {what}")
        for name, queries in GOOD_QUERIES.items()
        for what, query in queries.items()
    ],
)
def test_a_query_of_parameters_in_the_schema_is_answered(
    client: XClient, x: XSandbox, name: str, query: dict[str, Any]
) -> None:
    assert client.get(path_of(x, name), **query).status_code == 200


@pytest.mark.parametrize(("name", "query"), BAD_QUERIES.values(), ids=BAD_QUERIES.keys())
def test_a_query_of_anything_else_is_refused(client: XClient, x: XSandbox, name: str, query: dict[str, Any]) -> None:
    before = x.bill().total_usd
    assert refused(client, client.get(path_of(x, name), **query))
    assert x.bill().total_usd == before


@pytest.mark.parametrize("path", ["/2/tweets", "/2/media/upload", "/2/media/metadata"])
def test_calls_that_write_accept_no_query(client: XClient, path: str) -> None:
    assert refused(client, client.post(f"{path}?dry_run=true", {"text": "never"}))


@pytest.mark.parametrize("body", GOOD_POSTS.values(), ids=GOOD_POSTS.keys())
def test_a_post_of_fields_in_the_schema_is_made(client: XClient, body: dict[str, Any]) -> None:
    assert client.post("/2/tweets", body).status_code == 201


@pytest.mark.parametrize("body", BAD_POSTS.values(), ids=BAD_POSTS.keys())
def test_a_post_of_anything_else_is_refused(client: XClient, x: XSandbox, body: dict[str, Any]) -> None:
    before = len(x.posts())
    assert refused(client, client.post("/2/tweets", body))
    assert len(x.posts()) == before


@pytest.mark.parametrize("path", ["/2/tweets", "/2/media/upload", "/2/media/metadata"])
def test_a_body_that_is_neither_json_nor_a_form_is_refused(client: XClient, path: str) -> None:
    assert refused(client, client.post(path, data=b"text=hello", headers={"content-type": "text/plain"}))
    assert refused(client, client.post(path, ["a list"]))


@pytest.mark.parametrize(("fields", "files"), BAD_FORMS.values(), ids=BAD_FORMS.keys())
def test_an_upload_of_anything_else_is_refused(
    client: XClient, fields: dict[str, str], files: dict[str, bytes]
) -> None:
    form = {name: (f"{name}.png", content, "image/png") for name, content in files.items()}
    assert refused(client, client.post("/2/media/upload", data=fields, files=form))


@pytest.mark.parametrize("body", BAD_DESCRIPTIONS.values(), ids=BAD_DESCRIPTIONS.keys())
def test_a_description_in_any_other_shape_is_refused(client: XClient, x: XSandbox, body: dict[str, Any]) -> None:
    media_id = client.upload().json()["data"]["id"]
    given = body | ({"id": media_id} if body.get("id") == "{id}" else {})
    assert refused(client, client.post("/2/media/metadata", given))
    assert "media_metadata" not in x.bill().units


def test_a_list_can_be_limited_by_time(client: XClient, x: XSandbox) -> None:
    x.clock.move_to(NOW)  # type: ignore[attr-defined]
    early = x.tag("ann", "@watchtimebot early")
    x.clock.advance(60)  # type: ignore[attr-defined]
    late = x.tag("ann", "@watchtimebot late")
    minute = {"start_time": "2026-11-21T16:01:00Z"}
    assert [post["id"] for post in client.mentions(**minute).json()["data"]] == [late]
    assert [post["id"] for post in client.mentions(end_time="2026-11-21T16:01:00Z").json()["data"]] == [early]
    both = client.mentions(since_id=str(int(early) - 1), **minute).json()["data"]
    assert [post["id"] for post in both] == [late, early], "where both are given, the id counts"
