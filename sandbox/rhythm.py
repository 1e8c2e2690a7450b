"""The daily rhythm of Twitch: least viewers at 8 AM Pacific, most twelve hours later."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
_MINUTES_PER_DAY: Final = 1_440
_TROUGH: Final = 8 * 60  # minutes after midnight
_AUDIENCE_SWING: Final = 0.2
_START_SWING: Final = 0.2
_START_LEAD: Final = 164
"""Minutes by which the number of live broadcasts trails the starts, with lengths as drawn in broadcasts.py."""


def audience(minutes: NDArray[np.int64]) -> NDArray[np.float64]:
    """The factor (around 1) of the time of day for every audience, for minutes since 1970."""
    return _wave(_local_minutes(minutes) - _TROUGH, _AUDIENCE_SWING)


def starts(minutes: NDArray[np.int64]) -> NDArray[np.float64]:
    """The factor (around 1) of the time of day for the chance that a broadcast starts, for minutes since 1970."""
    return _wave(_local_minutes(minutes) - _TROUGH + _START_LEAD, _START_SWING)


def _wave(since_trough: NDArray[np.int64], swing: float) -> NDArray[np.float64]:
    angles = since_trough.astype(np.float64) * (2 * np.pi / _MINUTES_PER_DAY)
    return 1.0 - swing * np.cos(angles)


def _local_minutes(minutes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Minutes of Pacific wall-clock time. Clocks change on the hour, so one conversion is valid for an hour."""
    hours, places = np.unique(minutes // 60, return_inverse=True)
    offsets = np.array([_utc_offset(hour) for hour in hours.tolist()], dtype=np.int64)
    return minutes + offsets[places]


def _utc_offset(hour: int) -> int:
    """Minutes between UTC and Pacific time in an hour since 1970."""
    offset = datetime.fromtimestamp(hour * 3_600, UTC).astimezone(PACIFIC).utcoffset()
    assert offset is not None  # noqa: S101 - a zone with rules always knows its offset
    return int(offset.total_seconds()) // 60
