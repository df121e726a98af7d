"""The registry's own terms, with which it describes records, versions, links and reports.

``vocab/terms.ttl`` is the ontology that describes each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import pyoxigraph as ox

from ctgraph.rdf.graph import Graph, iri_of
from ctgraph.rdf.namespaces import CTG, OWL, RDF, RDFS, SH, SKOS, Curie, Iri
from ctgraph.rdf.writing import write

_SCHEMA = "https://schema.org/"
_SUBJECT = "http://purl.org/dc/elements/1.1/subject"


class OwnTermKind(StrEnum):
    """The kind of a term. Validation reports name rules, and problem documents name problems."""

    CLASS = "class"
    PROPERTY = "property"
    VALUE = "value"
    RULE = "rule"
    PROBLEM = "problem"


_KINDS = {
    f"{OWL}Class": OwnTermKind.CLASS,
    f"{OWL}ObjectProperty": OwnTermKind.PROPERTY,
    f"{OWL}DatatypeProperty": OwnTermKind.PROPERTY,
    f"{SKOS}Concept": OwnTermKind.VALUE,
    f"{SH}ConstraintComponent": OwnTermKind.RULE,
    f"{CTG}ProblemType": OwnTermKind.PROBLEM,
}


@dataclass(frozen=True)
class OwnTerm:
    """One term of the registry; all IRIs in full.

    :param name: the last part of its IRI.
    :param comment: its meaning in plain English.
    :param subject: the heading under which it is listed.
    :param domain: IRIs of the classes that a property is used on; `range` is that of its values.
    :param example: a SPARQL query that uses it; empty if no query finds it.
    """

    iri: Iri
    name: str
    kind: OwnTermKind
    label: str
    comment: str
    subject: str
    domain: tuple[Iri, ...]
    range: tuple[Iri, ...]
    inverse_of: Iri
    example: str


class OwnTerms:
    """All terms of the registry, in the order of the file that describes them.

    :param turtle: the text of that file.
    """

    def __init__(self, turtle: str) -> None:
        self.turtle = turtle
        parser = ox.parse(turtle, format=ox.RdfFormat.TURTLE)
        self._graph = Graph(parser)
        self.prefixes = parser.prefixes
        own = (subject for subject in self._graph.by_subject if iri_of(subject).startswith(CTG))
        self._terms = {term.name: term for term in map(self._term, own)}

    def __iter__(self) -> Iterator[OwnTerm]:
        return iter(self._terms.values())

    @property
    def triples(self) -> list[ox.Triple]:
        """The statements of the whole ontology."""
        return [quad.triple for quad in self._graph.quads]

    def term(self, name: str) -> OwnTerm | None:
        """Return a term by the last part of its IRI."""
        return self._terms.get(name)

    def compact(self, iri: str) -> Curie:
        """Return the CURIE of an IRI, or the IRI if no prefix of the file fits."""
        for prefix, namespace in self.prefixes.items():
            if iri.startswith(namespace):
                return Curie(f"{prefix}:{iri[len(namespace) :]}")
        return Curie(iri)

    def serialize(self, format: ox.RdfFormat, term: OwnTerm | None = None) -> bytes:
        """Write the description of one term, or the whole ontology, in an RDF format."""
        own = self._graph.by_subject[ox.NamedNode(term.iri)] if term else None
        triples = self.triples if own is None else [quad.triple for quad in own]
        return write(triples, format, self.prefixes)

    def _term(self, subject: Any) -> OwnTerm:
        def values(*predicates: str) -> tuple[Iri, ...]:
            found = (self._graph.objects(subject, predicate) for predicate in predicates)
            return tuple(iri_of(value) for each in found for value in each)

        kinds = [_KINDS[kind] for kind in values(f"{RDF}type") if kind in _KINDS]
        text = self._graph.text
        return OwnTerm(
            iri=iri_of(subject),
            name=iri_of(subject).removeprefix(CTG),
            kind=kinds[0],
            label=text(subject, f"{RDFS}label"),
            comment=text(subject, f"{RDFS}comment"),
            subject=text(subject, _SUBJECT),
            domain=values(f"{RDFS}domain", f"{_SCHEMA}domainIncludes"),
            range=values(f"{RDFS}range", f"{_SCHEMA}rangeIncludes"),
            inverse_of=next(iter(values(f"{OWL}inverseOf")), Iri("")),
            example=text(subject, f"{SKOS}example"),
        )


@cache
def own_terms() -> OwnTerms:
    """Return the terms that ship with ctgraph."""
    return OwnTerms(files("ctgraph.vocab").joinpath("terms.ttl").read_text("utf-8"))
