"""Advice from the vocabulary on data that is well-formed, but probably a mistake. It never blocks.

The vocabulary's ``schema:domainIncludes`` and ``schema:rangeIncludes`` are advice themselves. They
lag behind the published records, so no document is refused for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import pyoxigraph as ox

from ctgraph.documents import Places
from ctgraph.problem import Problem, Rule, Severity
from ctgraph.rdf.namespaces import CEASN, CETERMS, TYPE, Iri
from ctgraph.rdf.terms import Value
from ctgraph.validation.placing import Placer
from ctgraph.vocab import Term, vocabulary
from ctgraph.vocab.spellings import present_name

_OURS = (CETERMS, CEASN)
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


class Advice(NamedTuple):
    """A rule, a sentence about the doubt, the remedy, and the value, if the doubt is about one."""

    rule: Rule
    message: str
    remedy: str
    value: Value | None = None


def advise(places: Places, placer: Placer) -> Iterator[Problem]:
    """Yield warnings about the terms that a document uses, and how it uses them."""
    classes = {node: _classes(properties) for node, properties in places.statements.items()}
    for node, properties in places.statements.items():
        for path, values in properties.items():
            for advice in _about(path, values, node, classes):
                pointer, detail = placer.place(node, path, advice.value)
                detail = replace(detail, advice=advice.rule)
                yield Problem(advice.message, advice.remedy, pointer, Severity.WARNING, detail)


def _classes(properties: Mapping[Iri, Sequence[Value]]) -> frozenset[Iri]:
    """Return the classes of a node with all their ancestors."""
    vocab = vocabulary()
    named = [vocab.superclasses(kind.value) for kind in properties.get(Iri(TYPE.value), ())]
    return frozenset().union(*named)


def _about(
    path: Iri, values: Sequence[Value], node: Iri, classes: dict[Iri, frozenset[Iri]]
) -> Iterator[Advice]:
    vocab = vocabulary()
    if path == TYPE.value:
        for kind in values:
            yield from _undeclared(Iri(kind.value), "class")
        return
    term = vocab.term(path)
    if term is None:
        yield from _undeclared(path, "property")
        return
    if not _fits_domain(term, classes[node]):
        yield Advice(
            Rule.DOMAIN,
            f"{term.curie} is not meant for this class of thing.",
            "Check the class, or see the page of the term for the classes it is meant for.",
        )
    for value in values:
        if not _fits_range(term, value, classes):
            expected = [vocab.label(r) for r in term.range_includes]
            such = ", ".join(expected[:3]) + (" …" if len(expected) > 3 else "")
            found = "a text" if isinstance(value, ox.Literal) else "a link"
            yield Advice(
                Rule.RANGE,
                f"{term.curie} has a value of another kind than it is meant for.",
                f"Expected: {such}. Found {found}.",
                value,
            )
            break


def _undeclared(iri: Iri, what: str) -> Iterator[Advice]:
    vocab = vocabulary()
    if vocab.term(iri) or present_name(vocab.compact(iri)):
        return
    if iri.startswith(_OURS):
        yield Advice(
            Rule.UNDECLARED,
            f"{vocab.compact(iri)} is not a {what} of the vocabulary.",
            "Check its spelling. Queries for the declared terms will not find it.",
        )
    elif vocab.compact(iri) == str(iri) and not iri.startswith(("http://", "https://", "urn:")):
        yield Advice(
            Rule.UNDECLARED,
            f"{iri} has a prefix that no context defines.",
            "Define the prefix in @context, or write the IRI in full.",
        )


def _fits_domain(term: Term, classes: frozenset[Iri]) -> bool:
    domain = term.domain_includes
    return not domain or not classes.isdisjoint(domain) or not _any_declared(classes)


def _fits_range(term: Term, value: Value, known: dict[Iri, frozenset[Iri]]) -> bool:
    ranges, literals, classes = _ranges(term)
    if not ranges:
        return True
    if isinstance(value, ox.Literal):
        return bool(literals) and _fits_datatype(value, literals)
    if ranges & _ANYTHING:
        return True
    if ranges == literals:
        return False
    found = known.get(Iri(value.value), frozenset())
    # Where the document does not say what the value is, it may be anything.
    return not found.isdisjoint(classes) or not _any_declared(found)


def _any_declared(classes: frozenset[Iri]) -> bool:
    """Tell whether the vocabulary declares any of some classes."""
    return any(map(vocabulary().term, classes))


@cache
def _ranges(term: Term) -> tuple[frozenset[str], frozenset[str], frozenset[Iri]]:
    """Return the range of a property, the literals in it, and the IRIs of the classes in it."""
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
