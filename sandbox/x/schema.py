"""The valid requests to X: query parameters, form parts and fields of a body, by endpoint.

As in X's OpenAPI description, version 2.167 (and, for the old vocabulary, 2.166): a request with anything that is
not in these tables is refused, and so is one that lacks something or has another form. Does not execute requests.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sandbox.messages import Request
from sandbox.x.problems import invalid
from sandbox.x.shapes import FIELD_PARAMETERS, Vocabulary

ID: Final = r"[0-9]{1,19}"


@dataclass(frozen=True, slots=True)
class Text:
    """A string. `values`: the permitted ones; `pattern`: a regular expression that the whole string matches."""

    values: tuple[str, ...] = ()
    pattern: str = ""
    shortest: int = 0
    longest: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Number:
    """An integer within limits, both included."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Anything:
    """An object whose fields X does not document."""


@dataclass(frozen=True, slots=True)
class Several:
    """A list; its length is within limits, both included."""

    of: "Shape"
    fewest: int = 0
    most: int = 1_000


@dataclass(frozen=True, slots=True)
class Fields:
    """An object with these fields and no others."""

    fields: "Mapping[str, Shape]"
    required: tuple[str, ...] = ()


Shape = Text | Number | Flag | Anything | Several | Fields

_REPLY_SETTINGS: Final = Text(("following", "mentionedUsers", "subscribers", "verified"))
_LINK: Final = Fields({"url": Text()}, ("url",))

