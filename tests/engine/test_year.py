"""The shipped containers stay within their limits with a year of data, under any load."""

import re
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from time import monotonic
from typing import Final

import pytest
import requests

from bot.web.read import records, streamer_ranking
from helperfunctions import migrations
from tests.engine.conftest import PAIRS
from tests.engine.stack import LASTING, Stack, eventually

pytestmark = [pytest.mark.engine, pytest.mark.timeout(7_200)]

CHARTS: Final = "/tmp/charts"  # noqa: S108 - in the bot's container
AT_ONCE: Final = 8
REQUESTS: Final = 400


def test_an_upgrade_from_the_previous_release_keeps_every_row(stack: Stack) -> None:
    assert stack.totals() == (stack.folder / "filled").read_text()
    applied = stack.sql("select version from schema_migrations order by version")
    assert [version for [version] in applied] == migrations.versions_in()


def test_every_month_is_summed_up_in_the_background(stack: Stack) -> None:
    due = "select distinct date_trunc('month', day)::date from days where day < date_trunc('month', current_date - 1)"
    [[wanted]] = stack.sql(f"select count(*) from ({due}) as due")

    def summed_up() -> bool:
        return stack.sql("select count(*) from months")[0][0] == wanted

    seconds = eventually(summed_up, f"{wanted} months are summed up", 3_600)
    [[rows]] = stack.sql("select count(*) from monthly_streamer_games")
    assert int(rows) > PAIRS
    [[size]] = stack.sql("select pg_database_size(current_database())")
    stack.report.append(f"{wanted} months summed up, {int(rows):,} rows; the last after {seconds:.0f} s")
    stack.report.append(f"the database on disk: {int(size) / 1e9:.1f} GB")


def test_four_hundred_pages_of_a_year_at_eight_in_parallel_are_answered(stack: Stack) -> None:
    """Each another one, so that none is answered from the cache; 503 is allowed where it is the dashboard's own."""
    games, streamers = (
        [
            slug
            for [slug] in stack.sql(f"""
                select slug from addresses where kind = '{kind}' and is_current and id ~ '^{letter}[0-9]+$'
                order by length(id), id limit 100
            """)
        ]
        for kind, letter in (("game", "g"), ("streamer", "s"))
    )
    assert len(games) == len(streamers) == 100
    paths = [
        *(f"/games/{slug}?days=365" for slug in games[:60]),
        *(f"/streamers/{slug}?days=365" for slug in streamers[:60]),
        *(f"/compare?games={','.join(games[at : at + 3])}&days=365" for at in range(0, 60, 3)),
        *(f"/explore?days=365&min_viewers={number}" for number in range(20)),
        *(f"/api/v1/games?days=365&min_viewers={number}" for number in range(20)),
        *(f"/api/v1/games/{slug}/days?days=365&limit=400" for slug in games[60:80]),
        *(f"/streamers?days=365&sort={sort}" for sort in streamer_ranking.By),
        *(f"/streamers?days=365&language={language}" for language in ("en", "es", "de", "fr", "pt", "ru")),
        *(f"/find?days=365&viewers={number}" for number in range(10, 110, 10)),
        *(f"/days/{day}" for [day] in stack.sql("select day from days order by day limit 20")),
        *(f"/api/v1/games/{slug}/languages?days=365" for slug in games[80:]),
        *(f"/api/v1/streamers/{slug}/streams?days=365&limit=400" for slug in streamers[60:]),
        *(f"/games/{slug}?days=180&compare=previous" for slug in games[:10]),
        *(f"/streamers/{slug}?days=180&compare=previous" for slug in streamers[:10]),
        *(f"/api/v1/compare/days?kind=game&names={','.join(games[at : at + 3])}&days=365" for at in range(10)),
        *(f"/api/v1/games/{slug}/week?days=365" for slug in games[20:30]),
        *(f"/api/v1/streamers/{slug}/records" for slug in streamers[20:30]),
        *(
            f"/{kind}s/{slug}/feed.atom"
            for kind, slugs in (("game", games), ("streamer", streamers))
            for slug in slugs[:10]
        ),
        *(f"/cards/games/{slug}.png" for slug in games[30:40]),
        *(f"/streamers/{slug}/badge.svg" for slug in streamers[30:35]),
        *(f"/api/v1/shares?days=365&limit={number}" for number in range(1, 6)),
        *(
            f"/api/v1/records?kind={kind}&measure={measure}"
            for kind in ("game", "streamer")
            for measure in records.Measure
        ),
        *(f"/api/v1/newcomers?kind={kind}" for kind in ("game", "streamer")),
        "/records",
        "/days",
        "/feeds/days.xml",
        "/api/v1/now/languages",
    ]
    assert len(set(paths)) == REQUESTS
    address, began = stack.web(), monotonic()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda path: _get(address, path), paths))
    taken = sorted((seconds, path) for (_, seconds, _), path in zip(answers, paths, strict=True))
    statuses = Counter(status for status, _, _ in answers)
    stack.report.append(
        f"{REQUESTS} requests for 365 days, {AT_ONCE} at once: {dict(statuses)} in {monotonic() - began:.0f} s; "
        f"median {taken[REQUESTS // 2][0]:.2f} s, slowest "
        + ", ".join(f"{path} {seconds:.2f} s" for seconds, path in taken[:-6:-1])
    )
    assert set(statuses) <= {200, 503}
    assert statuses[200] > REQUESTS // 2
    assert all("Retry-After" in headers for status, _, headers in answers if status == 503)


