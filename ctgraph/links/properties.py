"""The properties of CTDL that make links, as IRIs, with their strengths."""

from __future__ import annotations

from ctgraph.links.model import Strength
from ctgraph.rdf.namespaces import CETERMS, RDF, Curie, Iri

TYPE = Iri(f"{RDF}type")


def ceterms(name: str) -> Iri:
    """Return the IRI of a term of CTDL."""
    return Iri(f"{CETERMS}{name}")


CTID = ceterms("ctid")

FORWARD = {
    ceterms("isRequiredFor"): Strength.REQUIRED,
    ceterms("isAdvancedStandingFor"): Strength.ADVANCED,
    ceterms("isPreparationFor"): Strength.PREPARATION,
    ceterms("isRecommendedFor"): Strength.RECOMMENDED,
}
"""The properties by which the earlier thing names the later one."""
REVERSE = {
    ceterms("requires"): Strength.REQUIRED,
    ceterms("entryCondition"): Strength.REQUIRED,
    ceterms("prerequisite"): Strength.REQUIRED,
    ceterms("advancedStandingFrom"): Strength.ADVANCED,
    ceterms("preparationFrom"): Strength.PREPARATION,
    ceterms("recommends"): Strength.RECOMMENDED,
    ceterms("coPrerequisite"): Strength.WEAK,
}
"""The properties by which the later thing names the earlier one. `corequisite` is not among them,
although the vocabulary makes it a subproperty of `requires`: two things that are taken at the same
time do not precede each other."""
NEEDED = [ceterms("requires"), ceterms("entryCondition"), ceterms("prerequisite")]
HAS_CONDITION = ceterms("hasCondition")
"""The property by which a component of a pathway, or a condition of one, has its conditions."""
TARGETS = [
    ceterms("targetCredential"),
    ceterms("targetLearningOpportunity"),
    ceterms("targetAssessment"),
]
ALTERNATIVE = ceterms("alternativeCondition")
POINTING = frozenset([*TARGETS, ALTERNATIVE])
"""The properties of condition profiles alone."""
COREQUISITE = ceterms("corequisite")
COMMON = ceterms("commonConditions")
FROM, FOR = ceterms("transferValueFrom"), ceterms("transferValueFor")
HAS_PART, IS_PART_OF = ceterms("hasPart"), ceterms("isPartOf")
OLDER = [ceterms("previousVersion"), ceterms("supersedes")]
NEWER = [ceterms("nextVersion"), ceterms("latestVersion"), ceterms("supersededBy")]
LINKING = frozenset(
    [*FORWARD, *REVERSE, COREQUISITE, COMMON, FROM, FOR, HAS_PART, IS_PART_OF, *OLDER, *NEWER]
)
ASKING = frozenset([*FORWARD, *REVERSE, HAS_CONDITION])
"""The properties whose conditions may say in words what they ask for."""
CONDITIONS = {ceterms("ConditionProfile"), ceterms("ComponentCondition")}
MANIFEST = ceterms("ConditionManifest")
SKILL = ceterms("CompetencyComponent")
WORDS = (
    "condition",
    "experience",
    "yearsOfExperience",
    "minimumAge",
    "submissionOf",
    "submissionOfDescription",
)
DEMANDS = {*TARGETS, ceterms("targetCompetency"), *(ceterms(name) for name in WORDS)}


def strength_of(iri: Iri) -> Strength:
    """Return the strength of a property that makes links, or that a component has conditions by."""
    return FORWARD.get(iri) or REVERSE.get(iri) or Strength.RECOMMENDED


def curie_of(iri: Iri) -> Curie:
    """Return a property that makes links as a CURIE."""
    return Curie(f"ceterms:{iri.removeprefix(CETERMS)}")
