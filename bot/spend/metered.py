"""An X whose calls are on the ledger: priced before they are made, recorded after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.core.ports import X
from bot.spend.charge import Purpose, Read
from bot.spend.ledger import Ledger
from helperfunctions.errors import XError, XUnknown
from helperfunctions.x_models import MOST_RESULTS, XAccount, XMedia, XPage

Response = TypeVar("Response")


@dataclass(frozen=True, slots=True)
class MeteredX:
    """An X whose calls are on the ledger. Besides the errors of X, each call can raise OverBudget.

    `post_id`: the row of the outbox for which the calls are made, if any.
    """

    x: X
    ledger: Ledger
    purpose: Purpose
    post_id: int | None = None

    def me(self) -> XAccount:
        charge = self.ledger.reserve_account(self.purpose)
        try:
            account = self.x.me()
        except XError as exc:
            charge.failed(exc)
            raise
        charge.list_read([Read("user_read", account.user_id, None)])
        return account

    def create_post(self, text: str, *, reply_to: str | None = None, media_ids: Sequence[str] = ()) -> str:
        """Publish a text, as `X.create_post`. While its outcome is unknown, its price stays reserved."""
        charge = self.ledger.reserve("reply" if reply_to else "post", self.purpose, post_id=self.post_id)
        try:
            x_id = self.x.create_post(text, reply_to=reply_to, media_ids=media_ids)
        except XUnknown:
            raise  # The outbox searches for the post on our timeline and settles its charge.
        except XError as exc:
            charge.failed(exc)
            raise
        charge.made()
        return x_id

    def upload_png(self, png: bytes) -> XMedia:
        return self._write("media_upload", lambda: self.x.upload_png(png))

    def describe_media(self, media_id: str, alt_text: str) -> None:
        self._write("media_metadata", lambda: self.x.describe_media(media_id, alt_text))

    def own_posts(
        self,
        user_id: str,
        *,
        since_id: str | None = None,
        page_token: str | None = None,
        max_results: int = MOST_RESULTS,
    ) -> XPage:
        call = partial(self.x.own_posts, user_id, since_id=since_id, page_token=page_token)
        return self._page(call, max_results)

    def mentions(
        self,
        user_id: str,
        *,
        since_id: str | None = None,
        until_id: str | None = None,
        start_time: datetime | None = None,
        page_token: str | None = None,
        max_results: int = MOST_RESULTS,
    ) -> XPage:
        call = partial(
            self.x.mentions,
            user_id,
            since_id=since_id,
            until_id=until_id,
            start_time=start_time,
            page_token=page_token,
        )
        return self._page(call, max_results)

    def _page(self, call: Callable[..., XPage], most: int) -> XPage:
        charge = self.ledger.reserve_page(self.purpose, most)
        try:
            page = call(max_results=charge.most)
        except XError as exc:
            charge.failed(exc)
            raise
        created_at = {post.post_id: post.created_at for post in page.posts}
        reads = [Read(self.ledger.read_kind, post_id, created_at.get(post_id)) for post_id in page.posts_read]
        reads += [Read("user_read", user_id, None) for user_id in page.users_read]
        if page.next_token is None:
            charge.list_read(reads)
        else:
            charge.page_read(reads)
        return page

    def _write(self, kind: str, call: Callable[[], Response]) -> Response:
        charge = self.ledger.reserve(kind, self.purpose, post_id=self.post_id)
        try:
            response = call()
        except XError as exc:
            charge.failed(exc)
            raise
        charge.made()
        return response
