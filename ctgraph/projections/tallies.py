"""The counts of everything that the registry holds, kept with each change.

A triple is counted once, however many named graphs state it: as in the default graph. The graphs
that describe the store itself are left out: the vocabulary, the statistics, and the mark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeAlias

import pyoxigraph as ox

from ctgraph.rdf.namespaces import CTG, TYPE, Iri
from ctgraph.vocab import vocabulary

SCORE_PARTS = 10_000
"""Parts of a completeness score, so that its sum is whole and never drifts."""
_ABOUT, _OWNER = ox.NamedNode(f"{CTG}about"), ox.NamedNode(f"{CTG}owner")
_COMPLETENESS, _LACKS = ox.NamedNode(f"{CTG}completeness"), ox.NamedNode(f"{CTG}lacks")


class Measure(StrEnum):
    """What is counted. All but the first have a key: the IRI of the thing that it is counted of."""

    DOCUMENTS = "documents"
    """Current records."""
    ENTITIES = "entities"
    """Things that have a class."""
    TRIPLES = "triples"
    """Triples with a property."""
    USES = "uses"
    """Triples whose object is a concept of the vocabulary."""
    RECORDS = "records"
    """Current records whose primary entity has a class."""
    KINDS = "kinds"
    """Current records whose primary entity has a class or one of its subclasses."""
    OWNED = "owned"
    """Current records that an organization owns."""
    SCORED = "scored"
    """Those of them that have a completeness score."""
    SCORES = "scores"
    """The sum of these scores, in ten-thousandths."""
    LACKING = "lacking"
    """Current records that lack a property."""


Tally: TypeAlias = Counter[tuple[Measure, str]]
"""A count, or what a change adds to it, by measure and key."""


def tally_of_triples(triples: Iterable[ox.Triple | ox.Quad]) -> Tally:
    """Return what some triples add to the count."""
    tally: Tally = Counter()
    known = concepts()
    for triple in triples:
        predicate, value = triple.predicate, triple.object
        tally[Measure.TRIPLES, predicate.value] += 1
        if isinstance(value, ox.NamedNode):
            if predicate == TYPE:
                tally[Measure.ENTITIES, value.value] += 1
            elif value.value in known:
                tally[Measure.USES, value.value] += 1
    return tally


def tally_of_record(quads: Iterable[ox.Quad], envelope: ox.NamedNode) -> Tally:
    """Return what a record adds to the count of records: nothing, if it is withdrawn.

    :param quads: those of its document, and the registry's about it.
    :param envelope: the name of the graph that holds the latter.
    """
    tally: Tally = Counter()
    said: dict[ox.NamedNode, Any] = {}
    types: list[ox.Quad] = []
    for quad in quads:
        if quad.graph_name == envelope:
            said[quad.predicate] = quad.object
            if quad.predicate == _LACKS:
                tally[Measure.LACKING, quad.object.value] += 1  # type: ignore[union-attr]
        elif quad.predicate == TYPE and isinstance(quad.object, ox.NamedNode):
            types.append(quad)
    if _OWNER not in said:  # withdrawn; what replaced it may be said all the same
        return tally
    owner, score = said[_OWNER].value, said.get(_COMPLETENESS)
    tally[Measure.DOCUMENTS, ""] = tally[Measure.OWNED, owner] = 1
    if score is not None:
        tally[Measure.SCORED, owner] = 1
        tally[Measure.SCORES, owner] = round(Decimal(score.value) * SCORE_PARTS)
    stated = {Iri(quad.object.value) for quad in types if quad.subject == said[_ABOUT]}  # type: ignore[union-attr]
    tally.update(tally_of_classes(stated))
    return tally


def tally_of_classes(stated: Set[Iri]) -> Tally:
    """Return what a record adds to the count of records whose entity has certain classes."""
    kinds = set(stated).union(*map(vocabulary().superclasses, stated))
    return Counter(
        [*((Measure.RECORDS, name) for name in stated), *((Measure.KINDS, name) for name in kinds)]
    )


def changed(before: Tally, after: Tally) -> Tally:
    """Return the difference of two counts; what did not change is left out."""
    difference = Counter(after)
    difference.subtract(before)
    return Counter({key: number for key, number in difference.items() if number})


@cache
def concepts() -> frozenset[Iri]:
    """Return the IRIs of the concepts of the vocabulary."""
    return frozenset(term.iri for term in vocabulary() if term.kind == "concept")
