"""Checks of the values of settings: each returns the value in its usual spelling, or raises ValueError with what it
should be."""

import re
from datetime import time
from ipaddress import ip_address, ip_network
from pathlib import Path, PureWindowsPath
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr

from helperfunctions.database import is_understood
from helperfunctions.errors import SettingsError

_LONGEST_TITLE: Final = 60
# Other files in their folder: the zone of this machine, which changes, and copies that other programs do not have.
_NO_ZONES: Final = re.compile(r"localtime$|posixrules$|Factory$|posix/|right/")
# Variables that a shell would replace: $HOME, ${HOME}, %APPDATA%.
_VARIABLE: Final = re.compile(r"\$[A-Za-z_{]|%\w+%")


def divides_an_hour(minutes: int) -> int:
    if minutes < 1 or 60 % minutes:
        raise ValueError("should divide an hour: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30 or 60")
    return minutes


def known_timezone(name: Any) -> ZoneInfo:
    try:
        zone = name if isinstance(name, ZoneInfo) else ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = None
    if zone is None or _NO_ZONES.match(zone.key):
        raise ValueError("should be a time zone's name such as America/Los_Angeles or Europe/Berlin")
    return zone


def time_of_day(text: Any) -> time:
    try:
        parsed = text if isinstance(text, time) else time.fromisoformat(str(text))
    except ValueError:
        raise ValueError("should be a time of day such as 08:00") from None
    if parsed.tzinfo is not None:
        raise ValueError("should be a time of day such as 08:00, without a zone of its own")
    if parsed.second or parsed.microsecond:
        raise ValueError("should be a time of day such as 08:00, without seconds")
    return parsed


def web_address(url: str) -> str:
    """Check an address that is requested as it is."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and " " not in url
    except ValueError:
        is_one = False
    if not is_one:
        raise ValueError("should be a URL that begins with https:// (or http:// for a simulated service)")
    return url


def base_address(url: str) -> str:
    """Check an address that paths are appended to."""
    if "?" in web_address(url) or "#" in url:
        raise ValueError("should be an address without ? and #, because paths are appended to it")
    return url.rstrip("/")


def secret_web_address(url: SecretStr) -> SecretStr:
    return SecretStr(web_address(url.get_secret_value()))


def postgres_address(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("postgres://", "postgresql://")):
        raise ValueError("should begin with postgresql://")
    if not is_understood(url.get_secret_value()):
        raise ValueError("should be a URL; in its password, write % as %25, / as %2F, : as %3A and @ as %40")
    return url


def usable_folder(path: Path) -> Path:
    if _VARIABLE.search(str(path)) or PureWindowsPath(path).drive:
        raise ValueError("should be a path of this system without variables, which are not replaced")
    try:
        absolute = path.expanduser().absolute()
    except RuntimeError:
        raise ValueError("should be a path without ~: the home folder of this user is not known") from None
    # The database's driver splits names at commas, and people forget to quote spaces.
    if any(char.isspace() or char == "," for char in str(absolute)):
        raise ValueError("should be a path without spaces" + (" and commas" if "," in str(absolute) else ""))
    return absolute


def default_folder() -> Path:
    try:
        return Path.home() / ".local" / "share" / "twitch-watch-time"
    except RuntimeError:
        raise SettingsError(
            ["DATA_DIR is not set, and this user has no home folder: set DATA_DIR to a folder of theirs"]
        ) from None


def root_path(path: str) -> str:
    path = path.rstrip("/")
    if path and not re.fullmatch(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+", path):
        raise ValueError("should be a path such as /twitch, of letters, digits and - . _ ~")
    return path


def public_address(url: str) -> str:
    url = url.rstrip("/")
    if url and not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+(/[A-Za-z0-9._~/-]*)?", url):
        raise ValueError("should be an address such as https://watchtime.example.org, without ? and #")
    return url


def listening_address(host: str) -> str:
    """Check an address to listen on. A name is resolved when the port is opened."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        if not re.fullmatch(r"(?!-)[A-Za-z0-9_.-]{1,253}", host) or re.fullmatch(r"[0-9.]+", host):
            raise ValueError("should be an address of this machine such as 0.0.0.0, without http:// and port") from None
    return host


def title(title: str) -> str:
    title = " ".join(title.split())
    if not 1 <= len(title) <= _LONGEST_TITLE:
        raise ValueError(f"should be a name of 1 to {_LONGEST_TITLE} characters")
    return title


def logins(text: str) -> str:
    logins = [login.strip().lower() for login in text.split(",") if login.strip()]
    if wrong := [login for login in logins if not re.fullmatch(r"[a-z0-9_]{1,25}", login)]:
        raise ValueError(f"should be logins with commas between them, as in twitch.tv/LOGIN; {wrong[0][:30]!r} is none")
    return ",".join(logins)


def colour(text: str) -> str:
    text = text.lower()
    if text and not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise ValueError("should be a colour such as #5b2bd6: # and six digits of 0 to 9 and a to f")
    return text


def x_account(name: str) -> str:
    name = name.removeprefix("@")
    if name and not re.fullmatch(r"[A-Za-z0-9_]{1,15}", name):
        raise ValueError("should be the name of an account on X such as @watchtime, of letters, digits and _")
    return name


def lake_address(url: str) -> str:
    url = url.rstrip("/")
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._~/=-]+)?|file:///[^?#\s*\[\]{}']+", url):
        raise ValueError("should be s3://bucket/prefix, or file:///folder without spaces and special characters")
    path = unquote(url.partition("://")[2])
    if "/../" in f"{path}/" or "//" in path.lstrip("/") or not path.isprintable():
        raise ValueError("should be an address without .. and //, and without control characters")
    return url


def engine_address(url: str) -> str:
    if not re.fullmatch(r"duckdb|sc://[A-Za-z0-9.\-\[\]:]+(/.*)?", url):
        raise ValueError("should be duckdb, or the address of a Spark Connect server such as sc://localhost:15002")
    return url


def external_jobs(text: str) -> str:
    """Check the names of jobs that another scheduler runs."""
    jobs = sorted({job.strip().lower() for job in text.split(",") if job.strip()})
    if wrong := [job for job in jobs if job not in ("collect", "lake")]:
        raise ValueError(f"should be collect, lake, or both with a comma between them; {wrong[0][:30]!r} is none")
    return ",".join(jobs)


def networks(text: str) -> str:
    for part in filter(None, map(str.strip, text.split(","))):
        try:
            ip_network(part)
        except ValueError as exc:
            raise ValueError("should be IP addresses or networks with commas between them, as 10.0.0.0/8") from exc
    return text
