"""Advice from the vocabulary: what is well-formed, but probably not meant. Never blocks.

The vocabulary's ``schema:domainIncludes`` and ``schema:rangeIncludes`` are advice themselves: they
lag behind what is published, so nothing is refused for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pyoxigraph as ox

from ctgraph.documents import Located
from ctgraph.errors import Problem
from ctgraph.vocab import Term, vocabulary

Detail = Callable[[str, str, str], tuple[str | None, dict[str, str]]]
"""Finds the place of a focus node, a property and a value, and says what they are."""

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_OURS = ("https://purl.org/ctdl/terms/", "https://purl.org/ctdlasn/terms/")
_LITERALS = (
    "xsd:",
    "rdf:langString",
    "rdfs:Literal",
    "schema:Date",
    "schema:Duration",
    "schema:DateTime",
    "schema:Text",
)
_ANYTHING = {"rdfs:Resource", "rdfs:Class", "rdf:Property", "rdf:Statement", "xsd:anyURI"}
# A controlled value may be given as an alignment object or as the concept itself.
_ALIGNED = {"ceterms:CredentialAlignmentObject", "skos:Concept"}
_NUMBERS = {"xsd:integer", "xsd:decimal", "xsd:float", "xsd:double"}


def advise(located: Located, detail: Detail) -> Iterator[Problem]:
    """Yield warnings about the terms that a document uses, and how it uses them."""
    by_node: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for quad in ox.parse(located.ntriples.encode(), format=ox.RdfFormat.N_TRIPLES, lenient=True):
        by_node[quad.subject.value][quad.predicate.value].append(quad.object)
    classes = {node: _classes(properties) for node, properties in by_node.items()}
    for node, properties in by_node.items():
        for path, values in properties.items():
            for rule, message, remedy, value in _about(path, values, node, classes):
                pointer, facts = detail(node, path, value)
                yield Problem(message, remedy, pointer, "warning", facts | {"advice": rule})


def _classes(properties: dict[str, list[Any]]) -> frozenset[str]:
    """Return the classes of a node with all their ancestors."""
    vocab = vocabulary()
    named = [vocab.superclasses(kind.value) for kind in properties.get(_TYPE, ())]
    return frozenset().union(*named)


Advice = tuple[str, str, str, str]
"""The rule, what is doubtful, the remedy, and the value in N-Triples syntax (or empty)."""


def _about(
    path: str, values: list[Any], node: str, classes: dict[str, frozenset[str]]
) -> Iterator[Advice]:
    vocab = vocabulary()
    if path == _TYPE:
        for kind in values:
            yield from _undeclared(kind.value, "class")
        return
    term = vocab.term(path)
    if term is None:
        yield from _undeclared(path, "property")
        return
    if not _fits_domain(term, classes[node]):
        yield (
            "domain",
            f"{term.curie} is not meant for this class of thing.",
            "Check the class, or see the page of the term for the classes it is meant for.",
            "",
        )
    for value in values:
        if not _fits_range(term, value, classes):
            expected = [vocab.label(r) for r in term.range_includes]
            such = ", ".join(expected[:3]) + (" …" if len(expected) > 3 else "")
            found = "a text" if isinstance(value, ox.Literal) else "a link"
            yield (
                "range",
                f"{term.curie} has a value of another kind than it is meant for.",
                f"Expected: {such}. Found {found}.",
                str(value),
            )
            break


def _undeclared(iri: str, what: str) -> Iterator[Advice]:
    vocab = vocabulary()
    if vocab.term(iri):
        return
    if iri.startswith(_OURS):
        yield (
            "undeclared",
            f"{vocab.compact(iri)} is no {what} of the vocabulary.",
            "Check its spelling; queries for the declared terms will not find it.",
            "",
        )
    elif vocab.compact(iri) == iri and not iri.startswith(("http://", "https://", "urn:")):
        yield (
            "undeclared",
            f"{iri} has a prefix that no context defines.",
            "Define the prefix in @context, or write the IRI in full.",
            "",
        )


def _fits_domain(term: Term, classes: frozenset[str]) -> bool:
    declared = [name for name in classes if vocabulary().term(name)]
    return not term.domain_includes or not declared or not classes.isdisjoint(term.domain_includes)


def _fits_range(term: Term, value: Any, known: dict[str, frozenset[str]]) -> bool:
    ranges, literals, classes = _ranges(term)
    if not ranges:
        return True
    if isinstance(value, ox.Literal):
        return bool(literals) and _fits_datatype(value, literals)
    if ranges & _ANYTHING:
        return True
    if ranges == literals:
        return False
    found = known.get(value.value, frozenset())
    if not any(map(vocabulary().term, found)):  # nothing in the document says what it is
        return True
    return not found.isdisjoint(classes)


@cache
def _ranges(term: Term) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Return what a property is meant for, what of that are literals, and IRIs of the classes."""
    vocab = vocabulary()
    ranges = frozenset(map(vocab.compact, term.range_includes))
    literals = frozenset(name for name in ranges if name.startswith(_LITERALS))
    accepted = ranges | (_ALIGNED if ranges & _ALIGNED else frozenset())
    return ranges, literals, frozenset(map(vocab.expand, accepted))


def _fits_datatype(value: ox.Literal, ranges: frozenset[str]) -> bool:
    datatype = vocabulary().compact(value.datatype.value)
    if ranges <= _NUMBERS:
        return datatype in _NUMBERS and _is_number(value.value)
    if ranges == {"xsd:boolean"}:
        return value.value in ("true", "false", "1", "0")
    return True


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
