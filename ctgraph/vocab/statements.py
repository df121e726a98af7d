"""The vocabulary as RDF: the statements about each term of CTDL, and about our own terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyoxigraph as ox

from ctgraph.rdf.namespaces import OWL, RDF, RDFS, SKOS, TYPE, Iri
from ctgraph.vocab.own_terms import own_terms
from ctgraph.vocab.terms import Term, TermKind, vocabulary

LANGUAGE = "en"
"""The language of the labels and definitions."""
_SCHEMA = "https://schema.org/"
_CLASSES = {
    TermKind.CLASS: f"{RDFS}Class",
    TermKind.PROPERTY: f"{RDF}Property",
    TermKind.SCHEME: f"{SKOS}ConceptScheme",
    TermKind.CONCEPT: f"{SKOS}Concept",
}
_LABEL = f"{RDFS}label"
_DEFINITIONS = {TermKind.SCHEME: f"{SKOS}definition", TermKind.CONCEPT: f"{SKOS}definition"}
_STATUS = ox.NamedNode("https://www.w3.org/2003/06/sw-vocab-status/ns#term_status")


def statements(term: Term, definition: str | None) -> Iterator[ox.Triple]:
    """Yield the statements about a term of CTDL, as the official encodings make them.

    Schemes and concepts have their label twice, as `rdfs:label` and as `skos:prefLabel`, so that a
    query finds the labels of all terms in one way.

    :param definition: the sentence that defines the term, where an operator imported it.
    """
    subject = ox.NamedNode(term.iri)
    yield ox.Triple(subject, TYPE, ox.NamedNode(_CLASSES[term.kind]))
    label = ox.Literal(term.label, language=LANGUAGE)
    yield ox.Triple(subject, ox.NamedNode(_LABEL), label)
    if term.kind in _DEFINITIONS:
        yield ox.Triple(subject, ox.NamedNode(f"{SKOS}prefLabel"), label)
    if definition:
        defines = ox.NamedNode(_DEFINITIONS.get(term.kind, f"{RDFS}comment"))
        yield ox.Triple(subject, defines, ox.Literal(definition, language=LANGUAGE))
    if term.status:
        yield ox.Triple(subject, _STATUS, ox.Literal(term.status))
    for property, values in (
        (f"{RDFS}subClassOf", term.sub_class_of),
        (f"{RDFS}subPropertyOf", term.sub_property_of),
        (f"{_SCHEMA}domainIncludes", term.domain_includes),
        (f"{_SCHEMA}rangeIncludes", term.range_includes),
        (f"{OWL}inverseOf", term.inverse_of),
        ("http://credreg.net/meta/terms/targetScheme", term.target_scheme),
        (f"{SKOS}inScheme", term.in_scheme),
        (f"{SKOS}broader", term.broader),
    ):
        for value in values:
            yield ox.Triple(subject, ox.NamedNode(property), ox.NamedNode(value))


def all_statements(definitions: Mapping[Iri, str]) -> Iterator[ox.Triple]:
    """Yield the statements about all terms of CTDL and all terms of our own."""
    for term in vocabulary():
        yield from statements(term, definitions.get(term.iri))
    yield from own_terms().triples
