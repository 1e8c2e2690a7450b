"""The named queries of sql/, one namespace per folder."""

from functools import partial
from pathlib import Path
from typing import Any

import aiosql

SQL_FOLDER = Path(__file__).resolve().parent.parent / "sql"
# Has no named queries: dbmate applies its files.
_MIGRATIONS = "migrations"


def steps_in(folder: Path = SQL_FOLDER) -> list[str]:
    """The folders of named queries, in alphabetical order: one for each step, and those that several steps share."""
    return sorted({path.parent.name for path in folder.glob("*/*.sql")} - {_MIGRATIONS})


class Queries:
    """Every query of sql/<step>/ as `steps[step].<name>`; loaded once, bound to a connection per transaction."""

    def __init__(self, folder: Path = SQL_FOLDER) -> None:
        self.steps = {
            step: aiosql.from_path(folder / step, "psycopg2", mandatory_parameters=False) for step in steps_in(folder)
        }


class BoundStep:
    """The queries of one step on one connection: `step.top_games(day=…)`.

    The mark behind a query's name decides what a call returns: rows (none), one row or None (`^`), one value (`$`) or
    the number of rows touched (`!`). The values of a row have the names of its columns.
    """

    def __init__(self, queries: Any, connection: Any) -> None:
        self._queries = queries
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(self._queries, name), self._connection)

    def text_of(self, name: str) -> str:
        """A query's SQL, for the driver's own commands such as COPY."""
        return str(getattr(self._queries, name).sql)
