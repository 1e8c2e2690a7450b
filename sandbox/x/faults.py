"""The known faults of X, each switched on by a rate or on demand, also while the sandbox runs."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from sandbox.fault_injector import FaultInjector


class XFault(StrEnum):
    """The faults that a request to the simulated X can suffer."""

    TOO_MANY_REQUESTS = "too_many_requests"
    """429, x-rate-limit-reset a few seconds ahead."""
    USAGE_CAP = "usage_cap"
    """429 that lasts for the rest of the day."""
    NO_CREDITS = "no_credits"
    """402."""
    UNAUTHORIZED = "unauthorized"
    """401 for valid credentials (seen for two hours in 2026)."""
    SERVER_ERROR = "server_error"
    """503 with a JSON body; nothing is done."""
    HTML = "html"
    """503 with a page of HTML; nothing is done."""
    RESET_BEFORE = "reset_before"
    """The connection is reset; nothing is done."""
    CHALLENGE = "challenge"
    """403 with a page of HTML, "Just a moment...", of the network in front of X; nothing is done."""
    LOCKED = "locked"
    """403 with code 326 for writes: the account is locked for a while (observed for hours)."""
    GENERIC_403 = "generic_403"
    """A post is refused without a reason."""
    MEDIA_404 = "media_404"
    """Pictures cannot be uploaded (seen for hours in 2025 and 2026)."""
    DROP_AFTER = "drop_after"
    """The request is executed, and then the connection is reset."""
    SLOW = "slow"
    """The request is executed, and the response comes after `XFaults.slow_seconds` of real time."""
    UNREADABLE = "unreadable"
    """The request is executed, and the response has a body that is not JSON."""


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
"""Faults before the request is executed."""

AFTER: Final = (XFault.DROP_AFTER, XFault.SLOW, XFault.UNREADABLE)
"""Faults after the request was executed."""


class XFaults(FaultInjector[XFault]):
    """Decides which fault is injected into a request."""

    def __init__(self, rates: Mapping[str, float] | None = None, *, seed: int = 0, slow_seconds: float = 60.0) -> None:
        super().__init__(XFault, rates, seed=seed, slow_seconds=slow_seconds)

    @staticmethod
    def everything(rate: float, but: Collection[XFault] = ()) -> dict[str, float]:
        """The rates of all faults at once, or of all but some."""
        return {fault.value: rate for fault in XFault if fault not in but}
