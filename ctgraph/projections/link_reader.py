"""The reader of the link index: a consistent view of all links, within a deadline."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ctgraph.errors import QueryLimit, StoreError
from ctgraph.identity.ctid import Ctid, NodeId, NoId
from ctgraph.links.model import STRENGTH_OF, Relation, Strength
from ctgraph.links.requirements import Need
from ctgraph.projections.link_queries import (
    ASKED_FOR,
    names_given,
    names_query,
    numbered,
    statements_query,
    steps_query,
)
from ctgraph.projections.link_rows import AssertedLinks, array, asserted_by
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.settings import Settings

INSTRUCTIONS = 20_000
"""How many instructions of SQLite run between two checks of the clock: about a millisecond."""
MAX_SIMPLE_STATEMENTS = 8_000
"""The most statements that are read with a simple query. To number those of each pair takes as long
again."""
MAX_PAIR_STATEMENTS = 20
"""Statements about one pair of nodes that an answer has: enough to see their makers."""
MAX_STATEMENTS = 20_000
"""Statements that are read for one question, so that it ends within its deadline."""
MAX_REQUIREMENT_BYTES = 20_000_000
"""Bytes of requirements that are read for one question, so that it keeps within its memory."""
MAX_NEEDS = 1_000
"""Needs that are read of one record and its manifests."""
TOO_MUCH = "The requirements of these records are too many to be compared. Ask about fewer records."
Needs = list[Need]


class KnownNode(NamedTuple):
    """The facts that the index holds about a node; see `ctgraph.links.node_facts`."""

    id: NodeId
    document: Ctid
    owner: Ctid
    type: Iri
    name: str
    webpage: str
    cost: float | None
    currency: str
    days: float | None


_KNOWN = ", ".join(KnownNode._fields)


class Statement(NamedTuple):
    """One statement of one document, as the index keeps it."""

    document: Ctid
    owner: Ctid
    relation: str
    earlier: NodeId
    later: NodeId
    asserter: NodeId
    property: Curie
    strength: str
    via: str
    condition: NodeId | NoId
    name: str
    description: str
    alternative: NodeId | NoId
    required: int | None


class Step(NamedTuple):
    """One thing that precedes another, and the strength of one statement that says so."""

    earlier: NodeId
    later: NodeId
    strength: Strength


class Replacement(NamedTuple):
    """A newer node that replaces an older one. `owner` published the statement that says so."""

    older: NodeId
    newer: NodeId
    owner: Ctid


class Links:
    """The link index as it was at one moment."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db
        # One question asks for the same nodes several times.
        self._nodes: dict[NodeId, KnownNode | None] = {}

    def steps(
        self,
        ids: Collection[NodeId],
        forward: bool,
        most: int,
        relation: Relation = Relation.PRECEDES,
    ) -> list[Step]:
        """Return the steps from some nodes: to what they precede, or back to what precedes them.

        :param most: how many to return.
        """
        rows = self.db.execute(
            f"{steps_query(forward, relation)} LIMIT :most",
            {"relation": relation, "ids": array(ids), "most": most},
        )
        return [Step(earlier, later, STRENGTH_OF[strength]) for earlier, later, strength in rows]

    def statements(
        self,
        pairs: Collection[tuple[NodeId, NodeId]],
        strengths: Collection[str],
        relation: Relation,
    ) -> dict[tuple[NodeId, NodeId], list[Statement]]:
        """Return the statements about some pairs of an earlier and a later node, by these pairs.

        They are up to twenty for each pair, the statements of the two themselves first, and up to
        20,000 in all.

        :param strengths: the strengths that count; empty for all.
        """
        query = statements_query(relation, of_strength=bool(strengths))
        earlier: dict[NodeId, list[NodeId]] = {}
        for source, target in pairs:
            earlier.setdefault(target, []).append(source)
        given = {
            "pairs": array(earlier.items()),
            "relation": relation,
            "strengths": array(strengths),
            "few": MAX_SIMPLE_STATEMENTS,
            "of_a_pair": MAX_PAIR_STATEMENTS,
            "most": MAX_STATEMENTS,
        }
        rows = self.db.execute(f"{query} LIMIT :few", given).fetchall()
        if len(rows) == MAX_SIMPLE_STATEMENTS:
            rows = self.db.execute(numbered(query), given).fetchall()
        said: dict[tuple[NodeId, NodeId], list[Statement]] = {}
        for row in rows:
            s = Statement._make(row[: len(Statement._fields)])
            said.setdefault((s.earlier, s.later), []).append(s)
        for about in said.values():
            if len(about) > 1:
                about.sort(key=_order)
                del about[MAX_PAIR_STATEMENTS:]
        return said

    def replaced(self, ids: Collection[NodeId]) -> list[Replacement]:
        """Return the current records that replace some nodes."""
        rows = self.db.execute(
            "SELECT link.earlier, link.later, link.owner FROM json_each(?) AS id "
            "CROSS JOIN link ON link.earlier = id.value AND link.relation = 'version' "
            "JOIN node ON node.id = link.later "
            "ORDER BY link.property = 'ceterms:latestVersion', link.later LIMIT ?",
            (array(ids), MAX_STATEMENTS),
        )
        return [Replacement._make(row) for row in rows]

    def said_by(self, document: Ctid) -> AssertedLinks:
        """Return those links of a document that hold. Without any, its owner is empty."""
        return asserted_by(self.db, document)

    def asked_for(self, later: Collection[NodeId]) -> list[Statement]:
        """Return the statements by the owners of records that something is required for these."""
        rows = self.db.execute(ASKED_FOR, (array(later), MAX_STATEMENTS))
        return [Statement._make(row) for row in rows]

    def nodes(self, ids: Collection[NodeId]) -> dict[NodeId, KnownNode]:
        """Return the facts about those nodes that current records describe."""
        fresh = [id for id in ids if id not in self._nodes]
        if fresh:
            self._nodes.update(dict.fromkeys(fresh))
            rows = self.db.execute(
                f"SELECT {_KNOWN} FROM node WHERE id IN (SELECT value FROM json_each(?))",
                (array(fresh),),
            )
            self._nodes.update((known.id, known) for known in map(KnownNode._make, rows))
        return {id: known for id in ids if (known := self._nodes[id])}

    def competencies(self, ids: Collection[NodeId]) -> dict[NodeId, str]:
        """Return the names of the competencies among some nodes."""
        rows = self.db.execute(
            "SELECT id, name FROM node INDEXED BY competency "
            "WHERE competency AND id IN (SELECT value FROM json_each(?)) ORDER BY id, document",
            (array(ids),),
        )
        return dict(rows.fetchall())

    def named(self, words: Collection[str], types: Collection[Iri], most: int) -> list[KnownNode]:
        """Return current nodes of some classes whose names contain all of some words.

        They are those with the shortest names. Competencies are none of them.

        :param types: IRIs of the classes.
        """
        rows = self.db.execute(
            f"SELECT {_KNOWN} FROM ({names_query(words)} LIMIT :most) AS found "
            "CROSS JOIN node USING (id, document)",
            {"types": array(types), "most": most} | names_given(words),
        )
        known = map(KnownNode._make, rows)
        return sorted(known, key=lambda node: (len(node.name), node.name, node.id))

    def requirements(self, records: Collection[NodeId]) -> dict[NodeId, list[Needs]]:
        """Return the requirements that records, or their manifests, state.

        All records that have the conditions of a manifest share one list of them.

        :raises QueryLimit: when it is too much to be compared.
        """
        found = {record: [needs] for record, needs in self._needs("record", records).items()}
        uses = self.db.execute(
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

    def needs_of(self, record: Ctid) -> Iterator[Need]:
        """Yield the needs of one record, then those of the manifests that it uses.

        They are MAX_NEEDS at most.
        """
        rows = self.db.execute(
            "SELECT tree FROM requirement WHERE record = :record UNION ALL "
            "SELECT tree FROM link CROSS JOIN requirement USING (manifest) "
            "WHERE later = :record AND relation = 'uses' LIMIT :most",
            {"record": record, "most": MAX_NEEDS},
        )
        return (Need.from_json(tree) for (tree,) in rows)

    def _needs(self, whose: str, names: Collection[NodeId]) -> dict[NodeId, Needs]:
        found: dict[NodeId, Needs] = {}
        size = 0
        for name, tree in self.db.execute(
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
    store_folder = store_folder_of(settings)
    path = store_folder.links
    if not path.exists() or (store_folder.newest() is None and store_folder.trouble()):
        raise store_folder.unavailable()
    deadline = time.monotonic() + settings.query_timeout
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    db.set_progress_handler(lambda: time.monotonic() > deadline, INSTRUCTIONS)
    try:
        db.execute("BEGIN")
        mark = db.execute("SELECT sequence FROM mark").fetchone()
        if (mark[0] if mark else 0) < store_folder.sequence():
            raise StoreError("The link index is still being built; try again in a moment.")
        yield Links(db)
    except sqlite3.DatabaseError as error:
        if time.monotonic() > deadline:
            raise QueryLimit(
                f"The question took longer than {settings.query_timeout:g} seconds. Ask for fewer "
                "steps."
            ) from error
        store_folder.report(path, str(error))
        raise StoreError(f"The link index could not be read: {error}") from error
    finally:
        db.close()


def _order(statement: Statement) -> tuple[bool, str]:
    """Return the sort key of a statement about two nodes: their own statements come first."""
    return statement.asserter not in (statement.earlier, statement.later), statement.document
