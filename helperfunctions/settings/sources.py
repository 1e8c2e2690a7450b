"""Reads the settings from the environment, secret files, AWS and `.env`, and reports all problems with them."""

import difflib
import os
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from helperfunctions import aws_secrets
from helperfunctions.clock import SystemClock
from helperfunctions.errors import SettingsError
from helperfunctions.hidden import without_userinfo
from helperfunctions.settings import env_file
from helperfunctions.settings.characters import problem_inside, shown_name, stripped
from helperfunctions.settings.chat import chat_contradictions
from helperfunctions.settings.checks import time_of_day
from helperfunctions.settings.model import X_CREDENTIALS, Settings, secret_fields

# How pydantic writes true.
_YES: Final = frozenset({"1", "on", "t", "true", "y", "yes"})
DEFAULT: Final = "default"
ENVIRONMENT: Final = "environment"
AWS: Final = "AWS secret"
# The least similarity (0 to 1) of a name to a setting of which it is probably a misspelling. One letter too many, too
# few, replaced, or swapped with the next in WEB_PORT leaves at least 0.875.
PROBABLY_MISSPELLED: Final = 0.87
# Settings of other tools, which people keep in the same file.
FOREIGN_PREFIXES: Final = ("COMPOSE_", "DOCKER_", "POSTGRES_", "PG")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, the origin of the value of each field, and what may be wrong, in words."""

    settings: Settings
    origins: Mapping[str, str]
    doubts: Sequence[str] = ()


def load(dotenv: Path = Path(".env")) -> Loaded:
    """Read the settings. Precedence: environment, secret files, the secret in AWS, `.env`, defaults.

    So a secret that was changed in AWS is not hidden by an old one in `.env`.

    Raises SettingsError with every problem at once, SecretsUnavailable when AWS does not answer.
    """
    env_lines = env_file.read(dotenv)
    in_dotenv = _set_only(env_lines.values)
    in_environment = _set_only(os.environ)
    values: dict[str, str] = {}
    origins = dict.fromkeys(Settings.model_fields, DEFAULT)
    in_files, problems_of_files = _secret_files({**in_dotenv, **in_environment})
    problems = env_lines.problems + problems_of_files
    problems += _unknown_names(in_dotenv, str(dotenv), [*_names_of_files(), *aws_secrets.NAMES])
    secret_name = in_environment.get("AWS_SECRET_NAME") or in_dotenv.get("AWS_SECRET_NAME")
    try:
        in_aws = _aws_secret(secret_name, in_dotenv, in_environment) if secret_name else {}
    except SettingsError as exc:
        # Without the secret we cannot know which settings are missing, so those are not reported.
        raise SettingsError(problems + exc.problems) from exc
    problems += _unknown_names(in_aws, f"{AWS} {secret_name}")
    for field in Settings.model_fields:
        name = field.upper()
        if name in in_environment:
            values[field], origins[field] = in_environment[name], ENVIRONMENT
        elif field in in_files:
            origins[field], values[field] = in_files[field]
        elif name in in_aws and name != "AWS_SECRET_NAME":
            values[field], origins[field] = in_aws[name], f"{AWS} {secret_name}"
        elif name in in_dotenv:
            values[field], origins[field] = in_dotenv[name], str(dotenv)
    problems += _invisible({**values, **_of_aws(in_dotenv)}, origins, str(dotenv))
    # A secret whose file cannot be read is not reported as missing, too.
    from_files = {field for field in secret_fields() if f"{field.upper()}_FILE" in {**in_dotenv, **in_environment}}
    problems += _contradictions(values, values.keys() | from_files)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as exc:
        raise SettingsError(problems + [_message(error, origins) for error in exc.errors()]) from None
    if problems:
        raise SettingsError(problems)
    return Loaded(settings, origins, _doubtful_names(in_environment))


def of_aws(dotenv: Path = Path(".env")) -> dict[str, str]:
    """The AWS_ settings in `.env` that are not in the environment, which boto3 reads itself."""
    return {
        name: value
        for name, value in _of_aws(_set_only(env_file.read(dotenv).values)).items()
        if not os.environ.get(name)
    }


def _set_only(values: Mapping[str, str]) -> dict[str, str]:
    """The values without invisible characters at their ends; an empty value counts as not set."""
    cleaned = {name: stripped(value) for name, value in values.items()}
    return {name: value for name, value in cleaned.items() if value}


def _of_aws(in_dotenv: Mapping[str, str]) -> dict[str, str]:
    return {name: in_dotenv[name] for name in aws_secrets.NAMES if name in in_dotenv}


def _invisible(values: Mapping[str, str], origins: Mapping[str, str], dotenv: str) -> list[str]:
    """Problems of values that contain an invisible character, or are in quotes."""
    problems = []
    for field, value in values.items():
        reason = problem_inside(value, is_path=field == "data_dir")
        if reason:
            problems.append(f"{field.upper()} {reason} (from {origins.get(field, dotenv)})")
    return problems


def _secret_files(named: Mapping[str, str]) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """The secrets in files, as field -> (origin, value), and the problems with these files."""
    found: dict[str, tuple[str, str]] = {}
    problems: list[str] = []
    for field in secret_fields():
        variable = f"{field.upper()}_FILE"
        path = named.get(variable)
        if path is None:
            continue
        if field.upper() in named:
            problems.append(f"{field.upper()} and {variable} are both set: keep one")
            continue
        try:
            text = stripped(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as exc:
            problems.append(f"{variable}: {path} cannot be read ({getattr(exc, 'strerror', None) or 'not text'})")
            continue
        if text:
            found[field] = (f"file {path}", text)
        else:
            problems.append(f"{variable}: {path} is empty")
    return found, problems


def _aws_secret(name: str, in_dotenv: Mapping[str, str], in_environment: Mapping[str, str]) -> dict[str, str]:
    """The settings in a secret of AWS. AWS settings of `.env` are passed on; boto3 reads the environment itself."""
    given = {name: value for name, value in _of_aws(in_dotenv).items() if name not in in_environment}
    # boto3 does not read AWS_REGION, which all other AWS tools do.
    region = in_environment.get("AWS_REGION") or in_environment.get("AWS_DEFAULT_REGION")
    return _set_only(aws_secrets.read(name, given | ({"AWS_REGION": region} if region else {}), SystemClock()))


def _names_of_files() -> list[str]:
    return [f"{name.upper()}_FILE" for name in secret_fields()]


def _unknown_names(names: Iterable[str], where: str, more: Sequence[str] = ()) -> list[str]:
    known = [*(name.upper() for name in Settings.model_fields), *more]
    problems = []
    for name in names:
        if name in known or name.startswith(FOREIGN_PREFIXES):
            continue
        near = difflib.get_close_matches(stripped(name).upper(), known, n=1)
        suggestion = f"; did you mean {near[0]}?" if near else ""
        problems.append(f"{shown_name(name)} in {where} is not a setting{suggestion}")
    return problems


def _doubtful_names(in_environment: Iterable[str]) -> list[str]:
    """Names in the environment that are probably misspelled settings. Others belong to other programs."""
    known = [*(name.upper() for name in Settings.model_fields), *_names_of_files()]
    foreign = {*known, *aws_secrets.NAMES}
    doubts = []
    for name in sorted(in_environment):
        if name in foreign or name.startswith(FOREIGN_PREFIXES):
            continue
        near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=PROBABLY_MISSPELLED)
        if near:
            doubts.append(f"{shown_name(name)} in the {ENVIRONMENT} is not a setting; did you mean {near[0]}?")
    return doubts


def _contradictions(values: Mapping[str, str], given: Set[str]) -> list[str]:
    """Problems of settings that are valid alone but contradict each other.

    They are checked before the values are parsed, so that they are reported together with all other problems.
    """
    problems = []
    credentials = {"twitch_client_id", "twitch_client_secret"}
    for missing in credentials - given if credentials & given else ():
        problems.append(f"{missing.upper()} is missing: client id and secret belong together")
    for missing in set(X_CREDENTIALS) - given if set(X_CREDENTIALS) & given else ():
        problems.append(f"{missing.upper()} is missing: the four keys of X belong together")
    problems += chat_contradictions(values.get("chat_source"), values.get("chat_login"), given)
    if values.get("chat_moment_alerts", "").lower() in _YES and "alert_webhook_url" not in given:
        problems.append("CHAT_MOMENT_ALERTS=true needs ALERT_WEBHOOK_URL, to which the messages go")
    day_starts_at, post_at = (
        _time_if_any(values.get(field, Settings.model_fields[field].default)) for field in ("day_starts_at", "post_at")
    )
    if day_starts_at is not None and post_at is not None and post_at <= day_starts_at:
        problems.append("POST_AT should be later than DAY_STARTS_AT: a day is posted after its roll-up")
    root_path, public_url = ((values.get(name) or "").rstrip("/") for name in ("web_root_path", "web_public_url"))
    if root_path and public_url and not public_url.endswith(root_path):
        problems.append(
            f"WEB_PUBLIC_URL should end with WEB_ROOT_PATH ({root_path}): it is the dashboard's own address"
        )
    return problems


def _time_if_any(text: Any) -> time | None:
    try:
        return time_of_day(text)
    except ValueError:
        return None


def _message(error: Any, origins: Mapping[str, str]) -> str:
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    if error["type"] == "bool_parsing":
        message = "should be true or false"
    field = str(error["loc"][0])
    origin = origins.get(field, DEFAULT)
    # In AWS any value may be a secret under a wrong name.
    is_secret = field in secret_fields() or origin.startswith(AWS)
    value = error["input"]
    given = "" if is_secret else f", not {without_userinfo(value) if isinstance(value, str) else value!r}"
    return f"{field.upper()} {message}{given} (from {origin})"
