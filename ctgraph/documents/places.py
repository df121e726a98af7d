"""The nodes of a document: their places in the JSON that was submitted, and their statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import pyoxigraph as ox

from ctgraph.documents.canonicaliser import Found
from ctgraph.documents.json_text import pointer, step
from ctgraph.rdf.namespaces import TYPE, Iri
from ctgraph.rdf.terms import Value
from ctgraph.vocab.former_names import present_properties

PLACE = "urn:ctgraph:place:"
"""The IRIs of nodes without one begin with this in :class:`Places`."""


class PlacedNode(NamedTuple):
    """A node of a document: its JSON Pointer as submitted, and its canonical JSON.

    `sent` has those of its keys that were submitted in another spelling.
    """

    pointer: str
    content: dict[str, Any]
    sent: Mapping[str, str] = MappingProxyType({})

    def step(self, key: str) -> str:
        """Return a key of the canonical JSON as a step of a JSON Pointer, as it was submitted."""
        return step(self.sent.get(key, key))


@dataclass(frozen=True)
class Places:
    """The nodes and the statements of a document. Every node has an IRI, by which it is found.

    A node without an IRI of its own has one that begins with :data:`PLACE`.

    :param nodes: the nodes that say something, by their IRIs.
    :param quads: the statements, in which such nodes are blank.
    """

    nodes: dict[Iri, PlacedNode]
    quads: list[ox.Quad]

    @cached_property
    def statements(self) -> dict[Iri, dict[Iri, list[Value]]]:
        """The statements by the IRIs of their subjects and of their properties."""
        found: dict[Iri, dict[Iri, list[Value]]] = defaultdict(lambda: defaultdict(list))
        for subject, predicate, value in self._triples:
            found[Iri(subject.value)][Iri(predicate.value)].append(value)
        return found

    @cached_property
    def ntriples(self) -> str:
        """The statements as N-Triples."""
        return "".join(
            f"{subject} {predicate} {value} .\n" for subject, predicate, value in self._triples
        )

    @cached_property
    def _triples(self) -> list[tuple[Any, ox.NamedNode, Any]]:
        """The statements with IRIs in the place of blank nodes.

        Those with a former name of a property stand here with the present one too.
        """
        iris: dict[Any, ox.NamedNode] = {}
        triples = []
        kinds: dict[Any, list[str]] = defaultdict(list)
        for subject, predicate, value, _ in self.quads:
            ends = [
                iris.setdefault(end, ox.NamedNode(PLACE + end.value))
                if isinstance(end, ox.BlankNode)
                else end
                for end in (subject, value)
            ]
            triples.append((ends[0], predicate, ends[1]))
            if predicate == TYPE and isinstance(value, ox.NamedNode):
                kinds[ends[0]].append(value.value)
        present = {subject: present_properties(of) for subject, of in kinds.items()}
        usual = present_properties(())
        former = [
            (subject, ox.NamedNode(name), value)
            for subject, predicate, value in triples
            if (name := present.get(subject, usual).get(predicate.value))
        ]
        return triples + former

    def of_record(self, document: str, primary: str) -> Places:
        """Return the places with the document's statements about itself made about its record."""
        return replace(
            self,
            quads=[
                ox.Quad(ox.NamedNode(primary), quad.predicate, quad.object, quad.graph_name)
                if isinstance(quad.subject, ox.NamedNode) and quad.subject.value == document
                else quad
                for quad in self.quads
            ],
        )

    def of_class(self, primary: str, kind: Iri | None) -> Places:
        """Return the places with one more class of the primary entity, if one is given."""
        if kind is None or primary.startswith("_:"):
            return self
        subject = ox.NamedNode(primary)
        return replace(self, quads=[*self.quads, ox.Quad(subject, TYPE, ox.NamedNode(kind))])

    def within(self, parent: str) -> Places:
        """Return the places of a document that stands in another one, at a JSON Pointer."""
        nodes = {
            iri: node._replace(pointer=parent + node.pointer) for iri, node in self.nodes.items()
        }
        return replace(self, nodes=nodes)


def label_nodes(nodes: Iterable[Found]) -> None:
    """Give a blank node label to each node of a document that has no name.

    No label of a document begins with an underscore (:data:`ctgraph.documents.iris.BLANK`).
    """
    for number, (node, _) in enumerate(nodes):
        node.setdefault("@id", f"_:_{number}")


def placed_nodes(
    nodes: Iterable[Found], sent: Mapping[int, Mapping[str, str]]
) -> dict[Iri, PlacedNode]:
    """Return those of the labelled nodes that say something, by their IRIs in :class:`Places`.

    :param sent: by the `id` of a node, its keys that were sent in another spelling.
    """
    found: dict[Iri, PlacedNode] = {}
    for node, at in nodes:
        if len(node) > 1:
            placed = PlacedNode(pointer(at), node, sent.get(id(node), {}))
            found.setdefault(placed_name(node["@id"]), placed)
    return found


def placed_name(name: str) -> Iri:
    """Return the IRI that a node has in :class:`Places`, from its ``@id``."""
    return Iri(PLACE + name[2:] if name.startswith("_:") else name)
