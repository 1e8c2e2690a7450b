"""The settings: from where, in which order, and what is said when they are wrong."""

import os
import re
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from helperfunctions.errors import SettingsError
from helperfunctions.settings import DEFAULT, ENVIRONMENT, Settings, load, secret_fields, show

ROOT = Path(__file__).resolve().parents[2]
NAMES = [field.upper() for field in Settings.model_fields]
SECRET = "hunter2-planted-f00d"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment without settings, in an empty folder."""
    for name in os.environ:
        if name.removesuffix("_FILE") in NAMES:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def dotenv(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def problems() -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load()
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def a_file(path: Path, content: str) -> str:
    path.write_text(content)
    return str(path)


def test_with_nothing_set_every_setting_has_its_default() -> None:
    loaded = load()
    assert loaded.settings == Settings()
    assert loaded.origins == dict.fromkeys(Settings.model_fields, DEFAULT)


def test_the_defaults_are_those_of_the_design() -> None:
    settings = load().settings
    assert settings.model_dump(exclude={"data_dir"}) == {
        "database_url": None,
        "aws_secret_name": None,
        "twitch_client_id": None,
        "twitch_client_secret": None,
        "twitch_api_url": "https://api.twitch.tv/helix",
        "twitch_auth_url": "https://id.twitch.tv/oauth2",
        "poll_every_minutes": 30,
        "min_viewers": 50,
        "timezone": ZoneInfo("America/Los_Angeles"),
        "day_starts_at": time(8),
        "post_at": time(14),
        "staging_retention_hours": 24,
        "kept_polls_mb": 256,
        "x_api_key": None,
        "x_api_key_secret": None,
        "x_access_token": None,
        "x_access_token_secret": None,
        "x_api_url": "https://api.x.com",
        "x_monthly_budget_usd": Decimal(10),
        "x_account_owns_app": False,
        "mentions_every_seconds": 60,
        "replies_per_day": 20,
        "hint_when_not_understood": False,
        "mention_retention_days": 30,
        "x_settle_after_seconds": 300,
        "health_port": None,
        "health_host": "127.0.0.1",
        "alert_webhook_url": None,
        "heartbeat_url": None,
        "log_format": "text",
        "web_host": "127.0.0.1",
        "web_port": 8000,
        "web_root_path": "",
        "web_database_url": None,
        "web_requests_per_minute": 300,
        "web_trusted_proxies": "",
    }
    assert settings.data_dir.is_absolute()


def test_the_environment_wins_over_dotenv_and_that_over_the_default(
    monkeypatch: pytest.MonkeyPatch, dotenv: Path
) -> None:
    dotenv.write_text("POLL_EVERY_MINUTES=15\nMIN_VIEWERS=10\n")
    monkeypatch.setenv("POLL_EVERY_MINUTES", "5")
    loaded = load()
    assert (loaded.settings.poll_every_minutes, loaded.origins["poll_every_minutes"]) == (5, ENVIRONMENT)
    assert (loaded.settings.min_viewers, loaded.origins["min_viewers"]) == (10, ".env")
    assert (loaded.settings.post_at, loaded.origins["post_at"]) == (time(14), DEFAULT)


def test_a_name_without_a_value_is_not_set(monkeypatch: pytest.MonkeyPatch, dotenv: Path) -> None:
    """So a copied .env.example is the defaults, and an empty variable does not hide what .env says."""
    dotenv.write_text("TWITCH_CLIENT_ID=\nMIN_VIEWERS=10\n")
    monkeypatch.setenv("MIN_VIEWERS", "")
    assert load().settings.twitch_client_id is None
    assert load().settings.min_viewers == 10


@pytest.mark.parametrize("where", ["environment", ".env"])
def test_a_secret_can_come_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, dotenv: Path, where: str
) -> None:
    """Without the line break that editors leave at its end."""
    path = a_file(tmp_path / "secret", f"{SECRET}\n")
    if where == "environment":
        monkeypatch.setenv("TWITCH_CLIENT_SECRET_FILE", path)
    else:
        dotenv.write_text(f"TWITCH_CLIENT_SECRET_FILE={path}\n")
    monkeypatch.setenv("TWITCH_CLIENT_ID", "id")
    loaded = load()
    assert loaded.settings.twitch_credentials() == ("id", SECRET)
    assert loaded.origins["twitch_client_secret"] == f"file {path}"


def test_every_secret_can_come_from_a_file() -> None:
    assert secret_fields() == [
        "database_url",
        "twitch_client_secret",
        "x_api_key",
        "x_api_key_secret",
        "x_access_token",
        "x_access_token_secret",
        "alert_webhook_url",
        "heartbeat_url",
        "web_database_url",
    ]


def test_the_four_credentials_of_x_belong_together(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load().settings.x_credentials() is None
    for name in ("X_API_KEY", "X_API_KEY_SECRET", "X_ACCESS_TOKEN"):
        monkeypatch.setenv(name, SECRET)
    assert problems() == ["X_ACCESS_TOKEN_SECRET is missing: the four of X_API_KEY and X_ACCESS_TOKEN belong together"]
    monkeypatch.setenv("X_ACCESS_TOKEN_SECRET", SECRET)
    assert load().settings.x_credentials() == (SECRET, SECRET, SECRET, SECRET)


def test_a_secret_and_its_file_together_are_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TWITCH_CLIENT_ID", "id")
    monkeypatch.setenv("TWITCH_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("TWITCH_CLIENT_SECRET_FILE", a_file(tmp_path / "secret", SECRET))
    assert problems() == ["TWITCH_CLIENT_SECRET and TWITCH_CLIENT_SECRET_FILE are both set: keep one"]


def test_a_secret_file_that_gives_nothing_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing, empty, folder, binary = (tmp_path / name for name in ("missing", "empty", "folder", "binary"))
    empty.write_text(" \n")
    folder.mkdir()
    binary.write_bytes(b"\xff\xfe\x00")
    for path, said in [
        (missing, "cannot be read (No such file or directory)"),
        (folder, "cannot be read (Is a directory)"),
        (binary, "cannot be read (not text)"),
        (empty, "is empty"),
    ]:
        monkeypatch.setenv("DATABASE_URL_FILE", str(path))
        assert problems() == [f"DATABASE_URL_FILE: {path} {said}"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("POLL_EVERY_MINUTE=15", "POLL_EVERY_MINUTE in .env is not a setting; did you mean POLL_EVERY_MINUTES?"),
        ("min_viewers=15", "min_viewers in .env is not a setting; did you mean MIN_VIEWERS?"),
        (
            "TWITCH_SECRET_FILE=x",
            "TWITCH_SECRET_FILE in .env is not a setting; did you mean TWITCH_CLIENT_SECRET_FILE?",
        ),
        ("COLOUR_OF_THE_SKY=blue", "COLOUR_OF_THE_SKY in .env is not a setting"),
        ("AWS_SECRET_NAM=x", "AWS_SECRET_NAM in .env is not a setting; did you mean AWS_SECRET_NAME?"),
    ],
)
def test_an_unknown_name_in_dotenv_is_a_problem_with_a_suggestion(dotenv: Path, line: str, problem: str) -> None:
    dotenv.write_text(f"{line}\n")
    assert problems() == [problem]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("a${b}c", "a${b}c"),
        ('"a${HOME}c"', "a${HOME}c"),
        ("a$HOME$$c", "a$HOME$$c"),
        ("a#b", "a#b"),
        ("abc # from the console", "abc"),
        ("abc\t# from the console", "abc"),
        ('"abc #d"', "abc #d"),
        ("'it\\'s'", "it's"),
        ('"it\'s"', "it's"),
        ("a=b==", "a=b=="),
        (" abc ", "abc"),
        ("\u00a0abc\u00a0", "abc"),
        ('"\u200babc\ufeff"', "abc"),
        (" # nothing", None),
        ("", None),
        ('""', None),
        ('"\u00a0"', None),
    ],
    ids=[
        "interpolation", "interpolation in quotes", "dollar signs", "hash inside", "comment", "comment after a tab",
        "hash in quotes", "escaped quote", "other quote", "equals signs", "spaces around", "no-break spaces around",
        "invisible characters around", "only a comment", "nothing", "empty quotes", "only a no-break space",
    ],
)  # fmt: skip
def test_a_value_in_dotenv_is_taken_literally(dotenv: Path, written: str, value: str | None) -> None:
    other = "x" if value else ""
    dotenv.write_text(f"TWITCH_CLIENT_ID={written}\nTWITCH_CLIENT_SECRET={other}\n", encoding="utf-8")
    assert load().settings.twitch_client_id == value


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffMIN_VIEWERS=10\n",
        "MIN_VIEWERS=10\r\nPOLL_EVERY_MINUTES=15\r\n",
        "export MIN_VIEWERS=10\n",
        "  MIN_VIEWERS = 10\n",
        "MIN_VIEWERS=\nMIN_VIEWERS=10\n",
        "MIN_VIEWERS=10\nMIN_VIEWERS=10\n",
        "MIN_VIEWERS=10",
    ],
    ids=["byte-order mark", "CRLF", "export", "spaces", "empty before", "the same twice", "no line break at the end"],
)
def test_usual_ways_to_write_dotenv_are_read(dotenv: Path, content: str) -> None:
    dotenv.write_bytes(content.encode())
    assert load().settings.min_viewers == 10


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("MIN_VIEWERS: 10", "line 1 of .env should have `=`, not `:` after the name: MIN_VIEWERS=…"),
        ("MIN_VIEWERS:10", "line 1 of .env should have `=`, not `:` after the name: MIN_VIEWERS=…"),
        ("\n\n# a\nMIN_VIEWERS:", "line 4 of .env should have `=`, not `:` after the name: MIN_VIEWERS=…"),
        (
            f"X_API_KEY: ab=={SECRET}",
            "line 1 of .env should have `=`, not `:` after the name: X_API_KEY=…",
        ),
        ("set MIN_VIEWERS=10", "line 1 of .env cannot be read: it should be NAME=value"),
        ("export MIN_VIEWERS 10", "line 1 of .env should have `=` after the name: MIN_VIEWERS=…"),
        ("POST_AT=14:00\nMIN_VIEWERS", "line 2 of .env should have `=` after the name: MIN_VIEWERS=…"),
        (
            f'X_API_KEY="{SECRET}',
            "line 1 of .env has a value whose quotes do not match; a value that contains quotes needs the other kind "
            "around it",
        ),
        (
            f"X_API_KEY='{SECRET}'x",
            "line 1 of .env has a value whose quotes do not match; a value that contains quotes needs the other kind "
            "around it",
        ),
        (f"= {SECRET}", "line 1 of .env cannot be read: it should be NAME=value"),
        (
            "MIN_VIEWERS=10\nPOST_AT=15:00\n\nMIN_VIEWERS=20",
            "MIN_VIEWERS is set twice in .env, in line 1 and in line 4: keep one",
        ),
        ('WEB_HOST="a\nb"', "WEB_HOST contains a line break: it should be one line (from .env)"),
        (
            'HEALTH_HOST="C:\\temp"',
            "HEALTH_HOST contains an invisible character (U+0009, a control character): copy it again without it "
            "(from .env)",
        ),
        (
            "AWS_SESSION_TOKEN=a\u200bb",
            "AWS_SESSION_TOKEN contains an invisible character (U+200B, zero width space): copy it again without it "
            "(from .env)",
        ),
        ("\u200bMIN_VIEWERS=10", "\\u200bMIN_VIEWERS in .env is not a setting; did you mean MIN_VIEWERS?"),
    ],
    ids=[
        "YAML", "YAML without a space", "YAML without a value", "YAML with an equals sign in the value",
        "another word before the name", "no sign",
        "only a name", "quotes not closed", "something after the quotes", "no name", "two values", "line break",
        "escape for a tab", "invisible character of AWS", "invisible character in a name",
    ],
)  # fmt: skip
def test_a_line_of_dotenv_that_cannot_be_meant_so_is_a_problem_with_its_number(
    dotenv: Path, content: str, problem: str
) -> None:
    dotenv.write_text(f"{content}\n", encoding="utf-8")
    assert problems() == [problem]


def test_a_dotenv_that_is_a_folder_is_a_problem(dotenv: Path) -> None:
    """Docker makes one where it is to mount a file that does not exist."""
    dotenv.mkdir()
    assert problems() == [".env cannot be read: Is a directory"]


AROUND = {
    "byte-order mark": "\ufeff{}",
    "CR": "{}\r",
    "CRLF": "{}\r\n",
    "line feeds": "\n{}\n\n",
    "no-break space": "{}\u00a0",
    "zero width space": "\u200b{}\u200b",
    "word joiner": "{}\u2060",
    "hangul filler": "{}\u3164",
    "NUL": "{}\0",
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
@pytest.mark.parametrize("where", ["file", "environment"])
def test_what_nobody_sees_around_a_secret_is_removed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str, around: str
) -> None:
    monkeypatch.setenv("TWITCH_CLIENT_ID", "id")
    if where == "file":
        (tmp_path / "secret").write_bytes(around.format(SECRET).encode())
        monkeypatch.setenv("TWITCH_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    elif "\0" not in around:
        monkeypatch.setenv("TWITCH_CLIENT_SECRET", around.format(SECRET))
    else:
        monkeypatch.setenv("TWITCH_CLIENT_SECRET", SECRET)
    assert load().settings.twitch_credentials() == ("id", SECRET)


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ("\n", "contains a line break: it should be one line"),
        ("\u00a0", "contains an invisible character (U+00A0, no-break space): copy it again without it"),
        ("\ufeff", "contains an invisible character (U+FEFF, zero width no-break space): copy it again without it"),
        ("\u00ad", "contains an invisible character (U+00AD, soft hyphen): copy it again without it"),
        ("\u202e", "contains an invisible character (U+202E, right-to-left override): copy it again without it"),
        ("\ufe0f", "contains an invisible character (U+FE0F, variation selector-16): copy it again without it"),
        ("\x7f", "contains an invisible character (U+007F, a control character): copy it again without it"),
    ],
    ids=["line break", "no-break space", "byte-order mark", "soft hyphen", "override", "variation selector", "delete"],
)
def test_what_nobody_sees_inside_a_secret_is_a_problem_that_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, inside: str, says: str
) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}{inside}{SECRET}", encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "secret"))
    told = problems()
    assert told[0] == f"DATABASE_URL {says} (from file {tmp_path / 'secret'})"
    assert SECRET not in "\n".join(told)


@pytest.mark.parametrize("quotes", ['""', "''", "“”", "„“", "‘’", "«»"], ids=lambda quotes: quotes)
def test_quotes_around_a_value_are_a_problem_that_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, quotes: str
) -> None:
    """Docker passes the quotes of its --env-file on, and chat programs make others of them."""
    monkeypatch.setenv("TWITCH_CLIENT_ID", f"{quotes[0]}id{quotes[1]}")
    (tmp_path / "secret").write_text(f"{quotes[0]}{SECRET}{quotes[1]}\n", encoding="utf-8")
    monkeypatch.setenv("TWITCH_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    told = problems()
    assert [problem.partition(" ")[0] for problem in told] == ["TWITCH_CLIENT_ID", "TWITCH_CLIENT_SECRET"]
    assert all("has quotes around it" in problem and SECRET not in problem for problem in told)


def test_a_value_that_is_not_utf8_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_HOST", os.fsdecode(b"caf\xe9"))
    assert problems() == ["WEB_HOST contains bytes that are not UTF-8: write it again (from environment)"]


def test_a_folder_may_have_joiners_that_its_script_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", "/srv/\u0645\u06cc\u200c\u062e\u0648")
    assert load().settings.data_dir == Path("/srv/\u0645\u06cc\u200c\u062e\u0648")


def test_what_other_tools_keep_in_dotenv_is_none_of_our_business(dotenv: Path) -> None:
    dotenv.write_text("POSTGRES_PASSWORD=x\nPGUSER=x\nCOMPOSE_PROJECT_NAME=x\nDOCKER_HOST=x\nAWS_REGION=x\n")
    assert load().settings == Settings()


@pytest.mark.parametrize("content", ["MIN_VIEWERS=10\n".encode("utf-16"), b"# caf\xe9\nMIN_VIEWERS=10\n"])
def test_a_dotenv_that_is_not_utf8_is_a_problem_in_plain_words(dotenv: Path, content: bytes) -> None:
    """Some editors write UTF-16 or Latin-1."""
    dotenv.write_bytes(content)
    [problem] = problems()
    assert ".env" in problem


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("POLL_EVERY_MINUTES", "7", "should divide an hour: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60, not '7'"),
        ("POLL_EVERY_MINUTES", "0", "should divide an hour: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60, not '0'"),
        ("POLL_EVERY_MINUTES", "120", "should divide an hour: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60, not '120'"),
        ("POLL_EVERY_MINUTES", "often", "should be a whole number, of the digits 0 to 9, not 'often'"),
        ("MIN_VIEWERS", "-1", "should be greater than or equal to 0, not '-1'"),
        (
            "TIMEZONE",
            "Pacific",
            "should be a time zone's name such as America/Los_Angeles or Europe/Berlin, not 'Pacific'",
        ),
        (
            "TIMEZONE",
            "../../etc/passwd",
            "should be a time zone's name such as America/Los_Angeles or Europe/Berlin, not '../../etc/passwd'",
        ),
        ("DAY_STARTS_AT", "8 AM", "should be a time of day such as 08:00, not '8 AM'"),
        ("POST_AT", "25:00", "should be a time of day such as 08:00, not '25:00'"),
        ("STAGING_RETENTION_HOURS", "0", "should be greater than or equal to 1, not '0'"),
        (
            "TWITCH_API_URL",
            "api.twitch.tv/helix",
            "should be an address that begins with https:// (or http:// for a stand-in), not 'api.twitch.tv/helix'",
        ),
        (
            "TWITCH_AUTH_URL",
            "https://",
            "should be an address that begins with https:// (or http:// for a stand-in), not 'https://'",
        ),
    ],
)
def test_a_value_that_cannot_be_is_said_with_what_should_be(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    monkeypatch.setenv(name, value)
    assert problems() == [f"{name} {problem} (from environment)"]


@pytest.mark.parametrize(
    ("name", "value", "parsed"),
    [
        ("POLL_EVERY_MINUTES", "60", 60),
        ("MIN_VIEWERS", "0", 0),
        ("TIMEZONE", "Asia/Kolkata", ZoneInfo("Asia/Kolkata")),
        ("DAY_STARTS_AT", "00:00", time(0)),
        ("POST_AT", "23:59", time(23, 59)),
        ("TWITCH_API_URL", "http://127.0.0.1:8500/helix/", "http://127.0.0.1:8500/helix"),
        ("DATA_DIR", "/srv/watchtime", Path("/srv/watchtime")),
        ("DATA_DIR", "~/watchtime", Path.home() / "watchtime"),
        ("X_MONTHLY_BUDGET_USD", "9.50", Decimal("9.5")),
        ("X_MONTHLY_BUDGET_USD", "0", Decimal(0)),
        ("HEARTBEAT_URL", "https://hc.example.org/ping/?x=1#/", SecretStr("https://hc.example.org/ping/?x=1#/")),
    ],
)
def test_a_value_is_read(monkeypatch: pytest.MonkeyPatch, name: str, value: str, parsed: Any) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(load().settings, name.lower()) == parsed


@pytest.mark.parametrize("name", ["DAY_STARTS_AT", "POST_AT"])
def test_a_time_of_day_with_a_zone_of_its_own_is_a_problem(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """TIMEZONE says in which zone it is."""
    monkeypatch.setenv(name, "10:00+01:00")
    [problem] = problems()
    assert problem.startswith(f"{name} should be a time of day such as 08:00")


@pytest.mark.parametrize(
    ("set_to", "problem"),
    [
        ({"TWITCH_CLIENT_ID": "id"}, "TWITCH_CLIENT_SECRET is missing: client id and secret belong together"),
        ({"TWITCH_CLIENT_SECRET": SECRET}, "TWITCH_CLIENT_ID is missing: client id and secret belong together"),
        (
            {"POST_AT": "07:00"},
            "POST_AT should be later than DAY_STARTS_AT: a day is posted after its roll-up",
        ),
        (
            {"POST_AT": "09:00", "DAY_STARTS_AT": "09:00"},
            "POST_AT should be later than DAY_STARTS_AT: a day is posted after its roll-up",
        ),
    ],
)
def test_settings_that_are_at_odds_are_a_problem(
    monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], problem: str
) -> None:
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    assert problems() == [problem]


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch, dotenv: Path, tmp_path: Path) -> None:
    dotenv.write_text("MIN_VIEWER=7\nMIN_VIEWERS=few\nPOST_AT=07:30\n")
    monkeypatch.setenv("POLL_EVERY_MINUTES", "7")
    monkeypatch.setenv("TWITCH_CLIENT_ID", "id")
    monkeypatch.setenv("TWITCH_CLIENT_SECRET_FILE", str(tmp_path / "missing"))
    monkeypatch.setenv("DATABASE_URL", f"mysql://bot:{SECRET}@localhost/watchtime")
    told = problems()
    for part in (
        "MIN_VIEWER in .env is not a setting",
        "MIN_VIEWERS should be a whole number",
        "(from .env)",
        "POST_AT should be later",
        "POLL_EVERY_MINUTES should divide",
        f"TWITCH_CLIENT_SECRET_FILE: {tmp_path / 'missing'} cannot be read",
        "DATABASE_URL should begin with postgresql://",
    ):
        assert part in "\n".join(told)
    assert SECRET not in "\n".join(told)


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://bot:{SECRET}@localhost/watchtime",
        SECRET,
        # signs in a password that mean something in an address, and have to be written as %25, %2F, %40
        f"postgresql://bot:100%{SECRET}@localhost/watchtime",
        f"postgresql://bot:{SECRET}/x@localhost/watchtime",
        f"postgresql://bot:x@{SECRET}@localhost/watchtime",
        f"postgresql://bot:{SECRET}@localhost:port/watchtime",
    ],
)
def test_a_database_address_that_cannot_be_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Passed on, the driver would quote the part of it that it does not understand."""
    monkeypatch.setenv("DATABASE_URL", url)
    [problem] = problems()
    assert problem.startswith("DATABASE_URL should ")
    assert SECRET not in problem


