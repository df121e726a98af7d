"""How far loads have come, so that one that was interrupted goes on where it stopped."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.ledger.database import Database
from ctgraph.ledger.tables import load_progress
from ctgraph.ledger.values import now


@dataclass(frozen=True)
class Progress:
    """How many documents of a load are done, once the submissions that go with it are added."""

    source: str
    done: int


def documents_done(ledger: Database, source: str) -> int:
    """Return how many documents of an interrupted load from `source` are done."""
    query = sa.select(load_progress.c.done).where(load_progress.c.source == source)
    with ledger.engine.connect() as connection:
        return connection.execute(query).scalar() or 0


def note_progress(connection: sa.Connection, progress: Progress) -> None:
    """Note how far a load is."""
    values = {"done": progress.done, "updated_at": now()}
    mine = load_progress.c.source == progress.source
    if not connection.execute(load_progress.update().where(mine).values(values)).rowcount:
        connection.execute(load_progress.insert().values(source=progress.source, **values))


def forget_progress(ledger: Database, source: str) -> None:
    """Forget how far a load was, since it is complete."""
    with ledger.writing() as connection:
        connection.execute(load_progress.delete().where(load_progress.c.source == source))
