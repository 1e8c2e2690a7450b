"""The simulated X follows the documented rules of the real one: signatures, posts, pictures, mentions and timelines."""

import base64
from datetime import timedelta

import pytest
import requests

from helperfunctions.clock import VirtualClock
from sandbox.x.server import XSandbox
from sandbox.x.shapes import Words
from tests.sandbox.x_client import PNG, TIMEOUT, XClient
from tests.sandbox.x_fixtures import FIELDS, client, clock, x

__all__ = ["client", "clock", "x"]


def test_our_account_is_returned(client: XClient, x: XSandbox) -> None:
    assert client.get("/2/users/me").json()["data"] == {
        "id": x.bot.user_id,
        "name": "Watchtimebot",
        "username": "watchtimebot",
    }


@pytest.mark.parametrize(
    "wrong", ["client_key", "client_secret", "resource_owner_key", "resource_owner_secret", "realm", "signature_method"]
)
def test_wrong_credentials_are_refused(x: XSandbox, wrong: str) -> None:
    value = "PLAINTEXT" if wrong == "signature_method" else "wrong"
    response = XClient(x, **{wrong: value}).tweet("hello")
    # A realm is not part of a signature.
    assert response.status_code == (201 if wrong == "realm" else 401)


def test_a_signature_is_valid_for_one_unchanged_request(x: XSandbox, client: XClient) -> None:
    url = f"{x.api_url}/2/users/{x.bot.user_id}/mentions"
    signed = requests.Request("GET", url, params={"max_results": "5"}, auth=client.auth).prepare()
    with requests.Session() as session:
        other = signed.copy()
        other.url = str(signed.url).replace("max_results=5", "max_results=6")
        assert session.send(other, timeout=TIMEOUT).status_code == 401
        elsewhere = signed.copy()
        elsewhere.url = str(signed.url).replace("mentions", "tweets")
        assert session.send(elsewhere, timeout=TIMEOUT).status_code == 401
        posted = signed.copy()
        posted.method = "POST"
        assert session.send(posted, timeout=TIMEOUT).status_code == 404
        assert session.send(signed, timeout=TIMEOUT).status_code == 200
        assert session.send(signed, timeout=TIMEOUT).status_code == 401


def test_old_signatures_are_refused(x: XSandbox) -> None:
    assert XClient(x, timestamp="1700000000").tweet("hello").status_code == 401


def test_a_bearer_token_is_refused(x: XSandbox) -> None:
    response = requests.get(f"{x.api_url}/2/users/me", headers={"Authorization": "Bearer abc"}, timeout=TIMEOUT)
    assert response.status_code == 403
    assert response.json()["type"].endswith("/unsupported-authentication")


def test_unknown_paths_are_not_found(client: XClient) -> None:
    response = client.get("/2/nothing")
    assert (response.status_code, response.json()["title"]) == (404, "Not Found Error")


def test_a_post_is_public(client: XClient, x: XSandbox) -> None:
    response = client.tweet("one & two")
    assert response.status_code == 201
    post_id = response.json()["data"]["id"]
    assert response.json() == {"data": {"id": post_id, "text": "one & two", "edit_history_tweet_ids": [post_id]}}
    assert [post.text for post in x.posts()] == ["one & two"]
    assert client.own().json()["data"][0]["text"] == "one &amp; two"
    assert client.get("/2/tweets", ids=post_id).json()["data"][0]["id"] == post_id


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"text": " "}, 400),
        ({"text": 5}, 400),
        ({"text": "a", "txt": "b"}, 400),
        (["text"], 400),
        ({"text": "a" * 280}, 201),
        ({"text": "a" * 281}, 403),
        ({"text": "界" * 140}, 201),
        ({"text": "界" * 141}, 403),
        ({"text": "to $AAA"}, 201),
        ({"text": "from $AAA to $BBB"}, 403),
        ({"text": "a", "media": {"media_ids": []}}, 400),
        ({"text": "a", "media": {"media_ids": ["1"]}}, 400),
        ({"text": "a", "reply": {"in_reply_to_tweet_id": "1"}}, 403),
        ({"text": "a", "quote_tweet_id": "1"}, 403),
    ],
)
def test_invalid_posts_are_refused(client: XClient, x: XSandbox, body: object, status: int) -> None:
    assert client.post("/2/tweets", body).status_code == status
    assert len(x.posts()) == (status == 201)


