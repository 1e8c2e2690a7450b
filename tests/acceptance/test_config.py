"""`watchtime config`: every setting, where it came from, and never a secret."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from helperfunctions.settings import Settings
from tests.acceptance.conftest import Shell
from tests.aws import Aws

NAMES = [name.upper() for name in Settings.model_fields]
PLANTED = "planted-3c5a"


def line_of(name: str, shown: str) -> str:
    [line] = [line for line in shown.splitlines() if line.split()[:1] == [name]]
    return line


def test_with_nothing_set_every_setting_has_its_default(shell: Shell) -> None:
    ran = shell.run("config")
    assert ran.code == 0
    assert ran.err == ""
    assert [line.split()[0] for line in ran.out.splitlines()[1:]] == NAMES
    assert "  default  " in line_of("MIN_VIEWERS", ran.out)
    assert " 50 " in line_of("MIN_VIEWERS", ran.out)
    assert "(not set)" in line_of("TWITCH_CLIENT_SECRET", ran.out)


def test_each_setting_is_shown_with_its_source(shell: Shell, folder: Path) -> None:
    (folder / "secret").write_text(f"{PLANTED}\n")
    (shell.folder / ".env").write_text(
        f"MIN_VIEWERS=75\nPOST_AT=15:30\nTWITCH_CLIENT_ID=me\nTWITCH_CLIENT_SECRET_FILE={folder / 'secret'}\n"
    )
    ran = shell.run("config", MIN_VIEWERS="100")
    assert ran.code == 0
    assert [line_of("MIN_VIEWERS", ran.out).split()[1:3]] == [["100", "environment"]]
    assert [line_of("POST_AT", ran.out).split()[1:3]] == [["15:30", ".env"]]
    assert f"file {folder / 'secret'}" in line_of("TWITCH_CLIENT_SECRET", ran.out)
    assert "set, not shown" in line_of("TWITCH_CLIENT_SECRET", ran.out)
    assert PLANTED not in ran.out


URLS = (
    f"postgresql://somebody:{PLANTED}@db.example:5432/watch",
    f"postgres://somebody:{PLANTED}@db.example/watch?sslmode=require",
    f"postgresql://db.example/watch?user=somebody&password={PLANTED}",
    f"postgresql://db.example/watch?sslpassword={PLANTED}",
    f"postgresql://somebody:{PLANTED}%21@[::1]/watch",
    f"postgresql://somebody:{PLANTED}@[::1/nonsense",
    f"postgresql://somebody:{PLANTED}/@db.example:port/watch",
    f"postgresql://somebody:12/{PLANTED}@db.example/watch",
    f"postgresql://somebody:12?{PLANTED}@db.example/watch",
    f"postgresql://db.example/watch?pasword={PLANTED}",
)


@pytest.mark.parametrize(
    ("where", "url"), [*(("environment", url) for url in URLS), (".env", URLS[0]), ("file", URLS[0])]
)
def test_no_secret_is_shown_from_any_source(where: str, url: str, shell: Shell, folder: Path) -> None:
    secrets = {"DATABASE_URL": url, "TWITCH_CLIENT_SECRET": f"{PLANTED}-too"}
    given = {"TWITCH_CLIENT_ID": "me"}
    if where == "environment":
        given |= secrets
    elif where == ".env":
        (shell.folder / ".env").write_text("".join(f"{name}='{value}'\n" for name, value in secrets.items()))
    else:
        for name, value in secrets.items():
            (folder / name).write_text(value)
            given[f"{name}_FILE"] = str(folder / name)
    ran = shell.run("config", **given)
    assert PLANTED not in ran.out + ran.err
    # An address that cannot be understood may be refused instead of shown.
    assert ran.code == 78 or where in line_of("DATABASE_URL", ran.out)
    assert ran.code == 0 or "DATABASE_URL" in ran.failed_with(78)


def test_all_problems_are_reported_at_once(shell: Shell, folder: Path) -> None:
    (shell.folder / ".env").write_text("TWICH_CLIENT_SECRET=x\nTWITCH_CLIENT_ID=me\n")
    wrong = {
        "POLL_EVERY_MINUTES": "7",
        "MIN_VIEWERS": "-1",
        "TIMEZONE": "Mars/Base",
        "DAY_STARTS_AT": "eight",
        "TWITCH_API_URL": "ftp://api.twitch.tv",
        "TWITCH_AUTH_URL": "http://",
        "STAGING_RETENTION_HOURS": "0",
        "DATABASE_URL": f"mysql://somebody:{PLANTED}@db.example/watch",
        "TWITCH_CLIENT_SECRET_FILE": str(folder / "nowhere"),
    }
    for arguments in (["config"], ["collect"], ["run"], ["post", "--dry-run"]):
        ran = shell.run(*arguments, **wrong)
        assert ran.code == 78
        assert ran.out == ""
        assert ran.messages == ran.err.splitlines()
        for name in [*wrong, "TWICH_CLIENT_SECRET"]:
            assert [line for line in ran.messages if name in line], name
        assert [line for line in ran.messages if "did you mean TWITCH_CLIENT_SECRET?" in line]
        assert PLANTED not in ran.err
        assert len(ran.messages) == len(set(ran.messages))


def test_settings_that_contradict_each_other_are_reported(shell: Shell, folder: Path) -> None:
    (folder / "secret").write_text("s")
    ran = shell.run(
        "config",
        POST_AT="07:00",
        TWITCH_CLIENT_SECRET="one",
        TWITCH_CLIENT_SECRET_FILE=str(folder / "secret"),
    )
    assert ran.code == 78
    assert len(ran.messages) == 3
    assert [line for line in ran.messages if "POST_AT" in line and "DAY_STARTS_AT" in line]
    assert [line for line in ran.messages if "TWITCH_CLIENT_ID is missing" in line]
    assert [line for line in ran.messages if "both set" in line]


def test_the_secret_in_aws_takes_precedence_over_dotenv_but_not_over_files_and_the_environment(
    shell: Shell, folder: Path, aws: Aws
) -> None:
    aws.put({"MIN_VIEWERS": 10, "TWITCH_CLIENT_ID": "in-aws", "TWITCH_CLIENT_SECRET": PLANTED, "POLL_EVERY_MINUTES": 5})
    (folder / "secret").write_text(PLANTED)
    # The other settings that a request to AWS needs are in .env as well.
    in_dotenv = aws.settings | {"MIN_VIEWERS": "75", "POST_AT": "15:30", "TWITCH_CLIENT_ID": "in-dotenv"}
    del in_dotenv["AWS_EC2_METADATA_DISABLED"]
    (shell.folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in in_dotenv.items()))
    ran = shell.run("config", POLL_EVERY_MINUTES="15", TWITCH_CLIENT_SECRET_FILE=str(folder / "secret"))
    assert ran.code == 0, ran
    in_aws = ["AWS", "secret", "twitch-watch-time"]
    assert line_of("MIN_VIEWERS", ran.out).split()[1:5] == ["10", *in_aws]
    assert line_of("TWITCH_CLIENT_ID", ran.out).split()[1:5] == ["in-aws", *in_aws]
    assert f"file {folder / 'secret'}" in line_of("TWITCH_CLIENT_SECRET", ran.out)
    assert line_of("POLL_EVERY_MINUTES", ran.out).split()[1:3] == ["15", "environment"]
    assert line_of("POST_AT", ran.out).split()[1:3] == ["15:30", ".env"]
    assert line_of("AWS_SECRET_NAME", ran.out).split()[1:3] == ["twitch-watch-time", ".env"]
    assert PLANTED not in ran.out


def test_problems_of_the_secret_in_aws_are_reported_with_all_others(shell: Shell, aws: Aws) -> None:
    aws.put({"TWITCH_SECRET": PLANTED, "MIN_VIEWERS": PLANTED, "X_API_KEY": PLANTED})
    ran = shell.run("config", POLL_EVERY_MINUTES="7", **aws.settings)
    assert ran.code == 78
    assert PLANTED not in ran.err
    where = "AWS secret twitch-watch-time"
    for part in (
        f"TWITCH_SECRET in {where} is not a setting; did you mean TWITCH_CLIENT_SECRET?",
        f"MIN_VIEWERS should be a whole number, of the digits 0 to 9 (from {where})",
        "POLL_EVERY_MINUTES should divide an hour",
        "X_ACCESS_TOKEN is missing",
    ):
        assert part in ran.err
    missing = shell.run("config", POLL_EVERY_MINUTES="7", **aws.settings | {"AWS_SECRET_NAME": "another"})
    assert missing.failed_with(78) == (
        "watchtime: AWS secret another does not exist in this region: fix AWS_SECRET_NAME or AWS_REGION"
    )


def test_verbs_that_need_no_secret_do_not_call_aws(shell: Shell) -> None:
    """Without AWS, no verb spends time and memory on importing boto3."""
    nowhere = Aws("http://127.0.0.1:1").settings
    for arguments in (["--help"], ["run", "--help"], []):
        assert "Usage" in shell.run(*arguments, **nowhere).out
    program = "import sys; from bot.cli.app import app; from helperfunctions.settings import load; load(); \
        print([name for name in sys.modules if name.startswith('boto')])"
    assert replace(shell, program=(sys.executable, "-c", program)).run().out == "[]\n"
