"""Advice from the vocabulary on data that is well-formed, but probably a mistake.

It never blocks, except values that contradict each other and campuses that share an identifier.

The vocabulary's ``schema:domainIncludes`` and ``schema:rangeIncludes`` are advice themselves. They
lag behind the published records, so no document is refused for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain

import pyoxigraph as ox

from ctgraph.documents import PLACE, Places, Purpose
from ctgraph.problem import Problem, Rule
from ctgraph.rdf.namespaces import CEASN, CETERMS, TYPE, Curie, Iri
from ctgraph.rdf.terms import Value
from ctgraph.validation.campuses import repeated_codes
from ctgraph.validation.contradictions import contradictions
from ctgraph.validation.doubt import Advice
from ctgraph.validation.languages import likely_tag, unregistered_tags
from ctgraph.validation.placing import Placer
from ctgraph.validation.wholes import elsewhere
from ctgraph.vocab import Suggestions, Term, TermKind, meant, vocabulary
from ctgraph.vocab.former_names import present_properties

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
_TARGET = Iri(f"{CETERMS}targetNode")
_NAME = Iri(f"{CETERMS}targetNodeName")
_NUMBERS = {"xsd:integer", "xsd:decimal", "xsd:float", "xsd:double"}


def advise(whole: Iri, places: Places, placer: Placer, purpose: Purpose) -> Iterator[Problem]:
    """Yield warnings about the terms and languages of a document, and how it uses them.

    :param whole: IRI of the primary entity.
    """
    suggestions = Suggestions()
    classes = {node: _classes(properties) for node, properties in places.statements.items()}
    for node, properties in places.statements.items():
        for path, advice in contradictions(properties):
            yield _placed(placer, node, path, advice)
        present = present_properties(classes[node])
        for path, values in properties.items():
            for advice in _about(path, values, present.get(path), node, classes, suggestions):
                yield _placed(placer, node, path, advice)
            if term := vocabulary().term(path):
                yield from (
                    _placed(placer, node, path, advice) for advice in _by_name(term, values, places)
                )
    beyond = elsewhere(whole, places, classes), repeated_codes(places, classes, purpose)
    for node, path, advice in chain(*beyond):
        yield _placed(placer, node, path, advice)


def _placed(placer: Placer, node: Iri, path: Iri, advice: Advice) -> Problem:
    pointer, detail = placer.place(node, path, advice.value)
    detail = replace(detail, advice=advice.rule)
    return Problem(advice.message, advice.remedy, pointer, advice.severity, detail)


def _by_name(term: Term, values: Sequence[Value], places: Places) -> Iterator[Advice]:
    """Yield advice on alignments that name a concept of a list in words only."""
    vocab = vocabulary()
    concepts = [one for scheme in term.target_scheme for one in vocab.concepts_of(scheme)]
    for value in values if concepts else ():
        said = places.statements.get(Iri(value.value), {})
        if _NAME in said and _TARGET not in said:
            likely = meant(said[_NAME][0].value, concepts)
            yield Advice(
                Rule.BY_NAME,
                f"{term.curie} names its concept in words only. Queries for the concept will not "
                "find it.",
                f"Add ceterms:targetNode: {likely or concepts[0].curie}.",
                value,
            )


def _classes(properties: Mapping[Iri, Sequence[Value]]) -> frozenset[Iri]:
    """Return the classes of a node with all their ancestors."""
    vocab = vocabulary()
    named = [vocab.superclasses(kind.value) for kind in properties.get(Iri(TYPE.value), ())]
    return frozenset().union(*named)


def _about(
    path: Iri,
    values: Sequence[Value],
    present: Iri | None,
    node: Iri,
    classes: dict[Iri, frozenset[Iri]],
    suggestions: Suggestions,
) -> Iterator[Advice]:
    """Yield advice on the values of a property.

    :param present: the property of whose former names it is one on this class of thing.
    """
    vocab = vocabulary()
    for tag, value in unregistered_tags(path, values):
        likely = likely_tag(tag)
        yield Advice(
            Rule.LANGUAGE,
            f"{tag!r} names its region by a code that is not, or no longer, the region's own."
            if likely
            else f"{tag!r} is not the tag of a language.",
            f"Write {likely}."
            if likely
            else "Write a registered tag, such as en for English or es-MX (BCP 47).",
            value,
        )
    if path == TYPE.value:
        for kind in values:
            yield from _undeclared(Iri(kind.value), TermKind.CLASS, suggestions, kind)
        return
    term = vocab.term(path)
    if term is None:
        # What a former name means was said when the document was read.
        if not present:
            yield from _undeclared(path, TermKind.PROPERTY, suggestions)
        return
    if present:
        new = vocab.compact(present)
        yield Advice(
            Rule.DOMAIN,
            f"On this class of thing, {term.curie} is a former name of {new}, and is read like it.",
            f"Write {new}.",
        )
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


def _undeclared(
    iri: Iri, what: TermKind, suggestions: Suggestions, value: Value | None = None
) -> Iterator[Advice]:
    """Yield advice on a name that is not declared; `value` is it where it is itself a value."""
    vocab = vocabulary()
    if vocab.term(iri):
        return
    name = vocab.compact(iri)
    if iri.startswith(_OURS):
        yield Advice(
            Rule.UNDECLARED,
            f"{name} is not a {what} of the vocabulary.",
            f"{suggestions.question(name, what)}Check its spelling. Queries for the declared terms "
            "will not find it.",
            value,
        )
    elif name == str(iri) and not iri.startswith(("http://", "https://", "urn:")):
        yield Advice(
            Rule.UNDECLARED,
            f"{iri} has a prefix that no context defines.",
            f"{suggestions.question(name, what)}Define the prefix in @context, or write the IRI in "
            "full.",
            value,
        )


def _fits_domain(term: Term, classes: frozenset[Iri]) -> bool:
    domain = term.domain_includes
    return not domain or not classes.isdisjoint(domain) or not _any_declared(classes)


def _fits_range(term: Term, value: Value, known: dict[Iri, frozenset[Iri]]) -> bool:
    ranges, literals, classes = _ranges(term.iri)
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


def fits_range(path: Curie, kind: Curie) -> bool:
    """Tell whether a property is meant for things of a class, as far as the vocabulary says."""
    term = vocabulary().term(path)
    node = ox.NamedNode(f"{PLACE}of-a-class")
    return term is None or _fits_range(
        term, node, {Iri(node.value): vocabulary().superclasses(kind)}
    )


def _any_declared(classes: frozenset[Iri]) -> bool:
    """Tell whether the vocabulary declares any of some classes."""
    return any(map(vocabulary().term, classes))


@cache
def _ranges(iri: Iri) -> tuple[frozenset[str], frozenset[str], frozenset[Iri]]:
    """Return the range of a property, the literals in it, and the IRIs of the classes in it."""
    vocab = vocabulary()
    term = vocab.term(iri)
    ranges = frozenset(map(vocab.compact, term.range_includes if term else ()))
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
