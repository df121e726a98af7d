"""The gunicorn worker that serves ctgraph: one thread leads, and answers what takes no time."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import orjson
from gunicorn.http.errors import LimitRequestLine
from gunicorn.http.wsgi import base_environ
from gunicorn.workers.gthread import TConn, ThreadWorker

from ctgraph.web.plain import PlainParser, PlainRequest, answer

LINGER = 0.02
"""How long a connection waits with the leader for its next request, in seconds."""
LONG = 0.002
"""How long the leader may take for a request before another thread leads, in seconds."""
_LINGERS = object()


class _Term:
    """The time for which one thread leads; `since` is when its present request came, or 0."""

    since = 0.0


class LeadingWorker(ThreadWorker):  # type: ignore[misc]
    """A threaded worker in which one thread answers short requests one after another.

    gunicorn gives every request to a thread of its own. Changing threads takes longer than many an
    answer, so here a connection stays for a moment after its answer with the thread that leads,
    which waits for all of these connections at once and answers them itself. When a request takes
    it long, another thread leads on.
    """

    def init_process(self) -> None:
        """Prepare what the connections have in common, and serve."""
        cfg = self.cfg
        # These change what a request means, or want to hear of each.
        special = cfg.is_ssl or cfg.accesslog or cfg.statsd_host or os.environ.get("SCRIPT_NAME")
        self._simple = not special and cfg.proxy_protocol == "off"
        self._common = base_environ(cfg) | {
            "wsgi.multithread": True, "wsgi.url_scheme": "http", "SCRIPT_NAME": "",
            "SERVER_PROTOCOL": "HTTP/1.1",
        }  # fmt: skip
        self._lock = threading.Lock()
        # By file descriptor, in the order in which they began to wait, with the time of that.
        self._lingering: dict[int, tuple[TConn, float]] = {}
        self._ready = select.epoll()
        self._led = threading.Event()
        self._term = _Term()
        threading.Thread(target=self._watch, daemon=True).start()
        super().init_process()

    def handle(self, conn: TConn) -> Any:
        """Answer a request of a connection, leave it with the leader, and lead if nobody does."""
        if conn.parser is None and self._simple and isinstance(conn.client, tuple):
            conn.parser = PlainParser(conn.cfg, conn.sock, conn.client)
        keep = super().handle(conn)
        if not self._stays(conn, keep):
            return keep
        self._linger(conn)
        self._lead(self._elected())
        return _LINGERS

    def handle_request(self, req: Any, conn: TConn) -> bool:
        """Answer one request; return whether its connection stays."""
        if not isinstance(req, PlainRequest):
            return bool(super().handle_request(req, conn))
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        keep = self.alive and len(self.keepalived_conns) < self.max_keepalived
        environ = self._common | {
            "gunicorn.socket": conn.sock, "REMOTE_ADDR": conn.client[0],
            "REMOTE_PORT": str(conn.client[1]), "SERVER_NAME": conn.server[0],
            "SERVER_PORT": str(conn.server[1]),
        }  # fmt: skip
        return answer(req, self.wsgi, environ, conn, keep)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer a request that could not be read, or that failed."""
        if not isinstance(exc, LimitRequestLine):
            super().handle_error(req, client, addr, exc)
            return
        detail = (f"The address is longer than {self.cfg.limit_request_line:,} characters. "
                  "Send a long query by POST.")  # fmt: skip
        body = orjson.dumps({"type": "about:blank", "title": "URI Too Long", "status": 414,
                             "detail": detail, "errors": [detail]})  # fmt: skip
        head = ("HTTP/1.1 414 URI Too Long\r\nConnection: close\r\nContent-Type: "
                f"application/problem+json\r\nContent-Length: {len(body)}\r\n\r\n")  # fmt: skip
        with suppress(OSError):
            client.sendall(head.encode() + body)

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Take a connection back from its thread, unless it stays with the leader."""
        if fs.cancelled() or fs.exception() or fs.result() is not _LINGERS:
            super().finish_request(conn, fs)

    def _stays(self, conn: TConn, keep: Any) -> bool:
        # What was read ahead would not wake the leader.
        return (
            keep is True and self.alive and self._simple
            and not conn.parser.unreader.buf.getvalue()
        )  # fmt: skip

    def _linger(self, conn: TConn) -> None:
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
                # Whoever led on may have stopped before this thread left its connection.
                if self._term is not term:
                    term = self._elected()
        except BaseException:
            with self._lock:
                if self._term is term:
                    self._led.clear()
            raise

    def _lead_on(self, term: _Term) -> bool:
        """Answer a connection that is ready; return whether there may be more to do."""
        for number, _ in self._ready.poll(LINGER, 1):
            with self._lock:
                conn, _ = self._lingering.pop(number)
                term.since = time.monotonic()
            keep = super().handle(conn)
            with self._lock:
                term.since = 0  # from here on, nobody else leads
            if self._stays(conn, keep):
                self._linger(conn)
            else:
                self._hand_back(conn, keep)
        if self._term is term:
            self._dismiss()
        with self._lock:
            if self._term is term and not self._lingering:
                self._led.clear()
                return False
        return True

    def _dismiss(self) -> None:
        """Hand back the connections that have waited long enough."""
        while True:
            with self._lock:
                number, (conn, since) = next(iter(self._lingering.items()), (0, (None, 0.0)))
                if conn is None or (self.alive and time.monotonic() - since < LINGER):
                    return
                del self._lingering[number]
                self._ready.unregister(number)
            self._hand_back(conn, True)

    def _hand_back(self, conn: TConn, keep: Any) -> None:
        done: Future[Any] = Future()
        done.set_result(keep)
        self.method_queue.defer(self.finish_request, conn, done)

    def _watch(self) -> None:
        """Let another thread lead whenever a request takes long."""
        while self._led.wait():
            time.sleep(LONG)
            with self._lock:
                since = self._term.since
                if not since or time.monotonic() - since < LONG:
                    continue
                self._term = term = _Term()
            with suppress(RuntimeError):  # the pool takes no more when the worker ends
                self.tpool.submit(self._lead, term)
