"""gunicorn as ctgraph runs it: ``python -m ctgraph.server.web_server APP --option=value …``."""

from __future__ import annotations

import gc
import os
import signal
import sys
from importlib import import_module
from typing import Any

from gunicorn.app.wsgiapp import WSGIApplication
from gunicorn.arbiter import Arbiter

from ctgraph.work import process
from ctgraph.work.children import follow

COLLECTED_OBJECTS = 10_000
"""New objects after which a web worker looks for cycles. Each request leaves some; looking for them
as often as Python does took 5 to 10 % of a small answer."""


class ForkingArbiter(Arbiter):  # type: ignore[misc]
    """gunicorn's arbiter, whose workers lose no SIGTERM.

    Until a forked worker has handlers of its own, it has those of the arbiter, which only note a
    signal. It would go on, and the arbiter would wait for its end as long as for slow answers.
    """

    def spawn_worker(self) -> int:
        """Fork a worker that hears SIGTERM only once that ends it; return its process id."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            return super().spawn_worker()  # type: ignore[no-any-return]
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Server(WSGIApplication):  # type: ignore[misc]
    """gunicorn, whose workers end when it does. It imports nothing from the current folder."""

    def load_config(self) -> None:
        """Read the options, and prepare each worker: it follows this process.

        The modules of the application are imported here, before workers are forked: an import takes
        two seconds of a processor, and the workers share its memory. Each makes its application.
        """
        super().load_config()
        arbiter = os.getpid()

        def ready(_: Any) -> None:
            import_module(self.app_uri.partition(":")[0])
            gc.freeze()  # else looking for cycles would copy the memory

        def followed(_: Any, worker: Any) -> None:
            follow(arbiter)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

        self.cfg.set("when_ready", ready)
        self.cfg.set("post_fork", followed)
        self.cfg.set("post_worker_init", _booted)

    def run(self) -> None:
        """Serve until a signal asks for the end. Nothing goes into the background."""
        try:
            ForkingArbiter(self).run()
        except RuntimeError as error:  # such as a setting that gunicorn cannot use
            sys.exit(f"Error: {error}")

    def chdir(self) -> None:
        """Stay in the current folder; gunicorn would put it in front of the module path."""


def _booted(worker: Any) -> None:
    """Prepare a worker that has its application for the first requests.

    It looks for cycles seldom, and only in what comes later. The process that its own workers are
    forked from imports its modules meanwhile: the first question would wait for seconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_OBJECTS)
    process.begin()


if __name__ == "__main__":
    Server("%(prog)s [OPTIONS] [APP_MODULE]").run()
