"""Posts and accounts as JSON, with the names that X used until August 2026 and with those that it has used since."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from sandbox.x.timeline import Person, SandboxPost

Words = Literal["old", "new"]


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_BOTH: Final = _names(
    "article attachments card_uri community_id context_annotations created_at conversation_id "
    "display_text_range edit_controls entities geo id lang media_metadata non_public_metrics "
    "organic_metrics possibly_sensitive promoted_metrics public_metrics reply_settings scopes source "
    "suggested_source_links suggested_source_links_with_counts text withheld"
)
_USER: Final = _names(
    "confirmed_email connection_status created_at description entities id is_identity_verified location "
    "name parody profile_banner_url profile_image_url protected public_metrics receives_your_dm "
    "subscribes_to_you subscription subscription_type url username verified verified_followers_count "
    "verified_type withheld"
)
FIELD_PARAMETERS: Final = {
    "post": _BOTH,
    "user": _USER,
    "media": _names(
        "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url "
        "promoted_metrics public_metrics type url variants width"
    ),
    "poll": _names("duration_minutes end_datetime id options voting_status"),
    "place": _names("contained_within country country_code full_name geo id name place_type"),
}
"""The fields that can be requested of each kind of object; of posts, those of both vocabularies."""

_EXPANDED_BY_BOTH: Final = _names(
    "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet "
    "attachments.poll_ids author_id entities.mentions.username geo.place_id in_reply_to_user_id"
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that an API version uses. `expands`: some fields are only returned with their expansion."""

    fields_parameter: str
    fields: frozenset[str]
    expansions: frozenset[str]
    user_expansions: frozenset[str]
    references: str
    versions: str
    included_posts: str
    expands: bool


VOCABULARIES: Final[dict[Words, Vocabulary]] = {
    "old": Vocabulary(
        fields_parameter="tweet.fields",
        fields=_BOTH
        | {"author_id", "in_reply_to_user_id", "referenced_tweets", "edit_history_tweet_ids", "note_tweet"},
        expansions=_EXPANDED_BY_BOTH
        | {"edit_history_tweet_ids", "referenced_tweets.id", "referenced_tweets.id.author_id"},
        user_expansions=frozenset({"affiliation.user_id", "most_recent_tweet_id", "pinned_tweet_id"}),
        references="referenced_tweets",
        versions="edit_history_tweet_ids",
        included_posts="tweets",
        expands=False,
    ),
    "new": Vocabulary(
        fields_parameter="post.fields",
        fields=_BOTH
        | {"article_title", "matched_media_notes", "note_post", "note_request_suggestions", "paid_partnership"},
        expansions=_EXPANDED_BY_BOTH | {"edit_history_post_ids", "referenced_posts", "username"},
        user_expansions=frozenset({"affiliation", "most_recent_post_id", "pinned_post_id"}),
        references="referenced_posts",
        versions="edit_history_post_ids",
        included_posts="posts",
        expands=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The fields and expansions that a request asks for, besides id and text."""

    fields: frozenset[str]
    expansions: frozenset[str]

    def gives(self, field: str) -> bool:
        """True if a field is in the answer, requested or by default."""
        return field in self.fields or field in self.expansions


def wanted(query: Mapping[str, list[str]], words: Vocabulary) -> Wanted:
    """Parse a valid query."""
    return Wanted(_listed(query, words.fields_parameter), _listed(query, "expansions"))


def _listed(query: Mapping[str, list[str]], name: str) -> frozenset[str]:
    return frozenset(value for values in query.get(name, []) for value in values.split(","))


def post_json(post: SandboxPost, wanted_fields: Wanted, words: Vocabulary) -> dict[str, Any]:
    """A post as JSON."""
    shown: dict[str, Any] = {
        "id": post.post_id,
        "text": html.escape(post.whole_text, quote=False),
        words.versions: list(post.versions),
    }
    replied_to = post.reply_to.author.user_id if post.reply_to else None
    maybe: dict[str, Any] = {
        "author_id": post.author.user_id,
        "created_at": zulu(post.created_at),
        "conversation_id": post.conversation_id,
        "display_text_range": [len(post.prefix), len(post.prefix) + len(post.text)],
        "entities": _entities(post),
        "in_reply_to_user_id": replied_to,
        "lang": "en",
    }
    shown |= {name: value for name, value in maybe.items() if value and wanted_fields.gives(name)}
    references = _references(post)
    if references and (wanted_fields.gives(words.references) or f"{words.references}.id" in wanted_fields.expansions):
        shown[words.references] = references
    return shown


def includes_json(
    posts: Sequence[SandboxPost], wanted_fields: Wanted, words: Vocabulary
) -> tuple[dict[str, Any], list[Person], list[SandboxPost]]:
    """The objects that expansions add, as JSON and as charges."""
    people: dict[str, Person] = {}
    others: dict[str, SandboxPost] = {}
    for post in posts:
        if "author_id" in wanted_fields.expansions:
            people[post.author.user_id] = post.author
        if "in_reply_to_user_id" in wanted_fields.expansions and post.reply_to:
            people[post.reply_to.author.user_id] = post.reply_to.author
        referenced = post.reply_to or post.repost_of
        if referenced and {words.references, f"{words.references}.id"} & wanted_fields.expansions:
            others[referenced.post_id] = referenced
    shown: dict[str, Any] = {}
    if people:
        shown["users"] = [person_json(person) for person in people.values()]
    if others:
        shown[words.included_posts] = [post_json(post, wanted_fields, words) for post in others.values()]
    return shown, list(people.values()), list(others.values())


def person_json(person: Person) -> dict[str, str]:
    """An account as JSON."""
    return {"id": person.user_id, "name": person.username.title(), "username": person.username}


def zulu(instant: datetime) -> str:
    """An instant in the format of X: 2026-11-21T22:00:00.000Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def _entities(post: SandboxPost) -> dict[str, Any]:
    mentions = [
        {"start": mention.start, "end": mention.end, "username": mention.person.username, "id": mention.person.user_id}
        for mention in post.mentions
    ]
    urls = [
        {
            "start": link.start,
            "end": link.end,
            "url": link.short,
            "expanded_url": link.url,
            "display_url": link.url.partition("://")[2],
        }
        for link in post.links
    ]
    return {name: found for name, found in (("mentions", mentions), ("urls", urls)) if found}


def _references(post: SandboxPost) -> list[dict[str, str]]:
    references = []
    if post.reply_to:
        references.append({"type": "replied_to", "id": post.reply_to.post_id})
    if post.repost_of:
        references.append({"type": "retweeted", "id": post.repost_of.post_id})
    return references
