"""The nodes of a document in the form that links are read from: their values by property."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import NamedTuple

import pyoxigraph as ox

from ctgraph.documents.iris import MAX_IRI_CHARS
from ctgraph.identity import Identity
from ctgraph.identity.ctid import NodeId, is_ctid
from ctgraph.links.properties import TYPE
from ctgraph.rdf.namespaces import BlankLabel, Iri
from ctgraph.vocab.canonical_terms import canonical_term
from ctgraph.vocab.former_names import present_properties


class Text(NamedTuple):
    """A literal. It never equals the name of a node, however it is spelt.

    :param language: the primary tag of its language; empty where it has none.
    """

    lexical: str
    language: str = ""


Value = NodeId | Text
"""A literal, or the name of a node: its CTID, its IRI, or its blank node label with ``_:``."""
Node = Mapping[Iri, list[Value]]
"""All values of a node, by the IRI of the property."""
Nodes = Mapping[NodeId, Node]
"""The nodes of a document, by their names."""


def nodes_of(quads: Iterable[ox.Quad], identity: Identity) -> dict[NodeId, dict[Iri, list[Value]]]:
    """Group quads by subject and property.

    Terms have their official names, former ones of properties the present one, and English
    literals come first. References to IRIs that are too long for any node are left out.
    """
    nodes: dict[NodeId, dict[Iri, list[Value]]] = {}
    prefix = identity.resources

    def named(iri: str) -> NodeId:
        record = iri[len(prefix) :] if iri.startswith(prefix) else ""
        return record if is_ctid(record) else Iri(iri)

    for quad in quads:
        subject, value = quad.subject, quad.object
        name = named(subject.value) if isinstance(subject, ox.NamedNode) else _label(subject)
        property = canonical_term(quad.predicate.value)
        values = nodes.setdefault(name, {}).setdefault(property, [])
        if isinstance(value, ox.NamedNode):
            if len(value.value) > MAX_IRI_CHARS:
                continue
            values.append(canonical_term(value.value) if property == TYPE else named(value.value))
        elif isinstance(value, ox.Literal):
            language = (value.language or "").partition("-")[0].lower()
            values.insert(0 if language == "en" else len(values), Text(value.value, language))
        else:
            values.append(_label(value))
    for node in nodes.values():
        for former, present in present_properties(types_of(node)).items():
            if Iri(former) in node:
                node.setdefault(present, []).extend(node.pop(Iri(former)))
    return nodes


def spelling_of(value: str | Text) -> str:
    """Return a value as its document spells it."""
    return value.lexical if isinstance(value, Text) else value


def names_in(values: Iterable[Value]) -> Iterator[NodeId]:
    """Yield the names of nodes among some values."""
    return (value for value in values if not isinstance(value, Text))


def types_of(node: Node) -> Iterator[Iri]:
    """Yield the classes that a node has."""
    return (Iri(kind) for kind in names_in(node.get(TYPE, ())))


def texts_in(values: Iterable[Value]) -> Iterator[str]:
    """Yield the literals among some values."""
    return (value.lexical for value in values if isinstance(value, Text))


def first_of(node: Node, property: Iri) -> str:
    """Return a node's first value of a property as it is spelt; empty without one."""
    return spelling_of(next(iter(node.get(property, ())), Text("")))


def is_a(nodes: Nodes, name: NodeId, kinds: Set[Iri]) -> bool:
    """Tell whether the document says that a node is of one of some classes, given by IRI."""
    return not kinds.isdisjoint(nodes.get(name, {}).get(TYPE, ()))


def _label(node: object) -> BlankLabel:
    return BlankLabel(str(node))
