"""The objects and limits of X, as frozen dataclasses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

LONGEST_ALT_TEXT: Final = 1000
# Posts on a page of a list.
FEWEST_RESULTS: Final = 5
MOST_RESULTS: Final = 100


@dataclass(frozen=True, slots=True)
class XAccount:
    """An account on X. `user_id` never changes; the username can.

    `access_level`: the permissions of our token, in the words of X, if its answer had them.
    """

    user_id: str
    username: str
    access_level: str | None = None


@dataclass(frozen=True, slots=True)
class XTag:
    """An @name in a post's text, from `start` up to before `end` (code points)."""

    start: int
    end: int
    username: str
    user_id: str | None


@dataclass(frozen=True, slots=True)
class XPost:
    """A post of X. In its text &amp;, &lt; and &gt; are decoded; fields that X left out are None."""

    post_id: str
    text: str
    author_id: str | None
    created_at: datetime | None
    # where the visible text starts, after the names that X adds to a reply
    visible_from: int | None
    tags: Sequence[XTag]
    replied_to: str | None
    in_reply_to_user_id: str | None
    is_repost: bool
    # every version of the post, oldest first; at least its own id
    edit_ids: Sequence[str]
    # the URLs to which the short links in the text lead: X replaces every URL by such a link
    links: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class XPage:
    """A page of posts, newest first, and the token of the next (None: there is none).

    `listed` are the ids of the posts of the list itself, those that cannot be read included. `posts_read` and
    `users_read` are the ids of everything in the answer that X charges for.
    """

    posts: Sequence[XPost]
    next_token: str | None
    listed: Sequence[str]
    posts_read: Sequence[str]
    users_read: Sequence[str]


@dataclass(frozen=True, slots=True)
class XMedia:
    """An uploaded picture, which can be used in a post until `expires_at`."""

    media_id: str
    expires_at: datetime
