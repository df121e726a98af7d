"""The families of things that pathways lead through, and the classes of CTDL in each."""

from __future__ import annotations

from enum import StrEnum
from functools import cache, lru_cache

from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.vocab import vocabulary


class Family(StrEnum):
    """A kind of class."""

    CREDENTIAL = "credential"
    LEARNING = "learning"
    ASSESSMENT = "assessment"
    COMPONENT = "component"
    WORK = "work"
    COMPETENCY = "competency"
    """Nobody holds a competency, so it is never an end of a link."""
    OTHER = "other"


FAMILIES = tuple(family for family in Family if family != Family.COMPETENCY)
"""The families that an answer can be narrowed to."""
LINKED = tuple(family for family in FAMILIES if family != Family.OTHER)
"""The families that an end of a link can be of."""
ROOTS = {
    Family.CREDENTIAL: ("ceterms:Credential",),
    Family.LEARNING: ("ceterms:LearningOpportunityProfile",),
    Family.ASSESSMENT: ("ceterms:AssessmentProfile",),
    Family.COMPONENT: ("ceterms:PathwayComponent", "ceterms:Pathway", "ceterms:PathwaySet"),
    Family.WORK: ("ceterms:Job", "ceterms:Occupation", "ceterms:WorkRole", "ceterms:Task"),
    Family.COMPETENCY: ("ceasn:Competency", "ceterms:CredentialAlignmentObject"),
}
"""The classes of each family; their subclasses in CTDL belong to it, too."""


@lru_cache(maxsize=1000)
def family_of(kind: Iri | Curie) -> Family:
    """Return the family of a class, which is named by its IRI or CURIE."""
    is_a = vocabulary().is_a
    return next((family for family, roots in ROOTS.items() if is_a(kind, *roots)), Family.OTHER)


@cache
def classes_of(families: frozenset[Family]) -> list[Iri]:
    """Return the IRIs of the classes in some families."""
    return [
        term.iri
        for term in vocabulary()
        if term.kind == "class" and family_of(term.curie) in families
    ]
