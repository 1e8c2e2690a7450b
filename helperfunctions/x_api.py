"""A client for API v2 of X: posts, pictures, mentions. The only file that uses tweepy.

Sources: https://docs.x.com/x-api (its OpenAPI description, versions 2.166 and 2.167), and error bodies reported by
operators of bots. tweepy signs the requests. It has no time-outs and no v2 media, and fails on unexpected bodies, so we
replace its session and check every answer before tweepy reads it.
"""

import html
import logging
import re
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
import requests
import tweepy
import urllib3.exceptions

from helperfunctions.clock import Clock, ahead_of
from helperfunctions.errors import XError, XNotYet, XUnknown
from helperfunctions.hidden import without
from helperfunctions.http_deadline import whole_request_within
from helperfunctions.http_session import EnvironmentSession
from helperfunctions.x_models import (
    FEWEST_RESULTS,
    LONGEST_ALT_TEXT,
    MOST_RESULTS,
    XAccount,
    XMedia,
    XPage,
    XPost,
    XTag,
)
from helperfunctions.x_verdicts import Hide, OldWordsRefused, verdict

log = logging.getLogger(__name__)

TIMEOUT: Final = (5.0, 30.0)  # seconds to connect, seconds between two bytes
WHOLE_REQUEST: Final = 90.0  # seconds for a request with its whole answer
# X would refuse a picture that expires while it is being posted.
MEDIA_MARGIN: Final = timedelta(minutes=10)
MEDIA_LIFETIME: Final = timedelta(hours=24)
NO_CONNECTION_AGAIN_AFTER: Final = timedelta(seconds=30)
_LOGGERS: Final = ("tweepy", "requests_oauthlib", "oauthlib", "urllib3")

_TWEET_FIELDS: Final = (
    "author_id,created_at,display_text_range,edit_history_tweet_ids,entities,in_reply_to_user_id,referenced_tweets"
)
_POST_FIELDS: Final = "created_at,display_text_range,entities"
# Since August 2026 the author of a post needs an expansion, and each account in an answer is charged. Each post is
# charged, too, so we do not request the post that a mention replies to: the mention's own text is enough.
_EXPANSION: Final[dict[str, str]] = {"expansions": "author_id"}


class XApi:
    """A client for one account, with OAuth 1.0a.

    Every call succeeds or raises XRefused (permanent, or of unknown duration), XNotYet or one of its kinds (nothing
    happened; retry from `not_before` on), or XUnknown (the outcome is unknown). The client itself never retries.
    """

    def __init__(
        self,
        *,
        api_url: str,
        api_key: str,
        api_key_secret: str,
        access_token: str,
        access_token_secret: str,
        clock: Clock,
        timeout: tuple[float, float] = TIMEOUT,
        whole_request: float = WHOLE_REQUEST,
        calls_left: MutableMapping[str, float] | None = None,
    ) -> None:
        # At lower levels these libraries log keys, signatures and whole requests.
        for name in _LOGGERS:
            logging.getLogger(name).setLevel(logging.WARNING)
        self._api_url = api_url.rstrip("/")
        self._clock = clock
        self._client = tweepy.Client(
            consumer_key=api_key,
            consumer_secret=api_key_secret,
            access_token=access_token,
            access_token_secret=access_token_secret,
            return_type=requests.Response,
            wait_on_rate_limit=False,
        )
        self._signer = tweepy.OAuth1UserHandler(api_key, api_key_secret, access_token, access_token_secret)
        self._hide = partial(without, (api_key, api_key_secret, access_token, access_token_secret))
        left = calls_left if calls_left is not None else {}
        self._session = self._client.session = _Session(self._api_url, clock, timeout, whole_request, self._hide, left)
        self._uses_new_names = False

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    @property
    def clock_ahead(self) -> timedelta | None:
        """The difference between our clock and that of X, by its last answer; None before the first answer."""
        return self._session.clock_ahead

    def me(self) -> XAccount:
        """GET /2/users/me"""
        response: requests.Response = self._client.get_me(user_auth=True)
        data = _data(response)
        return XAccount(_text(data, "id"), _text(data, "username"), response.headers.get("x-access-level"))

    def create_post(self, text: str, *, reply_to: str | None = None, media_ids: Sequence[str] = ()) -> str:
        """POST /2/tweets; the new post's id."""
        response = self._client.create_tweet(
            text=text, in_reply_to_tweet_id=reply_to, media_ids=list(media_ids) or None, user_auth=True
        )
        return _text(_data(response), "id")

    def upload_png(self, png: bytes) -> XMedia:
        """POST /2/media/upload, which tweepy does not have, in one request."""
        response = self._client.session.request(
            "POST",
            "/2/media/upload",
            data={"media_category": "tweet_image"},
            files={"media": ("chart.png", png, "image/png")},
            auth=self._signer.apply_auth(),
        )
        data = _data(response)
        seconds = data.get("expires_after_secs")
        lifetime = timedelta(seconds=seconds) if isinstance(seconds, int) and 0 < seconds < 10**7 else MEDIA_LIFETIME
        return XMedia(_text(data, "id"), self._clock.now() + max(lifetime - MEDIA_MARGIN, timedelta(0)))

    def describe_media(self, media_id: str, alt_text: str) -> None:
        """POST /2/media/metadata"""
        body = {"id": media_id, "metadata": {"alt_text": {"text": shortened_alt_text(alt_text)}}}
        response = self._client.request("POST", "/2/media/metadata", json=body, user_auth=True)
        if response.content:
            _body(response)

    def own_posts(
        self, user_id: str, *, since_id: str | None = None, page_token: str | None = None, max_results: int = 100
    ) -> XPage:
        """GET /2/users/:id/tweets"""
        bounds = {"since_id": since_id, "pagination_token": page_token}
        return self._page(f"/2/users/{user_id}/tweets", bounds, max_results, {})

    def mentions(
        self,
        user_id: str,
        *,
        since_id: str | None = None,
        until_id: str | None = None,
        start_time: datetime | None = None,
        page_token: str | None = None,
        max_results: int = 100,
    ) -> XPage:
        """GET /2/users/:id/mentions"""
        bounds = {
            "since_id": since_id,
            "until_id": until_id,
            # X takes whole seconds, and refuses others.
            "start_time": None if start_time is None else f"{start_time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "pagination_token": page_token,
        }
        return self._page(f"/2/users/{user_id}/mentions", bounds, max_results, _EXPANSION)

    def _page(self, path: str, bounds: Mapping[str, str | None], max_results: int, expansion: dict[str, str]) -> XPage:
        query = {"max_results": str(min(max(max_results, FEWEST_RESULTS), MOST_RESULTS))}
        query |= {name: value for name, value in bounds.items() if value}
        if not self._uses_new_names:
            try:
                return _page(self._get(path, query | {"tweet.fields": _TWEET_FIELDS}), self._hide)
            except OldWordsRefused:
                log.info("X rejects its old field names; using the new ones")
                self._uses_new_names = True
        return _page(self._get(path, query | {"post.fields": _POST_FIELDS} | expansion), self._hide)

    def _get(self, path: str, query: dict[str, str]) -> requests.Response:
        response: requests.Response = self._client.request("GET", path, params=query, user_auth=True)
        return response


