"""Whole requests and their answers, on gunicorn's threaded worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

from gunicorn.http import wsgi
from gunicorn.workers.gthread import ThreadWorker

from ctgraph.server.connection import Connection
from ctgraph.server.followers import Followed, Source
from ctgraph.server.limits import Limits
from ctgraph.server.outlet import Outlet
from ctgraph.server.phases import Next
from ctgraph.server.refusals import CROWDED, FAILED, Refusal, refusal_of


class AnsweringWorker(ThreadWorker):  # type: ignore[misc]
    """Reading and answering requests, the part of a worker that runs in any thread.

    No method waits for a client longer than `Limits.patience_seconds`.
    """

    limits = Limits()
    alive: bool

    def init_process(self) -> None:
        """Prepare the values that all requests share, and serve."""
        # gunicorn's settings as plain attributes: reading its own takes as long as reading a head.
        self.read_cfg = SimpleNamespace(
            **{name: getattr(self.cfg, name) for name in self.cfg.settings},
            is_ssl=self.cfg.is_ssl,
            forwarded_allow_networks=self.cfg.forwarded_allow_networks,
            proxy_allow_networks=self.cfg.proxy_allow_networks,
        )
        super().init_process()

    def watch_writing(self, conn: Connection) -> None:
        """Send the waiting part of an answer as the client reads; runs in the main thread."""
        raise NotImplementedError

    def may_follow(self) -> bool:
        """Tell whether one more answer may go on for as long as there is something new."""
        raise NotImplementedError

    def gather(self, conn: Connection) -> Next:
        """Receive the bytes of a request that have come; return the next step."""
        return self._checked(conn, conn.gather)

    def resume(self, conn: Connection) -> Next:
        """Go on after an answer with the bytes behind its request; return the next step."""
        return self._checked(conn, conn.resume)

    def _checked(self, conn: Connection, step: Callable[[], Next]) -> Next:
        """Take a step with a request, and answer one that cannot be read."""
        try:
            return step()
        except OSError as error:  # there is no room for the bytes that have come
            self.log.error("A request cannot be kept: %s", error)
            self.tell(conn, CROWDED)
        except Exception as error:
            self.tell(conn, self._refusal(conn, error))
        return Next.CLOSE

    def answer(self, conn: Connection) -> Next:
        """Answer a whole request; return the next step."""
        outlet = conn.outlet = Outlet(
            conn.sock, self.limits, lambda: self.method_queue.defer(self.watch_writing, conn)
        )
        try:
            then = outlet.finish(self._respond(conn, outlet))
        except ConnectionError:
            conn.is_broken = True
            return Next.DROP
        except Exception as error:
            if outlet.has_begun:
                # An error page behind a part of an answer would look like the rest of it.
                self.log.exception("An answer broke off: %s", conn.request.uri)
                conn.is_broken = True
                return Next.DROP
            self.tell(conn, self._refusal(conn, error))
            return Next.CLOSE
        return self.resume(conn) if then is Next.RESUME else then

    def _respond(self, conn: Connection, outlet: Outlet) -> Next:
        """Let the application answer; return the next step for when the answer has arrived."""
        request, began = conn.request, time.monotonic()
        body = conn.body()
        request._expected_100_continue = False  # the server sent it before it waited for the body
        response, environ = wsgi.create(request, outlet, conn.client, conn.server, self.read_cfg)
        environ |= {"wsgi.multithread": True, "wsgi.input": body, "ctgraph.gone": conn.is_gone}
        if self.may_follow():
            environ["ctgraph.follow"] = partial(self._follow, conn, response)
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
            if conn.followed:
                return Next.FOLLOW
            response.close()
        finally:
            if self.cfg.accesslog:
                took = timedelta(seconds=time.monotonic() - began)
                self.log.access(response, request, environ, took)
            getattr(parts, "close", bool)()
        if response.should_close():
            return Next.CLOSE
        conn.skip_body()
        return Next.RESUME

    def _follow(self, conn: Connection, response: wsgi.Response, source: Source) -> None:
        """Let an answer go on with what a source gives, after the parts of its body."""
        conn.followed = Followed(response, source)

    def _refusal(self, conn: Connection, error: Exception) -> Refusal:
        found = refusal_of(
            error,
            line=self.cfg.limit_request_line,
            fields=self.cfg.limit_request_fields,
            field=self.cfg.limit_request_field_size,
            head=self.limits.head_bytes,
        )
        if found is None:
            self.log.error(
                "Error handling request %s", getattr(conn.request, "uri", ""), exc_info=error
            )
        return found or FAILED

    def tell(self, conn: Connection, refusal: Refusal) -> None:
        """Send the reason why a request is not answered, if the client still reads."""
        with suppress(OSError):
            conn.sock.send(refusal.written(as_page=conn.is_of_browser))
