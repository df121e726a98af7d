"""The phases of a connection, and the next step in each."""

from __future__ import annotations

from enum import Enum, auto


class Phase(Enum):
    """The phase that a connection is in."""

    SILENT = auto()
    """It is new, and nothing has come."""
    IDLE = auto()
    """Its last request was answered, and nothing has come since."""
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    """Its request is whole: a thread answers it, or will."""
    WRITE = auto()
    """A part of its answer waits for the client to read."""
    CLOSE = auto()
    """Everything was sent; the client has yet to close its side."""


class Next(Enum):
    """The next step with a connection."""

    WAIT = auto()
    """Wait for more of its request."""
    ANSWER = auto()
    RESUME = auto()
    """Go on with the bytes that may have come behind the last request."""
    FOLLOW = auto()
    """Send more of its answer whenever there is more."""
    CLOSE = auto()
    DROP = auto()
    """Close it without waiting for the client."""
    NOTHING = auto()
    """Leave it: another thread takes care of it."""
