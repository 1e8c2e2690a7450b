"""Posts and accounts as JSON, in the words that X used up to August 2026 and in those that it has used since."""

import html
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from sandbox.x.problems import invalid
from sandbox.x.timeline import Person, SandboxPost

Words = Literal["old", "new"]

_BOTH: Final = frozenset(
    [
        "article",
        "attachments",
        "card_uri",
        "community_id",
        "context_annotations",
        "conversation_id",
        "created_at",
        "display_text_range",
        "edit_controls",
        "entities",
        "geo",
        "id",
        "lang",
        "media_metadata",
        "note_post",
        "note_tweet",
        "possibly_sensitive",
        "public_metrics",
        "reply_settings",
        "scopes",
        "source",
        "text",
        "withheld",
    ]
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What things are called. `expands`: fields that are given as a by-product of an expansion only."""

    fields_parameter: str
    fields: frozenset[str]
    expansions: frozenset[str]
    references: str
    versions: str
    included_posts: str
    expands: bool


VOCABULARIES: Final[dict[Words, Vocabulary]] = {
    "old": Vocabulary(
        fields_parameter="tweet.fields",
        fields=_BOTH | {"author_id", "in_reply_to_user_id", "referenced_tweets", "edit_history_tweet_ids"},
        expansions=frozenset({"author_id", "in_reply_to_user_id", "referenced_tweets.id"}),
        references="referenced_tweets",
        versions="edit_history_tweet_ids",
        included_posts="tweets",
        expands=False,
    ),
    "new": Vocabulary(
        fields_parameter="post.fields",
        fields=_BOTH,
        expansions=frozenset({"author_id", "in_reply_to_user_id", "referenced_posts", "edit_history_post_ids"}),
        references="referenced_posts",
        versions="edit_history_post_ids",
        included_posts="posts",
        expands=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks for beyond id and text."""

    fields: frozenset[str]
    expansions: frozenset[str]

    def gives(self, field: str) -> bool:
        """Whether a field is in the answer, asked for or as a by-product."""
        return field in self.fields or field in self.expansions


def wanted(query: dict[str, list[str]], words: Vocabulary, others: Collection[str]) -> Wanted:
    """Read a query. Raises Refusal for parameters, fields and expansions that X does not have."""
    allowed = {words.fields_parameter, "expansions", "user.fields", "media.fields", "poll.fields", "place.fields"}
    for name, values in query.items():
        if name not in allowed and name not in others:
            raise invalid(f"The query parameter [{name}] is not one of [{','.join(sorted(allowed))}]", {name: values})
    return Wanted(_listed(query, words.fields_parameter, words.fields), _listed(query, "expansions", words.expansions))


def _listed(query: dict[str, list[str]], name: str, known: frozenset[str]) -> frozenset[str]:
    given = [value for values in query.get(name, []) for value in values.split(",") if value]
    for value in given:
        if value not in known:
            message = f"The `{name}` query parameter value [{value}] is not one of [{','.join(sorted(known))}]"
            raise invalid(message, {name: given})
    return frozenset(given)


def post_json(post: SandboxPost, asked: Wanted, words: Vocabulary) -> dict[str, Any]:
    """One post."""
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
    shown |= {name: value for name, value in maybe.items() if value and asked.gives(name)}
    references = _references(post)
    if references and (asked.gives(words.references) or f"{words.references}.id" in asked.expansions):
        shown[words.references] = references
    return shown


def includes_json(
    posts: Sequence[SandboxPost], asked: Wanted, words: Vocabulary
) -> tuple[dict[str, Any], list[Person], list[SandboxPost]]:
    """What expansions bring along, as JSON and as what it costs."""
    people: dict[str, Person] = {}
    others: dict[str, SandboxPost] = {}
    for post in posts:
        if "author_id" in asked.expansions:
            people[post.author.user_id] = post.author
        if "in_reply_to_user_id" in asked.expansions and post.reply_to:
            people[post.reply_to.author.user_id] = post.reply_to.author
        referenced = post.reply_to or post.repost_of
        if referenced and {words.references, f"{words.references}.id"} & asked.expansions:
            others[referenced.post_id] = referenced
    shown: dict[str, Any] = {}
    if people:
        shown["users"] = [person_json(person) for person in people.values()]
    if others:
        shown[words.included_posts] = [post_json(post, asked, words) for post in others.values()]
    return shown, list(people.values()), list(others.values())


def person_json(person: Person) -> dict[str, str]:
    """One account."""
    return {"id": person.user_id, "name": person.username.title(), "username": person.username}


def zulu(instant: datetime) -> str:
    """2026-11-21T22:00:00.000Z"""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def _entities(post: SandboxPost) -> dict[str, Any]:
    mentions = [
        {"start": mention.start, "end": mention.end, "username": mention.person.username, "id": mention.person.user_id}
        for mention in post.mentions
    ]
    return {"mentions": mentions} if mentions else {}


def _references(post: SandboxPost) -> list[dict[str, str]]:
    references = []
    if post.reply_to:
        references.append({"type": "replied_to", "id": post.reply_to.post_id})
    if post.repost_of:
        references.append({"type": "retweeted", "id": post.repost_of.post_id})
    return references
