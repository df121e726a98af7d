"""The projector's bell: how other processes wake it, so that it sleeps while nothing happens.

The bell is a FIFO in the store's folder, and each ring is one byte. Any number of processes that
use the same home folder can ring it. A ring that nobody hears is lost without harm, because a
projector that starts first applies everything that the ledger holds.
"""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import Enum
from pathlib import Path

import sqlalchemy as sa

from ctgraph.ledger.news import News

MAX_RINGS_BYTES = 65_536
"""Bytes of the bell's FIFO that are read at once: as many as it holds (pipe(7))."""


class Ring(Enum):
    """The reason of a ring."""

    NEWS = b"n"
    """The ledger has grown, or the projector has something else to do."""
    WAIT = b"w"
    """A publisher waits until queries see the newest change."""


def ring(bell: Path, why: Ring) -> None:
    """Wake the projector that listens, if there is one."""
    # ENXIO: nobody listens. EAGAIN: the FIFO is full of rings, so one more changes nothing.
    with suppress(OSError):
        file = os.open(bell, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(file, why.value)
        finally:
            os.close(file)


class Bell:
    """The projector's end of the bell. Only the holder of the projector's lock may open it.

    :param path: the FIFO, which is made where there is none.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_fifo():
            path.unlink(missing_ok=True)
            os.mkfifo(path, 0o600)
        # A FIFO without an open writer would be readable all the time.
        self._fifo = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._fifo, select.POLLIN)
        self._news: News | None = None

    @contextmanager
    def hearing(self, engine: sa.Engine) -> Iterator[None]:
        """Hear also, during the block, of appends by other machines to a ledger on PostgreSQL."""
        if engine.dialect.name != "postgresql":
            yield
            return
        with closing(News(engine)) as news:
            number = news.fileno()
            self._poll.register(number, select.POLLIN)
            self._news = news
            try:
                yield
            finally:
                self._news = None
                self._poll.unregister(number)

    def wait(self, seconds: float) -> bool:
        """Wait for a ring, at most some seconds; tell whether a publisher waits for a snapshot."""
        waits = False
        for number, _ in self._poll.poll(1000 * seconds):
            if number == self._fifo:
                waits = Ring.WAIT.value in os.read(self._fifo, MAX_RINGS_BYTES)
            elif self._news:
                self._news.take()
        return waits

    def close(self) -> None:
        """Close the FIFO: from now on, rings are lost."""
        os.close(self._fifo)
