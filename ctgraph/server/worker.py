"""The gunicorn worker that serves ctgraph: threads answer, and the poller waits for clients."""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from ctgraph.server.answering import AnsweringWorker
from ctgraph.server.connection import Connection
from ctgraph.server.followers import Followers
from ctgraph.server.leader import Leader
from ctgraph.server.limits import open_files
from ctgraph.server.phases import Next, Phase
from ctgraph.server.refusals import CROWDED, LATE_BODY, LATE_HEAD, Refusal
from ctgraph.server.waiting import Waiting
from ctgraph.settings import load_settings

_ACCEPTS_AT_ONCE = 4
"""A few: one process that took all connections of a burst would answer them alone."""
_PUSHED_OUT_AT_ONCE = 64
_SWEEP_SECONDS = 1.0
"""How often the deadlines of connections, which are seconds long, are checked."""
_LATE = {Phase.HEAD: LATE_HEAD, Phase.BODY: LATE_BODY}


class LeadingWorker(AnsweringWorker):
    """A threaded worker in which a connection takes a thread only while its request is answered.

    Until a request is whole, and while a client has not received all of its answer, the connection
    waits in the poller with a deadline. gunicorn's own parser reads the requests.
    """

    def init_process(self) -> None:
        """Prepare the values that all connections share, and serve."""
        settings = load_settings()
        # The application refuses larger bodies, with its own message.
        self._most_body = settings.max_body_bytes
        # All connections of a proxy come from its one address.
        self._bounds_addresses = not settings.proxies
        self.worker_connections = open_files(self.cfg.worker_connections)
        self._waiting = Waiting()
        self._next_sweep = 0.0
        self._stops_at = float("inf")
        self._leader = Leader(
            self._serve,
            lambda conn, then: self.method_queue.defer(self._settle, conn, then),
            lambda lead: self.tpool.submit(lead),
            lambda: self.alive,
        )
        self._followers = Followers(
            lambda conn, then: self.method_queue.defer(self._settle, conn, then),
            lambda: self.alive,
        )
        super().init_process()

    # The methods that gunicorn's own loop calls, in the main thread

    def accept(self, listener: socket.socket) -> None:
        """Accept the connections that are there."""
        for _ in range(_ACCEPTS_AT_ONCE):
            try:
                sock, client = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    raise
                self.log.warning("No connection can be accepted: %s", error)
                self._push_out(self._waiting.most_numerous()[:_PUSHED_OUT_AT_ONCE])
                return
            sock.setblocking(False)
            self.nr_conns += 1
            conn = Connection(
                self.read_cfg, sock, client, listener.getsockname(), self.limits, self._most_body
            )
            self._settle(conn, self.gather(conn))
            if self.nr_conns >= self.worker_connections:
                crowd = self._waiting.most_numerous()
                self._push_out(crowd[: 1 + len(crowd) // 8])
                if self.nr_conns >= self.worker_connections:
                    return  # everybody is being answered

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for connections; an unforeseen error of one does not affect the others."""
        for key, _ in self.poller.select(timeout):
            try:
                key.data(key.fileobj)
            except Exception:
                self.log.exception("A connection failed.")

    def finish_request(self, conn: Connection, done: Future[Next]) -> None:
        """Take a connection back from its thread."""
        failed = done.cancelled() or done.exception()
        self._settle(conn, Next.DROP if failed else done.result())

    def murder_keepalived(self, force: bool = False) -> None:
        """Close the connections whose clients took too long.

        :param force: close all connections that wait, as the worker ends.
        """
        now = time.monotonic()
        if now < self._next_sweep and not force:
            return
        self._next_sweep = now + _SWEEP_SECONDS
        for conn in self._waiting:
            idle = conn.phase in (Phase.SILENT, Phase.IDLE)
            if force or conn.is_late(now) or (idle and now > self._stops_at):
                self._give_up(conn, None if force else _LATE.get(conn.phase))
            elif conn.phase is Phase.WRITE:
                self._waiting.weigh(conn, conn.held_bytes)
        self._make_room()

    def _cap_keepalive(self, _: float) -> None:
        """Shorten the time that idle connections stay, as the worker ends."""
        self._stops_at = time.monotonic() + self.limits.stop_seconds

    # The methods that take the next step with a connection, in the main thread

    def _settle(self, conn: Connection, then: Next) -> None:
        """Take the next step with a connection."""
        if then is Next.NOTHING:
            return
        self._leave(conn)
        if then is Next.RESUME:
            then = self.resume(conn)
        self._waiting.weigh(conn, conn.held_bytes)
        match then:
            case Next.WAIT:
                self._wait(conn, selectors.EVENT_READ, self._readable)
            case Next.ANSWER:
                self.enqueue_req(conn)
            case Next.FOLLOW:
                self._followers.add(conn)
            case Next.CLOSE:
                self._close(conn)
            case Next.DROP:
                self._drop(conn)

    def _wait(self, conn: Connection, events: int, call: Callable[[Connection, Any], None]) -> None:
        self.poller.register(conn.sock, events, partial(call, conn))
        self._waiting.add(conn)
        if self._bounds_addresses and conn.network:
            self._push_out(self._waiting.surplus(conn, self.limits.per_address))

    def _leave(self, conn: Connection) -> None:
        if conn in self._waiting:
            self._waiting.remove(conn)
            self.poller.unregister(conn.sock)

    def _readable(self, conn: Connection, _: Any) -> None:
        if conn not in self._waiting:
            return  # it was pushed out by one that became ready at the same time
        before = conn.phase
        then = self.gather(conn)
        if then is not Next.WAIT:
            self._settle(conn, then)
            return
        if before in (Phase.SILENT, Phase.IDLE):
            self._waiting.add(conn)  # a request is on its way now
        self._waiting.weigh(conn, conn.held_bytes)
        self._make_room()

    def watch_writing(self, conn: Connection) -> None:
        """Send the waiting part of an answer as the client reads."""
        conn.phase = Phase.WRITE
        self._wait(conn, selectors.EVENT_WRITE, self._writable)

    def _writable(self, conn: Connection, _: Any) -> None:
        if conn not in self._waiting or conn.outlet is None:
            return
        try:
            is_empty, then = conn.outlet.drain()
        except OSError:
            self._give_up(conn, None)
            return
        self._waiting.weigh(conn, conn.held_bytes)
        if is_empty:
            self._leave(conn)
            conn.phase = Phase.ANSWER
            self._settle(conn, then)

    def _close(self, conn: Connection) -> None:
        """Close our side of a connection, and wait a moment for the client to close its own.

        A client that is still sending loses the answer when the whole socket is closed.
        """
        try:
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._drop(conn)
            return
        conn.phase, conn.since = Phase.CLOSE, time.monotonic()
        self._wait(conn, selectors.EVENT_READ, self._closing)

    def _closing(self, conn: Connection, _: Any) -> None:
        if conn not in self._waiting:
            return
        with suppress(BlockingIOError):
            try:
                ended = not conn.sock.recv(1 << 16)
            except ConnectionError:
                ended = True
            if ended:
                self._settle(conn, Next.DROP)

    def _drop(self, conn: Connection) -> None:
        self.nr_conns -= 1
        self._waiting.weigh(conn, 0)
        conn.shut()

    def _give_up(self, conn: Connection, refusal: Refusal | None, lingers: bool = True) -> None:
        """End a connection that waits, and tell its client why where a request has begun."""
        self._leave(conn)
        if conn.phase is Phase.WRITE and conn.outlet:
            conn.is_broken = True
            if not conn.outlet.lose():
                # A thread still writes the answer, and will notice.
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)
                return
        elif refusal:
            self.tell(conn, refusal)
            if lingers:
                self._close(conn)
                return
        self._drop(conn)

    def _push_out(self, some: list[Connection]) -> None:
        for conn in some:
            begun = conn.phase in (Phase.HEAD, Phase.BODY)
            self._give_up(conn, CROWDED if begun else None, lingers=False)

    def _make_room(self) -> None:
        """Push out the client that holds the most bytes, when all together hold too many."""
        most = self.limits.waiting_bytes
        if self._waiting.held_bytes > most:
            while self._waiting.held_bytes > 0.9 * most and (crowd := self._waiting.heaviest()):
                self._push_out(crowd[:1])

    # In any thread

    def may_follow(self) -> bool:
        """Leave half of the connections to those who ask something."""
        return len(self._followers) < self.worker_connections // 2

    def handle(self, conn: Connection) -> Next:
        """Answer a request, and become the leader if there is none."""
        stays, then = self._stays(conn, self.answer(conn))
        if stays:
            self._leader.keep(conn)
            return Next.NOTHING
        return then

    def _serve(self, conn: Connection) -> tuple[bool, Next]:
        """Answer a request on a lingering connection."""
        then = self.gather(conn)
        return self._stays(conn, self.answer(conn) if then is Next.ANSWER else then)

    def _stays(self, conn: Connection, then: Next) -> tuple[bool, Next]:
        return then is Next.WAIT and conn.phase is Phase.IDLE and self.alive, then
