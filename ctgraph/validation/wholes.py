"""Wholes and their parts: the parts of a framework, scheme or pathway stand in its document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyoxigraph as ox

from ctgraph.documents import Places
from ctgraph.problem import Rule
from ctgraph.rdf.namespaces import Iri
from ctgraph.rdf.terms import Value
from ctgraph.validation.doubt import Advice
from ctgraph.vocab import vocabulary

Classes = Mapping[Iri, frozenset[Iri]]
# A class of wholes, the class of its parts, the properties that lead down, and those that lead up.
_WHOLES = (
    (
        "ceasn:CompetencyFramework",
        "ceasn:Competency",
        ("ceasn:hasTopChild", "ceasn:hasChild"),
        ("ceasn:isPartOf", "ceasn:isTopChildOf"),
    ),
    (
        "skos:ConceptScheme",
        "skos:Concept",
        ("skos:hasTopConcept", "skos:narrower"),
        ("skos:inScheme", "skos:topConceptOf"),
    ),
    (
        "ceterms:Pathway",
        "ceterms:PathwayComponent",
        ("ceterms:hasPart", "ceterms:hasDestinationComponent", "ceasn:hasChild"),
        ("ceterms:isPartOf", "ceterms:isDestinationComponentOf"),
    ),
    ("ceasn:Rubric", "ceasn:RubricCriterion", ("ceasn:hasRubricCriterion",), ()),
)


def elsewhere(whole: Iri, places: Places, classes: Classes) -> Iterator[tuple[Iri, Iri, Advice]]:
    """Yield the advice on parts of the primary entity that stand elsewhere, with its place.

    :param whole: IRI of the primary entity.
    :returns: the node and the property that each is about.
    """
    expand = vocabulary().expand
    for kind, part, down, up in _WHOLES:
        if expand(kind) not in classes.get(whole, ()):
            continue
        for node, properties in places.statements.items():
            if node != whole and expand(part) not in classes[node]:
                continue
            for path in map(expand, down):
                yield from (
                    (node, path, _not_here(path, value))
                    for value in _links(properties.get(path, ()))
                    if value.value not in places.statements
                )
            for path in map(expand, up if node != whole else ()):
                yield from (
                    (node, path, _of_other(path, value, whole))
                    for value in _links(properties.get(path, ()))
                    if value.value != whole
                )


def _links(values: Sequence[Value]) -> Iterator[ox.NamedNode]:
    return (value for value in values if isinstance(value, ox.NamedNode))


def _not_here(path: Iri, value: ox.NamedNode) -> Advice:
    return Advice(
        Rule.ELSEWHERE,
        f"{vocabulary().compact(path)} leads to a part that does not stand in this document.",
        "Add the part to @graph, or leave it out here.",
        value,
    )


def _of_other(path: Iri, value: ox.NamedNode, whole: Iri) -> Advice:
    return Advice(
        Rule.ELSEWHERE,
        f"{vocabulary().compact(path)} says that this is part of another thing than the one whose "
        "document it stands in.",
        f"Name {whole} there, or publish the part with the other one.",
        value,
    )
