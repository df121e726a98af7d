"""The gunicorn worker that serves ctgraph: a thread stays with its client for a moment."""

from __future__ import annotations

import select
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

LINGER = 20
"""How long a thread waits for the next request of its connection, in milliseconds."""


class LingeringWorker(ThreadWorker):  # type: ignore[misc]
    """A threaded worker that answers requests which follow each other in one thread.

    Handing a connection back to the main thread, and out to a thread again, takes longer than
    many an answer.
    """

    def handle(self, conn: TConn) -> Any:
        """Answer the requests of a connection until none comes for a moment."""
        while True:
            keep = super().handle(conn)
            if keep is not True or not self.alive or not _more(conn):
                return keep


def _more(conn: TConn) -> bool:
    """Wait a moment for another request; what was read ahead of it counts."""
    if conn.parser.unreader.buf.getvalue():
        return True
    poll = select.poll()
    poll.register(conn.sock, select.POLLIN)
    return bool(poll.poll(LINGER))