CREATE_POST: Final = Fields(
    {
        "card_uri": Text(),
        "community_id": Text(pattern=ID),
        "direct_message_deep_link": Text(),
        "edit_options": Fields({"previous_post_id": Text(pattern=ID)}, ("previous_post_id",)),
        "for_super_followers_only": Flag(),
        "geo": Fields({"place_id": Text()}, ("place_id",)),
        "made_with_ai": Flag(),
        "media": Fields(
            {
                "call_to_actions": Fields(
                    {
                        "app_install": Fields(
                            dict.fromkeys(("app_store_id", "ipad_app_store_id", "play_store_id"), Text())
                        ),
                        "visit_site": _LINK,
                        "watch_now": _LINK,
                    }
                ),
                "description": Text(),
                "embeddable": Flag(),
                "media_ids": Several(Text(pattern=ID), 1, 4),
                "preview_media_id": Text(pattern=ID),
                "tagged_user_ids": Several(Text(pattern=ID), 0, 10),
                "title": Text(),
            },
            ("media_ids",),
        ),
        "nullcast": Flag(),
        "paid_partnership": Flag(),
        "poll": Fields(
            {
                "duration_minutes": Number(5, 10_080),
                "options": Several(Text(shortest=1, longest=25), 2, 4),
                "reply_settings": _REPLY_SETTINGS,
            },
            ("options", "duration_minutes"),
        ),
        "quote_tweet_id": Text(pattern=ID),
        "reply": Fields(
            {
                "auto_populate_reply_metadata": Flag(),
                "exclude_reply_user_ids": Several(Text()),
                "in_reply_to_tweet_id": Text(pattern=ID),
            },
            ("in_reply_to_tweet_id",),
        ),
        "reply_settings": _REPLY_SETTINGS,
        "share_with_followers": Flag(),
        "text": Text(),
    }
)
UPLOAD: Final = Fields(
    {
        "additional_owners": Text(),
        "media": Text(shortest=1),
        "media_category": Text(
            ("tweet_image", "tweet_video", "tweet_gif", "dm_image", "dm_video", "dm_gif", "subtitles")
        ),
    },
    ("media", "media_category"),
)
DESCRIBE: Final = Fields(
    {
        "id": Text(pattern=ID),
        "metadata": Fields(
            {
                "allow_download_status": Fields({"allow_download": Flag()}),
                "alt_text": Fields({"text": Text(longest=1000)}, ("text",)),
                "audience_policy": Anything(),
                "content_expiration": Fields({"timestamp_sec": Number(0, 1 << 62)}, ("timestamp_sec",)),
                "domain_restrictions": Fields({"whitelist": Several(Text())}, ("whitelist",)),
                "found_media_origin": Fields({"id": Text(), "provider": Text()}, ("provider", "id")),
                "geo_restrictions": Anything(),
                "management_info": Fields({"managed": Flag()}, ("managed",)),
                "preview_image": Fields({"media_key": Anything()}, ("media_key",)),
                "sensitive_media_warning": Anything(),
                "shared_info": Fields({"shared": Flag()}, ("shared",)),
                "sticker_info": Fields({"stickers": Several(Anything())}, ("stickers",)),
                "upload_source": Fields({"upload_source": Text()}, ("upload_source",)),
            }
        ),
    },
    ("id",),
)
# A post can have at most one of these fields.
_EXCLUSIVE: Final = ("card_uri", "media", "poll", "quote_tweet_id")


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of an endpoint other than those for fields. `expands`: the allowed values of `expansions`."""

    parameters: Mapping[str, Text | Number] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    expands: str | None = None


_TIME: Final = Text(pattern=r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_PAGE: Final[Mapping[str, Text | Number]] = {
    "max_results": Number(5, 100),
    "pagination_token": Text(shortest=1),
    "start_time": _TIME,
    "end_time": _TIME,
    "since_id": Text(pattern=ID),
    "until_id": Text(pattern=ID),
}
_OF_POSTS: Final = ("post", "user", "media", "poll", "place")
_EXCLUDED: Final = Text(pattern="replies|retweets|replies,retweets|retweets,replies")

QUERIES: Final[Mapping[str, Query]] = {
    "GET /2/tweets": Query({"ids": Text(pattern=rf"{ID}(?:,{ID}){{0,99}}")}, ("ids",), _OF_POSTS, "post"),
    "GET /2/users/:id/mentions": Query(_PAGE, (), _OF_POSTS, "post"),
    "GET /2/users/:id/tweets": Query({**_PAGE, "exclude": _EXCLUDED}, (), _OF_POSTS, "post"),
    "GET /2/users/me": Query({}, (), ("user", "post"), "user"),
    "POST /2/tweets": Query(),
    "POST /2/media/upload": Query(),
    "POST /2/media/metadata": Query(),
}


def check_body(body: object, schema: Fields) -> None:
    """Raise Refusal for a body that does not match the schema."""
    for complaint in _complaints(body, schema, "$"):
        raise invalid(complaint, {})
    if (
        schema is CREATE_POST
        and isinstance(body, dict)
        and len(chosen := [one for one in _EXCLUSIVE if one in body]) > 1
    ):
        raise invalid(f"$: only one of {', '.join(chosen)} may be given", {})


def check_query(endpoint: str, request: Request, words: Vocabulary) -> None:
    """Raise Refusal for a query with unknown parameters, or without a required one."""
    query = QUERIES[endpoint]
    fields = {_name_of_fields(kind, words): FIELD_PARAMETERS[kind] for kind in query.fields}
    if "post" in query.fields:
        fields[words.fields_parameter] = words.fields
    if query.expands == "post":
        fields["expansions"] = words.expansions
    elif query.expands == "user":
        fields["expansions"] = words.user_expansions
    known = sorted({*query.parameters, *fields})
    for name, values in request.query.items():
        if name not in known:
            raise invalid(f"The query parameter [{name}] is not one of [{','.join(known)}]", {name: values})
        if len(values) != 1:
            raise invalid(f"The query parameter [{name}] is given more than once", {name: values})
        if name in fields:
            _check_listed(name, values[0], fields[name])
        else:
            _check_parameter(name, values[0], query.parameters[name])
    for name in query.required:
        if name not in request.query:
            raise invalid(f"The `{name}` query parameter can not be empty", {name: []})


def _name_of_fields(kind: str, words: Vocabulary) -> str:
    return words.fields_parameter if kind == "post" else f"{kind}.fields"


def _check_listed(name: str, value: str, known: frozenset[str]) -> None:
    listed = value.split(",")
    for one in listed:
        if one not in known:
            message = f"The `{name}` query parameter value [{one}] is not one of [{','.join(sorted(known))}]"
            raise invalid(message, {name: listed})
    if len(set(listed)) < len(listed):
        raise invalid(f"The `{name}` query parameter names something twice", {name: listed})


def _check_parameter(name: str, value: str, shape: Text | Number) -> None:
    given: object = value
    if isinstance(shape, Number):
        given = int(value) if re.fullmatch(r"[0-9]{1,19}", value) else value
    for complaint in _complaints(given, shape, f"The `{name}` query parameter value [{value}]"):
        raise invalid(complaint, {name: [value]})
    if shape is _TIME:
        try:
            datetime.fromisoformat(value)
        except ValueError as error:
            raise invalid(f"The `{name}` query parameter value [{value}] is not a time", {name: [value]}) from error


def _complaints(value: object, shape: Shape, path: str) -> Iterator[str]:
    """The problems of a value, in their order."""
    match shape:
        case Text():
            yield from _of_text(value, shape, path)
        case Number(least, most):
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                yield f"{path} is not a number between {least} and {most}"
        case Flag():
            if not isinstance(value, bool):
                yield f"{path} is not a boolean"
        case Anything():
            if not isinstance(value, dict):
                yield f"{path} is not an object"
        case Several(of, fewest, most):
            if not isinstance(value, list) or not fewest <= len(value) <= most:
                yield f"{path} is not a list of {fewest} to {most}"
            else:
                for place, one in enumerate(value):
                    yield from _complaints(one, of, f"{path}[{place}]")
        case Fields():
            yield from _of_fields(value, shape, path)


def _of_text(value: object, shape: Text, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{path} is not a string"
    elif shape.values and value not in shape.values:
        yield f"{path} does not have a value in the enumeration [{', '.join(shape.values)}]"
    elif shape.pattern and not re.fullmatch(shape.pattern, value, re.ASCII):
        yield f"{path} does not match the pattern {shape.pattern}"
    elif not shape.shortest <= len(value) <= shape.longest:
        yield f"{path} is not between {shape.shortest} and {shape.longest} characters long"


def _of_fields(value: object, shape: Fields, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is not an object"
        return
    given: dict[str, Any] = value
    for name in given:
        if name not in shape.fields:
            yield f"{path}.{name} is not defined in the schema and the schema does not allow additional properties"
    for name in shape.required:
        if name not in given:
            yield f"{path}.{name} is missing"
    for name, one in given.items():
        if name in shape.fields:
            yield from _complaints(one, shape.fields[name], f"{path}.{name}")
