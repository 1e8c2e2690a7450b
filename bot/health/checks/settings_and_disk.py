"""Checks of the settings and of the data folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.core.agreement import ALLOWED_HOURS, meaning_of_hours
from bot.health.checks.session import Session, Skipped
from bot.health.findings import MEGABYTE, Finding, Verdict, size
from bot.health.rules import LEAST_FREE_BYTES
from helperfunctions import disk
from helperfunctions.errors import SettingsError
from helperfunctions.settings import DEFAULT


@dataclass(frozen=True, slots=True)
class Room:
    """The free space that a folder needs, in bytes."""

    warned_below: int
    bad_below: int


ROOM_FOR_DATABASE: Final = Room(1000 * MEGABYTE, LEAST_FREE_BYTES)
# With a database elsewhere, the folder has only polls that wait for it.
ROOM_FOR_POLLS: Final = Room(500 * MEGABYTE, LEAST_FREE_BYTES)


def check_settings(session: Session) -> Sequence[Finding]:
    """Load the settings: one finding, and one per problem or doubt."""
    try:
        session.loaded = session.openers.load()
    except SettingsError as exc:
        fix = "fix it in .env or in the environment"
        return [Finding("settings", Verdict.BAD, problem, fix) for problem in exc.problems]
    fix = "correct the name, or remove it"
    doubts = [Finding("settings", Verdict.WARNING, doubt, fix) for doubt in session.loaded.doubts]
    return [judge_origins(session.loaded.origins), *doubts]


def check_folder(session: Session) -> Finding:
    """Check that DATA_DIR can be written and has enough free space."""
    settings = session.settings
    folder = disk.nearest_folder(settings.data_dir)
    room = ROOM_FOR_POLLS if settings.database_url is not None else ROOM_FOR_DATABASE
    if (reason := disk.why_not_writable(folder)) is not None:
        fix = "give this user write access, or set DATA_DIR to another folder"
        return Finding("data folder", Verdict.BAD, f"cannot write to {folder}: {reason}", fix)
    free = disk.free_bytes_if_known(folder)
    return judge_room(settings.data_dir, free, room, exists=folder == settings.data_dir)


def check_lake(session: Session) -> Sequence[Finding]:
    """What the settings of the data lake mean for Twitch's agreement; no finding without a lake."""
    try:
        settings = session.settings
    except Skipped:
        # The check of the settings reports why.
        return []
    return [] if settings.lake_url is None else [judge_lake(settings.lake_streams_hours, has_raw=settings.lake_raw)]


def judge_lake(streams_hours: int, *, has_raw: bool) -> Finding:
    """How long single streams stay in the lake; with `has_raw`, the pages of Twitch too."""
    what = "streams and the pages of Twitch" if has_raw else "streams"
    if longer := meaning_of_hours(streams_hours):
        return Finding(
            "data lake", Verdict.WARNING, longer, f"LAKE_STREAMS_HOURS={ALLOWED_HOURS}, unless Twitch agreed"
        )
    return Finding("data lake", Verdict.GOOD, f"{what} are deleted {streams_hours} hours after the end of their day")


def judge_origins(origins: Mapping[str, str]) -> Finding:
    """Valid settings, and where they come from."""
    given = [origin for origin in origins.values() if origin != DEFAULT]
    where = f" (from {', '.join(sorted(set(given)))})" if given else ""
    return Finding("settings", Verdict.GOOD, f"{len(given)} set{where}, the others have their defaults")


def judge_room(folder: Path, free: int | None, room: Room, *, exists: bool) -> Finding:
    """A folder that can be written, and its free space in bytes; None: not known."""
    where = f"{folder}{'' if exists else ' will be created at the first start'}"
    needed = f"{size(room.warned_below)} should be free"
    if free is None:
        return Finding("data folder", Verdict.WARNING, f"{where}; the free space is not known", f"check it: {needed}")
    message = f"{where}, {size(free)} free"
    if free >= room.warned_below:
        return Finding("data folder", Verdict.GOOD, message)
    verdict = Verdict.BAD if free < room.bad_below else Verdict.WARNING
    return Finding("data folder", verdict, message, f"free some space, or set DATA_DIR to another disk: {needed}")
