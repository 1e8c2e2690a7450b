"""The DAG's file, read without Airflow: `make airflow-check` runs it on a real one."""

import ast
import re
from pathlib import Path
from typing import Any, Final

import typer.main

from bot.cli.app import app
from helperfunctions.errors import SettingsError, TwitchUnavailable

FOLDER: Final = Path(__file__).resolve().parents[2] / "docker" / "airflow"
DAG: Final = ast.parse((FOLDER / "dags" / "watchtime_lake.py").read_text())


def calls(name: str) -> list[dict[str, Any]]:
    """The keyword arguments of each call of a function, those that are constants."""
    return [
        {word.arg: word.value.value for word in node.keywords if word.arg and isinstance(word.value, ast.Constant)}
        for node in ast.walk(DAG)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def test_the_dag_is_extract_transform_load_and_the_lakes_upkeep_every_five_minutes() -> None:
    [dag] = calls("dag")
    assert (dag["dag_id"], dag["schedule"]) == ("watchtime_lake", "*/5 * * * *")
    assert (dag["catchup"], dag["max_active_runs"]) == (False, 1)
    assert {task["task_id"]: task["verb"] for task in calls("WatchTimeOperator")} == {
        "extract": "collect",
        "transform": "lake transform",
        "load": "lake load",
        "seal": "lake seal",
        "prune": "lake prune",
    }
    [chain] = [ast.unparse(node.value) for node in ast.walk(DAG) if isinstance(node, ast.Expr)
               and isinstance(node.value, ast.BinOp)]  # fmt: skip
    assert chain == "extract >> transform >> load >> seal >> prune"


def test_every_task_calls_a_verb_of_the_command_line() -> None:
    for task in calls("WatchTimeOperator"):
        command: Any = typer.main.get_command(app)
        for word in task["verb"].split():
            command = command.commands[word]


def test_only_the_exit_code_of_a_temporary_failure_is_retried() -> None:
    [temporary] = [
        node.value.value
        for node in DAG.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and ast.unparse(node.targets[0]) == "TEMPORARY"
    ]
    assert temporary == TwitchUnavailable.exit_code == 75
    assert SettingsError.exit_code != temporary


def test_the_dag_imports_airflow_and_nothing_of_the_bot() -> None:
    modules = {node.module or "" for node in ast.walk(DAG) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(DAG) if isinstance(node, ast.Import) for alias in node.names}
    assert {name.split(".")[0] for name in modules} == {"airflow", "datetime", "functools", "os", "shlex", "typing"}


def test_airflows_environment_is_locked_with_hashes_and_without_addresses() -> None:
    lock = (FOLDER / "requirements.txt").read_text()
    pinned = re.findall(r"^([a-z0-9-]+)==\S+(.*)$", lock, re.MULTILINE)
    assert {"apache-airflow", "apache-airflow-providers-postgres"} <= {name for name, _ in pinned}
    assert all(rest.endswith("\\") for _, rest in pinned)
    assert "://" not in lock
