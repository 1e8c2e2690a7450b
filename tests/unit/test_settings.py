"""Where settings come from, which source takes precedence, and how they are displayed and documented."""

import os
import re
from datetime import time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from helperfunctions.errors import SettingsError
from helperfunctions.settings import DEFAULT, ENVIRONMENT, Settings, load, secret_fields, show
from tests.unit.settings_env import NAMES, ROOT, SECRET, a_file, dotenv, nothing_set, problems

__all__ = ["dotenv", "nothing_set"]


def test_with_nothing_set_every_setting_has_its_default() -> None:
    loaded = load()
    assert loaded.settings == Settings()
    assert loaded.origins == dict.fromkeys(Settings.model_fields, DEFAULT)


def test_the_defaults_are_those_of_the_design() -> None:
    settings = load().settings
    assert settings.model_dump(exclude={"data_dir"}) == {
        "database_url": None,
        "aws_secret_name": None,
        "amqp_url": None,
        "twitch_client_id": None,
        "twitch_client_secret": None,
        "igdb_enabled": False,
        "igdb_api_url": "https://api.igdb.com/v4",
        "lake_url": None,
        "lake_endpoint_url": None,
        "lake_raw": False,
        "lake_exports": False,
        "jobs_elsewhere": "",
        "lake_streams_hours": 24,
        "lake_engine": "duckdb",
        "twitch_api_url": "https://api.twitch.tv/helix",
        "twitch_auth_url": "https://id.twitch.tv/oauth2",
        "poll_every_minutes": 30,
        "min_viewers": 50,
        "timezone": ZoneInfo("America/Los_Angeles"),
        "day_starts_at": time(8),
        "post_at": time(14),
        "staging_retention_hours": 24,
        "kept_polls_mb": 256,
        "chat_source": "off",
        "chat_login": "",
        "chat_token": None,
        "twitch_chat_url": "ircs://irc.chat.twitch.tv:6697",
        "chat_channels_max": 90,
        "chat_choice": "token",
        "chat_moment_alerts": False,
        "web_token": None,
        "kept_chat_mb": 256,
        "chat_retention_days": 35,
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
        "web_public_url": "",
        "web_title": "Twitch Watch Time",
        "web_about_url": "",
        "web_pictures": False,
        "web_no_pictures_of": "",
        "web_account": "",
        "web_accent": "",
        "web_database_url": None,
        "web_requests_per_minute": 300,
        "web_trusted_proxies": "",
    }
    assert settings.data_dir.is_absolute()


def test_the_environment_takes_precedence_over_dotenv_and_dotenv_over_the_default(
    monkeypatch: pytest.MonkeyPatch, dotenv: Path
) -> None:
    dotenv.write_text("POLL_EVERY_MINUTES=15\nMIN_VIEWERS=10\n")
    monkeypatch.setenv("POLL_EVERY_MINUTES", "5")
    loaded = load()
    assert (loaded.settings.poll_every_minutes, loaded.origins["poll_every_minutes"]) == (5, ENVIRONMENT)
    assert (loaded.settings.min_viewers, loaded.origins["min_viewers"]) == (10, ".env")
    assert (loaded.settings.post_at, loaded.origins["post_at"]) == (time(14), DEFAULT)


def test_a_name_without_a_value_is_not_set(monkeypatch: pytest.MonkeyPatch, dotenv: Path) -> None:
    """A copied .env.example has the defaults, and an empty variable does not hide a value of .env."""
    dotenv.write_text("TWITCH_CLIENT_ID=\nMIN_VIEWERS=10\n")
    monkeypatch.setenv("MIN_VIEWERS", "")
    assert load().settings.twitch_client_id is None
    assert load().settings.min_viewers == 10


@pytest.mark.parametrize("where", ["environment", ".env"])
def test_a_secret_can_come_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, dotenv: Path, where: str
) -> None:
    """The line break at the end of the file is removed."""
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
        "chat_token",
        "web_token",
        "amqp_url",
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
    assert problems() == ["X_ACCESS_TOKEN_SECRET is missing: the four keys of X belong together"]
    monkeypatch.setenv("X_ACCESS_TOKEN_SECRET", SECRET)
    assert load().settings.x_credentials() == (SECRET, SECRET, SECRET, SECRET)


def test_a_secret_and_its_file_together_are_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TWITCH_CLIENT_ID", "id")
    monkeypatch.setenv("TWITCH_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("TWITCH_CLIENT_SECRET_FILE", a_file(tmp_path / "secret", SECRET))
    assert problems() == ["TWITCH_CLIENT_SECRET and TWITCH_CLIENT_SECRET_FILE are both set: keep one"]


def test_a_secret_file_without_a_value_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing, empty, folder, binary = (tmp_path / name for name in ("missing", "empty", "folder", "binary"))
    empty.write_text(" \n")
    folder.mkdir()
    binary.write_bytes(b"\xff\xfe\x00")
    for path, reason in [
        (missing, "cannot be read (No such file or directory)"),
        (folder, "cannot be read (Is a directory)"),
        (binary, "cannot be read (not text)"),
        (empty, "is empty"),
    ]:
        monkeypatch.setenv("DATABASE_URL_FILE", str(path))
        assert problems() == [f"DATABASE_URL_FILE: {path} {reason}"]


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


def test_the_parts_of_an_address_that_are_not_secret_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_every_setting_is_shown_with_its_description() -> None:
    shown = show(load())
    assert [one.name for one in shown] == NAMES
    assert all(one.description for one in shown)
    assert {one.name: one.value for one in shown}["DATABASE_URL"] == "(not set)"


def test_without_credentials_twitch_cannot_be_called() -> None:
    for settings in (Settings(), Settings(twitch_client_id="id"), Settings(twitch_client_secret=SecretStr(SECRET))):
        with pytest.raises(SettingsError, match="TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET are not set") as caught:
            settings.twitch_credentials()
        assert SECRET not in str(caught.value)


# The default folder for data depends on the system.
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
    """A setting is commented out with its default, or empty; one without a default may have an example."""
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
    """Except the secret of AWS, for which AWS would be called."""
    example = re.sub(r"^# (?!AWS_)(?=[A-Z_]+=)", "", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    dotenv.write_text(re.sub(r"=$", "=filled-in", example, flags=re.MULTILINE))
    loaded = load()
    assert {origin for field, origin in loaded.origins.items() if field != "aws_secret_name"} == {".env"}
    assert loaded.settings.twitch_credentials() == ("filled-in", "filled-in")
