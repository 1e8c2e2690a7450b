"""Values of settings: which are valid, which are refused and with which message."""

import os
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from helperfunctions.settings import load, show
from tests.unit.settings_env import SECRET, dotenv, nothing_set, problems

__all__ = ["dotenv", "nothing_set"]

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
def test_invisible_characters_around_a_secret_are_removed(
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
    ("inside", "message"),
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
def test_an_invisible_character_inside_a_secret_is_a_problem_that_does_not_show_the_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, inside: str, message: str
) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}{inside}{SECRET}", encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "secret"))
    found = problems()
    assert found[0] == f"DATABASE_URL {message} (from file {tmp_path / 'secret'})"
    assert SECRET not in "\n".join(found)


@pytest.mark.parametrize("quotes", ['""', "''", "“”", "„“", "‘’", "«»"], ids=lambda quotes: quotes)
def test_quotes_around_a_value_are_a_problem_that_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, quotes: str
) -> None:
    """Docker passes on the quotes in its --env-file, and chat programs replace quotes by others."""
    monkeypatch.setenv("TWITCH_CLIENT_ID", f"{quotes[0]}id{quotes[1]}")
    (tmp_path / "secret").write_text(f"{quotes[0]}{SECRET}{quotes[1]}\n", encoding="utf-8")
    monkeypatch.setenv("TWITCH_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    found = problems()
    assert [problem.partition(" ")[0] for problem in found] == ["TWITCH_CLIENT_ID", "TWITCH_CLIENT_SECRET"]
    assert all("has quotes around it" in problem and SECRET not in problem for problem in found)


def test_a_value_that_is_not_utf8_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_TITLE", os.fsdecode(b"caf\xe9"))
    assert problems() == ["WEB_TITLE contains bytes that are not UTF-8: write it again (from environment)"]


def test_a_folder_may_have_joiners_that_its_script_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", "/srv/\u0645\u06cc\u200c\u062e\u0648")
    assert load().settings.data_dir == Path("/srv/\u0645\u06cc\u200c\u062e\u0648")


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
            "should be a URL that begins with https:// (or http:// for a simulated service), not 'api.twitch.tv/helix'",
        ),
        (
            "TWITCH_AUTH_URL",
            "https://",
            "should be a URL that begins with https:// (or http:// for a simulated service), not 'https://'",
        ),
    ],
)
def test_an_invalid_value_is_reported_with_the_expected_kind_of_value(
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
        ("WEB_PICTURES", "on", True),
        ("WEB_NO_PICTURES_OF", " Ada_1,, bob ", "ada_1,bob"),
        ("HEARTBEAT_URL", "https://hc.example.org/ping/?x=1#/", SecretStr("https://hc.example.org/ping/?x=1#/")),
    ],
)
def test_a_value_is_read(monkeypatch: pytest.MonkeyPatch, name: str, value: str, parsed: Any) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(load().settings, name.lower()) == parsed


def test_a_switch_that_is_neither_true_nor_false_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_ACCOUNT_OWNS_APP", "maybe")
    assert problems() == ["X_ACCOUNT_OWNS_APP should be true or false, not 'maybe' (from environment)"]


