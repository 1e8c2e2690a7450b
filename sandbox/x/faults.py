"""Everything that X is known to do wrong, each switched on by rate or on cue, also while the sandbox runs."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from sandbox.chances import Chances


class XFault(StrEnum):
    """The faults that a request to the simulated X can suffer."""

    TOO_MANY_REQUESTS = "too_many_requests"
    """429, x-rate-limit-reset a few seconds ahead."""
    USAGE_CAP = "usage_cap"
    """429 that no waiting within the day helps against."""
    NO_CREDITS = "no_credits"
    """402."""
    UNAUTHORIZED = "unauthorized"
    """401 to good credentials (seen for two hours in 2026)."""
    SERVER_ERROR = "server_error"
    """503 with a JSON body; nothing is done."""
    HTML = "html"
    """503 with a page of HTML; nothing is done."""
    RESET_BEFORE = "reset_before"
    """The connection is reset; nothing is done."""
    CHALLENGE = "challenge"
    """403 with a page of HTML, "Just a moment...", of the network before X; nothing is done."""
    LOCKED = "locked"
    """403 with code 326 for writes: the account is locked for a while (observed for hours)."""
    GENERIC_403 = "generic_403"
    """A post is not taken, and nobody learns why."""
    MEDIA_404 = "media_404"
    """Pictures cannot be handed over (seen for hours in 2025 and 2026)."""
    DROP_AFTER = "drop_after"
    """Done, and then the connection is reset."""
    SLOW = "slow"
    """Done, and answered after `XFaults.slow_seconds`, real ones."""
    UNREADABLE = "unreadable"
    """Executed, and answered with a body that is not JSON."""


BEFORE: Final = (
    XFault.TOO_MANY_REQUESTS,
    XFault.USAGE_CAP,
    XFault.NO_CREDITS,
    XFault.UNAUTHORIZED,
    XFault.SERVER_ERROR,
    XFault.HTML,
    XFault.CHALLENGE,
    XFault.RESET_BEFORE,
)
"""Strike before anything is done."""

AFTER: Final = (XFault.DROP_AFTER, XFault.SLOW, XFault.UNREADABLE)
"""Strike after the request was executed."""


class XFaults(Chances[XFault]):
    """Decides which fault strikes a request."""

    def __init__(self, rates: Mapping[str, float] | None = None, *, seed: int = 0, slow_seconds: float = 60.0) -> None:
        super().__init__(XFault, rates, seed=seed, slow_seconds=slow_seconds)

    @staticmethod
    def everything(rate: float, but: Collection[XFault] = ()) -> dict[str, float]:
        """The rates of all faults at once, or of all but some."""
        return {fault.value: rate for fault in XFault if fault not in but}
