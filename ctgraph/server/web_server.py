"""gunicorn as ctgraph runs it: ``python -m ctgraph.server.web_server APP --option=value …``."""

from __future__ import annotations

import os
from typing import Any

from gunicorn.app.wsgiapp import WSGIApplication

from ctgraph.work.children import follow


class Server(WSGIApplication):  # type: ignore[misc]
    """gunicorn, whose workers end when it does. It imports nothing from the current folder."""

    def load_config(self) -> None:
        """Read the options, and let each worker follow this process."""
        super().load_config()
        arbiter = os.getpid()

        def followed(_: Any, worker: Any) -> None:
            follow(arbiter)

        self.cfg.set("post_fork", followed)

    def chdir(self) -> None:
        """Stay in the current folder; gunicorn would put it in front of the module path."""


if __name__ == "__main__":
    Server("%(prog)s [OPTIONS] [APP_MODULE]").run()
