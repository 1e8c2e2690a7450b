"""The errors that a visitor's request can cause. Each message is one line for the visitor.

WatchTimeError
├── NotFound          nothing is at this address
└── InvalidRequest    parameters that contradict each other or are out of range
"""

from helperfunctions.errors import WatchTimeError


class NotFound(WatchTimeError):
    """Nothing is at this address: no game, streamer, chart or post."""


class InvalidRequest(WatchTimeError):
    """A request that cannot be answered, such as a range that ends before it begins."""
