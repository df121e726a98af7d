"""The families of records by which a search is narrowed, such as organizations."""

from __future__ import annotations

from functools import lru_cache

from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab import vocabulary

MAX_KEPT_CLASSES = 1_000
"""Classes whose family stays in memory: more than the vocabulary has."""
FAMILIES = {
    "organization": ("ceterms:Agent", "ceterms:Organization"),
    "credential": ("ceterms:Credential",),
    "learning": ("ceterms:LearningOpportunityProfile", "ceterms:ScheduledOffering"),
    "assessment": ("ceterms:AssessmentProfile",),
    "pathway": ("ceterms:Pathway", "ceterms:PathwaySet", "ceterms:PathwayComponent"),
    "competency": (
        "ceasn:Competency",
        "ceasn:CompetencyFramework",
        "skos:ConceptScheme",
        "skos:Concept",
        "asn:ProgressionModel",
        "asn:ProgressionLevel",
        "ceasn:Rubric",
        "ceasn:RubricCriterion",
        "ceasn:RubricLevel",
        "ceasn:CriterionLevel",
        "ceasn:CriterionCategory",
    ),
    "work": (
        "ceterms:Job",
        "ceterms:Occupation",
        "ceterms:WorkRole",
        "ceterms:Task",
        "ceterms:Industry",
    ),
}
"""The families of records, and the classes of each; their subclasses belong to it, too."""
OTHER_FAMILY = "other"


@lru_cache(maxsize=MAX_KEPT_CLASSES)
def family_of(kind: Curie) -> str:
    """Return the family of a class."""
    is_a = vocabulary().is_a
    return next((f for f, roots in FAMILIES.items() if is_a(kind, *roots)), OTHER_FAMILY)
