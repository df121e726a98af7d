"""The associations of a framework. The registry keeps none: they are read from the competencies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ctgraph.documents.node_values import each
from ctgraph.finder.schema_org.values import iri_of
from ctgraph.identity import Identity
from ctgraph.ler.case.fields import ALIGNMENTS, CHILD, REVERSED, Node
from ctgraph.ler.case.identifiers import identifier_of_part


@dataclass(frozen=True)
class Association:
    """One association.

    :param origin: the IRI of the thing that it begins at, and `destination` where it ends.
    :param number: the place of a child among its siblings, from 1; None where there is no order.
    :param property: the alignment of CTDL-ASN that it stands for; empty for a child.
    """

    identifier: str
    type: str
    origin: str
    destination: str
    number: int | None = None
    property: str = ""


def associations(
    identity: Identity, framework: Node, competencies: list[Node]
) -> Iterator[Association]:
    """Yield the associations of all competencies of a framework, in their order."""
    parents: dict[str, list[tuple[str, int]]] = {}
    for parent, children in _children(identity, framework, competencies).items():
        for child, number in children.items():
            parents.setdefault(child, []).append((parent, number))
    for node in competencies:
        iri, taken = node["@id"], set[int]()
        for parent, number in parents.get(iri, ()):
            made = identifier_of_part(iri, taken, CHILD, parent)
            yield Association(made, CHILD, iri, parent, number)
        for property, type in ALIGNMENTS.items():
            for other in _iris(identity, node, property):
                origin, destination = (other, iri) if type == REVERSED else (iri, other)
                made = identifier_of_part(iri, taken, property, other)
                yield Association(made, type, origin, destination, None, property)


def _children(
    identity: Identity, framework: Node, competencies: list[Node]
) -> dict[str, dict[str, int]]:
    """Return the children of each parent, by whichever side states them, with their numbers."""
    found: dict[str, dict[str, int]] = {}
    root, placed = framework["@id"], set[str]()

    def add(parent: str, child: str) -> None:
        children = found.setdefault(parent, {})
        children.setdefault(child, len(children) + 1)
        placed.add(child)

    for child in _iris(identity, framework, "ceasn:hasTopChild"):
        add(root, child)
    for node in competencies:
        for child in _iris(identity, node, "ceasn:hasChild"):
            add(node["@id"], child)
    for node in competencies:
        for parent in _iris(identity, node, "ceasn:isChildOf", "ceasn:isTopChildOf"):
            add(parent, node["@id"])
        if node["@id"] not in placed:
            add(root, node["@id"])  # it is in the framework, wherever it stands there
    return found


def _iris(identity: Identity, node: Node, *properties: str) -> list[str]:
    iris = (iri_of(value) for name in properties for value in each(node.get(name)))
    return list(dict.fromkeys(identity.canonical(iri) for iri in iris if iri))
