"""The make-believe X keeps the rules of the real one, as far as they are known."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import requests

from helperfunctions.clock import VirtualClock
from sandbox.x.server import XSandbox
from sandbox.x.shapes import Words
from tests.sandbox.x_client import PNG, TIMEOUT, XClient

NIGHT = datetime(2026, 11, 21, 23, 50, tzinfo=UTC)
FIELDS: dict[Words, dict[str, str]] = {
    "old": {
        "tweet.fields": "author_id,created_at,entities,referenced_tweets,in_reply_to_user_id,display_text_range",
    },
    "new": {
        "post.fields": "created_at,entities,display_text_range",
        "expansions": "author_id,referenced_posts,in_reply_to_user_id",
    },
}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NIGHT)


@pytest.fixture
def x(clock: VirtualClock) -> Iterator[XSandbox]:
    with XSandbox(clock) as sandbox:
        yield sandbox


@pytest.fixture
def client(x: XSandbox) -> XClient:
    return XClient(x)


def test_who_am_i(client: XClient, x: XSandbox) -> None:
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
    # A realm belongs to no signature.
    assert response.status_code == (201 if wrong == "realm" else 401)


def test_a_signature_is_good_for_one_request_as_it_is(x: XSandbox, client: XClient) -> None:
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


def test_signatures_have_to_be_of_now(x: XSandbox) -> None:
    assert XClient(x, timestamp="1700000000").tweet("hello").status_code == 401


def test_a_bearer_token_is_the_wrong_kind(x: XSandbox) -> None:
    response = requests.get(f"{x.api_url}/2/users/me", headers={"Authorization": "Bearer abc"}, timeout=TIMEOUT)
    assert response.status_code == 403
    assert response.json()["type"].endswith("/unsupported-authentication")


def test_nothing_is_elsewhere(client: XClient) -> None:
    response = client.get("/2/nothing")
    assert (response.status_code, response.json()["title"]) == (404, "Not Found Error")


def test_a_post_is_seen_by_all(client: XClient, x: XSandbox) -> None:
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
def test_what_a_post_may_be(client: XClient, x: XSandbox, body: object, status: int) -> None:
    assert client.post("/2/tweets", body).status_code == status
    assert len(x.posts()) == (status == 201)


def test_the_same_text_is_refused_for_a_week(client: XClient, clock: VirtualClock) -> None:
    assert client.tweet("once").status_code == 201
    again = client.tweet(" once ")
    assert again.status_code == 403
    assert again.json()["detail"] == "You are not allowed to create a Tweet with duplicate content."
    clock.advance(timedelta(days=7).total_seconds())
    assert client.tweet("once").status_code == 201


def test_a_token_without_write_permission_only_reads(clock: VirtualClock) -> None:
    with XSandbox(clock, can_write=False) as x:
        assert XClient(x).tweet("hello").status_code == 403
        assert XClient(x).get("/2/users/me").status_code == 200


def test_replies_are_for_those_who_ask_for_them(client: XClient, x: XSandbox) -> None:
    """Who only carries our name along, because he answers somebody who tagged us, has not asked."""
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


def test_what_x_adds_to_a_reply(client: XClient, x: XSandbox) -> None:
    asks = x.tag("ann", "@watchtimebot xQc", reply_to=x.tag("bob", "who is big?"))
    assert client.tweet("answer", reply_to=asks).json()["data"]["text"] == "@ann @bob answer"
    shown = client.own(**FIELDS["old"]).json()["data"][0]
    assert shown["display_text_range"] == [10, 16]
    assert shown["referenced_tweets"] == [{"type": "replied_to", "id": asks}]
    assert [mention["username"] for mention in shown["entities"]["mentions"]] == ["ann", "bob"]


@pytest.mark.parametrize("form", ["multipart", "json"])
def test_a_picture_with_words(client: XClient, x: XSandbox, form: str) -> None:
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
def test_what_is_no_picture_is_refused(client: XClient, content: bytes) -> None:
    assert client.upload(content).status_code == 400


def test_words_for_a_picture_have_a_limit(client: XClient) -> None:
    media_id = client.upload().json()["data"]["id"]
    for length, status in ((1000, 200), (1001, 400)):
        words = {"id": media_id, "metadata": {"alt_text": {"text": "a" * length}}}
        assert client.post("/2/media/metadata", words).status_code == status


def test_pictures_are_kept_for_a_day(client: XClient, clock: VirtualClock) -> None:
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
def test_a_query_that_x_does_not_know_is_refused(client: XClient, query: dict[str, object]) -> None:
    response = client.mentions(**query)
    assert (response.status_code, response.json()["title"]) == (400, "Invalid Request")


def test_both_vocabularies(clock: VirtualClock) -> None:
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


def test_a_repost_carries_our_name(client: XClient, x: XSandbox) -> None:
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


def test_own_replies_can_be_left_out(client: XClient, x: XSandbox) -> None:
    client.tweet("hello")
    client.tweet("answer", reply_to=x.tag("ann", "@watchtimebot ?"))
    assert [post["text"] for post in client.own(exclude="replies,retweets").json()["data"]] == ["hello"]


def test_rate_limits_end_with_their_window(client: XClient, clock: VirtualClock) -> None:
    first = client.get("/2/users/me")
    assert (first.headers["x-rate-limit-limit"], first.headers["x-rate-limit-remaining"]) == ("75", "74")
    for _ in range(74):
        client.get("/2/users/me")
    refused = client.get("/2/users/me")
    assert refused.status_code == 429
    assert refused.json() == {
        "title": "Too Many Requests",
        "detail": "Too Many Requests",
        "type": "about:blank",
        "status": 429,
    }
    reset = int(refused.headers["x-rate-limit-reset"])
    assert reset == NIGHT.timestamp() + 900
    clock.advance(900)
    assert client.get("/2/users/me").status_code == 200


def test_the_bill(client: XClient, x: XSandbox, clock: VirtualClock) -> None:
    """What is read costs once a day; what is refused or finds nothing is free."""
    client.mentions()
    media_id = client.upload().json()["data"]["id"]
    client.post("/2/media/metadata", {"id": media_id, "metadata": {"alt_text": {"text": "bars"}}})
    client.tweet("chart", media=[media_id])
    client.tweet("chart")
    tag = x.tag("ann", "@watchtimebot xQc")
    client.tweet("answer", reply_to=tag)
    client.tweet("see agar.io")
    client.mentions()
    client.mentions()
    assert x.bill().units == {"media_metadata": 1, "post": 1, "reply": 1, "post_with_link": 1, "post_read": 1}
    assert x.bill().total_usd == Decimal("0.005") + Decimal("0.015") + Decimal("0.010") + Decimal("0.2") + Decimal(
        "0.005"
    )
    clock.advance(600)  # past midnight
    client.mentions()
    client.get("/2/users/me")
    assert x.bill(since=NIGHT + timedelta(minutes=10)).units == {"post_read": 1, "user_read": 1}
    assert x.bill(before=NIGHT + timedelta(minutes=10)).units["post_read"] == 1


def test_who_owns_the_app_reads_for_less(clock: VirtualClock) -> None:
    with XSandbox(clock, owns_app=True, vocabulary="new") as x:
        x.tag("ann", "@watchtimebot xQc")
        XClient(x).mentions(expansions="author_id")
        assert x.bill().units == {"owned_read": 1, "user_read": 1}


def test_when_credits_are_used_up_nothing_goes_until_somebody_pays(clock: VirtualClock) -> None:
    with XSandbox(clock, credits_usd=Decimal("0.02")) as x:
        client = XClient(x)
        assert [client.tweet(str(number)).status_code for number in range(3)] == [201, 201, 402]
        assert client.own().json()["title"] == "CreditsDepleted"
        x.add_credits(Decimal(1))
        assert client.tweet("paid").status_code == 201


@pytest.mark.parametrize(
    ("fault", "status", "title"),
    [
        ("too_many_requests", 429, "Too Many Requests"),
        ("usage_cap", 429, "UsageCapExceeded"),
        ("no_credits", 402, "CreditsDepleted"),
        ("unauthorized", 401, "Unauthorized"),
        ("server_error", 503, "Service Unavailable"),
        ("generic_403", 403, "Forbidden"),
    ],
)
def test_faults_that_refuse_do_nothing_and_cost_nothing(
    client: XClient, x: XSandbox, fault: str, status: int, title: str
) -> None:
    x.faults.cue(fault)
    response = client.tweet("hello")
    assert (response.status_code, response.json()["title"]) == (status, title)
    assert (len(x.posts()), x.bill().units) == (0, {})
    assert client.tweet("hello").status_code == 201


def test_a_page_instead_of_json(client: XClient, x: XSandbox) -> None:
    x.faults.cue("html")
    response = client.tweet("hello")
    assert (response.status_code, response.headers["Content-Type"], x.posts()) == (503, "text/html", [])


def test_pictures_can_be_refused_alone(client: XClient, x: XSandbox) -> None:
    x.faults.cue("media_404")
    assert client.tweet("hello").status_code == 201
    assert client.upload().status_code == 404


def test_a_reset_before_anything_is_done(client: XClient, x: XSandbox) -> None:
    x.faults.cue("reset_before")
    with pytest.raises(requests.ConnectionError):
        client.tweet("hello")
    assert (len(x.posts()), x.bill().units) == (0, {})


def test_answers_that_are_lost_leave_a_post_and_its_price(client: XClient, x: XSandbox) -> None:
    x.faults.cue("drop_after")
    with pytest.raises(requests.ConnectionError):
        client.tweet("dropped")
    x.faults.cue("unreadable")
    with pytest.raises(requests.JSONDecodeError):
        client.tweet("unreadable").json()
    x.faults.slow_seconds = 30
    x.faults.cue("slow")
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{x.api_url}/2/tweets", json={"text": "slow"}, auth=client.auth, timeout=0.2)
    assert [post.text for post in x.posts()] == ["dropped", "unreadable", "slow"]
    assert x.bill().units == {"post": 3}


def test_the_page_shows_everything_and_runs_nothing(client: XClient, x: XSandbox) -> None:
    x.tag("ann", "@watchtimebot <script>alert(1)</script>")
    media_id = client.upload().json()["data"]["id"]
    words = {"id": media_id, "metadata": {"alt_text": {"text": 'five "bars" <b>'}}}
    client.post("/2/media/metadata", words)
    client.tweet("a chart", media=[media_id])
    response = requests.get(x.url, timeout=TIMEOUT)
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "<script" not in response.text
    assert "&lt;script&gt;alert(1)" in response.text
    assert f'<img src="media/{media_id}" alt="five &quot;bars&quot; &lt;b&gt;">' in response.text
    assert "0.020 USD" in response.text


def test_a_very_deep_thread_is_shown(x: XSandbox) -> None:
    last: str | None = None
    for number in range(2_000):
        last = x.tag("ann", f"word {number}", reply_to=last)
    assert "word 1999" in requests.get(x.url, timeout=TIMEOUT).text


def test_people_can_be_made_to_tag_from_outside(x: XSandbox, client: XClient) -> None:
    tagged = requests.post(
        f"{x.url}/sandbox/x/tag", json={"author": "ann", "text": "@watchtimebot xQc"}, timeout=TIMEOUT
    ).json()["id"]
    client.tweet("answer", reply_to=tagged)
    shown = requests.get(f"{x.url}/sandbox/x/posts", timeout=TIMEOUT).json()
    assert [(post["author"], post["text"], post["reply_to"]) for post in shown] == [
        ("ann", "@watchtimebot xQc", None),
        ("watchtimebot", "answer", tagged),
    ]
    assert requests.get(f"{x.url}/sandbox/x/bill", timeout=TIMEOUT).json()["total_usd"] == "0.010"
    assert requests.get(f"{x.url}/sandbox/x", timeout=TIMEOUT).json()["posts"] == 2
    assert requests.post(f"{x.url}/sandbox/x/tag", json={"text": "?"}, timeout=TIMEOUT).status_code == 400


def test_faults_are_set_from_outside(x: XSandbox, client: XClient) -> None:
    url = f"{x.url}/sandbox/x/faults"
    requests.post(url, json={"rates": {"html": 1}, "cues": {"no_credits": 1}}, timeout=TIMEOUT)
    assert [client.tweet("hello").status_code for _ in range(2)] == [402, 503]
    assert requests.get(url, timeout=TIMEOUT).json()["struck"]["html"] == 1
    assert requests.post(url, json={"rates": {"nothing": 1}}, timeout=TIMEOUT).status_code == 400
    requests.delete(url, timeout=TIMEOUT)
    assert client.tweet("hello").status_code == 201
