"""The turn of one job: its state, the time it has worked, and the process that does the work."""

from __future__ import annotations

import threading
from enum import Enum
from typing import Protocol

from ctgraph.errors import CtgraphError


class Process(Protocol):
    """A process that does the work of a turn."""

    def pause(self) -> None:
        """Stop the process until :meth:`resume`."""

    def resume(self) -> None:
        """Let the process go on, with a lower priority than short work."""

    def stop(self) -> None:
        """End the process at once."""

    def worked(self) -> float:
        """Return the processor time that the process has used so far, in seconds."""

    def memory(self) -> int:
        """Return the private memory of the process, in bytes."""


class State(Enum):
    """The state of a turn: waiting, in one of the lanes, paused, or ended."""

    WAITING, EXPRESS, PAUSED, HEAVY, ENDED = range(5)


BEGUN = (State.EXPRESS, State.PAUSED, State.HEAVY)
"""The states of a turn that has a process."""
RUNNING = (State.EXPRESS, State.HEAVY)
"""The states of a turn whose process uses the processor."""


class Turn:
    """The claim of one job to a place, from its arrival to its end.

    :class:`ctgraph.work.admission.Admission` makes it and changes it.
    """

    def __init__(self, client: str, now: float) -> None:
        self.client = client
        self.state = State.WAITING
        self.since = self.charged = now
        self.ran = 0.0
        """How long its process has run, in seconds, without pauses."""
        self.paused = 0.0
        """How long it was paused in all, in seconds."""
        self.worked = 0.0
        """The processor time it was charged, in seconds; less than `ran` on a busy machine."""
        self.process: Process | None = None
        self.measured = 0.0
        self.memory = 0
        self.failure: CtgraphError | None = None
        # A lock wakes its waiter sooner than an event does.
        self.came = threading.Lock()
        self.came.acquire()
