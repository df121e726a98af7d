"""One thread that answers short requests one after another."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from ctgraph.server.connection import Connection
from ctgraph.server.phases import Next

LINGER_SECONDS = 0.02
"""How long a connection waits with the leader for its next request."""
MAX_LINGER_SECONDS = 1.0
"""How long a connection waits while the leader is busy with others: its request may have come
meanwhile, and handing it back to gunicorn costs more than a small answer."""
LONG_SECONDS = 0.005
"""How long the leader may take for a request before another thread leads: a small query takes up to
3 ms on a busy machine, and a second leader would only wait for the turn of the same client."""


class _Term:
    """The time for which one thread leads; `since` is when its present request came, or 0."""

    since = 0.0


class Leader:
    """The thread that leads, and the connections whose next requests it waits for.

    gunicorn gives every request to a thread of its own. Changing threads takes longer than many an
    answer. So a connection lingers for a moment after its answer. One thread, the leader, waits for
    all lingering connections at once and answers them itself. When a request takes it long, another
    thread becomes the leader.

    :param serve: answers a request on a connection; returns whether it stays, and the next step.
    :param hand_back: takes a connection that does not stay.
    :param submit: runs a function in another thread.
    :param is_alive: tells whether connections may stay.
    """

    def __init__(
        self,
        serve: Callable[[Connection], tuple[bool, Next]],
        hand_back: Callable[[Connection, Next], None],
        submit: Callable[[Callable[[], None]], object],
        is_alive: Callable[[], bool],
    ) -> None:
        self._serve = serve
        self._hand_back = hand_back
        self._submit = submit
        self._is_alive = is_alive
        self._lock = threading.Lock()
        # By file descriptor, in the order and with the times in which they began to wait.
        self._lingering: dict[int, tuple[Connection, float]] = {}
        self._ready = select.epoll()
        self._led = threading.Event()
        self._term = _Term()
        threading.Thread(target=self._watch, daemon=True).start()

    def keep(self, conn: Connection) -> None:
        """Let a connection linger, and become the leader if there is none."""
        self._linger(conn)
        self._lead(self._elected())

    def _linger(self, conn: Connection) -> None:
        number, once = conn.sock.fileno(), select.EPOLLIN | select.EPOLLONESHOT
        with self._lock:
            self._lingering[number] = conn, time.monotonic()
            try:
                self._ready.modify(number, once)
            except FileNotFoundError:
                self._ready.register(number, once)

    def _elected(self) -> _Term | None:
        """Return a term for this thread, unless another one leads."""
        with self._lock:
            if self._led.is_set():
                return None
            self._led.set()
            self._term = _Term()
            return self._term

    def _lead(self, term: _Term | None) -> None:
        """Answer the lingering connections until there are none, or another thread leads."""
        try:
            while term and self._lead_on(term):
                # Another leader may have stopped before this thread was done with its connection.
                if self._term is not term:
                    term = self._elected()
        except BaseException:
            with self._lock:
                if self._term is term:
                    self._led.clear()
            raise

    def _lead_on(self, term: _Term) -> bool:
        """Answer a connection that is ready; return False when no connection lingers any more."""
        ready = self._ready.poll(LINGER_SECONDS, 1)
        for number, _ in ready:
            with self._lock:
                conn, _ = self._lingering.pop(number)
                term.since = time.monotonic()
            stays, then = self._serve(conn)
            with self._lock:
                term.since = 0  # from here on, no other thread leads
            if stays:
                self._linger(conn)
            else:
                self._hand_back(conn, then)
        if self._term is term:
            self._dismiss(MAX_LINGER_SECONDS if ready else LINGER_SECONDS)
        with self._lock:
            if self._term is term and not self._lingering:
                self._led.clear()
                return False
        return True

    def _dismiss(self, longest: float) -> None:
        """Hand back the connections that have waited as long as this, in seconds."""
        while True:
            with self._lock:
                number, (conn, since) = next(iter(self._lingering.items()), (0, (None, 0.0)))
                waits = self._is_alive() and time.monotonic() - since < longest
                if conn is None or waits:
                    return
                del self._lingering[number]
                self._ready.unregister(number)
            self._hand_back(conn, Next.WAIT)

    def _watch(self) -> None:
        """Let another thread lead whenever a request takes long."""
        while self._led.wait():
            time.sleep(LONG_SECONDS)
            with self._lock:
                since = self._term.since
                if not since or time.monotonic() - since < LONG_SECONDS:
                    continue
                self._term = term = _Term()
            with suppress(RuntimeError):  # the pool takes no more when the worker ends
                self._submit(lambda term=term: self._lead(term))  # type: ignore[misc]
