"""The tests that run first for a change to a file. A change that survives them is tested by all but the slowest."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]

# Files that are changed: those that ship, except migrations, which a test compares with sql/schema.sql.
_CHANGED: Final = ("bot/", "helperfunctions/", "sql/", "docker-compose.yml", "entrypoint.sh")
_LEFT_OUT: Final = ("sql/migrations/", "sql/schema.sql", "bot/demo")
_SUFFIXES: Final = (".py", ".sql", ".yml", ".sh")

# The beginning of a path, and the tests of that subject. The first row that fits counts.
SUBJECTS: Final[tuple[tuple[str, str], ...]] = (
    ("bot/collect/", "poll crawl parse keep prune hours collect"),
    ("sql/collect/", "poll keep prune hours collect daily"),
    ("bot/daily/", "daily month day_bounds"),
    ("sql/daily/", "daily month day_bounds"),
    ("sql/watch_time/", "daily hours"),
    ("bot/post/chart", "charts drawing"),
    ("bot/post/", "plan compose choose first_day"),
    ("sql/post/", "plan"),
    ("bot/reply/understand", "understand time_expressions"),
    ("bot/reply/", "inbox read answers lookup understand"),
    ("sql/reply/", "inbox read lookup"),
    ("sql/read/", "lookup games_of_one_name pages"),
    ("bot/read/measurements", "lookup pages"),
    ("bot/enrich/", "enrich"),
    ("sql/enrich/", "enrich"),
    ("bot/lake/", "lake"),
    ("sql/lake/", "lake"),
    ("helperfunctions/object_store", "object_store lake"),
    ("helperfunctions/folder_store", "object_store lake"),
    ("helperfunctions/s3_store", "object_store lake"),
    ("helperfunctions/duck", "lake"),
    ("bot/outbox/", "outbox"),
    ("sql/outbox/", "outbox"),
    ("bot/pictures/", "pictures"),
    ("sql/pictures/", "pictures"),
    ("bot/spend", "spend pace ledger outbox inbox"),
    ("sql/spend/", "spend pace ledger"),
    ("bot/health/checks/", "check"),
    ("bot/health/doctor", "check"),
    ("bot/health/findings", "check"),
    ("bot/health/", "health verdicts alert monitoring rules"),
    ("sql/health/", "health monitoring"),
    ("bot/runtime/", "job_attempts credentials schedule leader renewal runner"),
    ("bot/names/database_names", "names lookup"),
    ("bot/names/updates", "names addresses"),
    ("bot/names/aliases", "names"),
    ("bot/core/same_games", "games_of_one_name"),
    ("bot/core/wording", "compose answers"),
    ("bot/core/calendar", "days daily"),
    ("bot/core/", "near name"),
    ("bot/cli", "command_line x operations"),
    ("bot/web/views/page_charts", "page_charts pages"),
    ("bot/web/views/charts/", "page_charts pages"),
    ("bot/web/http/", "connections spelling routes strain sharing"),
    ("bot/web/", "pages streamers_and_days truth routes sharing strain openapi ranges find_game spreadsheet memo"),
    ("sql/web/", "pages streamers_and_days truth sharing addresses"),
    ("sql/database/", "database reader backup migrations"),
    ("helperfunctions/database", "database"),
    ("helperfunctions/backup", "backup"),
    ("helperfunctions/settings", "settings config"),
    ("helperfunctions/twitch_", "twitch_api collect faults pacing token"),
    ("helperfunctions/igdb_api", "igdb_api"),
    ("helperfunctions/x_api", "x_api x_verdicts"),
    ("helperfunctions/text", "text"),
    ("helperfunctions/twitch_pictures", "twitch_pictures"),
    ("helperfunctions/picture_format", "pictures"),
    ("helperfunctions/", "embedded_postgres migrations reader clock log hidden near errors token_cache aws_secrets"),
    ("docker-compose.yml", "containers"),
    ("entrypoint.sh", "containers"),
)
# The tests for a survivor: all but those that start processes or a browser.
EVERYTHING: Final = ("tests/unit", "tests/integration", "tests/contract", "tests/web")


def may_be_changed(path: str) -> bool:
    """True if a tracked file, by its path from the top folder, takes part in the check."""
    return path.startswith(_CHANGED) and not path.startswith(_LEFT_OUT) and path.endswith(_SUFFIXES)


def first_tests(path: str) -> tuple[str, ...]:
    """The files and folders of tests to run first for a file; all of them for one that has no row above."""
    subjects = next((subjects for prefix, subjects in SUBJECTS if path.startswith(prefix)), "")
    named = {
        str(found.relative_to(ROOT))
        for subject in subjects.split()
        for found in (ROOT / "tests").glob(f"*/test_{subject}*.py")
    }
    return tuple(sorted(named)) or EVERYTHING
