"""The former names of classes and properties, which published documents still have.

They stand in documents of the existing registry, in the code of its tools, or in reports of
documents that have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.vocab.terms import vocabulary

FORMER_CLASSES = {
    "ceterms:SelectionComponent": Curie("ceterms:MultiComponent"),  # obsolete since January 2022
    "ceterms:CompetencyFramework": Curie("ceasn:CompetencyFramework"),
    "asn:Rubric": Curie("ceasn:Rubric"),
    "asn:RubricCriterion": Curie("ceasn:RubricCriterion"),
    "asn:CriterionLevel": Curie("ceasn:CriterionLevel"),
}
"""The class that took the place of each."""
FORMER_PROPERTIES = {
    Curie("ceterms:preceeds"): Curie("ceterms:precedes"),
    Curie("ceasn:hasPart"): Curie("ceterms:hasPart"),
    Curie("ceterms:isDestinationComponentFor"): Curie("ceterms:isDestinationComponentOf"),
    Curie("ceterms:conceptTerm"): Curie("ceasn:conceptTerm"),
    Curie("ceterms:hasSkill"): Curie("ceasn:skillEmbodied"),
}
"""The property that took the place of each."""
_OF_COMPONENTS = {Curie("ceasn:isPartOf"): Curie("ceterms:isPartOf")}
"""The same, for the components of pathways alone: on other things these names are present ones."""


def present_class(kind: Curie) -> Curie:
    """Return the class that took the place of a class of an earlier vocabulary, or the class."""
    return FORMER_CLASSES.get(kind, kind)


def present_property(property: str) -> Curie | None:
    """Return the present name of a property, given by a former one as a CURIE; else None."""
    return FORMER_PROPERTIES.get(Curie(property))


def present_properties(kinds: Iterable[str]) -> Mapping[str, Iri]:
    """Return the present property by each former one that a thing of some classes may have.

    :param kinds: IRIs or CURIEs of its classes.
    :returns: IRIs.
    """
    return _by_iri(any(vocabulary().is_a(kind, "ceterms:PathwayComponent") for kind in kinds))


@cache
def _by_iri(component: bool) -> Mapping[str, Iri]:
    expand = vocabulary().expand
    found = FORMER_PROPERTIES | (_OF_COMPONENTS if component else {})
    return {expand(former): expand(present) for former, present in found.items()}


@cache
def names_of(property: Curie) -> tuple[Curie, ...]:
    """Return every name of a property: the present one, then the former ones."""
    names = (FORMER_PROPERTIES | _OF_COMPONENTS).items()
    return (property, *(former for former, present in names if present == property))
