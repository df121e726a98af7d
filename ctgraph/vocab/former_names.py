"""The former names of classes and properties, which published documents still have.

Each was seen in the sources of the existing registry's publishing interface and Finder, in the
vocabularies' own history, or in the report of a document that has it.
"""

from __future__ import annotations

from functools import cache

from ctgraph.rdf.namespaces import Curie

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


def present_class(kind: Curie) -> Curie:
    """Return the class that took the place of a class of an earlier vocabulary, or the class."""
    return FORMER_CLASSES.get(kind, kind)


def present_property(property: str) -> Curie | None:
    """Return the present name of a property, given by a former one as a CURIE; else None."""
    return FORMER_PROPERTIES.get(Curie(property))


@cache
def names_of(property: Curie) -> tuple[Curie, ...]:
    """Return every name of a property: the present one, then the former ones."""
    former = (name for name, present in FORMER_PROPERTIES.items() if present == property)
    return (property, *former)
