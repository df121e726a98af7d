"""Classes of earlier vocabularies, which published documents still have."""

from __future__ import annotations

from ctgraph.rdf.namespaces import Curie

FORMER = {
    "ceterms:SelectionComponent": Curie("ceterms:MultiComponent"),  # withdrawn in January 2022
    "ceterms:CompetencyFramework": Curie("ceasn:CompetencyFramework"),
    "ceterms:DataSetProfile": Curie("qdata:DataSetProfile"),
    "asn:Rubric": Curie("ceasn:Rubric"),
    "asn:RubricCriterion": Curie("ceasn:RubricCriterion"),
    "asn:CriterionLevel": Curie("ceasn:CriterionLevel"),
}
"""The class that took the place of each."""


def current(kind: Curie) -> Curie:
    """Return the class that took the place of a class of an earlier vocabulary, or the class."""
    return FORMER.get(kind, kind)
