"""The rights and limits of the containers, as written in their files."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.engine.stack import Stack
from tests.soak.limits import bytes_of

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
AIRFLOW_DOCKERFILE = (ROOT / "docker" / "airflow" / "Dockerfile").read_text()
OWN_USER = "10001:10001"

# The same for every container.
LOCKED_DOWN = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "pids_limit": 100,
    "logging": {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}},
}
# Everything that a container may do beyond that, and nothing else: a right that is added or dropped fails here.
RIGHTS: dict[str, dict[str, Any]] = {
    "secrets": {
        "user": "0:0",
        "cap_add": ["CHOWN", "DAC_OVERRIDE"],
        "network_mode": "none",
        "volumes": [
            "secrets:/secrets",
            "database:/database",
            "passwords:/passwords",
            "reading:/reading",
            ".:/config:ro",
        ],
    },
    "db": {
        "cap_add": ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"],
        "networks": ["inside", "reading"],
        "volumes": ["data:/var/lib/postgresql/data", "sockets:/var/run/postgresql", "database:/run/database:ro"],
    },
    "migrate": {"networks": ["inside"], "volumes": ["database:/run/database:ro", "reading:/run/reading:ro"]},
    "bot": {
        "networks": ["inside", "outside", "monitoring", "queue"],
        "volumes": ["secrets:/run/watchtime:ro", "database:/run/database:ro", "bot:/data"],
    },
    "listen": {"networks": ["outside"], "volumes": ["secrets:/run/watchtime:ro", "bot:/data"]},
    "queue": {
        "cap_add": ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"],
        "networks": ["queue"],
        "volumes": ["queue:/var/lib/rabbitmq"],
    },
    "listen-queue": {
        "networks": ["inside", "outside", "queue"],
        "volumes": ["secrets:/run/watchtime:ro", "database:/run/database:ro", "bot:/data"],
    },
    "web": {
        "networks": ["reading", "published"],
        "ports": ["127.0.0.1:8000:8000"],
        "volumes": ["reading:/run/reading:ro"],
    },
    "demo": {"networks": ["published"], "ports": ["127.0.0.1:8001:8000"], "volumes": ["demo:/data"]},
    "prometheus": {
        "networks": ["monitoring"],
        "ports": ["127.0.0.1:9090:9090"],
        "volumes": [
            "./docker/monitoring/prometheus.yml:/etc/watchtime/prometheus.yml:ro",
            "./docker/monitoring/rules.yml:/etc/watchtime/rules.yml:ro",
            "prometheus:/prometheus",
        ],
    },
    "grafana": {
        "networks": ["monitoring"],
        "ports": ["127.0.0.1:3000:3000"],
        "volumes": [
            "passwords:/run/watchtime:ro",
            "./docker/monitoring/grafana/provisioning:/etc/grafana/provisioning:ro",
            "./docker/monitoring/grafana/dashboards:/etc/watchtime/dashboards:ro",
            "grafana:/var/lib/grafana",
        ],
    },
}
# The other keys that a service may have: its build, start, limits, health check and stop.
WITHOUT_RIGHTS = {
    "build",
    "command",
    "depends_on",
    "environment",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "mem_limit",
    "memswap_limit",
    "profiles",
    "restart",
    "shm_size",
    "stop_grace_period",
    "stop_signal",
    "tmpfs",
    "working_dir",
}


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_locked_down(name: str) -> None:
    assert {key: SERVICES[name].get(key) for key in LOCKED_DOWN} == LOCKED_DOWN


def test_no_container_has_more_rights_than_are_listed_here() -> None:
    known = LOCKED_DOWN.keys() | WITHOUT_RIGHTS
    assert {name: {key: service[key] for key in service.keys() - known} for name, service in SERVICES.items()} == RIGHTS


def test_every_port_is_open_only_on_this_machine() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_a_temporary_folder_is_small_and_the_only_place_without_a_volume_to_write_to() -> None:
    tmp = "/tmp:size=64m,mode=1777"  # noqa: S108
    # RabbitMQ opens a file for its log of upgrades, or does not start.
    queue = (tmp, "/var/log/rabbitmq:size=16m,mode=1777")
    assert {tuple(service.get("tmpfs", [])) for service in SERVICES.values()} == {(tmp,), (), queue}
    assert tuple(SERVICES["queue"]["tmpfs"]) == queue


def test_the_networks_separate_the_parts_from_each_other() -> None:
    """`published` has no route out: its default gateway is an address that nothing has."""
    assert COMPOSE["networks"] == {
        "inside": {"internal": True},
        "reading": {"internal": True},
        "outside": {},
        "queue": {"internal": True},
        "monitoring": {},
        "published": {
            "driver_opts": {"com.docker.network.bridge.enable_ip_masquerade": "false"},
            "ipam": {
                "config": [
                    {
                        "subnet": "${DOCKER_PAGES_NETWORK:-10.213.46}.0/29",
                        "gateway": "${DOCKER_PAGES_NETWORK:-10.213.46}.1",
                        "aux_addresses": {"DefaultGatewayIPv4": "${DOCKER_PAGES_NETWORK:-10.213.46}.6"},
                    }
                ]
            },
        },
    }


def test_every_volume_belongs_to_the_project() -> None:
    """No volume has a fixed name: with one, two projects would start two servers on one folder."""
    named = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert COMPOSE["volumes"] == {name: {} for name in named if not name.startswith(".")}


def test_each_container_has_exactly_the_environment_that_it_needs() -> None:
    assert {name: service["environment"] for name, service in SERVICES.items() if "environment" in service} == {
        "db": {
            "LANG": "C.UTF-8",
            "POSTGRES_USER": "watchtime",
            "POSTGRES_DB": "watchtime",
            "POSTGRES_PASSWORD_FILE": "/run/database/database_password",
        },
        "migrate": {
            "DATABASE_URL_FILE": "/run/database/database_url",
            "WEB_DATABASE_URL_FILE": "/run/reading/web_database_url",
        },
        "bot": {
            "DATABASE_URL_FILE": "/run/database/database_url",
            "HEALTH_HOST": "0.0.0.0",
            "HEALTH_PORT": "9464",
        },
        "queue": {
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +SDcpu 1:1 +SDio 4 +sbwt none +sbwtdcpu none +sbwtdio none"
        },
        "listen-queue": {"DATABASE_URL_FILE": "/run/database/database_url"},
        "web": {
            "WEB_DATABASE_URL_FILE": "/run/reading/web_database_url",
            "WEB_TOKEN_FILE": "/run/reading/web_token",
            "WEB_HOST": "0.0.0.0",
            "WEB_TRUSTED_PROXIES": "${DOCKER_PAGES_NETWORK:-10.213.46}.1,${WEB_TRUSTED_PROXIES:-}",
        },
        "demo": {"TMPDIR": "/data"},
        "grafana": {
            "GF_SECURITY_ADMIN_PASSWORD__FILE": "/run/watchtime/grafana_password",
            "GF_ANALYTICS_REPORTING_ENABLED": "false",
            "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
        },
    }


def test_the_program_runs_as_an_ordinary_user_in_every_container_but_one() -> None:
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == [OWN_USER]
    assert DOCKERFILE.index(f"USER {OWN_USER}") > DOCKERFILE.rindex("\nFROM ")
    assert f"chown {OWN_USER} " in (ROOT / "entrypoint.sh").read_text()
    assert [name for name, service in SERVICES.items() if "user" in service] == ["secrets"]


def test_every_image_of_others_is_pinned_to_a_version() -> None:
    others = {service["image"] for service in SERVICES.values()} - {"twitch-watch-time"}
    assert others
    for image in others:
        assert re.fullmatch(r"(\$\{\w+:-)?postgres:17\}|[\w/-]+:v?\d+\.\d+\.\d+", image), image


# Memory


def mebibytes(service: dict[str, Any]) -> int:
    assert service["mem_limit"] == service["memswap_limit"], "memory above the limit would be swapped"
    return bytes_of(service["mem_limit"]) // (1 << 20)


def test_the_containers_of_make_test_engine_have_the_shipped_limits(tmp_path: Path) -> None:
    stack = Stack(tmp_path, "unused", "10.213.47")
    stack.use(ROOT, "unused")
    assert stack.limits == {name: mebibytes(SERVICES[name]) for name in ("db", "bot", "web")}
    kept = yaml.safe_load((tmp_path / "docker-compose.yml").read_text())["services"]
    assert {name: kept[name]["mem_limit"] for name in SERVICES} == {
        name: service["mem_limit"] for name, service in SERVICES.items()
    }


def test_the_services_that_run_all_day_fit_into_a_gigabyte_as_documented() -> None:
    """docs/sizing.md has the one table of limits; the others refer to it."""
    lasting = {
        name: mebibytes(service)
        for name, service in SERVICES.items()
        if service["restart"] == "unless-stopped" and "profiles" not in service
    }
    sizing = (ROOT / "docs" / "sizing.md").read_text()
    documented = {name: int(limit) for name, limit in re.findall(r"^\| `(\w+)` \| (\d+) MiB \|", sizing, re.MULTILINE)}
    together, smaller = map(int, re.findall(r"^\| \*\*.*?\*\* \| \*\*(\d+) MiB\*\* \|", sizing, re.MULTILINE))
    assert documented == lasting
    assert together == sum(lasting.values()) <= 768
    assert smaller == together - lasting["web"]
    for page in ("README.md", "docs/ec2.md", "docs/self-hosting.md", "docs/dashboard.md"):
        text = (ROOT / page).read_text()
        assert page == "docs/dashboard.md" or "sizing.md" in text
        assert not re.findall(r"limits?\b[^.;:]*?\d+ (?:MB|MiB)", text), f"{page} has a limit of its own"


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_swaps(name: str) -> None:
    assert mebibytes(SERVICES[name]) <= 640


# The database


def test_the_database_server_has_bounded_memory_and_logs_no_statement() -> None:
    assert SERVICES["db"]["command"] == [
        "postgres",
        "-cmax_connections=30",
        "-cshared_buffers=64MB",
        "-cwork_mem=4MB",
        "-chash_mem_multiplier=1",
        "-cjit=off",
        "-cmax_parallel_workers_per_gather=0",
        "-cmax_parallel_maintenance_workers=0",
        "-cmaintenance_work_mem=32MB",
        "-cautovacuum_max_workers=2",
        "-cautovacuum_work_mem=16MB",
        "-ceffective_cache_size=128MB",
        "-clog_statement=none",
        "-clog_min_duration_statement=-1",
        "-clog_min_error_statement=panic",
        "-clog_parameter_max_length=0",
        "-clog_parameter_max_length_on_error=0",
    ]
    assert SERVICES["db"]["shm_size"] == "128m"


def test_a_server_that_gives_up_root_is_process_1() -> None:
    """An init process of root without CAP_KILL could not forward the signal."""
    assert [name for name, service in SERVICES.items() if not service["init"]] == ["db", "queue"]


def test_the_database_server_gets_a_fast_shutdown() -> None:
    assert (SERVICES["db"]["stop_signal"], SERVICES["db"]["stop_grace_period"]) == ("SIGINT", "60s")


# Services that start by themselves, and health checks


def test_only_the_bot_its_database_and_the_dashboard_start_by_themselves() -> None:
    profiles = {name: service.get("profiles") for name, service in SERVICES.items()}
    assert {name: profile for name, profile in profiles.items() if profile} == {
        "listen": ["chat"],
        "queue": ["queue"],
        "listen-queue": ["queue"],
        "demo": ["demo"],
        "prometheus": ["monitoring"],
        "grafana": ["monitoring"],
    }
    assert {name for name, service in SERVICES.items() if service["restart"] == "no"} == {"secrets", "migrate", "demo"}


def test_each_container_starts_when_what_it_needs_is_ready() -> None:
    """The passwords are written, then the server accepts connections, then the schema is up to date."""
    conditions = {name: service["depends_on"] for name, service in SERVICES.items() if "depends_on" in service}
    is_done, is_healthy = ({"condition": f"service_{state}"} for state in ("completed_successfully", "healthy"))
    assert conditions == {
        "db": {"secrets": is_done},
        "migrate": {"db": is_healthy},
        "bot": {"migrate": is_done},
        "listen": {"secrets": is_done},
        "listen-queue": {"migrate": is_done},
        "web": {"migrate": is_done},
        "grafana": {"secrets": is_done},
    }


def test_the_health_check_of_the_database_asks_for_its_own_database() -> None:
    db = SERVICES["db"]
    user, database = (db["environment"][f"POSTGRES_{name}"] for name in ("USER", "DB"))
    assert db["healthcheck"]["test"] == ["CMD", "pg_isready", "-q", "-U", user, "-d", database]


def test_each_container_runs_one_verb_and_the_monitoring_keeps_a_bounded_history() -> None:
    commands = {name: service["command"] for name, service in SERVICES.items() if "command" in service}
    # Its settings are checked above.
    del commands["db"]
    assert commands == {
        "secrets": ["secrets"],
        "migrate": ["migrate"],
        "bot": ["run"],
        "listen": ["listen"],
        "listen-queue": ["listen"],
        "web": ["web"],
        "demo": ["demo", "--charts", "/data/demo-charts", "--web-host", "0.0.0.0"],
        "prometheus": [
            "--config.file=/etc/watchtime/prometheus.yml",
            "--storage.tsdb.path=/prometheus",
            "--storage.tsdb.retention.time=90d",
            "--storage.tsdb.retention.size=1GB",
        ],
    }


def test_bot_and_dashboard_start_in_the_folder_to_which_their_dot_env_is_copied() -> None:
    entrypoint = (ROOT / "entrypoint.sh").read_text()
    folders = {name: service["working_dir"] for name, service in SERVICES.items() if "working_dir" in service}
    assert folders.keys() == {"bot", "listen", "listen-queue", "web"}
    for name, folder in folders.items():
        [volume] = [mount.split(":")[0] for mount in SERVICES[name]["volumes"] if mount.split(":")[1] == folder]
        assert f'put "$volumes/{volume}/.env"' in entrypoint


def test_a_stop_gives_each_container_the_time_to_finish_its_work() -> None:
    """A running poll, a checkpoint of the database, the responses that have begun. Docker's own limit is 10 s."""
    times = {name: service["stop_grace_period"] for name, service in SERVICES.items() if "stop_grace_period" in service}
    assert times == {"db": "60s", "bot": "120s", "queue": "60s", "web": "30s"}


