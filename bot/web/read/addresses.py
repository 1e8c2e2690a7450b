"""What stands in an address of the dashboard, and whom it means."""

from bot.web.read.rows import Kind
from helperfunctions.database import Transaction
from helperfunctions.errors import NotThere


def find(tx: Transaction, kind: Kind, slug: str) -> tuple[str, str]:
    """Whose address this is: the id, and the address that it has now. Raises NotThere."""
    rows = list(tx.web.find(kind=kind, slug=slug))
    if not rows:
        raise NotThere(f"no {kind} goes by this address")
    return str(rows[0][0]), str(rows[0][1])


def address_of(tx: Transaction, kind: Kind, id_: str) -> str:
    """Where somebody with this id is. Raises NotThere."""
    addresses = dict(tx.web.slugs(kind=kind, ids=[id_]))
    if id_ not in addresses:
        raise NotThere(f"no {kind} has this id")
    return str(addresses[id_])
