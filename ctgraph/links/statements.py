"""The links of a document: its statements that one thing precedes another, or is kin to it.

The properties that say so stand on either of the two things, on a condition manifest, on a transfer
value profile, or between the components of a pathway. They point at the other thing directly or
through a condition profile. Parts, versions and things taken at the same time are kept apart,
because none of them says that one thing precedes another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TypeGuard

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, NodeId, is_ctid
from ctgraph.links import properties as ctdl
from ctgraph.links.components import order_of, proxies_of
from ctgraph.links.conditions import Conditions
from ctgraph.links.model import Link, Relation, Strength, Via
from ctgraph.links.node_facts import Fact, facts_of
from ctgraph.links.nodes import Node, Nodes, is_a, nodes_of
from ctgraph.links.properties import curie_of
from ctgraph.links.requirements import Requirement, RequirementReader

IN_PATHWAY = Strength.RECOMMENDED
"""The strength of a step of a pathway. A step that its pathway requires is not required for the
credential, since other ways may lead to it."""
MAX_LINKS = 20_000
"""Links kept of one document. A few conditions can make very many links."""
MAX_FREE_LINKS = 1_000
"""Links kept of any document. Beyond these, no more are kept than the document has statements."""


@dataclass
class Extract:
    """The part of a document that the link index keeps."""

    facts: list[Fact] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    requirements: list[Requirement] = field(default_factory=list)


def extract(quads: Iterable[ox.Quad], record: Ctid, identity: Identity) -> Extract:
    """Return the part of a document for the index, bounded by MAX_LINKS and MAX_FREE_LINKS.

    :param quads: its canonical quads.
    :param record: the CTID of its primary entity.
    """
    said = list(quads)
    return extract_from(nodes_of(said, identity), len(said), record, identity)


def extract_from(nodes: Nodes, statements: int, record: Ctid, identity: Identity) -> Extract:
    """Return the same of a document whose nodes are known.

    :param statements: how many quads it has.
    """
    most = min(MAX_LINKS, MAX_FREE_LINKS + statements)
    conditions = Conditions(nodes)
    reader = _LinkReader(nodes, conditions, record)
    linking = [node for node in nodes if not ctdl.LINKING.isdisjoint(nodes[node])]
    stated = chain(chain.from_iterable(map(reader.links, linking)), reader.pathway(identity))
    links = dict.fromkeys(islice(stated, most))
    found = [link for link in links if link.earlier != link.later]
    named = {end for link in found for end in (link.earlier, link.later)}
    needs = RequirementReader(nodes, conditions)
    asking = [node for node in nodes if not ctdl.ASKING.isdisjoint(nodes[node])]
    requirements = list(chain.from_iterable(map(needs.requirements, asking)))
    return Extract(list(facts_of(nodes, named)), found, requirements)


class _LinkReader:
    """Reads the links of one document."""

    def __init__(self, nodes: Nodes, conditions: Conditions, record: Ctid) -> None:
        self._nodes = nodes
        self._conditions = conditions
        self._record = record

    def links(self, node: NodeId) -> Iterator[Link]:
        """Yield the links that one node states."""
        if self._conditions.is_inner(node):
            return
        here = self._nodes[node]
        by = node if ctdl.CTID in here else self._record
        if is_a(self._nodes, node, {ctdl.MANIFEST}):
            if not self._conditions.is_foreign(node):
                yield from self._preceding(Relation.COMMON, node, here, by)
            return
        yield from self._preceding(Relation.PRECEDES, node, here, by)
        yield from self._succeeding(node, here, by)
        for target, condition in self._conditions.targets(here.get(ctdl.COREQUISITE, ())):
            curie = curie_of(ctdl.COREQUISITE)
            yield Link(Relation.CONCURRENT, node, target, by, curie, condition=condition)
        yield from self._shared(node, here, by)
        yield from self._transferred(node, here, by)
        yield from self._kin(node, here, by)

    def _preceding(
        self, relation: Relation, node: NodeId, here: Node, by: NodeId
    ) -> Iterator[Link]:
        """Yield the links to a node from the things that it asks for."""
        for property, strength in ctdl.REVERSE.items():
            curie = curie_of(property)
            for target, condition in self._conditions.targets(here.get(property, ())):
                via = Via.CONDITION if condition else Via.DIRECT
                yield Link(relation, target, node, by, curie, strength, via, condition)

    def _succeeding(self, node: NodeId, here: Node, by: NodeId) -> Iterator[Link]:
        """Yield the links from a node to the things that it says it leads to."""
        for property, strength in ctdl.FORWARD.items():
            curie = curie_of(property)
            for target, condition in self._conditions.targets(here.get(property, ())):
                via = Via.CONDITION if condition else Via.DIRECT
                yield Link(Relation.PRECEDES, node, target, by, curie, strength, via, condition)

    def _shared(self, node: NodeId, here: Node, by: NodeId) -> Iterator[Link]:
        """Yield the manifests whose conditions a node has."""
        if not self._conditions.is_foreign(node):
            for manifest in self._conditions.ends(here.get(ctdl.COMMON, ())):
                curie = curie_of(ctdl.COMMON)
                yield Link(Relation.USES, manifest, node, by, curie, via=Via.MANIFEST)

    def _transferred(self, node: NodeId, here: Node, by: NodeId) -> Iterator[Link]:
        """Yield the links from the things that a transfer value profile gives credit for.

        The profile itself stands at the end that it does not name.
        """
        given, taken = (
            list(self._conditions.ends(here.get(side, ()))) for side in (ctdl.FROM, ctdl.FOR)
        )
        curie = curie_of(ctdl.FROM if given else ctdl.FOR)
        for earlier in given or [node]:
            for later in (taken or [node]) if given or taken else ():
                yield Link(
                    Relation.PRECEDES, earlier, later, by, curie, Strength.ADVANCED, Via.TRANSFER
                )

    def _kin(self, node: NodeId, here: Node, by: NodeId) -> Iterator[Link]:
        """Yield the parts and versions of a node."""
        ends = self._conditions.ends
        for part in ends(here.get(ctdl.HAS_PART, ())):
            yield Link(Relation.PART, part, node, by, curie_of(ctdl.HAS_PART))
        for whole in ends(here.get(ctdl.IS_PART_OF, ())):
            yield Link(Relation.PART, node, whole, by, curie_of(ctdl.IS_PART_OF))
        for property in ctdl.OLDER:
            for older in ends(here.get(property, ())):
                yield Link(Relation.VERSION, older, node, by, curie_of(property))
        for property in ctdl.NEWER:
            for newer in ends(here.get(property, ())):
                yield Link(Relation.VERSION, node, newer, by, curie_of(property))

    def pathway(self, identity: Identity) -> Iterator[Link]:
        """Yield the links of a pathway's order, between what its components stand for."""
        if not self._conditions.has_components():
            return
        for step in order_of(self._nodes):
            condition = (
                self._conditions.described(step.condition, step.group, step.required)
                if step.condition
                else None
            )
            for earlier in self._lifted(step.earlier, identity):
                for later in self._lifted(step.later, identity):
                    yield Link(
                        Relation.PRECEDES,
                        earlier,
                        later,
                        self._record,
                        step.property,
                        IN_PATHWAY,
                        Via.PATHWAY,
                        condition,
                    )

    def _lifted(self, component: NodeId, identity: Identity) -> list[NodeId]:
        """Return the things that a component stands for; itself if it stands for competencies."""
        if is_a(self._nodes, component, {ctdl.SKILL}):
            return [component]
        found = proxies_of(self._nodes, component)
        named = (identity.ctid_of(iri) or iri for iri in found)
        return list(filter(_is_name, named)) or [component]


def _is_name(value: str) -> TypeGuard[NodeId]:
    """Tell whether a text can name a node in RDF. A text of a document may be no IRI."""
    try:
        return is_ctid(value) or value.startswith("_:") or bool(ox.NamedNode(value))
    except ValueError:
        return False
