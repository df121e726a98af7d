"""The families of things that pathways lead through, and the classes of CTDL in each."""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache

from ctgraph.errors import BadParameter
from ctgraph.identity.ctid import NoId
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
"""The families that an answer can be narrowed to, beside the classes of CTDL."""
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


@lru_cache(maxsize=1000)
def is_of(kind: Iri | Curie | NoId, kinds: frozenset[str]) -> bool:
    """Tell whether a class belongs to one of some kinds, itself or by one of its superclasses.

    :param kinds: families, and CURIEs of classes.
    """
    return family_of(kind) in kinds or not vocabulary().superclasses(kind).isdisjoint(
        map(vocabulary().expand, kinds)
    )


def kind_named(name: str) -> str:
    """Return the family, or the CURIE of the class, that a name means: a CURIE, IRI or plain name.

    :raises BadParameter: when it means none.
    """
    if name in FAMILIES:
        return name
    term = vocabulary().class_named(name)
    if term:
        return term.curie
    near = get_close_matches(name, [*FAMILIES, *(t.curie for t in vocabulary().classes())], 1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise BadParameter(
        f"Unknown kind {name[:40]!r}.{hint} Use one of {', '.join(FAMILIES)}, or a class of CTDL "
        "such as ceterms:Certificate."
    )


@lru_cache(maxsize=1000)
def classes_of(kinds: frozenset[str]) -> list[Iri]:
    """Return the IRIs of the classes in some families, or under some classes."""
    return [term.iri for term in vocabulary().classes() if is_of(term.curie, kinds)]
