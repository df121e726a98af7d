"""Connections whose answers go on for as long as there is something new: no thread for each.

One thread of a worker asks all of them in turn what is to be sent. What a client does not read at
once waits in the poller, as the rest of any other answer does, with the same deadlines; the client
follows on when it has read that.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from ctgraph.server.connection import Connection
from ctgraph.server.phases import Next

ASK_SECONDS = 0.02
"""How often the followers are asked what is to be sent."""
_log = logging.getLogger("ctgraph.server.followers")


class Pulse(Protocol):
    """What many sources have in common."""

    def beat(self) -> object:
        """Return a value that changes whenever one of the sources may have something to send."""


class Source(Protocol):
    """Where the rest of an answer comes from."""

    @property
    def pulse(self) -> Pulse:
        """What tells when to ask: asking thousands of sources all the time would cost a lot."""

    def more(self) -> bytes:
        """Return what is to be sent now, perhaps nothing. It must not wait."""

    def close(self) -> None:
        """Note that the answer has ended."""


class Followed(NamedTuple):
    """An answer that goes on.

    :param response: gunicorn's, which knows how its parts are framed.
    """

    response: Any
    source: Source


class Followers:
    """The connections that follow, and the thread that writes to them.

    :param settle: takes the next step with a connection that follows no longer.
    :param is_alive: tells whether connections may stay; else each answer comes to its end.
    """

    def __init__(
        self, settle: Callable[[Connection, Next], None], is_alive: Callable[[], bool]
    ) -> None:
        self._settle, self._is_alive = settle, is_alive
        self._lock = threading.Lock()
        self._by_file: dict[int, Connection] = {}
        self._by_pulse: dict[Pulse, set[int]] = defaultdict(set)
        self._beats: dict[Pulse, object] = {}
        self._gone = select.epoll()
        self._some = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def add(self, conn: Connection) -> None:
        """Let a connection follow that has received everything so far."""
        number = conn.sock.fileno()
        if conn.outlet:
            conn.outlet.patience = 0.0  # one thread writes to all
        with self._lock:
            self._by_file[number] = conn
            self._by_pulse[conn.followed.source.pulse].add(number)
            self._beats.pop(conn.followed.source.pulse, None)  # it may have more already
            self._gone.register(number, select.EPOLLRDHUP)
            self._some.set()

    def __len__(self) -> int:
        return len(self._by_file)

    def _run(self) -> None:
        following = 0.0
        while self._some.wait():
            left = following - time.monotonic()
            for number, _ in self._gone.poll(max(0.0, left)):
                self._settle(self._taken(number), Next.DROP)
            if time.monotonic() < following:
                continue
            following = time.monotonic() + ASK_SECONDS
            for number, conn in self._due():
                if self._is_alive():
                    self._ask(number, conn)
                else:
                    self._end(number)

    def _due(self) -> list[tuple[int, Connection]]:
        """Return the followers to ask now: those whose pulse has beaten, or all at the end."""
        is_alive, found = self._is_alive(), list[int]()
        with self._lock:
            if not self._by_file:
                self._some.clear()
            pulses = [pulse for pulse, numbers in self._by_pulse.items() if numbers]
        beats = {pulse: pulse.beat() for pulse in pulses}
        with self._lock:
            for pulse, beat in beats.items():
                if not is_alive or beat != self._beats.get(pulse):
                    self._beats[pulse] = beat
                    found += self._by_pulse[pulse]
            return [(number, self._by_file[number]) for number in found]

    def _ask(self, number: int, conn: Connection) -> None:
        """Send a follower what is to be sent now."""
        try:
            said = conn.followed.source.more()
        except Exception:
            _log.exception("An answer broke off: %s", conn.request.uri)
            conn.is_broken = True
            self._settle(self._taken(number), Next.DROP)
            return
        if said:
            # It is taken out before, as the poller may give it back before this thread goes on.
            self._taken(number)
            then = self._written(conn, lambda response: response.write(said), Next.FOLLOW)
            if then is Next.FOLLOW:
                self.add(conn)
            else:
                self._settle(conn, then)

    def _end(self, number: int) -> None:
        """Send a follower the end of its answer."""
        conn = self._taken(number)
        self._settle(conn, self._written(conn, lambda response: response.close(), Next.CLOSE))

    def _written(self, conn: Connection, write: Callable[[Any], None], then: Next) -> Next:
        """Write a part of an answer; return the next step, `NOTHING` while a part waits."""
        assert conn.outlet
        try:
            write(conn.followed.response)
            return conn.outlet.finish(then)
        except OSError:
            return Next.DROP

    def _taken(self, number: int) -> Connection:
        """Take a connection out of those that follow."""
        with self._lock:
            conn = self._by_file.pop(number)
            self._by_pulse[conn.followed.source.pulse].discard(number)
            self._gone.unregister(number)
        return conn