def test_a_backup_is_taken_while_polls_and_readers_go_on(stack: Stack) -> None:
    address, began = stack.web(), monotonic()
    counted = "select count(*) from staging.polls where status = 'complete'"
    [[before]] = stack.sql(counted)
    statuses: Counter[int] = Counter()
    polls = 0
    with (stack.folder / "watchtime.dump").open("wb") as file:
        backup = subprocess.Popen(stack.command("bot", "python3", "-m", "bot", "backup", "-"), stdout=file)
        while backup.poll() is None:
            stack.inside("bot", "python3", "-m", "bot", "collect")
            polls += 1
            statuses.update(_get(address, path)[0] for path in ("/", "/explore?days=30", "/bot"))
    size = (stack.folder / "watchtime.dump").stat().st_size
    (stack.folder / "watchtime.dump").unlink()
    stack.report.append(
        f"backup of {size / 1e6:.0f} MB in {monotonic() - began:.0f} s, with {polls} polls and pages {dict(statuses)}"
    )
    assert backup.returncode == 0
    assert polls > 0
    [[after]] = stack.sql(counted)
    assert int(after) >= int(before) + polls
    assert set(statuses) == {200}


def test_the_charts_of_a_day_are_drawn_while_the_bot_runs(stack: Stack) -> None:
    stack.inside("bot", "python3", "-m", "bot", "post", "--dry-run", "--charts", CHARTS)
    assert len(stack.inside("bot", "ls", CHARTS).split()) == 3


def test_clients_behind_a_proxy_of_this_machine_are_counted_separately(stack: Stack) -> None:
    address = stack.web()
    statuses = (_get(address, "/robots.txt", "203.0.113.1")[0] for _ in range(2_000))
    assert 429 in islice(statuses, 2_000)
    assert _get(address, "/robots.txt", "203.0.113.2")[0] == 200


# Networks: the servers that each container can reach


def test_the_dashboard_reaches_its_database_and_neither_the_internet_nor_the_bot(stack: Stack) -> None:
    bots = stack.addresses("bot")
    assert len(bots) == 4
    wanted = [("db", 5432), ("1.1.1.1", 443), ("8.8.8.8", 53), ("bot", 9464), ("sandbox", 8500)]
    assert stack.reached("web", *wanted, *((address, 9464) for address in bots)) == ["db"]
    # Not by accident: the same is reached from the bot.
    assert stack.reached("bot", ("sandbox", 8500)) == ["sandbox"]


def test_the_database_sees_its_own_password_and_no_other_secret(stack: Stack) -> None:
    mounts = {mount["Destination"]: mount["RW"] for mount in stack.state("db")["Mounts"]}
    assert mounts == {"/var/lib/postgresql/data": True, "/var/run/postgresql": True, "/run/database": False}
    assert stack.inside("db", "ls", "-A", "/run/database").split() == ["database_password", "database_url"]


def test_dot_env_is_readable_by_the_bots_user_alone(stack: Stack) -> None:
    rights = stack.inside("bot", "stat", "-c", "%a %u %n", "/run/watchtime/.env", "/run/database/database_url")
    assert rights.splitlines() == ["400 10001 /run/watchtime/.env", "400 10001 /run/database/database_url"]
    assert stack.inside("bot", "id", "-u").strip() == "10001"


def test_no_secret_is_in_an_environment_or_in_a_log(stack: Stack) -> None:
    env = dict(line.split("=", 1) for line in (stack.folder / ".env").read_text().split())
    secrets = [env[name] for name in ("TWITCH_CLIENT_SECRET", "X_API_KEY_SECRET", "X_ACCESS_TOKEN_SECRET")]
    secrets.append(stack.inside("db", "cat", "/run/database/database_password"))
    secrets += re.findall(r":([^:@]+)@", stack.inside("web", "cat", "/run/reading/web_database_url"))
    assert len(secrets) == 5
    for name in LASTING:
        shown = str(stack.state(name)) + stack.log(name)
        assert not [secret for secret in secrets if secret in shown], name


# Stop and start


def test_every_container_stops_cleanly_and_starts_without_recovery(stack: Stack) -> None:
    stack.compose("stop", *LASTING)
    codes = {name: stack.state(name)["State"]["ExitCode"] for name in LASTING}
    before = len(stack.log("db"))
    stack.compose("start", *LASTING)
    eventually(lambda: all(stack.is_healthy(name) for name in LASTING), "all are healthy again")
    assert codes == dict.fromkeys(LASTING, 0)
    started = stack.log("db")[before:]
    assert "database system was shut down at" in started
    assert not re.findall(r".*(?:recovery|not properly shut down|interrupted).*", started)


@pytest.mark.parametrize("name", LASTING)
def test_nothing_was_killed(stack: Stack, name: str) -> None:
    """This test is the last: all others have put load on the containers."""
    state = stack.state(name)
    assert (state["State"]["OOMKilled"], state["RestartCount"]) == (False, 0)
    assert stack.memory[name].killed == 0
    assert not re.findall(r".*(?:terminated by signal|out of memory|in recovery mode).*", stack.log(name))


def _get(
    address: str, path: str, visitor: str = ""
) -> tuple[int, float, "requests.structures.CaseInsensitiveDict[str]"]:
    """Status, seconds and headers of a page, asked for by a visitor of a proxy; each path by another one."""
    began = monotonic()
    given = requests.get(
        address + path,
        headers={"X-Forwarded-For": visitor or f"198.51.100.{hash(path) % 250}"},
        allow_redirects=False,
        timeout=300,
    )
    return given.status_code, monotonic() - began, given.headers
