"""X's endpoints as a function from requests to responses. Independent of sockets and faults.

Protocol facts: docs.x.com/x-api and its OpenAPI description, versions 2.166 and 2.167 (August 2026).
"""

import base64
import binascii
import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from helperfunctions.text import unwanted, weighted_length
from sandbox.messages import Request, Response, json_response
from sandbox.x.bill import Till
from sandbox.x.problems import duplicate, forbidden, invalid, not_found, not_summoned, read_only
from sandbox.x.schema import CREATE_POST, DESCRIBE, UPLOAD, check_body, check_query
from sandbox.x.shapes import VOCABULARIES, Words, includes_json, person_json, post_json, wanted
from sandbox.x.timeline import MEDIA_LIVES, Person, SandboxMedia, SandboxPost, Timeline

POST_LIMIT: Final = 280
LARGEST_IMAGE: Final = 5 * 1024 * 1024
REACHABLE_MENTIONS: Final = 800
REACHABLE_POSTS: Final = 3200
DUPLICATES_WITHIN: Final = timedelta(days=7)

_IMAGE_TYPES: Final = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}
_CASHTAG: Final = re.compile(r"(?<![^\s(])\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?![A-Za-z0-9_])")


@dataclass(slots=True)
class Endpoints:
    """Responds for the account `bot`. `timeline_lag`: the delay of its new posts on its own timeline."""

    timeline: Timeline
    till: Till
    bot: Person
    vocabulary: Words
    owns_app: bool
    can_write: bool
    timeline_lag: timedelta

    def endpoint(self, request: Request) -> str:
        """The name of a request's rate limit. Raises Refusal for an unknown endpoint."""
        path = re.sub(r"^/2/users/\d+/", "/2/users/:id/", request.path)
        name = f"{request.method} {path}"
        if name not in _ANSWERS:
            raise not_found(request.path)
        return name

    def answer(self, endpoint: str, request: Request) -> Response:
        """The response to an authorized request. Raises Refusal."""
        check_query(endpoint, request, VOCABULARIES[self.vocabulary])
        response: Response = _ANSWERS[endpoint](self, request)
        return response

    @property
    def _now(self) -> datetime:
        return self.timeline.clock.now()

    def create_post(self, request: Request) -> Response:
        """POST /2/tweets"""
        if not self.can_write:
            raise read_only()
        body = _json_object(request)
        check_body(body, CREATE_POST)
        text = body.get("text", "")
        if "quote_tweet_id" in body:
            raise not_summoned()
        media = self._attached(body.get("media"))
        reply_to = self._replied_to(body.get("reply"))
        self._check_text(text, media)
        post = self.timeline.write(self.bot, text, reply_to=reply_to, media=media)
        self.till.charge(self._kind(post), self._now)
        words = VOCABULARIES[self.vocabulary]
        return json_response(
            {"data": {"id": post.post_id, "text": post.whole_text, words.versions: [post.post_id]}}, HTTPStatus.CREATED
        )

    def posts_by_id(self, request: Request) -> Response:
        """GET /2/tweets?ids="""
        words = VOCABULARIES[self.vocabulary]
        wanted_fields = wanted(request.query, words)
        ids = (request.one("ids") or "").split(",")
        found = [self.timeline.posts[post_id] for post_id in ids if post_id in self.timeline.posts]
        included, people, others = includes_json(found, wanted_fields, words)
        self._charge_reads(found + others, people)
        errors = [
            {"value": post_id, "detail": f"Could not find tweet with ids: [{post_id}].", "title": "Not Found Error"}
            for post_id in ids
            if post_id not in self.timeline.posts
        ]
        shown: dict[str, Any] = {"data": [post_json(post, wanted_fields, words) for post in found]} if found else {}
        return json_response(
            shown | ({"includes": included} if included else {}) | ({"errors": errors} if errors else {})
        )

    def mentions(self, request: Request) -> Response:
        """GET /2/users/:id/mentions"""
        person = self._person_of(request)
        return self._page(request, self.timeline.mentioning(person)[:REACHABLE_MENTIONS])

    def own_posts(self, request: Request) -> Response:
        """GET /2/users/:id/tweets"""
        person = self._person_of(request)
        excluded = set((request.one("exclude") or "").split(","))
        newest = self._now - self.timeline_lag
        posts = [
            post
            for post in self.timeline.by(person)[:REACHABLE_POSTS]
            if post.created_at <= newest
            and not ("replies" in excluded and post.reply_to)
            and not ("retweets" in excluded and post.repost_of)
        ]
        return self._page(request, posts)

    def me(self, _: Request) -> Response:
        """GET /2/users/me"""
        self.till.charge_reads("user_read", [self.bot.user_id], self._now)
        return json_response({"data": person_json(self.bot)})

    def upload(self, request: Request) -> Response:
        """POST /2/media/upload, in one request: multipart, or JSON with base64."""
        fields = _upload_fields(request)
        # The bytes are checked for a picture below.
        check_body({name: "bytes" if name == "media" else value for name, value in fields.items()}, UPLOAD)
        content = fields["media"]
        if fields["media_category"] != "tweet_image":
            raise invalid("$.media_category: the sandbox takes images of posts alone", {})
        kind = next((kind for magic, kind in _IMAGE_TYPES.items() if content.startswith(magic)), None)
        if kind is None or len(content) > LARGEST_IMAGE:
            raise invalid("$.media: must be an image of at most 5 MB", {})
        media = self.timeline.upload(self.bot, content, kind)
        return json_response(
            {
                "data": {
                    "id": media.media_id,
                    "media_key": f"3_{media.media_id}",
                    "size": len(content),
                    "expires_after_secs": int(MEDIA_LIVES.total_seconds()),
                    "image": {"image_type": kind},
                }
            }
        )

    def describe(self, request: Request) -> Response:
        """POST /2/media/metadata"""
        body = _json_object(request)
        check_body(body, DESCRIBE)
        media = self.timeline.media.get(body["id"])
        if media is None:
            raise invalid("$.id: must be a picture of yours", {})
        metadata = body.get("metadata", {})
        media.alt_text = metadata.get("alt_text", {}).get("text", media.alt_text)
        self.till.charge("media_metadata", self._now)
        return json_response({"data": {"id": media.media_id, "associated_metadata": metadata}})

    def _page(self, request: Request, posts: list[SandboxPost]) -> Response:
        words = VOCABULARIES[self.vocabulary]
        wanted_fields = wanted(request.query, words)
        most, since_id = _number(request, "max_results", 10), _number(request, "since_id", 0)
        until_id = min(_number(request, "until_id", 1 << 63), _token_number(request) or 1 << 63)
        # If both are given, X uses the id (documented for searches).
        starts_at = None if since_id else _time(request, "start_time")
        ends_at = _time(request, "end_time")
        left = [
            post
            for post in posts
            if since_id < int(post.post_id) < until_id
            and (starts_at is None or post.created_at >= starts_at)
            and (ends_at is None or post.created_at < ends_at)
        ]
        page = left[:most]
        included, people, brought = includes_json(page, wanted_fields, words)
        self._charge_reads(page + brought, people)
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0].post_id, "oldest_id": page[-1].post_id}
        if len(left) > most:
            meta["next_token"] = f"7140dibdnow{page[-1].post_id}"
        shown: dict[str, Any] = {"data": [post_json(post, wanted_fields, words) for post in page]} if page else {}
        return json_response(shown | ({"includes": included} if included else {}) | {"meta": meta})

    def _person_of(self, request: Request) -> Person:
        user_id = request.path.split("/")[3]
        person = next((person for person in self.timeline.people.values() if person.user_id == user_id), None)
        if person is None:
            raise not_found(request.path)
        return person

    def _attached(self, given: Any) -> list[SandboxMedia]:
        if given is None:
            return []
        ids = given["media_ids"]
        media = [self.timeline.media.get(str(media_id)) for media_id in ids]
        if any(one is None or one.owner != self.bot or one.expires_at <= self._now for one in media):
            raise invalid("Your media IDs are invalid.", {"media.media_ids": [str(media_id) for media_id in ids]})
        return [one for one in media if one is not None]

    def _replied_to(self, given: Any) -> SandboxPost | None:
        if given is None:
            return None
        parent = self.timeline.posts.get(given["in_reply_to_tweet_id"])
        if parent is None:
            raise forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
        if parent.author != self.bot and not parent.tags(self.bot):
            raise not_summoned()
        return parent

    def _check_text(self, text: str, media: list[SandboxMedia]) -> None:
        if not text.strip() and not media:
            raise invalid("Tweet text cannot be empty.", {})
        if weighted_length(text) > POST_LIMIT:
            raise forbidden("Your Tweet text is too long.")
        if len(_CASHTAG.findall(text)) > 1:
            raise forbidden("A post may contain at most one cashtag.")
        since = self._now - DUPLICATES_WITHIN
        earlier = (post for post in self.timeline.by(self.bot) if post.created_at > since)
        if any(_comparable(post.text) == _comparable(text) for post in earlier):
            raise duplicate()

    def _kind(self, post: SandboxPost) -> str:
        """The kind of charge of a post."""
        if any(found[0] not in "@#$＠＃" for found in unwanted(post.text)):
            return "post_with_link"
        return "reply" if post.reply_to and post.reply_to.tags(self.bot) else "post"

    def _charge_reads(self, posts: list[SandboxPost], people: list[Person]) -> None:
        kind = "owned_read" if self.owns_app else "post_read"
        self.till.charge_reads(kind, [post.post_id for post in posts], self._now)
        self.till.charge_reads("user_read", [person.user_id for person in people], self._now)