class _Session(EnvironmentSession):
    """Sends the requests of tweepy to `api_url` with a time-out, and raises XError for all answers but success."""

    def __init__(
        self,
        api_url: str,
        clock: Clock,
        timeout: tuple[float, float],
        whole_request: float,
        hide: Hide,
        calls_left: MutableMapping[str, float],
    ) -> None:
        super().__init__(api_url)
        # The remaining calls of each rate limit, for metrics.
        self._calls_left = calls_left
        # Two jobs share this session, and neither needs cookies.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._api_url = api_url
        self._clock = clock
        self._timeout = timeout
        self._whole_request = whole_request
        self._hide = hide
        self.clock_ahead: timedelta | None = None

    def request(self, method: str, url: str, *args: Any, **more: Any) -> requests.Response:  # type: ignore[override]
        """Send a request. Of the `url` that tweepy builds, only the path is used. Raises XError."""
        path = urlsplit(url).path
        more |= {"timeout": self._timeout, "allow_redirects": False}
        try:
            with whole_request_within(self._whole_request):
                response = super().request(method, self._api_url + path, *args, **more)
        except requests.RequestException as exc:
            # Without its cause, which holds the request with its signature.
            raise self._connection_error(exc, method, path) from None
        with suppress(KeyError, ValueError):
            limit = re.sub(r"/\d+(?=/)", "/:id", f"x {method} {path}")
            self._calls_left[limit] = float(response.headers["x-rate-limit-remaining"])
        self.clock_ahead = ahead_of(response.headers.get("Date"), self._clock.now())
        if not 200 <= response.status_code < 300:
            raise verdict(
                response.status_code,
                response.headers,
                response.content,
                what=f"{method} {path}",
                now=self._clock.now(),
                hide=self._hide,
            )
        return response

    def _connection_error(self, exc: requests.RequestException, method: str, path: str) -> XError:
        """The error for a request without a complete answer. Without a connection, nothing was sent."""
        what, reason = f"{method} {path}", self.reason(exc, self._api_url + path)
        if _was_never_sent(exc):
            not_before = self._clock.now() + NO_CONNECTION_AGAIN_AFTER
            return XNotYet(f"X cannot be reached ({what}: {reason})", not_before=not_before)
        return XUnknown(f"X did not answer {what}: {reason}")