def secrets_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://bot:{SECRET}@db.example:5433/watchtime?sslpassword={SECRET}")
    monkeypatch.setenv("TWITCH_CLIENT_ID", "our-id")
    monkeypatch.setenv("TWITCH_CLIENT_SECRET", SECRET)


def test_no_secret_is_in_anything_that_shows_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets_set(monkeypatch)
    loaded = load()
    for shown in (repr(loaded), str(loaded.settings), repr(show(loaded)), repr(loaded.settings.model_dump())):
        assert SECRET not in shown
    assert SECRET not in loaded.settings.model_dump_json()


def test_what_is_no_secret_of_an_address_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets_set(monkeypatch)
    shown = {one.name: (one.value, one.origin) for one in show(load())}
    assert sorted(shown["DATABASE_URL"][0].split()) == [
        "dbname=watchtime",
        "host=db.example",
        "password=***",
        "port=5433",
        "sslpassword=***",
        "user=bot",
    ]
    assert shown["TWITCH_CLIENT_SECRET"] == ("(set, not shown)", ENVIRONMENT)
    assert shown["TWITCH_CLIENT_ID"] == ("our-id", ENVIRONMENT)
    assert shown["DAY_STARTS_AT"] == ("08:00", DEFAULT)


def test_every_setting_is_shown_with_what_it_means() -> None:
    shown = show(load())
    assert [one.name for one in shown] == NAMES
    assert all(one.description for one in shown)
    assert {one.name: one.value for one in shown}["DATABASE_URL"] == "(not set)"


