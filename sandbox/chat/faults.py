"""The known faults of Twitch's chat, each switched on by a rate or on demand, also while the sandbox runs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sandbox.fault_injector import FaultInjector


class ChatFault(StrEnum):
    """The faults that a message, or a connection, can suffer."""

    TWICE = "twice"
    """The same message again, at once."""
    TWICE_LATER = "twice_later"
    """The same message again, some seconds later."""
    DISORDER = "disorder"
    """The message comes up to two seconds late, after later ones."""
    OLD = "old"
    """The message has a timestamp of an hour ago."""
    AHEAD = "ahead"
    """The message has a timestamp of a day ahead."""
    SPLIT = "split"
    """The packet ends in the middle of the message."""
    JUNK = "junk"
    """A line that is none before the message: invalid UTF-8, an unknown command, or nothing."""
    ENDLESS = "endless"
    """A line of 40,000 bytes before the message."""
    DROPPED = "dropped"
    """The message is not delivered."""
    CUT = "cut"
    """The connection ends in the middle of the message."""
    RESET = "reset"
    """The connection is reset."""
    RECONNECT = "reconnect"
    """The server announces that it closes the connection, and does so 30 seconds later."""
    RECONNECT_AT_ONCE = "reconnect_at_once"
    """The same, and it is closed at once."""
    RECONNECT_NEVER = "reconnect_never"
    """The same, and it is never closed."""
    SILENCE = "silence"
    """Nothing comes any more, and the connection stays open."""


HARMLESS: Final = (
    ChatFault.TWICE,
    ChatFault.TWICE_LATER,
    ChatFault.DISORDER,
    ChatFault.OLD,
    ChatFault.AHEAD,
    ChatFault.SPLIT,
    ChatFault.JUNK,
    ChatFault.ENDLESS,
    ChatFault.RECONNECT,
    ChatFault.RECONNECT_NEVER,
)
"""Faults with which a good client loses nothing."""


class ChatFaults(FaultInjector[ChatFault]):
    """Decides which faults are injected into a message that is delivered to a connection."""

    def __init__(self, rates: Mapping[str, float] | None = None, *, seed: int = 0) -> None:
        super().__init__(ChatFault, rates, seed=seed, slow_seconds=0)

    def _chosen(self, cued: list[ChatFault], by_chance: list[ChatFault]) -> frozenset[ChatFault]:
        return frozenset(cued or by_chance)
