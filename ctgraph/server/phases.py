"""What a connection waits for, and what is to be done about it."""

from __future__ import annotations

from enum import Enum, auto


class Phase(Enum):
    """What a connection waits for, or has come to."""

    SILENT = auto()
    """It is new, and nothing has come."""
    IDLE = auto()
    """It was answered, and nothing has come since."""
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    """Its request is whole: a thread answers it, or will."""
    WRITE = auto()
    """The client has yet to take what waits of its answer."""
    CLOSE = auto()
    """Everything was said; the client has yet to close its side."""


class Next(Enum):
    """What is to be done about a connection."""

    WAIT = auto()
    """Wait for more of its request."""
    ANSWER = auto()
    RESUME = auto()
    """Go on with what may have come behind the last request."""
    CLOSE = auto()
    DROP = auto()
    """Close it without waiting for the client."""
    NOTHING = auto()
    """Somebody else sees to it."""
