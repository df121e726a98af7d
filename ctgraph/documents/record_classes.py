"""The classes that a record may have: those with a shape of records (:mod:`ctgraph.shapes`).

A record of another class would be kept with nothing but its CTID: no shape would hold for it, and
no query for a class would find it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from ctgraph.documents.entities import Entity
from ctgraph.documents.names import Names
from ctgraph.documents.node_values import each, type_of
from ctgraph.documents.problems import shown
from ctgraph.documents.purpose import Purpose
from ctgraph.problem import Problem
from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.shapes import shapes
from ctgraph.vocab import Term, TermKind, meant, vocabulary
from ctgraph.vocab.former_names import FORMER_CLASSES

MAX_PROPERTIES = 3
"""Properties that a remedy names, so that it stays a sentence."""
# Names that cover several classes of records, without being superclasses of them.
_COVERING = {
    "ceterms:Agent": "ceterms:CredentialOrganization",
    "ceterms:Assessment": "ceterms:AssessmentProfile",
    "ceterms:LearningOpportunity": "ceterms:LearningOpportunityProfile",
    "ceterms:CredentialFramework": "ceterms:QualificationsFramework",
    "ceterms:IndustryClassification": "skos:ConceptScheme",
    "ceterms:InstructionalProgramClassification": "skos:ConceptScheme",
    "ceterms:OccupationClassification": "skos:ConceptScheme",
    "ceasn:ProficiencyScale": "asn:ProgressionModel",
}


def class_problems(
    primary: dict[str, Any], entities: list[Entity], names: Names, purpose: Purpose
) -> Iterator[Problem]:
    """Yield the problem of a primary entity that has classes, but none of them is of records."""
    kinds = _kinds(primary, names)
    if not kinds or _is_record(kinds):
        return
    place = f"{entities[0].pointer}/@type"
    likely = _meant(kinds)
    former = next((kind for kind in kinds if kind in FORMER_CLASSES), None)
    if former:
        message = f"{former} is a class of an earlier vocabulary."
        yield Problem(message, f"Write {likely}.", place, purpose.of_incomplete)
    elif _declared(kinds[0]):
        yield Problem(f"{kinds[0]} is not a class of records.", _home(kinds[0]), place)
    else:
        yield Problem(
            f"{shown(type_of(primary))} is not a class of CTDL, CTDL-ASN or QData.",
            f"Did you mean {likely}?" if likely else "See /vocab for the classes of records.",
            place,
        )


def supposed_class(primary: dict[str, Any], names: Names) -> Iri | None:
    """Return the class that was meant where a primary entity has a former or a misspelt one.

    The entity is checked as if it had that class, so that its class hides no other problem.
    """
    kinds = _kinds(primary, names)
    likely = _meant(kinds) if kinds and not _is_record(kinds) else None
    return vocabulary().expand(likely) if likely else None


def _kinds(primary: dict[str, Any], names: Names) -> list[Curie]:
    kinds = map(str, each(primary.get("@type")))
    return [vocabulary().compact(names.expanded(kind)) for kind in kinds]


def _is_record(kinds: list[Curie]) -> bool:
    return any(vocabulary().expand(kind) in _reached() for kind in kinds)


def _meant(kinds: list[Curie]) -> Curie | None:
    former = next((kind for kind in kinds if kind in FORMER_CLASSES), None)
    if former:
        return FORMER_CLASSES[former]
    return None if _declared(kinds[0]) else meant(kinds[0], record_classes())


@cache
def record_classes() -> tuple[Term, ...]:
    """Return the classes of records as terms, those that no encoding declares with their names."""
    vocab = vocabulary()
    found = ((iri, vocab.compact(iri)) for iri in sorted(_reached()))
    return tuple(
        vocab.term(iri) or Term(iri, curie, TermKind.CLASS, vocab.label(iri))
        for iri, curie in found
    )


@cache
def _reached() -> frozenset[Iri]:
    """Return the IRIs of the classes that a shape of records holds for."""
    return frozenset().union(*(one.reaches for one in shapes().classes if one.record))


def _declared(kind: Curie) -> bool:
    term = vocabulary().term(kind)
    return bool(shapes().of_class(vocabulary().expand(kind)) or term) and (
        term is None or term.kind == TermKind.CLASS
    )


def _home(kind: Curie) -> str:
    """Say where a thing stands whose class is not a class of records."""
    if kind in _COVERING:
        return f"Use a class that says what it is, such as {_COVERING[kind]}."
    vocab = vocabulary()
    names = [
        term.curie
        for term in sorted(vocab, key=lambda term: term.curie)
        if term.kind == TermKind.PROPERTY
        and not vocab.superclasses(kind).isdisjoint(term.range_includes)
    ]
    if not names:
        return "It stands inside a record, as a value of one of its properties."
    such = " or ".join(names[:MAX_PROPERTIES]) + (" …" if len(names) > MAX_PROPERTIES else "")
    return f"Such a thing stands inside a record, as a value of {such}."
