"""The memory limit of one query is set in five places, which agree with each other."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from helperfunctions import dbmate
from helperfunctions.database.connect import READING_SETTINGS, WORKING_SETTINGS

ROOT = Path(__file__).parents[2]

# The sessions of the bot and of the dashboard.
A_QUERY = {
    "work_mem": "4MB",
    "hash_mem_multiplier": "1",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
}
# A roll-up and a migration run alone, and sort a whole day or a whole table.
ALONE = {"work_mem": "16MB"}
# Limits for building an index: of the server and of migrations.
AN_INDEX = {"maintenance_work_mem": "32MB"}
BUILDS_NO_INDEX = {"max_parallel_maintenance_workers"}


def of_memory(settings: Mapping[str, object]) -> dict[str, str]:
    """The options that limit the memory of a session."""
    names = A_QUERY.keys() | AN_INDEX.keys()
    return {name: str(value) for name, value in settings.items() if name in names}


def of_the_server() -> dict[str, str]:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    options = [option for option in compose["services"]["db"]["command"] if option.startswith("-c")]
    return of_memory(dict(option.removeprefix("-c").split("=", 1) for option in options))


def of_readers() -> dict[str, str]:
    """The settings of the role, for any other program that uses it."""
    function = (ROOT / "sql/schema.sql").read_text().split("FUNCTION public.limit_reader(")[1].split("$$;")[0]
    found = re.findall(r"alter role %I set (\w+) = (?:%L', role, '(\w+)'|(\w+)')", function)
    return of_memory({name: quoted or plain for name, quoted, plain in found})


def of_the_roll_up() -> dict[str, str]:
    query = (ROOT / "sql/daily/watch_time.sql").read_text().split("-- name: allow_memory^")[1].split("-- name: ")[0]
    return of_memory(dict(re.findall(r"set_config\('(\w+)', '(\w+)', true\)", query)))


def without(settings: Mapping[str, str], names: set[str]) -> dict[str, str]:
    return {name: value for name, value in settings.items() if name not in names}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(of_memory(WORKING_SETTINGS), A_QUERY, id="sessions of the bot"),
        pytest.param(of_memory(READING_SETTINGS), A_QUERY, id="sessions of the dashboard"),
        pytest.param(of_the_server(), A_QUERY | AN_INDEX, id="server of docker-compose"),
        pytest.param(of_readers(), without(A_QUERY, BUILDS_NO_INDEX), id="role that only reads"),
        pytest.param(of_the_roll_up(), without(A_QUERY, BUILDS_NO_INDEX) | ALONE, id="roll-up of a day"),
        pytest.param(of_memory(dbmate._SESSION), A_QUERY | ALONE | AN_INDEX, id="migrations"),
    ],
)
def test_the_memory_limit_of_a_query_is_the_same_everywhere_except_where_it_runs_alone(
    found: dict[str, str], expected: dict[str, str]
) -> None:
    assert found == expected
