"""Files of a public project: changelog, CI workflow, update bot."""

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
# YAML 1.1 reads the key `on` as the boolean true.
WORKFLOW: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
DEPENDABOT: dict[str, Any] = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text())
STEPS: list[dict[str, Any]] = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_the_changelog_has_unreleased_changes_on_top_and_then_a_dated_section_per_release() -> None:
    titles = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert titles[0] == "Unreleased"
    assert titles[1].split(" - ")[0] == version
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", title) for title in titles[1:])


def test_ci_runs_the_same_script_as_a_developer_and_builds_the_image_for_both_architectures() -> None:
    assert ".ci/run" in [step.get("run") for step in STEPS]
    assert WORKFLOW["jobs"]["image"]["strategy"]["matrix"]["platform"] == ["linux/amd64", "linux/arm64"]
    [build] = [step["with"] for step in STEPS if step.get("uses", "").startswith("docker/build-push-action@")]
    assert (build["file"], build["platforms"]) == ("docker/Dockerfile", "${{ matrix.platform }}")
    assert set(WORKFLOW[True]) == {"push", "pull_request", "workflow_dispatch", "schedule"}


def test_ci_has_only_read_access_and_pins_every_action_to_a_commit() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert not [name for name, job in WORKFLOW["jobs"].items() if "permissions" in job]
    used = re.findall(r"uses: (.*)", (ROOT / ".github/workflows/ci.yml").read_text())
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_the_update_bot_covers_everything_that_is_pinned() -> None:
    watched = {(update["package-ecosystem"], update["directory"]) for update in DEPENDABOT["updates"]}
    assert watched == {("pip", "/"), ("docker", "/docker"), ("docker-compose", "/"), ("github-actions", "/")}