def _was_never_sent(exc: requests.RequestException) -> bool:
    if isinstance(exc, requests.ConnectTimeout | requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return True
    reason = exc.args[0] if exc.args else None
    reason = getattr(reason, "reason", reason)
    # For a proxy: the error of the connection to it.
    reason = getattr(reason, "original_error", reason)
    return isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError)


def _body(response: requests.Response) -> dict[str, Any]:
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError as exc:
        raise XUnknown(f"X answered {response.status_code}, with a body that is not JSON") from exc
    if not isinstance(body, dict):
        raise XUnknown(f"X answered {response.status_code}, with JSON that is not an object")
    return body


def _data(response: requests.Response) -> dict[str, Any]:
    data = _body(response).get("data")
    if not isinstance(data, dict):
        raise XUnknown(f"X answered {response.status_code}, without data")
    return data


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str | int) or isinstance(value, bool) or not str(value):
        raise XUnknown(f"X answered without {name}")
    return str(value)


def shortened_alt_text(text: str) -> str:
    """The description of a picture, cut between two words to the limit of X."""
    if len(text) <= LONGEST_ALT_TEXT:
        return text
    return text[: LONGEST_ALT_TEXT - 2].rsplit(" ", 1)[0] + " …"


def _page(response: requests.Response, hide: Hide) -> XPage:
    body = _body(response)
    data, includes, meta = _list(body.get("data")), _dict(body.get("includes")), _dict(body.get("meta"))
    included = [*_list(includes.get("tweets")), *_list(includes.get("posts"))]
    token = meta.get("next_token")
    return XPage(
        posts=tuple(_readable(data, hide)),
        next_token=token if isinstance(token, str) and token else None,
        listed=tuple(dict.fromkeys(_ids(data))),
        posts_read=tuple(dict.fromkeys(_ids([*data, *included]))),
        users_read=tuple(dict.fromkeys(_ids(_list(includes.get("users"))))),
    )


def _readable(items: Sequence[Any], hide: Hide) -> Iterator[XPost]:
    """The posts that have at least an id; others cannot be answered and are left out."""
    for item in items:
        try:
            yield _post(item)
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            shown = hide(str(item))[:200]
            log.warning("a post from X cannot be read and is left out: %s %s", type(exc).__name__, shown)


def _post(item: Mapping[str, Any]) -> XPost:
    post_id = str(int(item["id"]))
    text = html.unescape(_string(item.get("text")))
    references = [
        reference
        for reference in [*_list(item.get("referenced_tweets")), *_list(item.get("referenced_posts"))]
        if isinstance(reference, dict)
    ]
    kinds = {_string(reference.get("type")): _id(reference) for reference in references}
    versions = _list(item.get("edit_history_tweet_ids")) or _list(item.get("edit_history_post_ids"))
    shown_from = _list(item.get("display_text_range"))
    entities = _dict(item.get("entities"))
    return XPost(
        post_id=post_id,
        text=text,
        author_id=_id_if_any(item.get("author_id")),
        created_at=_instant(item.get("created_at")),
        visible_from=shown_from[0] if shown_from and isinstance(shown_from[0], int) else None,
        tags=tuple(_tags(_list(entities.get("mentions")), text)),
        replied_to=kinds.get("replied_to"),
        in_reply_to_user_id=_id_if_any(item.get("in_reply_to_user_id")),
        is_repost="retweeted" in kinds or (not kinds and text.startswith("RT @")),
        edit_ids=tuple(str(version) for version in versions if str(version).isdecimal()) or (post_id,),
        links=dict(_links(_list(entities.get("urls")))),
    )


def _links(urls: Sequence[Any]) -> Iterator[tuple[str, str]]:
    for url in map(_dict, urls):
        short, expanded = _string(url.get("url")), _string(url.get("expanded_url"))
        if short and expanded:
            yield short, expanded


def _tags(mentions: Sequence[Any], text: str) -> Iterator[XTag]:
    """The positions of names in a text. X does not document the unit of `start`, so the name closest to it is used."""
    lowered = text.lower()
    for mention in mentions:
        if not isinstance(mention, dict) or not _string(mention.get("username")):
            continue
        username, start = mention["username"], mention.get("start")
        wanted = f"@{username.lower()}"
        places = [at for at in range(len(lowered)) if lowered.startswith(wanted, at)]
        if not places:
            continue
        at = min(places, key=lambda place: abs(place - start)) if isinstance(start, int) else places[0]
        yield XTag(at, at + len(wanted), username, _id_if_any(mention.get("id")))


def _ids(items: Sequence[Any]) -> Iterator[str]:
    for item in items:
        if isinstance(item, dict) and str(item.get("id", "")).isdecimal():
            yield str(item["id"])


def _id(reference: Mapping[str, Any]) -> str | None:
    return _id_if_any(reference.get("id"))


def _id_if_any(value: Any) -> str | None:
    return str(value) if str(value or "").isdecimal() else None


def _instant(value: Any) -> datetime | None:
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
