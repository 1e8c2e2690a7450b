"""The posts and users of the simulated X. Independent of HTTP and of charges."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from helperfunctions.clock import Clock

_EPOCH_MS: Final = 1_288_834_974_657
_MENTION: Final = re.compile(r"(?<![A-Za-z0-9_!#$%&*@＠])[@＠]([A-Za-z0-9_]{1,20})(?![A-Za-z0-9_@＠])")
_LINK: Final = re.compile(r"https?://[!-~]+|(?<![\w@.])(?:www\.)?twitch\.tv/[!-~]+", re.IGNORECASE)
MEDIA_LIVES: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Person:
    """An account."""

    user_id: str
    username: str


@dataclass(frozen=True, slots=True)
class Mention:
    """The @name of an existing account, from `start` to before `end` (code points)."""

    start: int
    end: int
    person: Person


@dataclass(frozen=True, slots=True)
class Link:
    """A short link in a text, from `start` to before `end` (code points), and the URL to which it leads."""

    start: int
    end: int
    short: str
    url: str


@dataclass(slots=True)
class SandboxMedia:
    """A picture that a person has uploaded."""

    media_id: str
    owner: Person
    content: bytes
    content_type: str
    expires_at: datetime
    alt_text: str | None = None


@dataclass(frozen=True, slots=True)
class SandboxPost:
    """A post. `text` is as its author wrote it, with short links in the place of URLs; `prefix` the names that X put
    before it because it is a reply."""

    post_id: str
    text: str
    author: Person
    created_at: datetime
    reply_to: "SandboxPost | None" = None
    media: Sequence[SandboxMedia] = ()
    prefix: str = ""
    repost_of: "SandboxPost | None" = None
    # all versions, oldest first, the post itself included
    versions: Sequence[str] = ()
    mentions: Sequence[Mention] = ()
    links: Sequence[Link] = ()

    @property
    def whole_text(self) -> str:
        """The text as the API returns it: with names of participants before it and a link to its pictures after it."""
        link = f" https://t.co/{self.post_id[-10:]}" if self.media else ""
        return f"{self.prefix}{self.text}{link}"

    @property
    def conversation_id(self) -> str:
        """The post with which the thread began."""
        return self.reply_to.conversation_id if self.reply_to else self.post_id

    def names(self, person: Person) -> bool:
        """True if a user is mentioned, by the author or by X."""
        return any(mention.person == person for mention in self.mentions)

    def tags(self, person: Person) -> bool:
        """True if the author mentioned a user, and not only X."""
        return any(mention.person == person and mention.start >= len(self.prefix) for mention in self.mentions)


@dataclass(slots=True)
class Timeline:
    """All accounts, posts and pictures."""

    clock: Clock
    people: dict[str, Person] = field(default_factory=dict)
    posts: dict[str, SandboxPost] = field(default_factory=dict)
    media: dict[str, SandboxMedia] = field(default_factory=dict)
    _last_id: int = 0

    def person(self, username: str) -> Person:
        """The account of a name, created if there is none."""
        username = username.removeprefix("@")
        known = self.people.get(username.lower())
        if known is None:
            known = self.people[username.lower()] = Person(self._new_id(), username)
        return known

    def write(
        self, author: Person, text: str, *, reply_to: SandboxPost | None = None, media: Sequence[SandboxMedia] = ()
    ) -> SandboxPost:
        """Add a post. A reply gets the names of the thread's participants before its text, as on X."""
        return self._add(author, text, reply_to=reply_to, media=media, prefix=_prefix(author, reply_to))

    def edit(self, before: SandboxPost, text: str) -> SandboxPost:
        """Add a new version of a post, with its own id."""
        return self._add(
            before.author, text, reply_to=before.reply_to, media=before.media, prefix=before.prefix, before=before
        )

    def repost(self, author: Person, of: SandboxPost) -> SandboxPost:
        """Add a repost of a post by a user."""
        return self._add(author, f"RT @{of.author.username}: {of.whole_text}", repost_of=of)

    def upload(self, owner: Person, content: bytes, content_type: str) -> SandboxMedia:
        """Store a picture for a later post."""
        media_id = self._new_id()
        expires_at = self.clock.now() + MEDIA_LIVES
        self.media[media_id] = SandboxMedia(media_id, owner, content, content_type, expires_at)
        return self.media[media_id]

    def mentioning(self, person: Person) -> list[SandboxPost]:
        """The posts that mention a person, newest first."""
        return [post for post in reversed(self.posts.values()) if post.names(person)]

    def by(self, person: Person) -> list[SandboxPost]:
        """The posts of a person, newest first."""
        return [post for post in reversed(self.posts.values()) if post.author == person]

    def _add(
        self,
        author: Person,
        text: str,
        *,
        prefix: str = "",
        reply_to: SandboxPost | None = None,
        media: Sequence[SandboxMedia] = (),
        repost_of: SandboxPost | None = None,
        before: SandboxPost | None = None,
    ) -> SandboxPost:
        post_id = self._new_id()
        text, links = _shortened(text, post_id, len(prefix))
        mentions = [
            Mention(found.start(), found.end(), self.people[found[1].lower()])
            for found in _MENTION.finditer(prefix + text)
            if found[1].lower() in self.people
        ]
        post = SandboxPost(
            post_id=post_id,
            text=text,
            author=author,
            created_at=self.clock.now(),
            reply_to=reply_to,
            media=tuple(media),
            prefix=prefix,
            repost_of=repost_of,
            versions=(*(before.versions if before else ()), post_id),
            mentions=tuple(mentions),
            links=tuple(links),
        )
        self.posts[post_id] = post
        return post

    def _new_id(self) -> str:
        """A snowflake id: the time in milliseconds and then a number, so that ids increase."""
        milliseconds = int(self.clock.now().timestamp() * 1000) - _EPOCH_MS
        self._last_id = max(self._last_id + 1, milliseconds << 22)
        return str(self._last_id)


def _shortened(text: str, post_id: str, start: int) -> tuple[str, list[Link]]:
    """The text with a short link in the place of each URL, as on X, and the links. `start`: of the text in the post."""
    links: list[Link] = []
    shortened, at = "", 0
    for found in _LINK.finditer(text):
        shortened += text[at : found.start()]
        short = f"https://t.co/{post_id[-9:]}{len(links)}"
        url = found[0] if "://" in found[0] else f"https://{found[0]}"
        links.append(Link(start + len(shortened), start + len(shortened) + len(short), short, url))
        shortened += short
        at = found.end()
    return shortened + text[at:], links


def _prefix(author: Person, reply_to: SandboxPost | None) -> str:
    if reply_to is None:
        return ""
    spoken_to = [reply_to.author, *(mention.person for mention in reply_to.mentions)]
    others = dict.fromkeys(person.username for person in spoken_to if person != author)
    return "".join(f"@{name} " for name in others)
