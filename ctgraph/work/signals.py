"""Signals to end, or that a child has ended, for a process that sleeps."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType


def when_asked_to_end(wake: Callable[[], object]) -> Callable[[], bool]:
    """Return a function that tells whether SIGTERM or SIGINT has come.

    A system call that a signal interrupts is taken up again (PEP 475), so a process that sleeps in
    one has to be woken in another way.

    :param wake: is called when a signal comes, in the main thread.
    """
    came: list[int] = []

    def note(signum: int, _: FrameType | None) -> None:
        came.append(signum)
        wake()

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, note)
    return lambda: bool(came)


class Alarm:
    """Sleep that ends when a signal comes, or when this process calls :meth:`ring`.

    :param signum: the signal, such as SIGCHLD; the main thread has to make the alarm.
    """

    def __init__(self, signum: signal.Signals) -> None:
        self._source, self._sink = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._source, select.POLLIN)
        signal.signal(signum, lambda *_: self.ring())

    def ring(self) -> None:
        """End the sleep."""
        with suppress(BlockingIOError):  # the pipe is full of rings already
            os.write(self._sink, b"!")

    def wait(self, seconds: float | None) -> None:
        """Sleep for some seconds, or for ever, unless the alarm has rung since the last time."""
        if self._poll.poll(None if seconds is None else 1000 * seconds):
            os.read(self._source, 65_536)