def test_the_same_text_is_refused_for_a_week(client: XClient, clock: VirtualClock) -> None:
    assert client.tweet("once").status_code == 201
    again = client.tweet(" once ")
    assert again.status_code == 403
    assert again.json()["detail"] == "You are not allowed to create a Tweet with duplicate content."
    clock.advance(timedelta(days=7).total_seconds())
    assert client.tweet("once").status_code == 201


def test_a_token_without_write_permission_can_only_read(clock: VirtualClock) -> None:
    with XSandbox(clock, can_write=False) as x:
        assert XClient(x).tweet("hello").status_code == 403
        assert XClient(x).get("/2/users/me").status_code == 200


def test_only_authors_who_tag_the_account_can_be_answered(client: XClient, x: XSandbox) -> None:
    """An author whose reply only inherits our name from its thread has not tagged us."""
    asks = x.tag("ann", "hi @WatchTimeBot")
    carries = x.tag("bob", "what is this?", reply_to=asks)
    asks_within = x.tag("bob", "oh, @watchtimebot xQc?", reply_to=asks)
    speaks = x.tag("ann", "nobody in particular, mail@watchtimebot")
    own = client.tweet("own").json()["data"]["id"]
    statuses = [client.tweet(f"to {to}", reply_to=to).status_code for to in (asks, carries, asks_within, speaks, own)]
    assert statuses == [201, 403, 201, 403, 201]
    assert client.tweet("to carries again", reply_to=carries).json()["type"].endswith("/not-authorized-for-resource")
    x.delete(asks)
    assert "deleted or not visible" in client.tweet("too late", reply_to=asks).json()["detail"]


def test_x_puts_names_before_the_text_of_a_reply(client: XClient, x: XSandbox) -> None:
    asks = x.tag("ann", "@watchtimebot xQc", reply_to=x.tag("bob", "who is big?"))
    assert client.tweet("answer", reply_to=asks).json()["data"]["text"] == "@ann @bob answer"
    shown = client.own(**FIELDS["old"]).json()["data"][0]
    assert shown["display_text_range"] == [10, 16]
    assert shown["referenced_tweets"] == [{"type": "replied_to", "id": asks}]
    assert [mention["username"] for mention in shown["entities"]["mentions"]] == ["ann", "bob"]


@pytest.mark.parametrize("form", ["multipart", "json"])
def test_a_picture_has_a_description(client: XClient, x: XSandbox, form: str) -> None:
    if form == "multipart":
        response = client.upload()
    else:
        encoded = base64.b64encode(PNG).decode()
        response = client.post("/2/media/upload", {"media": encoded, "media_category": "tweet_image"})
    media_id = response.json()["data"]["id"]
    assert response.json()["data"]["expires_after_secs"] == 86_400
    words = {"id": media_id, "metadata": {"alt_text": {"text": "five bars"}}}
    assert client.post("/2/media/metadata", words).status_code == 200
    posted = client.tweet("chart", media=[media_id]).json()["data"]
    assert posted["text"].startswith("chart https://t.co/")
    assert (x.posts()[0].media[0].content, x.posts()[0].media[0].alt_text) == (PNG, "five bars")
    assert requests.get(f"{x.url}/media/{media_id}", timeout=TIMEOUT).content == PNG


@pytest.mark.parametrize("content", [b"", b"<svg/>", PNG + bytes(5 * 1024 * 1024)], ids=["nothing", "svg", "too big"])
def test_a_file_that_is_not_a_picture_is_refused(client: XClient, content: bytes) -> None:
    assert client.upload(content).status_code == 400


def test_the_description_of_a_picture_has_a_limit(client: XClient) -> None:
    media_id = client.upload().json()["data"]["id"]
    for length, status in ((1000, 200), (1001, 400)):
        words = {"id": media_id, "metadata": {"alt_text": {"text": "a" * length}}}
        assert client.post("/2/media/metadata", words).status_code == status


