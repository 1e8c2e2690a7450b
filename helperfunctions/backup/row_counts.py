"""The contents of a database: the rows of its tables, and the positions of its sequences."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from helperfunctions.database import Database, Transaction
from helperfunctions.errors import BackupError


@dataclass(frozen=True, slots=True)
class TableContents:
    """The rows of one table. `checksum` does not depend on their order, and is 0 if none was asked for.

    `is_seeded`: migrations fill this table, so its rows do not mean that somebody uses the database.
    """

    rows: int
    checksum: Decimal
    is_seeded: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of a database at one moment: its tables by name, and the last value of each sequence."""

    tables: Mapping[str, TableContents]
    sequences: Mapping[str, int | None]

    @property
    def rows(self) -> int:
        """The number of rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def is_used(self) -> bool:
        """True if there is a row that no migration has inserted."""
        return any(table.rows for table in self.tables.values() if not table.is_seeded)

    def differences(self, other: "Contents") -> list[str]:
        """The names of the tables and sequences that are not equal in both, in order."""
        ours, theirs = ({**each.tables, **each.sequences} for each in (self, other))
        return sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))


def contents(tx: Transaction, *, checksums: bool = False) -> Contents:
    """The contents that a transaction sees."""
    tx.database.take_time()
    tables = {}
    for name, statement, is_seeded in tx.database.counting(checksums=checksums):
        [(rows, checksum)] = tx.run(statement)
        tables[name] = TableContents(int(rows), Decimal(checksum), is_seeded)
    return Contents(tables, dict(tx.database.sequences()))


def contents_of(database: Database) -> Contents:
    """The contents of a database now."""
    with database.transaction_of_its_own(one_state=True) as tx:
        return contents(tx)


def refuse_foreign(tx: Transaction, found: Contents) -> None:
    """Raise BackupError for a database with tables of another program: a restore would delete them."""
    if found.tables and not tx.database.has_migrations():
        raise BackupError(f"the database belongs to something else, it has {next(iter(found.tables))}: name another")


def refuse_used(tx: Transaction) -> None:
    """Raise BackupError for a database that another one cannot be copied into."""
    found = contents(tx)
    refuse_foreign(tx, found)
    if found.is_used:
        raise BackupError(f"the other database is in use, it has {found.rows:,} rows: name an empty one")
