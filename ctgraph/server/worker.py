"""The gunicorn worker that serves ctgraph: threads answer, and the poller waits for clients."""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

from gunicorn.http import wsgi
from gunicorn.workers.gthread import ThreadWorker

from ctgraph.server.connection import Connection
from ctgraph.server.leader import Leader
from ctgraph.server.limits import Limits, open_files
from ctgraph.server.outlet import Outlet
from ctgraph.server.phases import Next, Phase
from ctgraph.server.refusals import CROWDED, FAILED, LATE_BODY, LATE_HEAD, Refusal, refusal_of
from ctgraph.server.waiting import Waiting
from ctgraph.settings import load_settings

_ACCEPTS_AT_ONCE = 64
_SWEEP_SECONDS = 1.0
_LATE = {Phase.HEAD: LATE_HEAD, Phase.BODY: LATE_BODY}


class LeadingWorker(ThreadWorker):  # type: ignore[misc]
    """A threaded worker in which a connection takes a thread only while its request is answered.

    Until a request is whole, and while a client has yet to take its answer, the connection waits
    in the poller, with a deadline for whatever it waits for. What the bytes of a request mean,
    gunicorn's own parser decides.
    """

    limits = Limits()
    alive: bool

    def init_process(self) -> None:
        """Prepare what the connections have in common, and serve."""
        settings = load_settings()
        # The application refuses these: it knows why.
        self._most_body = settings.max_document_bytes + 1_000_000
        # All that a proxy sends comes from its own address.
        self._bounds_addresses = not settings.proxies
        self.worker_connections = open_files(self.cfg.worker_connections)
        # gunicorn's settings as plain attributes: its own take as long as reading a head.
        self._read_cfg = SimpleNamespace(
            **{name: getattr(self.cfg, name) for name in self.cfg.settings},
            is_ssl=self.cfg.is_ssl, forwarded_allow_networks=self.cfg.forwarded_allow_networks,
            proxy_allow_networks=self.cfg.proxy_allow_networks,
        )  # fmt: skip
        self._waiting = Waiting()
        self._next_sweep = 0.0
        self._stops_at = float("inf")
        self._leader = Leader(
            self._serve,
            lambda conn, then: self.method_queue.defer(self._settle, conn, then),
            lambda lead: self.tpool.submit(lead),
            lambda: self.alive,
        )
        super().init_process()

    # What gunicorn's own loop calls, in the main thread

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
                self._push_out(self._waiting.most_numerous()[:_ACCEPTS_AT_ONCE])
                return
            sock.setblocking(False)
            self.nr_conns += 1
            conn = Connection(
                self._read_cfg, sock, client, listener.getsockname(), self.limits, self._most_body
            )
            self._settle(conn, self._gather(conn))
            if self.nr_conns >= self.worker_connections:
                crowd = self._waiting.most_numerous()
                self._push_out(crowd[: 1 + len(crowd) // 8])
                if self.nr_conns >= self.worker_connections:
                    return  # everybody is being answered

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for connections; one that fails in an unforeseen way takes no other with it."""
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
        """Close the connections whose clients took too long, or all that wait."""
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
        """Let idle connections stay no longer than this, as the worker ends."""
        self._stops_at = time.monotonic() + self.limits.stop_seconds

    # What becomes of a connection, in the main thread

    def _settle(self, conn: Connection, then: Next) -> None:
        """Do what is next about a connection."""
        if then is Next.NOTHING:
            return
        self._leave(conn)
        if then is Next.RESUME:
            then = self._resume(conn)
        self._waiting.weigh(conn, conn.held_bytes)
        match then:
            case Next.WAIT:
                self._wait(conn, selectors.EVENT_READ, self._readable)
            case Next.ANSWER:
                self.enqueue_req(conn)
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
        then = self._gather(conn)
        if then is not Next.WAIT:
            self._settle(conn, then)
            return
        if before in (Phase.SILENT, Phase.IDLE):
            self._waiting.add(conn)  # a request is on its way now
        self._waiting.weigh(conn, conn.held_bytes)
        self._make_room()

    def _watch_writing(self, conn: Connection) -> None:
        """Drain what waits of an answer."""
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
        """Say that nothing more comes, and wait a moment for the client to say so too.

        A socket that is closed before its client has sent all makes the client lose the answer.
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
            self._tell(conn, refusal)
            if lingers:
                self._close(conn)
                return
        self._drop(conn)

    def _push_out(self, some: list[Connection]) -> None:
        for conn in some:
            begun = conn.phase in (Phase.HEAD, Phase.BODY)
            self._give_up(conn, CROWDED if begun else None, lingers=False)

    def _make_room(self) -> None:
        """Push out who holds the most, when all together hold too much."""
        most = self.limits.waiting_bytes
        if self._waiting.held_bytes > most:
            while self._waiting.held_bytes > 0.9 * most and (crowd := self._waiting.heaviest()):
                self._push_out(crowd[:1])

    # What a request comes to, in any thread

    def handle(self, conn: Connection) -> Next:
        """Answer a request, and lead if nobody does."""
        stays, then = self._stays(conn, self._answer(conn))
        if stays:
            self._leader.keep(conn)
            return Next.NOTHING
        return then

    def _serve(self, conn: Connection) -> tuple[bool, Next]:
        """Answer what has come of a connection that lingers."""
        then = self._gather(conn)
        return self._stays(conn, self._answer(conn) if then is Next.ANSWER else then)

    def _stays(self, conn: Connection, then: Next) -> tuple[bool, Next]:
        return then is Next.WAIT and conn.phase is Phase.IDLE and self.alive, then

    def _gather(self, conn: Connection) -> Next:
        return self._checked(conn, conn.gather)

    def _resume(self, conn: Connection) -> Next:
        return self._checked(conn, conn.resume)

    def _checked(self, conn: Connection, step: Callable[[], Next]) -> Next:
        """Take a step with a request, and answer one that cannot be read."""
        try:
            return step()
        except OSError as error:  # there is no room for what has come
            self.log.error("A request cannot be kept: %s", error)
            self._tell(conn, CROWDED)
        except Exception as error:
            self._tell(conn, self._refusal(conn, error))
        return Next.CLOSE

    def _answer(self, conn: Connection) -> Next:
        """Answer a whole request; return what is next."""
        outlet = conn.outlet = Outlet(
            conn.sock, self.limits, lambda: self.method_queue.defer(self._watch_writing, conn)
        )
        try:
            then = outlet.finish(self._respond(conn, outlet))
        except ConnectionError:
            conn.is_broken = True
            return Next.DROP
        except Exception as error:
            if outlet.has_begun:
                # An error page behind the beginning of an answer would pass for its end.
                self.log.exception("An answer broke off: %s", conn.request.uri)
                conn.is_broken = True
                return Next.DROP
            self._tell(conn, self._refusal(conn, error))
            return Next.CLOSE
        return self._resume(conn) if then is Next.RESUME else then

    def _respond(self, conn: Connection, outlet: Outlet) -> Next:
        """Let the application answer; return what is next when the answer has arrived."""
        request, began = conn.request, time.monotonic()
        body = conn.body()
        request._expected_100_continue = False  # was answered while the body was waited for
        response, environ = wsgi.create(request, outlet, conn.client, conn.server, self._read_cfg)
        environ |= {"wsgi.multithread": True, "wsgi.input": body, "gunicorn.socket": conn.sock}
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("Autorestarting worker after current request.")
            self.alive = False
        if not self.alive or not self.cfg.keepalive or conn.is_oversized:
            response.force_close()
        parts = self.wsgi(environ, response.start_response)
        try:
            for part in parts:
                response.write(part)
                if response.chunked or response.response_length is None:
                    outlet.flush()
            response.close()
        finally:
            if self.cfg.accesslog:
                took = timedelta(seconds=time.monotonic() - began)
                self.log.access(response, request, environ, took)
            getattr(parts, "close", bool)()
        if response.should_close() or not conn.skip_body():
            return Next.CLOSE
        return Next.RESUME

    def _refusal(self, conn: Connection, error: Exception) -> Refusal:
        found = refusal_of(
            error, line=self.cfg.limit_request_line, fields=self.cfg.limit_request_fields,
            field=self.cfg.limit_request_field_size, head=self.limits.head_bytes,
        )  # fmt: skip
        if found is None:
            self.log.error("Error handling request %s", getattr(conn.request, "uri", ""),
                           exc_info=error)  # fmt: skip
        return found or FAILED

    def _tell(self, conn: Connection, refusal: Refusal) -> None:
        with suppress(OSError):
            conn.sock.send(refusal.written())
