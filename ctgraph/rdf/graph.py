"""A small graph, to read shape files and descriptions of terms with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from ctgraph.rdf.namespaces import RDF, SH, Iri


class Graph:
    """Triples, found by their subjects."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self.quads = list(quads)
        self.by_subject: dict[Any, list[ox.Quad]] = defaultdict(list)
        for quad in self.quads:
            self.by_subject[quad.subject].append(quad)

    def objects(self, subject: Any, predicate: str) -> list[Any]:
        """Return the values of a property of a subject."""
        found = self.by_subject.get(subject, ())
        return [quad.object for quad in found if quad.predicate.value == predicate]

    def text(self, subject: Any, predicate: str) -> str:
        """Return the first value of a property as text; an empty text if there is none."""
        return next((o.value for o in self.objects(subject, predicate)), "")

    def subjects(self, predicate: str, value: str) -> list[Any]:
        """Return the subjects that have an IRI as the value of a property."""
        return [
            quad.subject
            for quad in self.quads
            if quad.predicate.value == predicate and iri_of(quad.object) == value
        ]

    def having(self, predicate: str) -> list[Any]:
        """Return the subjects that have a property."""
        return [quad.subject for quad in self.quads if quad.predicate.value == predicate]

    def members(self, subject: Any, predicate: str) -> Iterator[Any]:
        """Yield the members of an RDF list."""
        rest = self.objects(subject, predicate)
        while rest and iri_of(rest[0]) != f"{RDF}nil":
            yield from self.objects(rest[0], f"{RDF}first")
            rest = self.objects(rest[0], f"{RDF}rest")

    def first_steps(self, path: Any) -> Iterator[Iri]:
        """Yield the properties that a path may begin with, inverse ones left out."""
        if isinstance(path, ox.NamedNode):
            yield Iri(path.value)
        elif self.objects(path, f"{SH}alternativePath"):
            for step in self.members(path, f"{SH}alternativePath"):
                yield from self.first_steps(step)
        elif first := self.objects(path, f"{RDF}first"):
            yield from self.first_steps(first[0])


def iri_of(term: Any) -> Iri:
    """Return the IRI of a term; an empty text for a literal or a blank node."""
    return Iri(term.value if isinstance(term, ox.NamedNode) else "")


def local_name(term: Any) -> str:
    """Return the part of a term's IRI after the #."""
    return str(getattr(term, "value", term)).rpartition("#")[2]
