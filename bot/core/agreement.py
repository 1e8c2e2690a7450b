"""What Twitch's agreement for developers allows to keep. Pure."""

from typing import Final

# Schedule 1.C: data as received may be kept for 24 hours.
ALLOWED_HOURS: Final = 24


def meaning_of_hours(hours: int) -> str | None:
    """The meaning of a LAKE_STREAMS_HOURS that is longer than allowed; None for others."""
    if hours <= ALLOWED_HOURS:
        return None
    return (
        f"LAKE_STREAMS_HOURS={hours}: Twitch's developer agreement (schedule 1.C) allows {ALLOWED_HOURS} hours for "
        "data as received; you answer for a longer time yourself. Sums by day are kept for good in any case"
    )
