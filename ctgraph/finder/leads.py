"""The records that lead to another one, or that it leads to, as a search."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from ctgraph.errors import RecordNotFound
from ctgraph.finder.formats import found_json
from ctgraph.finder.found import Found, Hit
from ctgraph.finder.question import Question
from ctgraph.finder.search import Search
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, NodeId
from ctgraph.ledger import shared_ledger
from ctgraph.ledger.values import Status
from ctgraph.links.model import Strength
from ctgraph.pathways.answers import Describer
from ctgraph.pathways.model import Cut, Node
from ctgraph.pathways.traversal import Asked, Walk, walk
from ctgraph.projections.link_reader import reading
from ctgraph.settings import Settings


@dataclass(frozen=True)
class Lead:
    """A record that leads to another one, or that it leads to.

    :param way: the things on a shortest way, the earliest first, both ends among them.
    :param strengths: how each of them but the last leads to the next.
    :param alternatives: whether it is one of several, of which one is enough for the next.
    """

    hit: Hit
    way: tuple[Node, ...]
    strengths: tuple[Strength, ...]
    alternatives: tuple[bool, ...]

    @property
    def steps(self) -> int:
        """The number of steps between the two."""
        return len(self.strengths)


@dataclass(frozen=True)
class Leads:
    """The answer to the question what leads to a record, or what it leads to.

    :param end: the record that the question is about.
    :param found: what the search index says of the records that are reached, page by page.
    :param cut: what the bounds of the traversal leave out.
    """

    end: Node
    found: Found
    leads: tuple[Lead, ...]
    cut: tuple[Cut, ...]


def leads(settings: Settings, end: Ctid, is_goal: bool, reach: Asked, question: Question) -> Leads:
    """Return the records from which a record is reached, or that are reached from it.

    :param is_goal: whether the others lead to the record, else it leads to them.
    :param reach: the steps to follow, and the strengths that count.
    :param question: narrows and sorts them. By relevance, those with the fewest steps come first.
    :raises RecordNotFound: when the registry never held the record.
    :raises QueryLimit: when the traversal takes too long.
    """
    identity, ledger = Identity.of(settings), shared_ledger(settings)
    with reading(settings) as links:
        describer = Describer(links, ledger, identity)
        described = describer.nodes({end: 0})[end]
        if described.status is Status.UNKNOWN:
            raise RecordNotFound(end)
        reached = walk(links, [end], not is_goal, reach)
        found = Search(settings).ask(replace(question, among=_levels(reached)))
        ways = _Ways(reached, is_goal)
        shown = {hit.card.record: tuple(ways.of(hit.card.record)) for hit in found.hits}
        nodes = describer.nodes({id: 0 for way in shown.values() for id in way})
        pairs = {pair for way in shown.values() for pair in pairwise(way)}
        edges = describer.edges(pairs, reach.strengths)
    made = []
    for hit in found.hits:
        way = shown[hit.card.record]
        followed = [edges[pair] for pair in pairwise(way)]
        made.append(
            Lead(
                hit,
                tuple(nodes[id] for id in way),
                tuple(edge.strength for edge in followed),
                tuple(edge.alternative for edge in followed),
            )
        )
    return Leads(described, found, tuple(made), tuple(reached.cut))


def _levels(reached: Walk) -> tuple[frozenset[NodeId], ...]:
    """Return the nodes that a walk reached, by their steps from its start."""
    most = max(reached.depths.values())
    return tuple(
        frozenset(id for id, depth in reached.depths.items() if depth == level)
        for level in range(1, most + 1)
    )


class _Ways:
    """The shortest ways of a walk."""

    def __init__(self, reached: Walk, is_goal: bool) -> None:
        self._is_goal = is_goal
        self._nearer: dict[NodeId, NodeId] = {}
        for earlier, later in reached.edges:
            there, here = (earlier, later) if is_goal else (later, earlier)
            if reached.depths[there] == reached.depths[here] + 1:
                self._nearer.setdefault(there, here)

    def of(self, node: NodeId) -> list[NodeId]:
        """Return the nodes between the start of the walk and a node, the earliest first."""
        way = [node, *self._behind(node)]
        return way if self._is_goal else way[::-1]

    def _behind(self, node: NodeId) -> Iterator[NodeId]:
        while node in self._nearer:
            node = self._nearer[node]
            yield node


def leads_json(answer: Leads, is_goal: bool, identity: Identity, base: str) -> dict[str, Any]:
    """Return an answer as JSON: that of the search, with the way of each record.

    :param base: the address of the registry.
    """
    found = found_json(answer.found, identity)
    for listed, lead in zip(found["records"], answer.leads, strict=True):
        first, last = lead.way[0].id, lead.way[-1].id
        listed["steps"] = lead.steps
        steps = zip(
            lead.way, (*lead.strengths, Strength.NONE), (*lead.alternatives, False), strict=True
        )
        listed["way"] = [
            {
                "id": node.id,
                "iri": node.iri,
                "name": node.name,
                "strength": strength or None,
                "alternative": alternative,
            }
            for node, strength, alternative in steps
        ]
        listed["routes"] = f"{base}/pathways/route?from={first}&to={last}"
    end = {"ctid": answer.end.id, "iri": answer.end.iri, "name": answer.end.name}
    return found | {
        "to" if is_goal else "from": end | {"status": answer.end.status},
        "cut": [cut.reason for cut in answer.cut],
    }
