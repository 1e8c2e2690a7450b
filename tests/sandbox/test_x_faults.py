"""The simulated X: rate limits, charges, credits and faults that a test sets; its page for a browser."""

from datetime import timedelta
from decimal import Decimal

import pytest
import requests

from helperfunctions.clock import VirtualClock
from sandbox.x.server import XSandbox
from tests.sandbox.x_client import TIMEOUT, XClient
from tests.sandbox.x_fixtures import NIGHT, client, clock, x

__all__ = ["client", "clock", "x"]


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


def test_the_bill_has_every_charged_call(client: XClient, x: XSandbox, clock: VirtualClock) -> None:
    """A read post is charged once a day; refused calls and empty results are free."""
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


def test_the_owner_of_the_app_pays_less_for_reads(clock: VirtualClock) -> None:
    with XSandbox(clock, owns_app=True, vocabulary="new") as x:
        x.tag("ann", "@watchtimebot xQc")
        XClient(x).mentions(expansions="author_id")
        assert x.bill().units == {"owned_read": 1, "user_read": 1}


def test_without_credits_every_call_is_refused_until_they_are_paid_for(clock: VirtualClock) -> None:
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
def test_refused_calls_have_no_effect_and_cost_nothing(
    client: XClient, x: XSandbox, fault: str, status: int, title: str
) -> None:
    x.faults.cue(fault)
    response = client.tweet("hello")
    assert (response.status_code, response.json()["title"]) == (status, title)
    assert (len(x.posts()), x.bill().units) == (0, {})
    assert client.tweet("hello").status_code == 201


def test_a_response_can_be_a_page_instead_of_json(client: XClient, x: XSandbox) -> None:
    x.faults.cue("html")
    response = client.tweet("hello")
    assert (response.status_code, response.headers["Content-Type"], x.posts()) == (503, "text/html", [])


def test_pictures_can_be_refused_alone(client: XClient, x: XSandbox) -> None:
    x.faults.cue("media_404")
    assert client.tweet("hello").status_code == 201
    assert client.upload().status_code == 404


def test_a_connection_can_be_reset_before_the_call_is_done(client: XClient, x: XSandbox) -> None:
    x.faults.cue("reset_before")
    with pytest.raises(requests.ConnectionError):
        client.tweet("hello")
    assert (len(x.posts()), x.bill().units) == (0, {})


def test_a_lost_response_leaves_a_post_and_its_charge(client: XClient, x: XSandbox) -> None:
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


def test_the_page_shows_all_posts_and_runs_no_script(client: XClient, x: XSandbox) -> None:
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


def test_mentions_can_be_made_over_http(x: XSandbox, client: XClient) -> None:
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


def test_faults_can_be_set_over_http(x: XSandbox, client: XClient) -> None:
    url = f"{x.url}/sandbox/x/faults"
    requests.post(url, json={"rates": {"html": 1}, "cues": {"no_credits": 1}}, timeout=TIMEOUT)
    assert [client.tweet("hello").status_code for _ in range(2)] == [402, 503]
    assert requests.get(url, timeout=TIMEOUT).json()["injected"]["html"] == 1
    assert requests.post(url, json={"rates": {"nothing": 1}}, timeout=TIMEOUT).status_code == 400
    requests.delete(url, timeout=TIMEOUT)
    assert client.tweet("hello").status_code == 201
