"""What the views share: the registry behind the application, and its queries."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from flask import current_app, request

from ctgraph.bounded import Bounded
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.settings import Settings
from ctgraph.store.past import Past, moment_of
from ctgraph.store.pool import QueryPool
from ctgraph.store.process import never
from ctgraph.store.queries import Query
from ctgraph.store.results import Result
from ctgraph.store.snapshots import snapshots_of


@dataclass
class State:
    """One registry: settings, ledger, and the workers that run queries and check documents."""

    settings: Settings
    ledger: Ledger
    pool: QueryPool
    bounded: Bounded

    @cached_property
    def identity(self) -> Identity:
        """The registry's canonical IRIs."""
        return Identity.of(self.settings)

    def past(self, moment: str) -> Path | None:
        """Return the store as of a moment, for the client of the current request; see `Past`."""
        found = Past(self.settings, self.ledger, snapshots_of(self.settings))
        return found.at(moment_of(moment), self.settings.query_timeout, watch())

    def run(self, query: Query, snapshot: Path | None = None) -> Result:
        """Run a query for the client of the current request, as long as it is there."""
        return self.pool.run(query, request.remote_addr or "", watch(), snapshot)

    def whole(self, query: Query) -> bytes:
        """Run a query and return its whole result."""
        return b"".join(self.run(query))


def state() -> State:
    """Return the registry behind the current request."""
    return cast(State, current_app.extensions["ctgraph"])


def connection(environ: dict[str, Any] | None = None) -> socket.socket | None:
    """Return the socket of a request, by default the current one, where the server tells it."""
    found = (environ or request.environ).get("gunicorn.socket")
    return found if type(found) is socket.socket else None  # with TLS, it is of a subclass


def watch(environ: dict[str, Any] | None = None) -> Callable[[], bool]:
    """Return a function that tells whether the client has closed its connection."""
    client = connection(environ)
    if client is None:
        return never

    def gone() -> bool:
        try:
            return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    return gone