_ANSWERS: Final = {
    "POST /2/tweets": Endpoints.create_post,
    "GET /2/tweets": Endpoints.posts_by_id,
    "GET /2/users/:id/mentions": Endpoints.mentions,
    "GET /2/users/:id/tweets": Endpoints.own_posts,
    "GET /2/users/me": Endpoints.me,
    "POST /2/media/upload": Endpoints.upload,
    "POST /2/media/metadata": Endpoints.describe,
}


def _comparable(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _json_object(request: Request) -> dict[str, Any]:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise invalid("The body must be of the type application/json", {})
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise invalid("The body must be a JSON object", {})
    return body


def _upload_fields(request: Request) -> dict[str, Any]:
    """The parts of the form, or the fields of the JSON: `media` as bytes, the others as they came."""
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("multipart/form-data"):
        parts = _multipart(request.body, content_type)
        return {name: part if name == "media" else part.decode(errors="replace") for name, part in parts.items()}
    body = _json_object(request)
    if "media" not in body:
        return body
    try:
        return body | {"media": base64.b64decode(str(body["media"]), validate=True)}
    except binascii.Error as error:
        raise invalid("$.media: must be base64", {}) from error


def _multipart(body: bytes, content_type: str) -> dict[str, bytes]:
    """The parts of a form by their names: RFC 7578."""
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if boundary is None:
        raise invalid("The body has no boundary", {})
    fields = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        if name := re.search(rb'name="([^"]+)"', head):
            fields[name[1].decode()] = content
    return fields


def _number(request: Request, name: str, otherwise: int) -> int:
    given = request.one(name)
    return otherwise if given is None else int(given)


def _time(request: Request, name: str) -> datetime | None:
    given = request.one(name)
    return None if given is None else datetime.fromisoformat(given)


def _token_number(request: Request) -> int | None:
    token = request.one("pagination_token")
    if token is None:
        return None
    if not (found := re.fullmatch(r"7140dibdnow([0-9]{1,19})", token)):
        raise invalid(f"The `pagination_token` query parameter value [{token}] is not valid", {})
    return int(found[1])
