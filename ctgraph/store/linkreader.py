"""Reading the link index: a consistent view of what precedes what, within a deadline."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from typing import Any, NamedTuple

import orjson

from ctgraph.errors import QueryLimit, StoreError
from ctgraph.links.extraction import Link
from ctgraph.settings import Settings
from ctgraph.store.links import links_of
from ctgraph.store.snapshots import snapshots_of

# How many instructions of SQLite run between two looks at the clock.
LOOK = 20_000
FEW, MOST_OF_A_PAIR, MOST_STATEMENTS = 8_000, 20, 20_000
MOST_BYTES = 20_000_000
"""Of requirements read for one question."""


class Known(NamedTuple):
    """What the index knows of a node; see `ctgraph.links.facts`."""

    id: str
    document: str
    owner: str
    type: str
    name: str
    webpage: str
    cost: float | None
    currency: str
    days: float | None


class Statement(NamedTuple):
    """One statement of one document, as the index keeps it."""

    document: str
    owner: str
    relation: str
    earlier: str
    later: str
    asserter: str
    property: str
    strength: str
    via: str
    condition: str
    name: str
    description: str
    alternative: str
    required: int | None
    manifest: str


class Step(NamedTuple):
    """That something precedes something else, and how strongly at most one statement says so."""

    earlier: str
    later: str
    strength: str


class Links:
    """The link index as it was at one moment."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        # A question asks for the same nodes several times.
        self._nodes: dict[str, Known | None] = {}

    def steps(
        self, ids: Collection[str], forward: bool, most: int, relation: str = "precedes"
    ) -> list[Step]:
        """Return the steps from some nodes: to what they precede, or back to what precedes them.

        :param most: how many to return, in the order of the nodes.
        """
        end = "earlier" if forward else "later"
        return list(map(Step._make, self._db.execute(
            f"SELECT earlier, later, strength FROM link WHERE relation = ? AND {end} IN "
            "(SELECT value FROM json_each(?)) LIMIT ?", (relation, _array(ids), most),
        )))  # fmt: skip

    def statements(
        self, pairs: Collection[tuple[str, str]], strengths: Collection[str], relation: str
    ) -> list[Statement]:
        """Return the statements about some pairs of an earlier and a later node.

        Up to twenty for each pair, those of the two themselves first; and 20,000 in all.

        :param strengths: the strengths that count; empty for all.
        """
        # CROSS JOIN: SQLite is not to begin with the links, of which there are many more.
        found = (
            "FROM json_each(?) AS pair CROSS JOIN link ON relation = ? "
            "AND earlier = json_extract(pair.value, '$[0]') "
            "AND later = json_extract(pair.value, '$[1]')"
        )
        if strengths:
            found += " AND strength IN (SELECT value FROM json_each(?))"
        given = (_array(pairs), relation, *([_array(strengths)] if strengths else []))
        rows = self._db.execute(f"SELECT link.* {found} LIMIT ?", (*given, FEW)).fetchall()
        if len(rows) == FEW:  # numbering them takes as long again
            rows = self._db.execute(
                "SELECT * FROM (SELECT link.*, row_number() OVER (PARTITION BY earlier, later "
                "ORDER BY asserter NOT IN (earlier, later), document, link.rowid) AS number "
                f"{found}) WHERE number <= ? LIMIT ?", (*given, MOST_OF_A_PAIR, MOST_STATEMENTS),
            ).fetchall()  # fmt: skip
        said = sorted((Statement._make(row[:15]) for row in rows), key=_order)
        return [s for _, of_pair in groupby(said, key=_pair)
                for s in islice(of_pair, MOST_OF_A_PAIR)]  # fmt: skip

    def replaced(self, ids: Collection[str]) -> list[tuple[str, str, str]]:
        """Return the current records that replace some nodes: older, newer, and who says so."""
        return self._db.execute(
            "SELECT link.earlier, link.later, link.owner FROM json_each(?) AS id "
            "CROSS JOIN link ON link.earlier = id.value AND link.relation = 'version' "
            "JOIN node ON node.id = link.later "
            "ORDER BY link.property = 'ceterms:latestVersion', link.later LIMIT ?",
            (_array(ids), MOST_STATEMENTS),
        ).fetchall()  # fmt: skip

    def said_by(self, document: str) -> tuple[str, list[Link]]:
        """Return the owner of a document, and the links that it asserts; no owner without links."""
        return links_of(self._db, document)

    def asked_for(self, later: Collection[str]) -> list[Statement]:
        """Return the statements that something is required for records by who owns these."""
        return list(map(Statement._make, self._db.execute(
            "SELECT link.* FROM json_each(?) AS id CROSS JOIN link ON link.later = id.value "
            "AND relation = 'precedes' AND property = 'ceterms:isRequiredFor' "
            "JOIN node ON node.id = link.later AND node.owner = link.owner "
            "ORDER BY link.document, link.rowid LIMIT ?", (_array(later), MOST_STATEMENTS),
        )))  # fmt: skip

    def nodes(self, ids: Collection[str]) -> dict[str, Known]:
        """Return what is known of those nodes that stand in a current record."""
        fresh = [id for id in ids if id not in self._nodes]
        if fresh:
            self._nodes.update(dict.fromkeys(fresh))
            rows = self._db.execute(
                "SELECT id, document, owner, type, name, webpage, cost, currency, days FROM node "
                "WHERE id IN (SELECT value FROM json_each(?))", (_array(fresh),),
            )  # fmt: skip
            self._nodes.update((row[0], Known._make(row)) for row in rows)
        return {id: known for id in ids if (known := self._nodes[id])}

    def named(self, words: Collection[str], types: Collection[str], most: int) -> list[Known]:
        """Return current nodes of some classes whose names contain all of some words.

        :param types: IRIs of the classes.
        """
        patterns = ["%" + re.sub(r"([\\%_])", r"\\\1", word) + "%" for word in words]
        like = " AND ".join(["name LIKE ? ESCAPE '\\'"] * len(patterns)) or "TRUE"
        return list(map(Known._make, self._db.execute(
            "SELECT id, document, owner, type, name, webpage, cost, currency, days FROM node "
            "WHERE type IN (SELECT value FROM json_each(?)) "
            f"AND id LIKE 'ce-%' AND {like} ORDER BY length(name), name, id LIMIT ?",
            (_array(types), *patterns, most),
        )))  # fmt: skip

    def requirements(self, records: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """Return what records need, as far as they or their manifests say so."""
        found: dict[str, list[dict[str, Any]]] = {}
        size = 0
        for record, tree in self._db.execute(
            "SELECT record, tree FROM requirement WHERE record IN "
            "(SELECT value FROM json_each(?)) ORDER BY rowid", (_array(records),),
        ):  # fmt: skip
            size += len(tree)
            if size > MOST_BYTES:
                raise QueryLimit("What these records need is too much to be compared at once.")
            found.setdefault(record, []).append(orjson.loads(tree))
        return found


@contextmanager
def reading(settings: Settings) -> Iterator[Links]:
    """Read the link index of a registry; all that is read in the block is of one moment.

    :raises StoreError: when there is no index yet.
    :raises QueryLimit: when reading takes longer than ``query_timeout``.
    """
    snapshots = snapshots_of(settings)
    path = snapshots.links
    if not path.exists() or (snapshots.newest() is None and snapshots.trouble()):
        raise snapshots.unavailable()
    deadline = time.monotonic() + settings.query_timeout
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    db.set_progress_handler(lambda: time.monotonic() > deadline, LOOK)
    try:
        db.execute("BEGIN")
        mark = db.execute("SELECT sequence FROM mark").fetchone()
        if (mark[0] if mark else 0) < snapshots.sequence():
            raise StoreError("The link index is still being built; try again in a moment.")
        yield Links(db)
    except sqlite3.DatabaseError as error:
        if time.monotonic() > deadline:
            raise QueryLimit(
                f"The question took longer than {settings.query_timeout:g} seconds. Ask for fewer "
                "steps."
            ) from error
        snapshots.report(path, str(error))
        raise StoreError(f"The link index could not be read: {error}") from error
    finally:
        db.close()


def _array(ids: Collection[object]) -> str:
    return orjson.dumps(list(ids)).decode()


def _pair(statement: Statement) -> tuple[str, str]:
    return statement.earlier, statement.later


def _order(statement: Statement) -> tuple[str, str, bool, str]:
    """Return what statements are sorted by: their pairs, and who speaks of themselves first."""
    ends = _pair(statement)
    return *ends, statement.asserter not in ends, statement.document
