"""How far loads have come, so that an interrupted load continues where it stopped."""

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


class Loads:
    """The loads that are not complete."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def documents_done(self, source: str) -> int:
        """Return how many documents of an interrupted load from `source` are done."""
        query = sa.select(load_progress.c.done).where(load_progress.c.source == source)
        with self._database.engine.connect() as connection:
            return connection.execute(query).scalar() or 0

    def forget(self, source: str) -> None:
        """Forget how far a load has come, because it is complete."""
        with self._database.writing() as connection:
            connection.execute(load_progress.delete().where(load_progress.c.source == source))


def note_progress(connection: sa.Connection, progress: Progress) -> None:
    """Note how far a load has come, in the transaction that adds its submissions."""
    values = {"done": progress.done, "updated_at": now()}
    mine = load_progress.c.source == progress.source
    if not connection.execute(load_progress.update().where(mine).values(values)).rowcount:
        connection.execute(load_progress.insert().values(source=progress.source, **values))