@pytest.mark.parametrize("name", ["DAY_STARTS_AT", "POST_AT"])
def test_a_time_of_day_with_a_zone_of_its_own_is_a_problem(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Its zone is that of TIMEZONE."""
    monkeypatch.setenv(name, "10:00+01:00")
    [problem] = problems()
    assert problem.startswith(f"{name} should be a time of day such as 08:00")


@pytest.mark.parametrize(
    ("set_to", "problem"),
    [
        ({"TWITCH_CLIENT_ID": "id"}, "TWITCH_CLIENT_SECRET is missing: client id and secret belong together"),
        ({"CHAT_MOMENT_ALERTS": "true"}, "CHAT_MOMENT_ALERTS=true needs ALERT_WEBHOOK_URL, to which the messages go"),
        ({"TWITCH_CLIENT_SECRET": SECRET}, "TWITCH_CLIENT_ID is missing: client id and secret belong together"),
        (
            {"POST_AT": "07:00"},
            "POST_AT should be later than DAY_STARTS_AT: a day is posted after its roll-up",
        ),
        (
            {"POST_AT": "09:00", "DAY_STARTS_AT": "09:00"},
            "POST_AT should be later than DAY_STARTS_AT: a day is posted after its roll-up",
        ),
        (
            {"WEB_PUBLIC_URL": "https://example.org", "WEB_ROOT_PATH": "/twitch"},
            "WEB_PUBLIC_URL should end with WEB_ROOT_PATH (/twitch): it is the dashboard's own address",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_a_problem(
    monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], problem: str
) -> None:
    for name, value in set_to.items():
        monkeypatch.setenv(name, value)
    assert problems() == [problem]


def test_without_messages_about_hype_moments_no_webhook_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_MOMENT_ALERTS", "false")
    assert load().settings.chat_moment_alerts is False


def test_all_problems_are_reported_at_once(monkeypatch: pytest.MonkeyPatch, dotenv: Path, tmp_path: Path) -> None:
    dotenv.write_text("MIN_VIEWER=7\nMIN_VIEWERS=few\nPOST_AT=07:30\n")
    monkeypatch.setenv("POLL_EVERY_MINUTES", "7")
    monkeypatch.setenv("TWITCH_CLIENT_ID", "id")
    monkeypatch.setenv("TWITCH_CLIENT_SECRET_FILE", str(tmp_path / "missing"))
    monkeypatch.setenv("DATABASE_URL", f"mysql://bot:{SECRET}@localhost/watchtime")
    found = problems()
    for part in (
        "MIN_VIEWER in .env is not a setting",
        "MIN_VIEWERS should be a whole number",
        "(from .env)",
        "POST_AT should be later",
        "POLL_EVERY_MINUTES should divide",
        f"TWITCH_CLIENT_SECRET_FILE: {tmp_path / 'missing'} cannot be read",
        "DATABASE_URL should begin with postgresql://",
    ):
        assert part in "\n".join(found)
    assert SECRET not in "\n".join(found)


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://bot:{SECRET}@localhost/watchtime",
        SECRET,
        # characters of a password that have a meaning in an address, and have to be written as %25, %2F, %40
        f"postgresql://bot:100%{SECRET}@localhost/watchtime",
        f"postgresql://bot:{SECRET}/x@localhost/watchtime",
        f"postgresql://bot:x@{SECRET}@localhost/watchtime",
        f"postgresql://bot:{SECRET}@localhost:port/watchtime",
    ],
)
def test_an_invalid_database_address_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """The driver would quote the part of it that it does not understand."""
    monkeypatch.setenv("DATABASE_URL", url)
    [problem] = problems()
    assert problem.startswith("DATABASE_URL should ")
    assert SECRET not in problem


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DAY_STARTS_AT", "08:00:30", "DAY_STARTS_AT should be a time of day such as 08:00, without seconds"),
        ("POST_AT", "14:00:00.5", "POST_AT should be a time of day such as 08:00, without seconds"),
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
        ("TIMEZONE", "posix/UTC", "TIMEZONE should be a time zone's name"),
        ("TIMEZONE", "Factory", "TIMEZONE should be a time zone's name"),
        ("TWITCH_AUTH_URL", "https://h:0/oauth2", "TWITCH_AUTH_URL should be a URL that begins with https://"),
        ("X_API_URL", "https://h/a b", "X_API_URL should be a URL that begins with https://"),
        ("TWITCH_API_URL", "https://h/helix?x=1", "TWITCH_API_URL should be an address without ? and #"),
        ("X_API_URL", "https://h/#top", "X_API_URL should be an address without ? and #"),
        ("WEB_ROOT_PATH", "/a/../b", "WEB_ROOT_PATH should be a path such as /twitch"),
        ("WEB_PUBLIC_URL", "watchtime.example.org", "WEB_PUBLIC_URL should be an address such as https://"),
        ("WEB_PUBLIC_URL", 'https://h/"><script>', "WEB_PUBLIC_URL should be an address such as https://"),
        ("WEB_ABOUT_URL", "javascript:alert(1)", "WEB_ABOUT_URL should be an address such as https://"),
        ("WEB_HOST", "http://0.0.0.0", "WEB_HOST should be an address of this machine such as 0.0.0.0"),
        ("HEALTH_HOST", "0.0.0.0:9464", "HEALTH_HOST should be an address of this machine such as 0.0.0.0"),
        ("WEB_HOST", "0.0.0", "WEB_HOST should be an address of this machine such as 0.0.0.0"),
        ("WEB_ACCENT", "#ff0", "WEB_ACCENT should be a colour such as #5b2bd6"),
        ("WEB_ACCENT", "red;}*{", "WEB_ACCENT should be a colour such as #5b2bd6"),
        ("WEB_ACCOUNT", "https://x.com/watchtime", "WEB_ACCOUNT should be the name of an account on X"),
        ("WEB_TITLE", "x" * 61, "WEB_TITLE should be a name of 1 to 60 characters"),
        ("DATA_DIR", "$HOME/data", "DATA_DIR should be a path of this system without variables"),
        ("DATA_DIR", "${HOME}/data", "DATA_DIR should be a path of this system without variables"),
        ("DATA_DIR", "%APPDATA%", "DATA_DIR should be a path of this system without variables"),
        ("DATA_DIR", "C:\\data", "DATA_DIR should be a path of this system without variables"),
        ("X_MONTHLY_BUDGET_USD", "1000001", "X_MONTHLY_BUDGET_USD should be less than or equal to 1000000"),
        ("WEB_NO_PICTURES_OF", "ada, Ben Doe", "WEB_NO_PICTURES_OF should be logins with commas between them"),
    ],
    ids=[
        "seconds", "part of a second", "underscore", "other digits", "optional number", "amount",
        "amount with thousands", "power of ten",
        "thousands", "number with a power of ten", "more than fits", "zone of this machine", "zone with leap seconds",
        "copy of a zone", "no zone", "port zero", "space", "query", "fragment", "way up", "no scheme", "markup",
        "script",
        "host with a scheme", "host with a port", "half an address", "short colour", "style", "address of an account",
        "long title",
        "variable", "variable in braces", "variable of Windows", "drive of Windows",
        "more than anybody spends", "no login",
    ],
)  # fmt: skip
def test_an_unlikely_value_is_a_problem(monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str) -> None:
    monkeypatch.setenv(name, value)
    [problem] = problems()
    assert problem.startswith(message)


def test_a_secret_whose_file_cannot_be_read_is_not_reported_as_missing_too(
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


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1", "::", "::1", "fe80::1%eth0", "localhost", "my-nas.lan"])
def test_addresses_and_names_to_listen_on(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("WEB_HOST", host)
    assert load().settings.web_host == host


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("MIN_VIEWRES", "MIN_VIEWERS"),
        ("WEB_PROT", "WEB_PORT"),
        ("web_ports", "WEB_PORT"),
        ("TWITCH_CLIENT_SECRET_FIEL", "TWITCH_CLIENT_SECRET_FILE"),
    ],
)
def test_a_name_in_the_environment_that_is_nearly_a_setting_is_doubtful(
    monkeypatch: pytest.MonkeyPatch, name: str, setting: str
) -> None:
    monkeypatch.setenv(name, "7")
    assert load().doubts == [f"{name} in the environment is not a setting; did you mean {setting}?"]


@pytest.mark.parametrize("name", ["TZ", "HOST", "PORT", "DATABASE", "XDG_DATA_DIRS", "AWS_REGION", "PGPORT", "HOME"])
def test_names_of_other_programs_in_the_environment_are_not_doubtful(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "/7")
    assert load().doubts == []


@pytest.mark.parametrize(
    "address",
    ["s3://a..b/x?y", "s3://bucket/a//b", "file://relative", "file:///a/../b", "file:///a%2F..%2Fb", "file:///a%00b",
     "file:///a%0Ab", "file:///a b", "ftp://host/x"],
    ids=["a query", "no name between slashes", "relative", "above itself", "above itself, hidden", "NUL", "line break",
         "space", "another scheme"],
)  # fmt: skip
def test_an_address_of_a_lake_that_no_store_has_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("LAKE_URL", address)
    [problem] = problems()
    assert problem.startswith("LAKE_URL should be ")
    assert problem.endswith(f", not {address!r} (from environment)")


def test_credentials_in_addresses_of_the_lake_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKE_ENGINE", f"sc://spark.example:15002/;use_ssl=true;token={SECRET}")
    shown = {one.name: one.value for one in show(load())}
    assert shown["LAKE_ENGINE"] == "sc://spark.example:15002/;use_ssl=true;token=***"
    monkeypatch.setenv("LAKE_URL", f"s3://key:{SECRET}@bucket")
    monkeypatch.setenv("LAKE_ENGINE", f"spark://host/;token={SECRET}")
    lake, engine = sorted(problems(), reverse=True)
    assert lake.endswith("without spaces and special characters, not 's3://***@bucket' (from environment)")
    assert engine.endswith("not 'spark://host/;token=***' (from environment)")
