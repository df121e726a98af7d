"""Running a registry: gunicorn and the projector together, in the foreground."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

from ctgraph.ledger import Ledger
from ctgraph.settings import Settings
from ctgraph.store.projector import Projector, hold

# Each web worker has a thread for every question and every publish that may wait, and some for
# everything else.
THREADS = 160


def run_projector(settings: Settings, ledger: Ledger, wait: float = 0) -> None:
    """Follow the ledger until SIGTERM or SIGINT, or until the parent process is gone.

    :raises StoreError: when another projector runs, and does not end within `wait` seconds.
    """
    parent = os.getppid()
    stop = _on_signals()
    with hold(settings, wait):
        projector = Projector(settings, ledger)
        projector.catch_up()
        projector.run(lambda: stop() or os.getppid() != parent)


def start_projector(wait: float = 0, for_load: bool = False) -> subprocess.Popen[bytes]:
    """Start a projector in a process of its own; it ends when this process does.

    :param wait: how long it waits for an earlier projector to end, in seconds.
    :param for_load: take few snapshots, and do not complain when another projector runs.
    """
    command = [sys.executable, "-m", "ctgraph.cli", "projector", "--wait", str(wait)]
    if not for_load:
        return subprocess.Popen(command)
    environment = os.environ | {"CTGRAPH_SNAPSHOT_INTERVAL": "60"}
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment)


def gunicorn_command(app: str, host: str, port: int, workers: int) -> list[str]:
    """Return the command that serves a WSGI application the way ctgraph is served."""
    options = {
        "bind": f"{host}:{port}", "workers": workers, "threads": THREADS,
        "worker-class": "ctgraph.web.threads.LeadingWorker",
        "timeout": 120, "keep-alive": 75, "graceful-timeout": 15,
        "limit-request-line": 8190,  # gunicorn's highest; queries are long
    }  # fmt: skip
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "gunicorn", app, "--no-control-socket", *flags]


def serve(host: str, port: int, workers: int) -> int:
    """Serve the registry until SIGTERM or SIGINT; return gunicorn's exit code.

    A projector that dies is started again: it goes on where the store stands.
    """
    stop = _on_signals()
    gunicorn = subprocess.Popen(gunicorn_command("ctgraph.web:create_app()", host, port, workers))
    # An earlier projector may need a moment to notice that its parent is gone.
    projector = start_projector(wait=30)
    try:
        while not stop() and gunicorn.poll() is None:
            if projector.poll() is not None:
                time.sleep(0.5)
                projector = start_projector(wait=30)
            time.sleep(0.1)
    finally:
        for process in (gunicorn, projector):
            process.terminate()
        for process in (gunicorn, projector):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
    return 0 if stop() else gunicorn.returncode


def _on_signals() -> Callable[[], bool]:
    """Return a function that tells whether SIGTERM or SIGINT has come."""
    came: list[int] = []

    def note(signum: int, _: FrameType | None) -> None:
        came.append(signum)

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, note)
    return lambda: bool(came)
