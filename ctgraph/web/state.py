"""What the views share: the registry behind the application."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from flask import current_app

from ctgraph.bounded import Bounded
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.settings import Settings
from ctgraph.store.queries import QueryPool


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


def state() -> State:
    """Return the registry behind the current request."""
    return cast(State, current_app.extensions["ctgraph"])
