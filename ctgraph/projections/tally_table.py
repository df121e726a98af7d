"""The table of counts, which lies in the file of the link index and changes with its rows."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing

from ctgraph.projections.store_folder import store_folder_of
from ctgraph.projections.tallies import Measure, Tally
from ctgraph.settings import Settings

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tally (
  measure TEXT NOT NULL, key TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (measure, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS certain (is_certain INTEGER PRIMARY KEY);
"""
_ADD = """
INSERT INTO tally VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET number = number + excluded.number
"""


class TallyTable:
    """The counts, as the projector writes them.

    They follow from what a change adds to the triple store and removes from it. So they are in
    doubt from before a change of the store until it is noted here, after a crash between, and in a
    new table.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.executescript(_SCHEMA)

    def read(self) -> Tally:
        """Return all counts."""
        return all_counts(self._db)

    def is_doubtful(self) -> bool:
        """Tell whether the store may hold something that the counts miss, or the opposite."""
        return self._db.execute("SELECT 1 FROM certain").fetchone() is None

    def doubt(self) -> None:
        """Note that the store is about to change."""
        self._db.execute("DELETE FROM certain")

    def add(self, tally: Tally) -> None:
        """Add to the counts, in the transaction that completes a change."""
        rows = [(measure, key, number) for (measure, key), number in tally.items() if number]
        self._db.executemany(_ADD, rows)
        self._db.executemany(
            "DELETE FROM tally WHERE measure = ? AND key = ? AND number = 0",
            [(measure, key) for measure, key, number in rows if number < 0],
        )
        self._db.execute("INSERT OR IGNORE INTO certain VALUES (1)")

    def replace(self, tally: Tally) -> None:
        """Replace all counts by others, which are certain."""
        self._db.execute("DELETE FROM tally")
        self.add(tally)


def all_counts(db: sqlite3.Connection) -> Tally:
    """Return all counts that a database holds."""
    return _tally(db.execute("SELECT measure, key, number FROM tally"))


def tally_now(settings: Settings, *measures: Measure, key: str | None = None) -> Tally | None:
    """Return counts of what queries see, or will see in a second; None before the first projection.

    :param measures: those that are wanted.
    :param key: the only thing that is wanted of them.
    """
    links = store_folder_of(settings).links
    places = ", ".join("?" * len(measures))
    query = f"SELECT measure, key, number FROM tally WHERE measure IN ({places})"
    wanted: list[str] = [*measures]
    if key is not None:
        query, wanted = f"{query} AND key = ?", [*measures, key]
    try:
        uri = f"{links.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            return _tally(db.execute(query, wanted))
    except sqlite3.DatabaseError:
        return None


def _tally(rows: Iterable[tuple[str, str, int]]) -> Tally:
    return Counter({(Measure(measure), key): number for measure, key, number in rows})