def test_pictures_expire_after_a_day(client: XClient, clock: VirtualClock) -> None:
    media_id = client.upload().json()["data"]["id"]
    clock.advance(86_400)
    assert client.tweet("chart", media=[media_id]).status_code == 400


def test_mentions_come_in_pages_down_to_the_eight_hundredth(client: XClient, x: XSandbox) -> None:
    tags = [x.tag("ann", f"@watchtimebot {number}") for number in range(810)]
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = client.mentions(max_results=100, **token).json()
        found += [post["id"] for post in page["data"]]
        assert page["meta"]["newest_id"] == page["data"][0]["id"]
        if "next_token" not in page["meta"]:
            break
        token = {"pagination_token": page["meta"]["next_token"]}
    assert found == tags[::-1][:800]


def test_since_id_is_exclusive(client: XClient, x: XSandbox) -> None:
    first, second, third = (x.tag("ann", f"@watchtimebot {number}") for number in range(3))
    assert [post["id"] for post in client.mentions(since_id=first).json()["data"]] == [third, second]
    assert [post["id"] for post in client.mentions(since_id=first, until_id=third).json()["data"]] == [second]
    assert client.mentions(since_id=third).json() == {"meta": {"result_count": 0}}


@pytest.mark.parametrize(
    "query", [{"max_results": 4}, {"max_results": 101}, {"since_id": "abc"}, {"pagination_token": "x"}, {"page": 2}]
)
def test_unknown_parameters_are_refused(client: XClient, query: dict[str, object]) -> None:
    response = client.mentions(**query)
    assert (response.status_code, response.json()["title"]) == (400, "Invalid Request")


def test_mentions_are_served_in_both_vocabularies(clock: VirtualClock) -> None:
    cases: list[tuple[Words, str, str, Words]] = [
        ("old", "referenced_tweets", "edit_history_tweet_ids", "new"),
        ("new", "referenced_posts", "edit_history_post_ids", "old"),
    ]
    for words, references, versions, other in cases:
        with XSandbox(clock, vocabulary=words) as x:
            client = XClient(x)
            parent = client.tweet("hello").json()["data"]["id"]
            tag = x.tag("ann", "@watchtimebot <xQc>", reply_to=parent)
            edited = x.edit(tag, "@watchtimebot Lirik")
            page = client.mentions(**FIELDS[words]).json()
            newest, oldest = page["data"]
            assert (oldest["id"], oldest[versions], oldest["text"]) == (
                tag,
                [tag],
                "@watchtimebot @watchtimebot &lt;xQc&gt;",
            )
            assert (newest["id"], newest[versions]) == (edited, [tag, edited])
            assert oldest[references] == [{"type": "replied_to", "id": parent}]
            assert oldest["author_id"] == x.person("ann").user_id
            assert oldest["in_reply_to_user_id"] == x.bot.user_id
            assert oldest["display_text_range"] == [14, 33]
            assert ("includes" in page) == (words == "new")
            assert client.mentions(**FIELDS[other]).status_code == 400


def test_a_repost_contains_our_name(client: XClient, x: XSandbox) -> None:
    tag = x.tag("ann", "@watchtimebot xQc")
    repost = x.repost("bob", tag)
    shown = client.mentions(**FIELDS["old"]).json()["data"][0]
    assert (shown["id"], shown["referenced_tweets"]) == (repost, [{"type": "retweeted", "id": tag}])


def test_the_timeline_lags(clock: VirtualClock) -> None:
    with XSandbox(clock, timeline_lag_seconds=60) as x:
        client = XClient(x)
        client.tweet("hello")
        assert "data" not in client.own().json()
        clock.advance(60)
        assert len(client.own().json()["data"]) == 1


def test_own_replies_can_be_excluded(client: XClient, x: XSandbox) -> None:
    client.tweet("hello")
    client.tweet("answer", reply_to=x.tag("ann", "@watchtimebot ?"))
    assert [post["text"] for post in client.own(exclude="replies,retweets").json()["data"]] == ["hello"]
