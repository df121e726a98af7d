"""The reader of the link index: a consistent view of what precedes what, within a deadline."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from typing import NamedTuple

from ctgraph.errors import QueryLimit, StoreError
from ctgraph.links.model import Relation, Strength
from ctgraph.links.requirements import Need
from ctgraph.projections.link_queries import ASKED_FOR, numbered, statements_query, steps_query
from ctgraph.projections.link_rows import Asserted, array, asserted_by
from ctgraph.projections.snapshots import snapshots_of
from ctgraph.settings import Settings

INSTRUCTIONS = 20_000
"""How many instructions of SQLite run between two looks at the clock: about a millisecond."""
MAX_SIMPLE_STATEMENTS = 8_000
"""Up to so many statements are read with one simple query. To number those of each pair takes as
long again."""
MAX_PAIR_STATEMENTS = 20
"""Statements about one pair of nodes that an answer has: enough to see who says what."""
MAX_STATEMENTS = 20_000
"""Statements that are read for one question, so that it ends within its deadline."""
MAX_REQUIREMENT_BYTES = 20_000_000
"""Requirements that are read for one question, so that it keeps within its memory."""
TOO_MUCH = "What these records need is too much to be compared at once. Ask about fewer records."
Needs = list[Need]


class Known(NamedTuple):
    """What the index knows of a node; see `ctgraph.links.node_facts`."""

    id: str
    document: str
    owner: str
    type: str
    name: str
    webpage: str
    cost: float | None
    currency: str
    days: float | None


_KNOWN = ", ".join(Known._fields)


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


class Step(NamedTuple):
    """That something precedes something else, and the strength of one statement of it."""

    earlier: str
    later: str
    strength: Strength


class Replacement(NamedTuple):
    """That a newer node replaces an older one, by the word of `owner`."""

    older: str
    newer: str
    owner: str


class Links:
    """The link index as it was at one moment."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        # One question asks for the same nodes several times.
        self._nodes: dict[str, Known | None] = {}

    def steps(
        self, ids: Collection[str], forward: bool, most: int, relation: Relation = Relation.PRECEDES
    ) -> list[Step]:
        """Return the steps from some nodes: to what they precede, or back to what precedes them.

        :param most: how many to return.
        """
        rows = self._db.execute(
            f"{steps_query(forward, relation)} LIMIT :most",
            {"relation": relation, "ids": array(ids), "most": most},
        )
        return [Step(earlier, later, Strength(strength)) for earlier, later, strength in rows]

    def statements(
        self, pairs: Collection[tuple[str, str]], strengths: Collection[str], relation: Relation
    ) -> list[Statement]:
        """Return the statements about some pairs of an earlier and a later node.

        They are up to twenty for each pair, the statements of the two themselves first, and up to
        20,000 in all.

        :param strengths: the strengths that count; empty for all.
        """
        query = statements_query(relation, of_strength=bool(strengths))
        given = {
            "pairs": array(pairs),
            "relation": relation,
            "strengths": array(strengths),
            "few": MAX_SIMPLE_STATEMENTS,
            "of_a_pair": MAX_PAIR_STATEMENTS,
            "most": MAX_STATEMENTS,
        }
        rows = self._db.execute(f"{query} LIMIT :few", given).fetchall()
        if len(rows) == MAX_SIMPLE_STATEMENTS:
            rows = self._db.execute(numbered(query), given).fetchall()
        said = sorted((Statement._make(row[: len(Statement._fields)]) for row in rows), key=_order)
        return [
            s
            for _, of_pair in groupby(said, key=_pair)
            for s in islice(of_pair, MAX_PAIR_STATEMENTS)
        ]

    def replaced(self, ids: Collection[str]) -> list[Replacement]:
        """Return the current records that replace some nodes."""
        rows = self._db.execute(
            "SELECT link.earlier, link.later, link.owner FROM json_each(?) AS id "
            "CROSS JOIN link ON link.earlier = id.value AND link.relation = 'version' "
            "JOIN node ON node.id = link.later "
            "ORDER BY link.property = 'ceterms:latestVersion', link.later LIMIT ?",
            (array(ids), MAX_STATEMENTS),
        )
        return [Replacement._make(row) for row in rows]

    def said_by(self, document: str) -> Asserted:
        """Return those links of a document that hold. Without any, its owner is empty."""
        return asserted_by(self._db, document)

    def asked_for(self, later: Collection[str]) -> list[Statement]:
        """Return the statements by the owners of records that something is required for these."""
        rows = self._db.execute(ASKED_FOR, (array(later), MAX_STATEMENTS))
        return [Statement._make(row) for row in rows]

    def nodes(self, ids: Collection[str]) -> dict[str, Known]:
        """Return what current records say about those nodes that they describe."""
        fresh = [id for id in ids if id not in self._nodes]
        if fresh:
            self._nodes.update(dict.fromkeys(fresh))
            rows = self._db.execute(
                f"SELECT {_KNOWN} FROM node WHERE id IN (SELECT value FROM json_each(?))",
                (array(fresh),),
            )
            self._nodes.update((known.id, known) for known in map(Known._make, rows))
        return {id: known for id in ids if (known := self._nodes[id])}

    def named(self, words: Collection[str], types: Collection[str], most: int) -> list[Known]:
        """Return current nodes of some classes whose names contain all of some words.

        :param types: IRIs of the classes.
        """
        patterns = ["%" + re.sub(r"([\\%_])", r"\\\1", word) + "%" for word in words]
        like = " AND ".join(["name LIKE ? ESCAPE '\\'"] * len(patterns)) or "TRUE"
        rows = self._db.execute(
            f"SELECT {_KNOWN} FROM node WHERE type IN (SELECT value FROM json_each(?)) "
            f"AND id LIKE 'ce-%' AND {like} ORDER BY length(name), name, id LIMIT ?",
            (array(types), *patterns, most),
        )
        return [Known._make(row) for row in rows]

    def requirements(self, records: Collection[str]) -> dict[str, list[Needs]]:
        """Return what records need, as far as they or their manifests say so.

        All records that have the conditions of a manifest share one list of them.

        :raises QueryLimit: when it is too much to be compared.
        """
        found = {record: [needs] for record, needs in self._needs("record", records).items()}
        uses = self._db.execute(
            "SELECT DISTINCT later, manifest FROM json_each(?) AS id CROSS JOIN link "
            "ON later = id.value AND relation = 'uses' LIMIT ?",
            (array(records), MAX_STATEMENTS),
        ).fetchall()
        if len(uses) == MAX_STATEMENTS:
            raise QueryLimit(TOO_MUCH)
        shared = self._needs("manifest", {manifest for _, manifest in uses})
        for record, manifest in uses:
            if manifest in shared:
                found.setdefault(record, []).append(shared[manifest])
        return found

    def _needs(self, whose: str, names: Collection[str]) -> dict[str, Needs]:
        found: dict[str, Needs] = {}
        size = 0
        for name, tree in self._db.execute(
            f"SELECT {whose}, tree FROM json_each(?) AS id "
            f"CROSS JOIN requirement ON {whose} = id.value",
            (array(names),),
        ):
            size += len(tree)
            if size > MAX_REQUIREMENT_BYTES:
                raise QueryLimit(TOO_MUCH)
            found.setdefault(name, []).append(Need.from_json(tree))
        return found


@contextmanager
def reading(settings: Settings) -> Iterator[Links]:
    """Read the link index of a registry. All reads in the block see the same moment.

    :raises StoreError: when there is no index yet.
    :raises QueryLimit: when reading takes longer than ``query_timeout``.
    """
    snapshots = snapshots_of(settings)
    path = snapshots.links
    if not path.exists() or (snapshots.newest() is None and snapshots.trouble()):
        raise snapshots.unavailable()
    deadline = time.monotonic() + settings.query_timeout
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    db.set_progress_handler(lambda: time.monotonic() > deadline, INSTRUCTIONS)
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


def _pair(statement: Statement) -> tuple[str, str]:
    return statement.earlier, statement.later


def _order(statement: Statement) -> tuple[str, str, bool, str]:
    """Return the sort key of a statement: its pair, and those that speak of themselves first."""
    ends = _pair(statement)
    return *ends, statement.asserter not in ends, statement.document
