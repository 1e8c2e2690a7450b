"""How the file `.env` is read, and the problems reported with its line numbers."""

from pathlib import Path

import pytest

from helperfunctions.settings import Settings, load
from tests.unit.settings_env import SECRET, dotenv, nothing_set, problems

__all__ = ["dotenv", "nothing_set"]


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
        ('WEB_TITLE="a\nb"', "WEB_TITLE contains a line break: it should be one line (from .env)"),
        (
            'WEB_TITLE="C:\\temp"',
            "WEB_TITLE contains an invisible character (U+0009, a control character): copy it again without it "
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
def test_a_malformed_line_of_dotenv_is_a_problem_with_its_number(dotenv: Path, content: str, problem: str) -> None:
    dotenv.write_text(f"{content}\n", encoding="utf-8")
    assert problems() == [problem]


def test_a_dotenv_that_is_a_folder_is_a_problem(dotenv: Path) -> None:
    """Docker creates a folder when the file to be mounted does not exist."""
    dotenv.mkdir()
    assert problems() == [".env cannot be read: Is a directory"]


def test_variables_of_other_tools_in_dotenv_are_ignored(dotenv: Path) -> None:
    dotenv.write_text("POSTGRES_PASSWORD=x\nPGUSER=x\nCOMPOSE_PROJECT_NAME=x\nDOCKER_HOST=x\nAWS_REGION=x\n")
    assert load().settings == Settings()


@pytest.mark.parametrize("content", ["MIN_VIEWERS=10\n".encode("utf-16"), b"# caf\xe9\nMIN_VIEWERS=10\n"])
def test_a_dotenv_that_is_not_utf8_is_a_problem(dotenv: Path, content: bytes) -> None:
    """Some editors write UTF-16 or Latin-1."""
    dotenv.write_bytes(content)
    [problem] = problems()
    assert ".env" in problem
