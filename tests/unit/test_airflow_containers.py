"""The rights and limits of Airflow's containers, which docker/airflow/docker-compose.yml adds to the others."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
AIRFLOW: Final[dict[str, Any]] = yaml.safe_load((ROOT / "docker/airflow/docker-compose.yml").read_text())
SERVICES: Final[dict[str, dict[str, Any]]] = AIRFLOW["services"]
OTHERS: Final[dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE: Final = (ROOT / "docker/airflow/Dockerfile").read_text()


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_locked_down_and_starts_only_with_the_profile(name: str) -> None:
    service = SERVICES[name]
    assert (service["profiles"], service["read_only"], service["cap_drop"]) == (["airflow"], True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] == service["memswap_limit"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_no_service_of_the_bot_is_changed() -> None:
    assert SERVICES.keys() & OTHERS["services"].keys() == set()


def test_airflows_database_is_reached_by_airflow_alone() -> None:
    """It has no password."""
    assert SERVICES["airflow-db"]["networks"] == ["scheduling"]
    assert AIRFLOW["networks"] == {"scheduling": {"internal": True}}
    members = [name for name, service in SERVICES.items() if "scheduling" in service["networks"]]
    assert sorted(members) == ["airflow", "airflow-db"]
    assert "ports" not in SERVICES["airflow-db"]


def test_airflow_sees_what_the_bot_sees_and_not_the_passwords_of_others() -> None:
    mounted = {volume.split(":")[0] for volume in SERVICES["airflow"]["volumes"]}
    of_bot = {volume.split(":")[0] for volume in OTHERS["services"]["bot"]["volumes"]}
    assert mounted - of_bot == {"airflow"}


def test_the_image_is_built_from_locked_packages_and_runs_as_the_bots_user() -> None:
    installs = re.findall(r"pip install .*?-r \S+", DOCKERFILE, re.DOTALL)
    assert len(installs) == 2
    assert all("--require-hashes" in install and "--only-binary :all:" in install for install in installs)
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["10001:10001"]
    for path in re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE):
        assert (ROOT / path).exists()
