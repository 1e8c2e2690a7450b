"""An X whose calls are on the ledger: priced before they are made, recorded after."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

from bot.core.ports import X
from bot.spend.ledger import Ledger, Purpose, Read
from helperfunctions.errors import XError, XUnknown
from helperfunctions.x_models import XAccount, XMedia, XPage

Answer = TypeVar("Answer")

MOST_PER_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class MeteredX:
    """An X whose calls are on the ledger. Beside the errors of X, each call can raise OverBudget."""

    x: X
    ledger: Ledger
    purpose: Purpose
    # the row of the outbox that the calls are made for
    post_id: int | None = None

    def me(self) -> XAccount:
        charge_id = self.ledger.reserve("user_read", self.purpose)
        with self._recorded(charge_id, is_read=True):
            account = self.x.me()
        self.ledger.keep_read(charge_id, self.purpose, [Read("user_read", account.user_id, None)], is_last=True)
        return account

    def create_post(self, text: str, *, reply_to: str | None = None, media_ids: Sequence[str] = ()) -> str:
        """As X's. An unknown outcome stays reserved until the outbox knows."""
        charge_id = self.ledger.reserve("reply" if reply_to else "post", self.purpose, post_id=self.post_id)
        with self._recorded(charge_id, keep_unknown=True):
            x_id = self.x.create_post(text, reply_to=reply_to, media_ids=media_ids)
        self.ledger.keep(charge_id)
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
        max_results: int = MOST_PER_PAGE,
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
        max_results: int = MOST_PER_PAGE,
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
        charge_id, enough_for = self.ledger.reserve_read(self.purpose, most)
        with self._recorded(charge_id, is_read=True):
            page = call(max_results=enough_for)
        created_at = {post.post_id: post.created_at for post in page.posts}
        reads = [Read(self.ledger.read_kind, post_id, created_at.get(post_id)) for post_id in page.posts_read]
        reads += [Read("user_read", read, None) for read in page.users_read]
        self.ledger.keep_read(charge_id, self.purpose, reads, is_last=page.next_token is None)
        return page

    def _write(self, kind: str, call: Callable[[], Answer]) -> Answer:
        charge_id = self.ledger.reserve(kind, self.purpose, post_id=self.post_id)
        with self._recorded(charge_id):
            answer = call()
        self.ledger.keep(charge_id)
        return answer

    @contextmanager
    def _recorded(self, charge_id: int, *, is_read: bool = False, keep_unknown: bool = False) -> Iterator[None]:
        try:
            yield
        except XError as exc:
            if isinstance(exc, XUnknown) and keep_unknown:
                raise
            if isinstance(exc, XUnknown) and exc.is_charged and not is_read:
                self.ledger.keep(charge_id)  # rather too much than too little
                raise
            self.ledger.not_made(charge_id, exc, self.purpose, is_read=is_read)
            raise
