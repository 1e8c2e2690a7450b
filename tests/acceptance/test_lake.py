"""`watchtime lake`: each verb on the real command line, on a lake in a folder."""

from pathlib import Path

import pytest

from tests.acceptance.conftest import Shell
from tests.factories import rows


@pytest.fixture
def given(twitch: dict[str, str], url: str, folder: Path) -> dict[str, str]:
    return twitch | {"DATABASE_URL": url, "LAKE_URL": f"file://{folder}/lake", "DATA_DIR": str(folder / "data")}


def test_a_poll_goes_through_the_verbs_of_the_lake(shell: Shell, given: dict[str, str], folder: Path) -> None:
    assert shell.run("collect", **given).code == 0
    assert shell.run("lake", "transform", **given).out == "Objects of the lake: 1 made, 0 put.\n"
    assert shell.run("lake", "load", **given).out == "Objects of the lake: 1 put.\n"
    assert shell.run("lake", "seal", **given).out == "Objects of the lake: 0 put.\n"
    assert shell.run("lake", "verify", "--deep", **given).out == "1 objects compared, 0 faults, 0 still due.\n"
    [landed] = (folder / "lake" / "landing").rglob("*.parquet")
    landed.unlink()
    verified = shell.run("lake", "verify", **given)
    assert "run `watchtime lake repair`" in verified.failed_with(65)
    assert verified.out.endswith(": missing\n1 objects compared, 1 faults, 0 still due.\n")
    assert shell.run("lake", "repair", **given).out.endswith(": repaired\n1 objects repaired, 0 not.\n")
    assert landed.exists()
    status = [line.split() for line in shell.run("lake", "status", **given).out.splitlines()]
    assert ["landing/streams", "there", "1"] in [line[:3] for line in status]
    assert shell.run("lake", "check", **given).out.count("ok") == 4
    assert shell.run("lake", "prune", **given).out == "0 objects deleted.\n"
    assert "no sealed streams" in shell.run("lake", "rollup", "--from", "2026-11-21", **given).failed_with(66)
    assert "no day from" in shell.run("lake", "restore", "--from", "2026-11-21", **given).failed_with(66)
    assert "0 objects rewritten" in shell.run("lake", "forget", "--streamer", "nobody", **given).out
    [(streamer_id, login)] = rows(given["DATABASE_URL"], "select streamer_id, login from streamers limit 1")
    assert f"whose id is {streamer_id}: name the id" in shell.run("lake", "forget", "--streamer", login, **given).err
    assert "1 objects rewritten" in shell.run("lake", "forget", "--streamer", streamer_id, **given).out
    assert "name the id of a streamer" in shell.run("lake", "forget", "--streamer", " ", **given).err
    assert shell.run("lake", **given).out == "Objects of the lake: 0 put.\n"


def test_without_an_address_a_lake_is_refused(shell: Shell, given: dict[str, str]) -> None:
    given.pop("LAKE_URL")
    assert "LAKE_URL is not set" in shell.run("lake", "status", **given).failed_with(78)


@pytest.mark.parametrize(
    "address", ["s3:/bucket", "ftp://host/x", "file://relative", "s3://bucket/a//b", "file:///a/../b", "file:///a b"]
)
def test_a_wrong_address_is_a_problem_of_the_settings(shell: Shell, given: dict[str, str], address: str) -> None:
    assert "LAKE_URL should be" in shell.run("lake", "status", **given | {"LAKE_URL": address}).failed_with(78)


def test_a_wrong_span_of_days_is_wrong_usage(shell: Shell, given: dict[str, str]) -> None:
    ran = shell.run("lake", "rollup", "--from", "2026-11-21", "--to", "2026-11-20", **given)
    assert (ran.code, "is before --from" in ran.err) == (2, True)


def test_the_engine_is_that_of_the_setting_unless_one_is_named(shell: Shell, given: dict[str, str]) -> None:
    elsewhere = given | {"LAKE_ENGINE": "sc://127.0.0.1:9"}
    rollup = ("lake", "rollup", "--from", "2026-11-21")
    assert "no engine answers at sc://127.0.0.1:9" in shell.run(*rollup, **elsewhere).failed_with(75)
    assert "no sealed streams" in shell.run(*rollup, "--engine", "duckdb", **elsewhere).failed_with(66)
    assert "no engine answers" in shell.run(*rollup, "--engine", "sc://127.0.0.1:9", **given).failed_with(75)
    checked = shell.run("lake", "check", **elsewhere)
    assert (checked.code, "LAKE_ENGINE: no engine answers" in checked.out) == (78, True)
