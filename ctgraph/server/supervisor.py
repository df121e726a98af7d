"""Running a registry: gunicorn, the projector and the postman together, in the foreground."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from operator import itemgetter

from ctgraph.errors import SettingsError
from ctgraph.projections import projector
from ctgraph.server import background
from ctgraph.server.worker_classes import Worker
from ctgraph.settings import Settings
from ctgraph.work import children
from ctgraph.work.pauses import FIRST_PAUSE_SECONDS, next_pause
from ctgraph.work.signals import Alarm, when_asked_to_end

WEB_SERVER = "ctgraph.server.web_server"
THREADS = 160
"""Threads of a web worker: one for every question and every publish that may wait, and some to
spare."""
MAX_CONNECTIONS = 10_000
"""Open connections of a web worker; fewer where the system lets it open fewer files."""
REQUEST_SECONDS = 120
"""How long the main thread of a web worker may do nothing before gunicorn replaces the worker."""
KEEP_ALIVE_SECONDS = 75
"""How long an idle connection stays: longer than the 60 seconds of nginx, which closes it first."""
STOP_SECONDS = 15
"""How long the answers that are being sent may take when the server ends."""
MAX_REQUEST_LINE_BYTES = 8190
"""The longest first line of a request, gunicorn's highest: queries are long."""
CALM_SECONDS = 60.0
"""How long a projector has to live to count as healthy: its successor is started at once."""
END_SECONDS = 20.0
"""How long a process may take to end before it is killed: longer than `STOP_SECONDS`."""
_log = logging.getLogger("ctgraph.server.supervisor")


def gunicorn_arguments(
    app: str, bind: str, workers: int, worker: Worker = Worker.LEADING
) -> list[str]:
    """Return the arguments with which gunicorn serves a WSGI application as it serves ctgraph."""
    options = {
        "bind": bind,
        "workers": workers,
        "threads": THREADS,
        "worker-class": worker.path,
        "worker-connections": MAX_CONNECTIONS,
        "timeout": REQUEST_SECONDS,
        "keep-alive": KEEP_ALIVE_SECONDS,
        "graceful-timeout": STOP_SECONDS,
        "limit-request-line": MAX_REQUEST_LINE_BYTES,
        "forwarded-allow-ips": "",  # no header decides which scheme or path was asked for
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [app, "--no-control-socket", *flags]


def serve(settings: Settings, listener: socket.socket, workers: int, worker: Worker) -> int:
    """Serve the registry until SIGTERM or SIGINT; return the exit code: 1 when gunicorn failed.

    A projector that dies is started again: it goes on where the store stands.

    :param listener: where to listen, from :func:`listen`; it is closed here.
    """
    alarm = Alarm(signal.SIGCHLD)
    stop = when_asked_to_end(alarm.ring)
    with listener:
        gunicorn = children.start(
            WEB_SERVER,
            *gunicorn_arguments(
                "ctgraph.web:create_app(proved=True)", f"fd://{listener.fileno()}", workers, worker
            ),
            pass_fds=[listener.fileno()],
            # A web worker starts while the ledger, which keeps the base, is away.
            env=os.environ | {"CTGRAPH_BASE_URL": settings.base_url},
        )
    kept = (_Kept("projector", projector.start), _Kept("postman", background.start))
    try:
        while not stop() and gunicorn.poll() is None:
            pauses = [pause for one in kept if (pause := one.ensure()) is not None]
            alarm.wait(min(pauses, default=None))
    finally:
        ending = (gunicorn, *(one.process for one in kept))
        for process in ending:
            process.terminate()
        for process in ending:
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
    if stop():
        return 0
    _log.error("The web server ended (%s); nothing is served any more.", _how(gunicorn.returncode))
    return 1


class _Kept:
    """A process that is started again when it has ended."""

    def __init__(self, name: str, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._name, self._starting = name, start
        self._pause = FIRST_PAUSE_SECONDS
        self._start()

    def ensure(self) -> float | None:
        """Start the process if it ended and the pause is over; return the seconds until then."""
        code = self.process.poll()
        if code is None:
            return None
        left = self._started + self._pause - time.monotonic()
        if left > 0:
            return left
        _log.warning("The %s ended (%s) and is started again.", self._name, _how(code))
        calm = time.monotonic() - self._started > CALM_SECONDS
        self._pause = next_pause(self._pause, calm)
        self._start()
        return None

    def _start(self) -> None:
        self.process, self._started = self._starting(), time.monotonic()


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address. gunicorn gets it, so the address stays taken.

    :raises SettingsError: when nothing can listen there; gunicorn itself would retry for a while.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # A name that has addresses of both families means that of IPv4, as it does for gunicorn.
        family, *_, address = min(found, key=itemgetter(0))
        return socket.create_server(address, family=family)
    except OSError as error:
        raise SettingsError(
            f"Nothing can listen on {host}, port {port}: {error.strerror}. "
            "Choose others with --host and --port, or end what uses them."
        ) from error


def _how(code: int) -> str:
    """Return the way in which a process ended, in words."""
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
