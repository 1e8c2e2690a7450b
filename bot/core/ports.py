"""The interfaces (Protocols) through which the steps reach the outside world."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.core.questions import Subject, SubjectKind
from helperfunctions.x_models import XAccount, XMedia, XPage


class StreamsPage(Protocol):
    """A page of live streams as raw items from Twitch, and the cursor of the next page (None: there is none)."""

    @property
    def items(self) -> Sequence[Any]: ...

    @property
    def cursor(self) -> str | None: ...


class LiveStreams(Protocol):
    """Twitch's list of live streams, most watched first.

    Raises TwitchUnavailable, TwitchRefused or InvalidCursor, after retries where they can help.
    """

    def get_streams(self, after: str | None = None) -> StreamsPage: ...


class X(Protocol):
    """An account on X. A call that fails raises XRefused, XNotYet (or a subclass) or XUnknown."""

    def me(self) -> XAccount:
        """The account of the credentials."""
        ...

    def create_post(self, text: str, *, reply_to: str | None = None, media_ids: Sequence[str] = ()) -> str:
        """Publish a text, as an answer to a post if one is given. Returns the new post's id."""
        ...

    def upload_png(self, png: bytes) -> XMedia:
        """Upload a picture for a later post."""
        ...

    def describe_media(self, media_id: str, alt_text: str) -> None:
        """Set the alt text of a picture, before it is posted."""
        ...

    def own_posts(
        self, user_id: str, *, since_id: str | None = None, page_token: str | None = None, max_results: int = 100
    ) -> XPage:
        """A page of an account's own posts that are newer than `since_id`, newest first."""
        ...

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
        """A page of the posts that mention an account, newest first: newer than `since_id`, older than `until_id`, and
        not older than `start_time`, which counts in whole seconds."""
        ...


class Names(Protocol):
    """The names of games and streamers. A key is `text.name_key` of a name, or one of `name_keys.game_keys`."""

    def exact(self, keys: Sequence[str]) -> Mapping[str, Sequence[Subject]]:
        """The games and streamers that have these keys, by key, most watched first. Keys without any are left out."""
        ...

    def similar(self, key: str, how_many: int, kind: SubjectKind | None = None) -> Sequence[tuple[Subject, float]]:
        """The games and streamers with the most similar keys, each with its similarity from 0 to 1, the greatest first.

        `kind`: only games, or only streamers.
        """
        ...

    def with_prefix(self, key: str, how_many: int, kind: SubjectKind | None = None) -> Sequence[Subject]:
        """The games and streamers whose keys begin with this one, most watched first. `kind`: only of this kind."""
        ...


class SearchedNames(Names, Protocol):
    """The names that the dashboard searches while a visitor types."""

    def load(self) -> None:
        """Read the index into memory, so that no search waits for it."""
        ...

    def with_similar_prefix(
        self, key: str, how_many: int, kind: SubjectKind | None = None
    ) -> Sequence[tuple[Subject, float]]:
        """The games and streamers whose keys begin similarly to this one, with the similarity of the beginnings.

        Order and `kind` as of `similar`.
        """
        ...
