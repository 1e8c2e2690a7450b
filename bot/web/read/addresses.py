"""The addresses of games and streamers: from the slug in a URL to the id, and back."""

from dataclasses import dataclass
from typing import Literal

from bot.web.read.errors import NotFound
from helperfunctions.database import Transaction

Kind = Literal["game", "streamer"]


@dataclass(frozen=True, slots=True)
class Addressed:
    """A game or streamer: its id, and its current slug, which may differ from an older one that still leads to it."""

    id: str
    slug: str


def find(tx: Transaction, kind: Kind, slug: str) -> Addressed:
    """The game or streamer at this slug. Raises NotFound."""
    row = tx.web.find(kind=kind, slug=slug)
    if row is None:
        raise NotFound(f"no {kind} is at this address")
    return Addressed(row.id, row.slug)


def slug_of(tx: Transaction, kind: Kind, id_: str) -> str:
    """The slug of a game or streamer. Raises NotFound."""
    slugs = dict(tx.web.slugs(kind=kind, ids=[id_]))
    if id_ not in slugs:
        raise NotFound(f"no {kind} has this id")
    return str(slugs[id_])
