"""Pages of streams: the streams on a page, its cursor, and the effects of faults on it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

import numpy as np

from sandbox.cursors import TOP, Cursor
from sandbox.faults import Fault
from sandbox.listing import Listing
from sandbox.stream_json import StreamJson

_REPEATS: Final = 5  # streams of the page before, on a page with duplicates
_STRAYS: Final = 3  # streams of far fewer viewers, on a page out of order
_STRAY_DISTANCE: Final = 700
_NUDGE: Final = 2.0**-30  # finer than the fractions of scores: a cursor with another text that leads to the same place


@dataclass(frozen=True, slots=True)
class Page:
    """Places in a listing, the viewers shown for each, and the cursor; `streams_null` is "data": null."""

    places: list[int]
    viewers: list[int]
    cursor: Cursor | None
    streams_null: bool = False


def page_after(listing: Listing, after: float, first: int) -> Page:
    """The first streams below a score."""
    begin = listing.first_below(after)
    return _page(listing, begin, min(begin + first, len(listing)))


def page_before(listing: Listing, before: float, first: int) -> Page:
    """The last streams above a score."""
    end = listing.first_not_above(before)
    return _page(listing, max(0, end - first), end)


def _page(listing: Listing, begin: int, end: int) -> Page:
    cursor = Cursor(listing.score(begin), listing.score(end - 1)) if begin < end < len(listing) else None
    return Page(list(range(begin, end)), listing.viewers[begin:end].tolist(), cursor)


def spoiled(page: Page, listing: Listing, after: Cursor, injected: frozenset[Fault]) -> Page:
    """The page with the injected faults. `after` is the cursor that led to it."""
    for fault, spoil in _SPOILERS.items():
        if fault in injected:
            page = spoil(page, listing, after)
    return page


def stream_objects(page: Page, listing: Listing, writer: StreamJson, odd: Random | None) -> list[bytes]:
    """The page's streams in JSON. `odd`: some of them have invalid fields."""
    objects = writer.objects(listing, np.array(page.places, dtype=np.intp), page.viewers)
    if odd is not None:
        chosen = odd.sample(range(len(objects)), min(len(objects), len(_ODDITIES)))
        for place, oddity in zip(chosen, _ODDITIES, strict=False):
            objects[place] = _with_oddity(objects[place], oddity)
    return objects


def _short(page: Page, listing: Listing, _: Cursor) -> Page:
    if not page.places:
        return page
    return _page(listing, page.places[0], page.places[0] + max(1, len(page.places) // 3))


def _with_duplicates(page: Page, listing: Listing, _: Cursor) -> Page:
    """A page with repeated streams at its begin. Its length stays: the streams at its end move to the next page."""
    if len(page.places) < 2 or page.places[0] == 0:
        return page
    begin = page.places[0]
    repeats = list(range(max(0, begin - min(_REPEATS, len(page.places) - 1)), begin))
    own = _page(listing, begin, begin + len(page.places) - len(repeats))
    counts = [int(listing.viewers[place]) // (1 + turn % 2) for turn, place in enumerate(repeats)]
    return replace(own, places=repeats + own.places, viewers=counts + own.viewers)


def _out_of_order(page: Page, listing: Listing, _: Cursor) -> Page:
    """A page out of order, as in a real crawl: it ends at 15 viewers, and the next begins at 49.

    Where too few streams are below it, the page is reversed instead.
    """
    count = len(page.places)
    if count <= _STRAYS + _REPEATS or page.places[-1] + _STRAY_DISTANCE + _STRAYS >= len(listing):
        return replace(page, places=page.places[::-1], viewers=page.viewers[::-1])
    places = page.places[: count - _STRAYS]
    strays = [places[-1] + _STRAY_DISTANCE + turn for turn in range(_STRAYS)]
    viewers = page.viewers[: len(places)] + [int(listing.viewers[place]) for place in strays]
    return Page(places + strays, viewers, Cursor(listing.score(places[0]), listing.score(places[-1])))


def _emptied(_: Page, __: Listing, after: Cursor) -> Page:
    return Page([], [], Cursor(after.before, after.after - _NUDGE))


def _nulled(page: Page, listing: Listing, after: Cursor) -> Page:
    return replace(_emptied(page, listing, after), streams_null=True)


def _leading_to_itself(page: Page, _: Listing, after: Cursor) -> Page:
    return replace(page, cursor=after)


def _leading_to_the_top(page: Page, _: Listing, __: Cursor) -> Page:
    return replace(page, cursor=Cursor(TOP, TOP))


_SPOILERS: Final[dict[Fault, Callable[[Page, Listing, Cursor], Page]]] = {
    Fault.SHORT_PAGE: _short,
    Fault.DUPLICATES: _with_duplicates,
    Fault.ORDER_VIOLATION: _out_of_order,
    Fault.EMPTY_PAGE: _emptied,
    Fault.NULL_DATA: _nulled,
    Fault.REPEATED_CURSOR: _leading_to_itself,
    Fault.BACK_TO_TOP: _leading_to_the_top,
}

_MISSING: Final = object()

_ODDITIES: Final[tuple[dict[str, Any], ...]] = (
    {"tags": None, "tag_ids": None},
    {"title": _MISSING, "tags": _MISSING, "thumbnail_url": _MISSING},
    {"game_id": "", "game_name": ""},
    {"unheard_of": {"deeply": [1, {"nested": None}]}, "is_mature": "no"},
    {"game_name": _MISSING},
    {"id": _MISSING},
    {"user_id": _MISSING},
    {"viewer_count": None},
    {"viewer_count": "many"},
    {"viewer_count": -5},
    {"user_name": "null\x00byte"},
    {"user_name": "lone\ud800surrogate"},
)
"""Invalid fields, one entry per odd stream: the first five streams can still be used, most others cannot."""


def _with_oddity(stream: bytes, oddity: dict[str, Any]) -> bytes:
    fields = json.loads(stream) | oddity
    return json.dumps({name: value for name, value in fields.items() if value is not _MISSING}).encode()
