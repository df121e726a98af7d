"""The registry's own terms: what it says about records, versions, links, its service, its reports.

``vocab/terms.ttl`` describes them, as an ontology with one description of each term.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pyoxigraph as ox

from ctgraph.rdf.graph import Graph, iri_of
from ctgraph.rdf.namespaces import CTG, OWL, RDF, RDFS, SH, SKOS

_SCHEMA = "https://schema.org/"
_SUBJECT = "http://purl.org/dc/elements/1.1/subject"
_KINDS = {
    f"{OWL}Class": "class",
    f"{OWL}ObjectProperty": "property",
    f"{OWL}DatatypeProperty": "property",
    f"{SKOS}Concept": "value",
    f"{SH}ConstraintComponent": "rule",
    f"{CTG}ProblemType": "problem",
}


@dataclass(frozen=True)
class OwnTerm:
    """One term of the registry; all IRIs in full.

    :param name: the last part of its IRI.
    :param kind: ``class``, ``property``, ``value``, ``rule``, which a report names, or ``problem``,
        which a problem document names.
    :param comment: what it says, in plain English.
    :param subject: what it is about; the heading that it is listed under.
    :param domain: IRIs of the classes that a property is used on; `range` of what it takes.
    :param example: a SPARQL query that uses it; empty where no query finds it.
    """

    iri: str
    name: str
    kind: str
    label: str
    comment: str
    subject: str
    domain: tuple[str, ...]
    range: tuple[str, ...]
    inverse_of: str
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
        self._terms = {
            term.name: term
            for term in map(self._term, self._graph.by_subject)
            if term.iri.startswith(CTG)
        }

    def __iter__(self) -> Iterator[OwnTerm]:
        return iter(self._terms.values())

    def term(self, name: str) -> OwnTerm | None:
        """Return a term by the last part of its IRI."""
        return self._terms.get(name)

    def compact(self, iri: str) -> str:
        """Return the CURIE of an IRI, or the IRI where no prefix of the file fits."""
        for prefix, namespace in self.prefixes.items():
            if iri.startswith(namespace):
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    def serialize(self, format: ox.RdfFormat, term: OwnTerm | None = None) -> bytes:
        """Write the description of one term, or the whole ontology, in an RDF format."""
        quads = self._graph.by_subject[ox.NamedNode(term.iri)] if term else self._graph.quads
        triples = [quad.triple for quad in quads]
        return ox.serialize(triples, format=format, prefixes=self.prefixes) or b""

    def _term(self, subject: Any) -> OwnTerm:
        def values(*predicates: str) -> tuple[str, ...]:
            found = (self._graph.objects(subject, predicate) for predicate in predicates)
            return tuple(iri_of(value) for each in found for value in each)

        kinds = [_KINDS[kind] for kind in values(f"{RDF}type") if kind in _KINDS]
        text = self._graph.text
        return OwnTerm(
            iri=iri_of(subject),
            name=iri_of(subject).removeprefix(CTG),
            kind=kinds[0] if kinds else "",
            label=text(subject, f"{RDFS}label"),
            comment=text(subject, f"{RDFS}comment"),
            subject=text(subject, _SUBJECT),
            domain=values(f"{RDFS}domain", f"{_SCHEMA}domainIncludes"),
            range=values(f"{RDFS}range", f"{_SCHEMA}rangeIncludes"),
            inverse_of=text(subject, f"{OWL}inverseOf"),
            example=text(subject, f"{SKOS}example"),
        )


@cache
def own_terms() -> OwnTerms:
    """Return the terms that ship with ctgraph."""
    return OwnTerms(files("ctgraph.vocab").joinpath("terms.ttl").read_text("utf-8"))
