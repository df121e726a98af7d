"""Running a registry: gunicorn and the projector together, in the foreground."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable
from types import FrameType

from ctgraph.ledger import Ledger
from ctgraph.projections.projector import follow
from ctgraph.projections.snapshots import hold, snapshots_of
from ctgraph.settings import Settings
from ctgraph.work import children

# Each web worker has a thread for every question and every publish that may wait, and some for
# everything else.
THREADS = 160
FIRST_PAUSE, LONGEST_PAUSE, CALM = 0.5, 30.0, 60.0
"""Before a projector that died is started again; and how long one lives that is well; seconds."""
_log = logging.getLogger("ctgraph.server.supervisor")


def run_projector(settings: Settings, ledger: Ledger, wait: float = 0) -> None:
    """Follow the ledger until SIGTERM or SIGINT, or until the store's folder is removed.

    :raises StoreError: when another projector runs, and does not end within `wait` seconds.
    """
    stop = _on_signals()
    lock = snapshots_of(settings).lock
    with hold(settings, wait):
        follow(settings, ledger, lambda: stop() or not lock.exists())


def start_projector(wait: float = 0, for_load: bool = False) -> subprocess.Popen[bytes]:
    """Start a projector in a process of its own; it ends when this process does.

    :param wait: how long it waits for an earlier projector to end, in seconds.
    :param for_load: take few snapshots, and do not complain when another projector runs.
    """
    command = "ctgraph.cli", "projector", "--wait", str(wait)
    if not for_load:
        return children.start(*command)
    environment = os.environ | {"CTGRAPH_SNAPSHOT_INTERVAL": "60"}
    return children.start(*command, stderr=subprocess.DEVNULL, env=environment)


def gunicorn_arguments(app: str, host: str, port: int, workers: int) -> list[str]:
    """Return what gunicorn is told to serve a WSGI application the way ctgraph is served."""
    options = {
        "bind": f"{host}:{port}", "workers": workers, "threads": THREADS,
        "worker-class": "ctgraph.server.worker.LeadingWorker", "worker-connections": 10_000,
        "timeout": 120, "keep-alive": 75, "graceful-timeout": 15,
        "limit-request-line": 8190,  # gunicorn's highest; queries are long
        "forwarded-allow-ips": "",  # nobody tells by a header what scheme or path was asked for
    }  # fmt: skip
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [app, "--no-control-socket", *flags]


def gunicorn_command(app: str, host: str, port: int, workers: int) -> list[str]:
    """Return the command that serves a WSGI application as a child of this process."""
    arguments = gunicorn_arguments(app, host, port, workers)
    return children.command("ctgraph.server.web_server", *arguments)


def serve(host: str, port: int, workers: int) -> int:
    """Serve the registry until SIGTERM or SIGINT; return the exit code: 1 when gunicorn failed.

    A projector that dies is started again: it goes on where the store stands.
    """
    stop = _on_signals()
    arguments = gunicorn_arguments("ctgraph.web:create_app()", host, port, workers)
    gunicorn = children.start("ctgraph.server.web_server", *arguments)
    # An earlier projector may need a moment to notice that its parent is gone.
    projector, started, pause = start_projector(wait=30), time.monotonic(), FIRST_PAUSE
    try:
        while not stop() and gunicorn.poll() is None:
            if projector.poll() is not None and time.monotonic() > started + pause:
                ended = _how(projector.returncode)
                _log.warning("The projector ended (%s) and is started again.", ended)
                calm = time.monotonic() - started > CALM
                pause = FIRST_PAUSE if calm else min(2 * pause, LONGEST_PAUSE)
                projector, started = start_projector(wait=30), time.monotonic()
            time.sleep(0.1)
    finally:
        for process in (gunicorn, projector):
            process.terminate()
        for process in (gunicorn, projector):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
    if stop():
        return 0
    _log.error("The web server ended (%s); nothing is served any more.", _how(gunicorn.returncode))
    return 1


def _how(code: int) -> str:
    """Say how a process ended."""
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"


def _on_signals() -> Callable[[], bool]:
    """Return a function that tells whether SIGTERM or SIGINT has come."""
    came: list[int] = []

    def note(signum: int, _: FrameType | None) -> None:
        came.append(signum)

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, note)
    return lambda: bool(came)
