"""The client and a simulated X: a call succeeds, or its error describes the outcome."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helperfunctions.clock import VirtualClock
from helperfunctions.errors import XCredentialsWrong, XError, XNotYet, XOutOfCredits, XRefused, XUnknown
from helperfunctions.x_api import XApi
from helperfunctions.x_models import XAccount, XPost, XTag
from sandbox.x.faults import XFault
from sandbox.x.server import XSandbox
from tests.contract import plain_x

NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
PATIENCE = (5.0, 10.0)
LITTLE_PATIENCE = (5.0, 0.2)
Serve = Callable[..., XSandbox]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def serve(clock: VirtualClock) -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(XSandbox(clock, **options))


@pytest.fixture
def connect(clock: VirtualClock) -> Iterator[Callable[..., XApi]]:
    with ExitStack() as stack:

        def connected(x: XSandbox, **options: Any) -> XApi:
            credentials = {
                "api_key": x.api_key,
                "api_key_secret": x.api_key_secret,
                "access_token": x.access_token,
                "access_token_secret": x.access_token_secret,
            }
            given: dict[str, Any] = {"api_url": x.api_url, "clock": clock, "timeout": PATIENCE} | credentials | options
            api = XApi(**given)
            stack.callback(api.close)
            return api

        yield connected


@pytest.fixture
def x(serve: Serve) -> XSandbox:
    return serve()


@pytest.fixture
def api(x: XSandbox, connect: Callable[..., XApi]) -> XApi:
    return connect(x)


def all_pages(read: Callable[..., Any], user_id: str, **more: Any) -> list[XPost]:
    """Every post of a list, page by page."""
    posts: list[XPost] = []
    token: str | None = None
    while True:
        page = read(user_id, page_token=token, **more)
        posts += page.posts
        if (token := page.next_token) is None:
            return posts


def test_our_account_is_fetched(api: XApi, x: XSandbox) -> None:
    assert api.me() == XAccount(x.bot.user_id, "watchtimebot", "read-write")


def test_every_response_has_the_clock_difference(serve: Serve, connect: Callable[..., XApi]) -> None:
    """This includes a refusal of our signature, which a wrong clock causes."""
    api = connect(serve(), clock=VirtualClock(NOW + timedelta(minutes=10)), access_token_secret="wrong")
    before = api.clock_ahead
    assert before is None
    with pytest.raises(XCredentialsWrong):
        api.me()
    ahead = api.clock_ahead
    assert ahead is not None
    assert abs(ahead - timedelta(minutes=10)) < timedelta(seconds=1)


def test_a_post_with_a_described_chart(api: XApi, x: XSandbox) -> None:
    media = api.upload_png(PNG)
    assert media.expires_at == NOW + timedelta(hours=23, minutes=50)
    api.describe_media(media.media_id, "five bars & more")
    post_id = api.create_post("Ünïcode 한국어 🎮 & <more> +%20=", media_ids=[media.media_id])
    (posted,) = x.posts()
    assert (posted.post_id, posted.text) == (post_id, "Ünïcode 한국어 🎮 & <more> +%20=")
    assert (posted.media[0].content, posted.media[0].alt_text) == (PNG, "five bars & more")


@pytest.mark.parametrize("vocabulary", ["old", "new"])
def test_mentions_in_both_vocabularies(vocabulary: str, serve: Serve, connect: Callable[..., XApi]) -> None:
    x = serve(vocabulary=vocabulary)
    api = connect(x)
    own = api.create_post("hello")
    tag = x.tag("ann", "<b> & @WatchTimeBot xQc", reply_to=own)
    edited = x.edit(tag, "@watchtimebot Lirik?")
    repost = x.repost("bob", tag)
    page = api.mentions(x.bot.user_id)
    reposted, edit, first = page.posts
    ann = x.person("ann").user_id
    assert (first.post_id, first.text) == (tag, "@watchtimebot <b> & @WatchTimeBot xQc")
    assert (first.author_id, first.created_at, first.visible_from) == (ann, NOW, 14)
    assert first.tags == (
        XTag(0, 13, "watchtimebot", x.bot.user_id),
        XTag(20, 33, "watchtimebot", x.bot.user_id),
    )
    assert (first.is_repost, first.edit_ids) == (False, (tag,))
    assert (edit.post_id, edit.edit_ids) == (edited, (tag, edited))
    assert (reposted.post_id, reposted.is_repost) == (repost, True)
    assert page.posts_read == (repost, edited, tag)
    assert page.next_token is None
    if vocabulary == "old":
        assert (first.replied_to, first.in_reply_to_user_id, page.users_read) == (own, x.bot.user_id, ())
        assert x.bill().units == {"post": 1, "post_read": 3}
    else:
        # The author is worth its price; the author of the post above is not.
        assert (first.replied_to, first.in_reply_to_user_id) == (None, None)
        assert sorted(page.users_read) == sorted([ann, x.person("bob").user_id])
        assert x.bill().units == {"post": 1, "post_read": 3, "user_read": 2}


def test_a_short_link_has_the_url_to_which_it_leads(api: XApi, x: XSandbox) -> None:
    x.tag("ann", "twitch.tv/xqc @WatchTimeBot https://a.de/?b=c&d")
    (mention,) = api.mentions(x.bot.user_id).posts
    first, tag, second = mention.text.split()
    assert mention.links == {first: "https://twitch.tv/xqc", second: "https://a.de/?b=c&d"}
    assert (first[:13], tag, second[:13]) == ("https://t.co/", "@WatchTimeBot", "https://t.co/")
    assert mention.text[mention.tags[0].start : mention.tags[0].end] == "@WatchTimeBot"


def test_every_page_of_mentions_since_an_id(api: XApi, x: XSandbox) -> None:
    tags = [x.tag("ann", f"@watchtimebot {number}") for number in range(812)]
    assert [post.post_id for post in all_pages(api.mentions, x.bot.user_id)] == tags[:11:-1]
    assert [post.post_id for post in all_pages(api.mentions, x.bot.user_id, since_id=tags[600])] == tags[:600:-1]
    assert api.mentions(x.bot.user_id, since_id=tags[-1]).posts == ()
    # X has limits for the size of a page; a caller may ask for less or more.
    assert len(api.mentions(x.bot.user_id, max_results=1).posts) == 5
    assert len(api.mentions(x.bot.user_id, max_results=1000).posts) == 100


@pytest.mark.parametrize("vocabulary", ["old", "new"])
def test_own_posts_are_listed(vocabulary: str, serve: Serve, connect: Callable[..., XApi]) -> None:
    x = serve(vocabulary=vocabulary)
    api = connect(x)
    tag = x.tag("ann", "@watchtimebot xQc")
    reply = api.create_post("A & B", reply_to=tag)
    (shown,) = api.own_posts(x.bot.user_id).posts
    assert (shown.post_id, shown.text, shown.visible_from) == (reply, "@ann A & B", 5)
    assert shown.replied_to == (tag if vocabulary == "old" else None)
    assert x.bill().units == {"reply": 1, "post_read": 1}
    assert api.own_posts(x.bot.user_id, since_id=reply).posts == ()


def test_the_vocabulary_is_detected_once(serve: Serve, connect: Callable[..., XApi]) -> None:
    x = serve(vocabulary="new")
    api = connect(x)
    for _ in range(3):
        api.mentions(x.bot.user_id)
    assert x.requests == 4


def test_a_reply_to_an_author_who_did_not_tag_us_is_refused(api: XApi, x: XSandbox) -> None:
    with pytest.raises(XRefused, match="mentioned or are the author") as error:
        api.create_post("hello", reply_to=x.tag("ann", "hello"))
    assert not error.value.duplicate


def test_a_duplicate_is_distinguished_from_other_refusals(api: XApi) -> None:
    api.create_post("hello")
    with pytest.raises(XRefused) as error:
        api.create_post("hello")
    assert error.value.duplicate


def test_wrong_credentials_are_an_error_of_the_settings(x: XSandbox, connect: Callable[..., XApi]) -> None:
    with pytest.raises(XCredentialsWrong, match="X_API_KEY"):
        connect(x, access_token_secret="wrong").create_post("hello")
    assert x.posts() == []


def test_a_read_only_token_is_an_error_of_the_settings(serve: Serve, connect: Callable[..., XApi]) -> None:
    x = serve(can_write=False)
    api = connect(x)
    with pytest.raises(XCredentialsWrong, match="allowed to read and write"):
        api.create_post("hello")
    assert api.me() == XAccount(x.bot.user_id, "watchtimebot", "read")


def test_a_rate_limit_ends_at_the_instant_that_x_names(api: XApi, x: XSandbox, clock: VirtualClock) -> None:
    for _ in range(75):
        api.me()
    with pytest.raises(XNotYet) as error:
        api.me()
    assert error.value.not_before == NOW + timedelta(minutes=15)
    clock.move_to(error.value.not_before)
    assert api.me().user_id == x.bot.user_id


@pytest.mark.parametrize(
    ("fault", "kind", "is_out"),
    [
        (XFault.TOO_MANY_REQUESTS, XNotYet, False),
        (XFault.USAGE_CAP, XOutOfCredits, False),
        (XFault.NO_CREDITS, XOutOfCredits, False),
        (XFault.UNAUTHORIZED, XCredentialsWrong, False),
        (XFault.SERVER_ERROR, XUnknown, False),
        (XFault.HTML, XUnknown, False),
        (XFault.RESET_BEFORE, XUnknown, False),
        (XFault.GENERIC_403, XRefused, False),
        (XFault.DROP_AFTER, XUnknown, True),
        (XFault.SLOW, XUnknown, True),
        (XFault.UNREADABLE, XUnknown, True),
    ],
)
def test_every_fault_raises_its_error(
    fault: XFault, kind: type[XError], is_out: bool, x: XSandbox, connect: Callable[..., XApi]
) -> None:
    api = connect(x, timeout=LITTLE_PATIENCE if fault is XFault.SLOW else PATIENCE)
    x.faults.cue(fault)
    with pytest.raises(XError) as error:
        api.create_post("hello")
    assert type(error.value) is kind
    assert (len(x.posts()) == 1) is is_out
    assert x.requests == 1, "nothing is tried again"


def test_refused_pictures_can_be_retried_later(api: XApi, x: XSandbox) -> None:
    x.faults.cue(XFault.MEDIA_404)
    with pytest.raises(XNotYet) as error:
        api.upload_png(PNG)
    assert error.value.not_before == NOW + timedelta(minutes=5)


def test_the_client_works_with_another_implementation_of_x(clock: VirtualClock) -> None:
    """A post with a picture, mentions, a reply; the vocabulary is the newer one, and optional fields are missing."""
    mentions: list[dict[str, Any]] = [
        {"id": "12", "text": "@PlainBot &amp; more", "author_id": "7", "like_count": 3},
        {"id": "not a number", "text": "@PlainBot broken"},
        {"id": "11", "text": None, "author_id": 8, "created_at": "yesterday", "display_text_range": "?"},
        {"id": 10, "text": "@PlainBot xQc", "author_id": "9", "created_at": "2026-11-21T15:00:00Z"},
        {"id": "9", "text": "@PlainBot old"},
    ]
    with plain_x.serving(mentions) as x:
        api = XApi(
            api_url=x.url, api_key="a", api_key_secret="b", access_token="c", access_token_secret="d", clock=clock
        )  # fmt: skip
        assert api.me() == XAccount("42", "PlainBot")
        posts = all_pages(api.mentions, "42", since_id="9")
        assert [(post.post_id, post.text, post.author_id) for post in posts] == [
            ("12", "@PlainBot & more", "7"),
            ("11", "", "8"),
            ("10", "@PlainBot xQc", "9"),
        ]
        assert [post.created_at for post in posts] == [None, None, datetime(2026, 11, 21, 15, tzinfo=UTC)]
        media = api.upload_png(PNG)
        api.describe_media(media.media_id, "bars")
        assert api.create_post("chart", media_ids=[media.media_id]) == "500"
        assert api.create_post("answer", reply_to="10") == "501"
        assert [post.post_id for post in all_pages(api.own_posts, "42")] == ["501", "500"]
        api.close()
    assert PNG in x.uploads[0]
    assert b"tweet_image" in x.uploads[0]
    assert x.described == [{"id": "901", "metadata": {"alt_text": {"text": "bars"}}}]
    assert x.created == [
        {"text": "chart", "media": {"media_ids": ["901"]}, "id": "500"},
        {"text": "answer", "reply": {"in_reply_to_tweet_id": "10"}, "id": "501"},
    ]
