"""Reading the link index: a consistent view of what precedes what, within a deadline."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from typing import NamedTuple

import orjson

from ctgraph.errors import QueryLimit, StoreError
from ctgraph.links.model import Link, Relation, Strength
from ctgraph.links.requirements import Need
from ctgraph.projections.link_rows import holds, links_of
from ctgraph.projections.snapshots import snapshots_of
from ctgraph.settings import Settings

# How many instructions of SQLite run between two looks at the clock.
LOOK = 20_000
FEW, MOST_OF_A_PAIR, MOST_STATEMENTS = 8_000, 20, 20_000
MOST_BYTES = 20_000_000
"""Of requirements read for one question."""
TOO_MUCH = "What these records need is too much to be compared at once."
Needs = list[Need]

_SAYS = "{0}.property, {0}.strength, {1}, {0}.condition, {0}.name, {0}.description, "
_SAYS += "{0}.alternative, {0}.required"
# A statement of a document, and one that a manifest makes of a record that has its conditions.
_OWN = (
    "link.document, link.owner, link.relation, link.earlier, link.later, link.asserter, "
    + _SAYS.format("link", "link.via")
)
_SHARED = (
    "uses.document, uses.owner, 'precedes', common.earlier, uses.later, uses.later, "
    + _SAYS.format("common", "'manifest'")
)
_HOLDS, _SHARED_HOLDS = holds("link", "link"), holds("common", "uses")


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
    """That something precedes something else, and how strongly at most one statement says so."""

    earlier: str
    later: str
    strength: Strength


class Links:
    """The link index as it was at one moment."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        # A question asks for the same nodes several times.
        self._nodes: dict[str, Known | None] = {}

    def steps(
        self, ids: Collection[str], forward: bool, most: int, relation: Relation = Relation.PRECEDES
    ) -> list[Step]:
        """Return the steps from some nodes: to what they precede, or back to what precedes them.

        :param most: how many to return.
        """
        end, near, far = ("earlier", "common", "uses") if forward else ("later", "uses", "common")
        query = (
            f"SELECT earlier, later, strength FROM link WHERE relation = :relation AND {end} "
            f"IN (SELECT value FROM json_each(:ids)) AND {_HOLDS}"
        )
        if relation == Relation.PRECEDES:
            query += (
                " UNION ALL SELECT common.earlier, uses.later, common.strength "
                f"FROM json_each(:ids) AS id CROSS JOIN link AS {near} "
                f"ON {near}.{end} = id.value AND {near}.relation = '{near}' "
                f"CROSS JOIN link AS {far} "
                f"ON {far}.manifest = {near}.manifest AND {far}.relation = '{far}' "
                f"WHERE common.earlier <> uses.later AND {_SHARED_HOLDS}"
            )
        found = self._db.execute(
            f"{query} LIMIT :most", {"relation": relation, "ids": _array(ids), "most": most}
        )
        return [Step(earlier, later, Strength(strength)) for earlier, later, strength in found]

    def statements(
        self, pairs: Collection[tuple[str, str]], strengths: Collection[str], relation: Relation
    ) -> list[Statement]:
        """Return the statements about some pairs of an earlier and a later node.

        Up to twenty for each pair, those of the two themselves first; and 20,000 in all.

        :param strengths: the strengths that count; empty for all.
        """
        # CROSS JOIN: SQLite is not to begin with the links, of which there are many more.
        earlier, later = (f"json_extract(pair.value, '$[{n}]')" for n in (0, 1))
        strong = "{}.strength IN (SELECT value FROM json_each(:strengths))" if strengths else "TRUE"
        query = (
            f"SELECT {_OWN}, link.rowid AS place FROM json_each(:pairs) AS pair CROSS JOIN link "
            f"ON link.relation = :relation AND link.earlier = {earlier} AND link.later = {later} "
            f"WHERE {strong.format('link')} AND {_HOLDS}"
        )
        if relation == Relation.PRECEDES:
            query += (
                f" UNION ALL SELECT {_SHARED}, common.rowid FROM json_each(:pairs) AS pair "
                f"CROSS JOIN link AS uses ON uses.relation = 'uses' AND uses.later = {later} "
                "CROSS JOIN link AS common ON common.manifest = uses.manifest "
                f"AND common.relation = 'common' AND common.earlier = {earlier} "
                f"WHERE common.earlier <> uses.later AND {strong.format('common')} "
                f"AND {_SHARED_HOLDS}"
            )
        given = {
            "pairs": _array(pairs),
            "relation": relation,
            "strengths": _array(strengths),
            "few": FEW,
            "of_a_pair": MOST_OF_A_PAIR,
            "most": MOST_STATEMENTS,
        }
        rows = self._db.execute(f"{query} LIMIT :few", given).fetchall()
        if len(rows) == FEW:  # numbering them takes as long again
            rows = self._db.execute(
                "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY earlier, later "
                "ORDER BY asserter NOT IN (earlier, later), document, place) AS number "
                f"FROM ({query})) WHERE number <= :of_a_pair LIMIT :most",
                given,
            ).fetchall()
        said = sorted((Statement._make(row[:14]) for row in rows), key=_order)
        return [
            s for _, of_pair in groupby(said, key=_pair) for s in islice(of_pair, MOST_OF_A_PAIR)
        ]

    def replaced(self, ids: Collection[str]) -> list[tuple[str, str, str]]:
        """Return the current records that replace some nodes: older, newer, and who says so."""
        return self._db.execute(
            "SELECT link.earlier, link.later, link.owner FROM json_each(?) AS id "
            "CROSS JOIN link ON link.earlier = id.value AND link.relation = 'version' "
            "JOIN node ON node.id = link.later "
            "ORDER BY link.property = 'ceterms:latestVersion', link.later LIMIT ?",
            (_array(ids), MOST_STATEMENTS),
        ).fetchall()

    def said_by(self, document: str) -> tuple[str, list[Link]]:
        """Return the owner of a document, and those of the links that it asserts that hold.

        There is no owner without links.
        """
        return links_of(self._db, document)

    def asked_for(self, later: Collection[str]) -> list[Statement]:
        """Return the statements that something is required for records by who owns these."""
        return list(
            map(
                Statement._make,
                self._db.execute(
                    f"SELECT {_OWN} FROM json_each(?) AS id "
                    "CROSS JOIN link ON link.later = id.value "
                    "AND relation = 'precedes' AND property = 'ceterms:isRequiredFor' "
                    "JOIN node ON node.id = link.later AND node.owner = link.owner "
                    f"WHERE {_HOLDS} ORDER BY link.document, link.rowid LIMIT ?",
                    (_array(later), MOST_STATEMENTS),
                ),
            )
        )

    def nodes(self, ids: Collection[str]) -> dict[str, Known]:
        """Return what is known of those nodes that stand in a current record."""
        fresh = [id for id in ids if id not in self._nodes]
        if fresh:
            self._nodes.update(dict.fromkeys(fresh))
            rows = self._db.execute(
                "SELECT id, document, owner, type, name, webpage, cost, currency, days FROM node "
                "WHERE id IN (SELECT value FROM json_each(?))",
                (_array(fresh),),
            )
            self._nodes.update((row[0], Known._make(row)) for row in rows)
        return {id: known for id in ids if (known := self._nodes[id])}

    def named(self, words: Collection[str], types: Collection[str], most: int) -> list[Known]:
        """Return current nodes of some classes whose names contain all of some words.

        :param types: IRIs of the classes.
        """
        patterns = ["%" + re.sub(r"([\\%_])", r"\\\1", word) + "%" for word in words]
        like = " AND ".join(["name LIKE ? ESCAPE '\\'"] * len(patterns)) or "TRUE"
        return list(
            map(
                Known._make,
                self._db.execute(
                    "SELECT id, document, owner, type, name, webpage, cost, currency, days "
                    "FROM node WHERE type IN (SELECT value FROM json_each(?)) "
                    f"AND id LIKE 'ce-%' AND {like} ORDER BY length(name), name, id LIMIT ?",
                    (_array(types), *patterns, most),
                ),
            )
        )

    def requirements(self, records: Collection[str]) -> dict[str, list[Needs]]:
        """Return what records need, as far as they or their manifests say so.

        What a manifest says is one and the same list for all that have its conditions.

        :raises QueryLimit: when it is too much to be compared.
        """
        found = {record: [needs] for record, needs in self._needs("record", records).items()}
        uses = self._db.execute(
            "SELECT DISTINCT later, manifest FROM json_each(?) AS id CROSS JOIN link "
            "ON later = id.value AND relation = 'uses' LIMIT ?",
            (_array(records), MOST_STATEMENTS),
        ).fetchall()
        if len(uses) == MOST_STATEMENTS:
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
            (_array(names),),
        ):
            size += len(tree)
            if size > MOST_BYTES:
                raise QueryLimit(TOO_MUCH)
            found.setdefault(name, []).append(Need.from_json(tree))
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
