"""Running a registry: gunicorn and the projector together, in the foreground."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from types import FrameType

from ctgraph.errors import LockHeld, SettingsError
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
LOOK = 1.0
"""How long a patient projector waits before it looks whether it has to end, in seconds."""
_log = logging.getLogger("ctgraph.server.supervisor")


def run_projector(settings: Settings, ledger: Ledger, patient: bool = False) -> None:
    """Follow the ledger until SIGTERM or SIGINT, or until the store's folder is removed.

    :param patient: wait as long as another process holds the triple store.
    :raises LockHeld: when one does, and this one is not patient.
    """
    stop = _on_signals()
    lock = snapshots_of(settings).lock
    told = False
    while not stop():
        try:
            with hold(settings, LOOK if patient else 0):
                follow(settings, ledger, lambda: stop() or not lock.exists())
            return
        except LockHeld:
            if not patient:
                raise
            if not told:
                _log.warning(
                    "Another process holds the triple store in %s: another server, a "
                    "load or a rebuild. This server projects once that has ended.",
                    settings.store_path,
                )
            told = True


def start_projector(for_load: bool = False) -> subprocess.Popen[bytes]:
    """Start a projector in a process of its own; it ends when this process does.

    :param for_load: take few snapshots, and end without a word when another projector runs.
    """
    command = "ctgraph.cli", "projector"
    if not for_load:
        return children.start(*command, "--patient")
    environment = os.environ | {"CTGRAPH_SNAPSHOT_INTERVAL": "60"}
    return children.start(*command, stderr=subprocess.DEVNULL, env=environment)


def gunicorn_arguments(app: str, host: str, port: int, workers: int) -> list[str]:
    """Return what gunicorn is told to serve a WSGI application the way ctgraph is served."""
    options = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "threads": THREADS,
        "worker-class": "ctgraph.server.worker.LeadingWorker",
        "worker-connections": 10_000,
        "timeout": 120,
        "keep-alive": 75,
        "graceful-timeout": 15,
        "limit-request-line": 8190,  # gunicorn's highest; queries are long
        "forwarded-allow-ips": "",  # nobody tells by a header what scheme or path was asked for
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [app, "--no-control-socket", *flags]


def gunicorn_command(app: str, host: str, port: int, workers: int) -> list[str]:
    """Return the command that serves a WSGI application as a child of this process."""
    arguments = gunicorn_arguments(app, host, port, workers)
    return children.command("ctgraph.server.web_server", *arguments)


def serve(host: str, port: int, workers: int) -> int:
    """Serve the registry until SIGTERM or SIGINT; return the exit code: 1 when gunicorn failed.

    A projector that dies is started again: it goes on where the store stands.

    :raises SettingsError: when nothing can listen there.
    """
    _must_be_free(host, port)
    stop = _on_signals()
    arguments = gunicorn_arguments("ctgraph.web:create_app(proved=True)", host, port, workers)
    gunicorn = children.start("ctgraph.server.web_server", *arguments)
    projector, started, pause = start_projector(), time.monotonic(), FIRST_PAUSE
    try:
        while not stop() and gunicorn.poll() is None:
            if projector.poll() is not None and time.monotonic() > started + pause:
                ended = _how(projector.returncode)
                _log.warning("The projector ended (%s) and is started again.", ended)
                calm = time.monotonic() - started > CALM
                pause = FIRST_PAUSE if calm else min(2 * pause, LONGEST_PAUSE)
                projector, started = start_projector(), time.monotonic()
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


def _must_be_free(host: str, port: int) -> None:
    """Make sure that a server can listen at an address; gunicorn would only try it for a while."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address, family=family).close()
    except OSError as error:
        raise SettingsError(
            f"Nothing can listen on {host}, port {port}: {error.strerror}. "
            "Choose others with --host and --port, or end what uses them."
        ) from error


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