def test_without_credentials_twitch_cannot_be_asked() -> None:
    for settings in (Settings(), Settings(twitch_client_id="id"), Settings(twitch_client_secret=SecretStr(SECRET))):
        with pytest.raises(SettingsError, match="TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET are not set") as caught:
            settings.twitch_credentials()
        assert SECRET not in str(caught.value)


# Where data belongs differs from one system to another.
DEFAULTS = {one.name: "" if one.value == "(not set)" else one.value for one in show(load(Path(os.devnull)))} | {
    "DATA_DIR": "~/.local/share/twitch-watch-time"
}


def documented() -> dict[str, str]:
    """Every setting of the table in docs/configuration.md, with its default."""
    configuration = (ROOT / "docs/configuration.md").read_text().split("\n## Settings\n")[1].split("\n## ")[0]
    table = [line.split("|")[1:3] for line in configuration.splitlines() if line.startswith("| `")]
    return {name.strip(" `"): default.strip(" `") for name, default in table}


def test_the_table_of_settings_has_every_setting_with_its_default() -> None:
    assert documented() == DEFAULTS


def test_the_example_has_every_setting_with_its_default() -> None:
    """Commented out with its default, or to be filled in; what has no default may have an example."""
    lines = re.findall(r"^(?:# )?((?!COMPOSE_)[A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    example = dict(lines)
    assert sorted(name for name, _ in lines) == sorted(NAMES)
    assert {name: example[name] for name in NAMES if DEFAULTS[name]} == {
        name: default for name, default in DEFAULTS.items() if default
    }


def test_the_example_as_it_is_changes_nothing(dotenv: Path) -> None:
    dotenv.write_text((ROOT / ".env.example").read_text())
    assert load().settings == Settings()


def test_the_example_with_everything_filled_in_is_valid(dotenv: Path) -> None:
    """But for AWS, which would be asked."""
    example = re.sub(r"^# (?!AWS_)(?=[A-Z_]+=)", "", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    dotenv.write_text(re.sub(r"=$", "=filled-in", example, flags=re.MULTILINE))
    loaded = load()
    assert {origin for field, origin in loaded.origins.items() if field != "aws_secret_name"} == {".env"}
    assert loaded.settings.twitch_credentials() == ("filled-in", "filled-in")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DAY_STARTS_AT", "08:00:30", "DAY_STARTS_AT should be a time of day such as 08:00, without seconds"),
        ("POLL_EVERY_MINUTES", "1_0", "POLL_EVERY_MINUTES should be a whole number, of the digits 0 to 9"),
        ("WEB_PORT", "8\u0660", "WEB_PORT should be a whole number, of the digits 0 to 9"),
        ("HEALTH_PORT", "8_000", "HEALTH_PORT should be a whole number, of the digits 0 to 9"),
        ("X_MONTHLY_BUDGET_USD", "1_0", "X_MONTHLY_BUDGET_USD should be an amount such as 10 or 9.50"),
        ("X_MONTHLY_BUDGET_USD", "1.000", "X_MONTHLY_BUDGET_USD should be an amount such as 10 or 9.50"),
        ("X_MONTHLY_BUDGET_USD", "1e3", "X_MONTHLY_BUDGET_USD should be an amount such as 10 or 9.50"),
        ("MIN_VIEWERS", "1.000", "MIN_VIEWERS should be a whole number, of the digits 0 to 9"),
        ("MIN_VIEWERS", "1e3", "MIN_VIEWERS should be a whole number, of the digits 0 to 9"),
        ("MIN_VIEWERS", "99999999999", "MIN_VIEWERS should be less than or equal to 1000000000"),
        ("TIMEZONE", "localtime", "TIMEZONE should be a time zone's name"),
        ("TIMEZONE", "right/UTC", "TIMEZONE should be a time zone's name"),
        ("TWITCH_API_URL", "https://h/helix?x=1", "TWITCH_API_URL should be an address without ? and #"),
        ("X_API_URL", "https://h/#top", "X_API_URL should be an address without ? and #"),
        ("WEB_ROOT_PATH", "/a/../b", "WEB_ROOT_PATH should be a path such as /twitch"),
        ("DATA_DIR", "$HOME/data", "DATA_DIR should be a path of this system without variables"),
        ("DATA_DIR", "${HOME}/data", "DATA_DIR should be a path of this system without variables"),
        ("DATA_DIR", "%APPDATA%", "DATA_DIR should be a path of this system without variables"),
        ("DATA_DIR", "C:\\data", "DATA_DIR should be a path of this system without variables"),
        ("X_MONTHLY_BUDGET_USD", "1000001", "X_MONTHLY_BUDGET_USD should be less than or equal to 1000000"),
    ],
    ids=[
        "seconds", "underscore", "other digits", "optional number", "amount", "amount with thousands", "power of ten",
        "thousands", "number with a power of ten", "more than fits", "zone of this machine", "zone with leap seconds",
        "query", "fragment", "way up", "variable", "variable in braces", "variable of Windows", "drive of Windows",
        "more than anybody spends",
    ],
)  # fmt: skip
def test_a_value_that_was_hardly_meant_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    [problem] = problems()
    assert problem.startswith(says)


def test_a_secret_whose_file_cannot_be_read_is_not_missing_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TWITCH_CLIENT_ID", "id")
    monkeypatch.setenv("TWITCH_CLIENT_SECRET_FILE", str(tmp_path / "missing"))
    [problem] = problems()
    assert problem.startswith(f"TWITCH_CLIENT_SECRET_FILE: {tmp_path / 'missing'} cannot be read")


def test_a_password_in_a_web_address_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TWITCH_API_URL", "X_API_URL"):
        monkeypatch.setenv(name, f"https://me:{SECRET}@proxy.example.org/helix")
    shown = {one.name: one.value for one in show(load())}
    assert shown["TWITCH_API_URL"] == shown["X_API_URL"] == "https://***@proxy.example.org/helix"
