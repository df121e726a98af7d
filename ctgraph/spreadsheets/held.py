"""The documents that the registry holds, a few at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database
from ctgraph.ledger.standing import documents

MAX_DOCUMENTS_AT_ONCE = 200
"""Documents of the ledger that are in memory at once."""


def held(database: Database, records: Iterable[Ctid]) -> Iterator[tuple[Ctid, bytes | None]]:
    """Yield records in order with their documents; None for one that does not stand."""
    left = iter(records)
    while batch := list(islice(left, MAX_DOCUMENTS_AT_ONCE)):
        found = documents(database, batch)
        yield from ((record, found.get(record)) for record in batch)
