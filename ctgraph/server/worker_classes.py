"""The classes of web workers that a registry can be served with."""

from __future__ import annotations

from enum import StrEnum


class Worker(StrEnum):
    """The class of gunicorn's web workers."""

    LEADING = "leading"
    """Our own: one thread answers short requests, and slow clients take no thread."""
    GTHREAD = "gthread"
    """gunicorn's stock threaded worker: a request goes to a thread of a pool."""

    @property
    def path(self) -> str:
        """The path by which gunicorn imports the class."""
        return "ctgraph.server.worker.LeadingWorker" if self is Worker.LEADING else self.value
