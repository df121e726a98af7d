"""The ledger that a worker process keeps open from one question to the next."""

from __future__ import annotations

from functools import lru_cache

from ctgraph.ledger.records import Ledger
from ctgraph.settings import Settings


@lru_cache(maxsize=2)
def opened(settings: Settings) -> Ledger:
    """Return the ledger that the settings name; see :meth:`Ledger.of`."""
    return Ledger.of(settings)
