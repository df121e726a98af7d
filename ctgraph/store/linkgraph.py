"""Links as RDF: what precedes what, and for each statement who makes it and in which condition."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from ctgraph.ctid import is_ctid
from ctgraph.identity import Identity
from ctgraph.iris import CTG, TYPE
from ctgraph.links.extraction import Link
from ctgraph.vocab import vocabulary

Node = ox.NamedNode | ox.BlankNode
PRECEDES, SUCCEEDS = ox.NamedNode(f"{CTG}precedes"), ox.NamedNode(f"{CTG}succeeds")
CONCURRENT, REPLACED = ox.NamedNode(f"{CTG}concurrentWith"), ox.NamedNode(f"{CTG}replacedBy")


def link_quads(
    document: str, links: Iterable[tuple[str, Link]], identity: Identity
) -> list[ox.Quad]:
    """Return the named graph of the links that a document asserts.

    :param links: them, each with the CTID of who owns the document.
    """
    graph = ox.NamedNode(identity.links(document))
    return [ox.Quad(*triple, graph)
            for owner, link in links for triple in _triples(graph, owner, link, identity)
    ]  # fmt: skip


def _triples(
    graph: ox.NamedNode, owner: str, link: Link, identity: Identity
) -> Iterator[tuple[Node, ox.NamedNode, Node | ox.Literal]]:
    earlier, later = _node(link.earlier, identity), _node(link.later, identity)
    if link.relation == "concurrent":
        yield earlier, CONCURRENT, later
        yield later, CONCURRENT, earlier
    elif link.relation == "version":
        yield earlier, REPLACED, later
    elif link.relation == "precedes":
        yield earlier, PRECEDES, later
        yield later, SUCCEEDS, earlier
        subject = ox.NamedNode(f"{graph.value}#{_digest(link)}")
        yield subject, TYPE, ox.NamedNode(f"{CTG}Link")
        facts: dict[str, Node | ox.Literal] = {
            "earlier": earlier,
            "later": later,
            "strength": ox.Literal(link.strength),
            "via": ox.Literal(link.via),
            "assertedBy": _node(link.by, identity),
            "assertedWith": ox.NamedNode(vocabulary().expand(link.property)),
            "owner": _node(owner, identity),
        }
        if link.condition:
            facts["condition"] = _node(link.condition.id, identity)
            if link.condition.group:
                facts["alternativeOf"] = _node(link.condition.group, identity)
            if link.condition.required is not None:
                facts["requiredNumber"] = ox.Literal(link.condition.required)
        for name, value in facts.items():
            yield subject, ox.NamedNode(f"{CTG}{name}"), value


def _node(id: str, identity: Identity) -> Node:
    if id.startswith("_:"):
        return ox.BlankNode(id[2:])
    return ox.NamedNode(identity.resource(id) if is_ctid(id) else id)


def _digest(link: Link) -> str:
    """Name a link by what it says, so that its name does not depend on the others."""
    said = (link.earlier, link.later, link.by, link.property, link.strength, link.via,
            link.condition.id if link.condition else "",
            link.condition.group if link.condition else "")  # fmt: skip
    return hashlib.blake2s("\n".join(said).encode(), digest_size=8).hexdigest()
