"""Links as RDF: the two things, the document that says so, and the condition."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, NodeId, NoId
from ctgraph.links.model import Link, Relation, Strength
from ctgraph.rdf.namespaces import CTG, TYPE, Curie
from ctgraph.vocab import vocabulary

Node = ox.NamedNode | ox.BlankNode
PRECEDES, SUCCEEDS = ox.NamedNode(f"{CTG}precedes"), ox.NamedNode(f"{CTG}succeeds")
BY_STRENGTH = {
    Strength.REQUIRED: ox.NamedNode(f"{CTG}requiredFor"),
    Strength.ADVANCED: ox.NamedNode(f"{CTG}advancedStandingFor"),
    Strength.PREPARATION: ox.NamedNode(f"{CTG}preparationFor"),
    Strength.RECOMMENDED: ox.NamedNode(f"{CTG}recommendedFor"),
    Strength.WEAK: ox.NamedNode(f"{CTG}weaklyPrecedes"),
}
"""The properties of the order by strength, so that a property path can follow one of them."""
CONCURRENT, REPLACED = ox.NamedNode(f"{CTG}concurrentWith"), ox.NamedNode(f"{CTG}replacedBy")
LINK = ox.NamedNode(f"{CTG}Link")
EARLIER, LATER = ox.NamedNode(f"{CTG}earlier"), ox.NamedNode(f"{CTG}later")
STRENGTH, VIA = ox.NamedNode(f"{CTG}strength"), ox.NamedNode(f"{CTG}via")
ASSERTED_BY, OWNER = ox.NamedNode(f"{CTG}assertedBy"), ox.NamedNode(f"{CTG}owner")
ASSERTED_WITH = ox.NamedNode(f"{CTG}assertedWith")
CONDITION, ALTERNATIVE_OF = ox.NamedNode(f"{CTG}condition"), ox.NamedNode(f"{CTG}alternativeOf")
REQUIRED_NUMBER = ox.NamedNode(f"{CTG}requiredNumber")
MAX_LINK_QUADS = 14
"""The most quads that one link makes, by which the size of a batch is estimated."""


def link_quads(
    document: Ctid, owner: Ctid | NoId, links: Iterable[Link], identity: Identity
) -> list[ox.Quad]:
    """Return the named graph of the links that a document asserts.

    A demand of a manifest precedes the manifest, which precedes all records that have its
    conditions. So a step through a manifest is two of ``ctg:precedes``.

    :param owner: CTID of the owner of the document.
    """
    graph = ox.NamedNode(identity.links(document))
    return [
        ox.Quad(subject, predicate, value, graph)
        for link in links
        for subject, predicate, value in _triples(graph, owner, link, identity)
    ]


def _triples(
    graph: ox.NamedNode, owner: Ctid | NoId, link: Link, identity: Identity
) -> Iterator[tuple[Node, ox.NamedNode, Node | ox.Literal]]:
    if link.relation == Relation.PART:
        return
    earlier, later = _node(link.earlier, identity), _node(link.later, identity)
    if link.relation == Relation.CONCURRENT:
        yield earlier, CONCURRENT, later
        yield later, CONCURRENT, earlier
        return
    if link.relation == Relation.VERSION:
        yield earlier, REPLACED, later
        return
    subject = ox.NamedNode(f"{graph.value}#{_digest(link)}")
    yield from _order(earlier, later, link.strength)
    yield subject, TYPE, LINK
    yield subject, EARLIER, earlier
    yield subject, LATER, later
    if link.strength:
        yield subject, STRENGTH, ox.Literal(link.strength)
    yield subject, VIA, ox.Literal(link.via)
    yield subject, ASSERTED_BY, _node(link.by, identity)
    yield subject, ASSERTED_WITH, _property(link.property)
    yield subject, OWNER, _node(owner, identity)
    if link.condition:
        yield subject, CONDITION, _node(link.condition.id, identity)
        if link.condition.group:
            yield subject, ALTERNATIVE_OF, _node(link.condition.group, identity)
        if link.condition.required is not None:
            yield subject, REQUIRED_NUMBER, ox.Literal(link.condition.required)


def _order(earlier: Node, later: Node, strength: str) -> Iterator[tuple[Node, ox.NamedNode, Node]]:
    """Yield the direct statements that one thing precedes another.

    A link without a strength leads from a manifest to a record that has its conditions. It passes
    every strength on, so that the path of each strength leads through the manifest.
    """
    yield earlier, PRECEDES, later
    yield later, SUCCEEDS, earlier
    for each, property in BY_STRENGTH.items():
        if strength in ("", each):
            yield earlier, property, later


def order_left(store: ox.Store, link: Iterable[ox.Quad]) -> set[ox.Quad]:
    """Return the direct statements of a removed link that other links of its graph make, too.

    :param link: the quads of the removed link.
    """
    order: Any = next(quad for quad in link if quad.predicate == PRECEDES)
    earlier, later, graph = order.subject, order.object, order.graph_name
    # `zip` ends when the shorter of the two lists has been looked through.
    pairs = zip(
        store.quads_for_pattern(None, EARLIER, earlier, graph),
        store.quads_for_pattern(None, LATER, later, graph),
        strict=False,
    )
    left: set[ox.Quad] = set()
    for other in {quad.subject for pair in pairs for quad in pair}:
        if (
            ox.Quad(other, EARLIER, earlier, graph) in store
            and ox.Quad(other, LATER, later, graph) in store
        ):
            said: Iterator[Any] = store.quads_for_pattern(other, STRENGTH, None, graph)
            strength = next((quad.object.value for quad in said), "")
            left |= {ox.Quad(*triple, graph) for triple in _order(earlier, later, strength)}
    return left


@cache
def _property(curie: Curie) -> ox.NamedNode:
    return ox.NamedNode(vocabulary().expand(curie))


def _node(id: NodeId | NoId, identity: Identity) -> Node:
    if id.startswith("_:"):
        return ox.BlankNode(id[2:])
    return ox.NamedNode(identity.node(id))


def _digest(link: Link) -> str:
    """Return a name of a link that depends on its content alone, not on other links."""
    said = (
        link.earlier,
        link.later,
        link.by,
        link.property,
        link.strength,
        link.via,
        link.condition.id if link.condition else "",
        link.condition.group if link.condition else "",
    )
    return hashlib.blake2s("\n".join(said).encode(), digest_size=8).hexdigest()
