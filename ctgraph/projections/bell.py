"""The projector's bell: how other processes wake it, so that it sleeps while nothing happens.

The bell is a FIFO in the store's folder, and each ring is one byte. Any number of processes that
use the same home folder can ring it. A ring that nobody hears is lost without harm, because a
projector that starts first applies everything that the ledger holds, and one that runs looks at
the ledger again and again.
"""

from __future__ import annotations

import logging
import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path

import sqlalchemy as sa

from ctgraph.ledger.news import News

MAX_RINGS_BYTES = 65_536
"""Bytes of the bell's FIFO that are read at once: as many as it holds (pipe(7))."""
LISTEN_SECONDS = 1.0
"""How often at most the projector connects anew to hear of appends by other machines."""
_log = logging.getLogger("ctgraph.projector")


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

    Where there can be no FIFO, the log says so, and the bell is silent: every wait takes its time.

    :param path: the FIFO, which is made where there is none.
    """

    def __init__(self, path: Path) -> None:
        self._poll = select.poll()
        self._engine: sa.Engine | None = None
        self._news: News | None = None
        self._news_number = -1
        self._next_listening = 0.0
        self._fifo: int | None = None
        try:
            self._fifo = _opened(path)
        except OSError as error:
            _log.warning(
                "Nobody can wake the projector, which looks at the ledger again and again instead: "
                "%s cannot be a FIFO (%s). Remove what stands there and start the server again.",
                path,
                error,
            )
        else:
            self._poll.register(self._fifo, select.POLLIN)

    @contextmanager
    def hearing(self, engine: sa.Engine) -> Iterator[None]:
        """Hear also, during the block, of appends by other machines to a ledger on PostgreSQL.

        A connection that is lost is opened anew. Until then, only rings end a wait.
        """
        if engine.dialect.name != "postgresql":
            yield
            return
        self._engine = engine
        try:
            self._listen()
            yield
        finally:
            self._engine = None
            self._stop_listening()

    def wait(self, seconds: float) -> bool:
        """Wait for a ring, at most some seconds; tell whether a publisher waits for a snapshot."""
        self._listen()
        waits = False
        for number, _ in self._poll.poll(1000 * seconds):
            if number == self._fifo:
                waits = Ring.WAIT.value in os.read(self._fifo, MAX_RINGS_BYTES)
            elif self._news:
                try:
                    self._news.take()
                except sa.exc.SQLAlchemyError as error:
                    _log.info("The connection that hears of other machines was lost: %s", error)
                    self._stop_listening()
        return waits

    def close(self) -> None:
        """Close the FIFO: from now on, rings are lost."""
        if self._fifo is not None:
            os.close(self._fifo)

    def _listen(self) -> None:
        """Connect for the news, if there is no connection yet and the last attempt is past."""
        now = time.monotonic()
        if self._engine is None or self._news or now < self._next_listening:
            return
        self._next_listening = now + LISTEN_SECONDS
        try:
            self._news = News(self._engine)
        except sa.exc.SQLAlchemyError as error:  # what the projector needs fails by itself
            _log.info("Appends by other machines are not heard of: %s", error)
            return
        self._news_number = self._news.fileno()
        self._poll.register(self._news_number, select.POLLIN)

    def _stop_listening(self) -> None:
        if self._news:
            self._poll.unregister(self._news_number)
            with suppress(sa.exc.SQLAlchemyError):
                self._news.close()
            self._news = None


def _opened(path: Path) -> int:
    """Open the FIFO at a path; replace what stands there if it is another file, or unreadable.

    :raises OSError: when that is not possible. A folder that holds something is left alone.
    """
    if path.is_fifo():
        with suppress(PermissionError):
            return _open(path)
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
    os.mkfifo(path, 0o600)
    return _open(path)


def _open(path: Path) -> int:
    # A FIFO without an open writer would be readable all the time.
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
