"""Descriptions of the nodes and edges of an answer: names, owners and assertions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, NodeId, NoId, is_ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import Status
from ctgraph.links.model import STRENGTH_OF, VIA_OF, Condition, Relation
from ctgraph.pathways.families import family_of
from ctgraph.pathways.model import Assertion, Edge, Node, Side
from ctgraph.projections.link_reader import KnownNode, Links, Statement
from ctgraph.vocab import vocabulary

MAX_VERSION_STEPS = 50
"""Steps from a record to its newest version. A longer chain of versions is taken for a circle."""


def _edge(source: NodeId, target: NodeId, assertions: list[Assertion]) -> Edge:
    """Return the edge that sums up all statements about two things."""
    if len(assertions) == 1:  # Most edges have one statement, and this is faster.
        only = assertions[0]
        alternative = only.condition is not None and bool(only.condition.group)
        return Edge(source, target, only.strength, only.side, alternative, (only,))
    strength = min((a.strength for a in assertions), key=lambda strength: strength.rank)
    strongest = [a for a in assertions if a.strength == strength]
    sides = {a.side for a in assertions}
    agreed = (
        Side.BOTH
        if Side.BOTH in sides or sides >= {Side.SOURCE, Side.TARGET}
        else next((side for side in (Side.SOURCE, Side.TARGET) if side in sides), Side.OTHER)
    )
    # A statement without a condition does not say that it is the only way.
    conditions = [a.condition for a in strongest if a.condition]
    alternative = bool(conditions) and all(condition.group for condition in conditions)
    return Edge(source, target, strength, agreed, alternative, tuple(assertions))


def _assertion(
    s: Statement, known: Mapping[NodeId, KnownNode], names: Mapping[Ctid, str]
) -> Assertion:
    condition = (
        Condition(s.condition, s.name, s.description, s.alternative, s.required)
        if s.condition
        else None
    )
    return Assertion(
        s.asserter,
        s.owner,
        s.document,
        s.property,
        STRENGTH_OF[s.strength],
        VIA_OF[s.via],
        _side(s, known),
        condition,
        names.get(s.owner, ""),
    )


def _side(s: Statement, known: Mapping[NodeId, KnownNode]) -> Side:
    """Return the side that makes a statement: one of its ends or that end's owner, or neither."""
    if s.asserter in (s.earlier, s.later):
        return Side.SOURCE if s.asserter == s.earlier else Side.TARGET
    source, target = (
        is_ctid(end) and end in known and known[end].owner == s.owner
        for end in (s.earlier, s.later)
    )
    if source and target:
        return Side.BOTH
    return Side.SOURCE if source else Side.TARGET if target else Side.OTHER


class Describer:
    """Describes nodes from the link index, and from the ledger if they are not current."""

    def __init__(self, links: Links, ledger: Ledger, identity: Identity) -> None:
        self._links = links
        self._ledger = ledger
        self._identity = identity
        self._named: dict[Ctid, str] = {}

    def nodes(self, depths: Mapping[NodeId, int]) -> dict[NodeId, Node]:
        """Return nodes by their ids.

        :param depths: steps of each node from where the question starts.
        """
        known = self._links.nodes(depths)
        others = [id for id in depths if id not in known and is_ctid(id)]
        withdrawn_at = self._ledger.records.withdrawn_at(others) if others else {}
        names = self._names({*withdrawn_at, *(row.owner for row in known.values())})
        nodes = {
            id: self._known(known[id], depth, names)
            if id in known
            else self._unknown(id, depth, withdrawn_at, names)
            for id, depth in depths.items()
        }
        for id, latest in self._latest(depths).items():
            nodes[id] = replace(nodes[id], latest=latest)
        return nodes

    def edges(
        self,
        pairs: Collection[tuple[NodeId, NodeId]],
        strengths: Collection[str],
        relation: Relation = Relation.PRECEDES,
    ) -> dict[tuple[NodeId, NodeId], Edge]:
        """Return the edges between some pairs of an earlier and a later node.

        :param strengths: the strengths that count; empty for all.
        """
        statements = self._links.statements(pairs, strengths, relation)
        known = self._links.nodes({end for pair in statements for end in pair})
        names = self._names({s.owner for said in statements.values() for s in said})
        return {
            pair: _edge(*pair, [_assertion(s, known, names) for s in said])
            for pair, said in statements.items()
        }

    def _names(self, records: set[Ctid]) -> dict[Ctid, str]:
        """Return the names of records and organizations. The ledger is asked once for each."""
        fresh = records - self._named.keys()
        if fresh:
            self._named |= dict.fromkeys(fresh, "") | self._ledger.records.names(fresh)
        return self._named

    def _known(self, row: KnownNode, depth: int, names: Mapping[Ctid, str]) -> Node:
        current = is_ctid(row.id)
        owner: Ctid | NoId = row.owner if current else ""
        return Node(
            row.id,
            self._identity.node(row.id),
            vocabulary().compact(row.type),
            family_of(row.type),
            row.name,
            owner,
            names.get(owner, "") if owner else "",
            Status.CURRENT if current else Status.EXTERNAL,
            row.webpage,
            depth,
            "",
            row.cost,
            row.currency,
            row.days,
        )

    def _unknown(
        self,
        id: NodeId,
        depth: int,
        withdrawn_at: Mapping[Ctid, str | None],
        names: Mapping[Ctid, str],
    ) -> Node:
        if not is_ctid(id):
            webpage = id if id.startswith(("http:", "https:")) else ""
            return Node(
                id,
                self._identity.node(id),
                name=webpage or "Something without a name",
                status=Status.EXTERNAL,
                webpage=webpage,
                depth=depth,
            )
        # A record that was published a moment ago may not be in the index yet.
        status = Status.UNKNOWN
        if id in withdrawn_at:
            status = Status.WITHDRAWN if withdrawn_at[id] else Status.CURRENT
        return Node(id, self._identity.node(id), name=names.get(id, ""), status=status, depth=depth)

    def _owner(self, id: NodeId) -> Ctid | NoId:
        """Return the owner of a record, even if the record is withdrawn."""
        known = self._links.nodes([id]).get(id)
        if known:
            return known.owner
        found = self._ledger.records.find(id) if is_ctid(id) else None
        return found.owner if found else ""

    def _latest(self, ids: Collection[NodeId]) -> dict[NodeId, NodeId]:
        """Return the newest versions of the nodes among some that are replaced.

        Only the owner of the older one can replace it; claims of others do not count.
        """
        newest: dict[NodeId, NodeId] = {}
        newer = {id: id for id in ids}
        for _ in range(MAX_VERSION_STEPS):
            steps = {
                older: later
                for older, later, owner in self._links.replaced({*newer.values()})
                if owner == self._owner(older)
            }
            newer = {id: steps[at] for id, at in newer.items() if at in steps}
            if not newer:
                return newest
            newest |= newer
        # A node that is still in `newer` is in a circle of versions and has no newest one.
        return {id: latest for id, latest in newest.items() if id not in newer}