def test_the_image_has_only_packages_whose_hashes_are_known() -> None:
    [install] = re.findall(r"pip install (.*?) \\\n", DOCKERFILE)
    assert {"--require-hashes", "--only-binary :all:", "-r requirements.txt"} <= set(
        re.findall(r"--only-binary :all:|-r \S+|--[\w-]+", install)
    )


def test_the_bot_starts_without_the_dashboard() -> None:
    """`docker-compose up -d bot` is the smaller set of containers."""
    needed, todo = set(), ["bot"]
    while todo:
        needed.add(name := todo.pop())
        todo += SERVICES[name].get("depends_on", {})
    assert needed == {"bot", "migrate", "db", "secrets"}


def test_our_services_that_keep_running_have_a_health_check() -> None:
    assert "HEALTHCHECK" in DOCKERFILE
    ours = {name: service for name, service in SERVICES.items() if service["image"] == "twitch-watch-time"}
    assert [name for name, service in ours.items() if service.get("healthcheck") != {"disable": True}] == ["bot", "web"]
    assert ours["web"]["healthcheck"]["test"][-1] == ours["web"]["ports"][0].split(":")[-1]
    assert ours["bot"]["environment"]["HEALTH_PORT"] == "9464"


def test_the_images_contain_only_the_program() -> None:
    allowed = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert allowed[0] == "*"
    named = {line.removeprefix("!") for line in allowed if line.startswith("!")}
    copied = {
        word
        for line in (DOCKERFILE + AIRFLOW_DOCKERFILE).splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }
    assert copied == named
