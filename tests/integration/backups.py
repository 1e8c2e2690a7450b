"""A backup of a database with rows in every table, and its restore."""

import shutil
from pathlib import Path

import pytest

from bot.cli.operations import LOCKS
from helperfunctions import backup
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.conftest import database_url


def quietly(size: int) -> None:
    """A report of progress that nobody reads."""


@pytest.fixture(scope="session")
def whole_dump(server_url: str, full_template: str, queries: Queries, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a database with rows in every table, made once per session."""
    path = tmp_path_factory.mktemp("backup") / "whole.dump"
    backup.backup(Database(database_url(server_url, full_template), queries), path, quietly)
    return path


@pytest.fixture
def file(full_url: str, whole_dump: Path, tmp_path: Path) -> Path:
    """A backup of a database like the one at `full_url`, as a file of this test."""
    return Path(shutil.copy(whole_dump, tmp_path))


def restore(database: Database, file: Path, *, replace: bool = False) -> backup.Restored:
    return backup.restore(database, backup.inspect(file), LOCKS, quietly, replace=replace)
