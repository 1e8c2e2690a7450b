"""The named queries of sql/, one namespace per folder."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import aiosql

SQL_FOLDER = Path(__file__).resolve().parent.parent / "sql"
# Without named queries: dbmate applies the migrations, and queries of other folders include the texts of watch time.
_WITHOUT_NAMES: Final = {"migrations", "watch_time"}
_INCLUDE: Final = re.compile(r"^ *-- include: (\S+)\n", re.MULTILINE)


def steps_in(folder: Path = SQL_FOLDER) -> list[str]:
    """The folders of named queries, in alphabetical order: one for each step, and those that several steps share."""
    return sorted({path.parent.name for path in folder.glob("*/*.sql")} - _WITHOUT_NAMES)


def text_of_file(name: str, folder: Path = SQL_FOLDER) -> str:
    """The text of a file, such as `watch_time/pairs.sql`, with the files that it includes.

    A line `-- include: watch_time/pairs.sql` stands for the text of that file, which is one `select` without a
    semicolon: so that a definition is written once and used by several queries, and by other engines than PostgreSQL.
    """
    return _INCLUDE.sub(lambda found: text_of_file(found[1], folder), (folder / name).read_text())


def _text_of_step(folder: Path, step: str) -> str:
    files = sorted((folder / step).glob("*.sql"))
    return "\n".join(text_of_file(f"{step}/{path.name}", folder) for path in files)


@cache
def _queries_of(folder: Path, step: str) -> Any:
    if step not in steps_in(folder):
        raise KeyError(step)
    return aiosql.from_str(_text_of_step(folder, step), "psycopg2", mandatory_parameters=False)


class _Steps(Mapping[str, Any]):
    """The queries of each step, read when they are first used: reading all takes as long as the work of most verbs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, step: str) -> Any:
        return _queries_of(self._folder, step)

    def __iter__(self) -> Iterator[str]:
        return iter(steps_in(self._folder))

    def __len__(self) -> int:
        return len(steps_in(self._folder))


class Queries:
    """Every query of sql/<step>/ as `steps[step].<name>`; read once, bound to a connection per transaction."""

    def __init__(self, folder: Path = SQL_FOLDER) -> None:
        self.steps: Mapping[str, Any] = _Steps(folder)


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
