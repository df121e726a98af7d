"""The properties of CTDL that make links, as IRIs, with the strength of what they say."""

from __future__ import annotations

from ctgraph.links.model import Strength
from ctgraph.rdf.namespaces import CETERMS, RDF

TYPE = f"{RDF}type"
CTID = f"{CETERMS}ctid"

FORWARD = {
    f"{CETERMS}isRequiredFor": Strength.REQUIRED,
    f"{CETERMS}isAdvancedStandingFor": Strength.ADVANCED,
    f"{CETERMS}isPreparationFor": Strength.PREPARATION,
    f"{CETERMS}isRecommendedFor": Strength.RECOMMENDED,
}
"""What the earlier thing says."""
REVERSE = {
    f"{CETERMS}requires": Strength.REQUIRED,
    f"{CETERMS}entryCondition": Strength.REQUIRED,
    f"{CETERMS}prerequisite": Strength.REQUIRED,
    f"{CETERMS}advancedStandingFrom": Strength.ADVANCED,
    f"{CETERMS}preparationFrom": Strength.PREPARATION,
    f"{CETERMS}recommends": Strength.RECOMMENDED,
    f"{CETERMS}coPrerequisite": Strength.WEAK,
}
"""What the later thing says. `corequisite` is not among them, although the vocabulary makes it a
subproperty of `requires`: what is taken at the same time does not come before."""
NEEDED = [f"{CETERMS}requires", f"{CETERMS}entryCondition", f"{CETERMS}prerequisite"]
TARGETS = [
    f"{CETERMS}targetCredential",
    f"{CETERMS}targetLearningOpportunity",
    f"{CETERMS}targetAssessment",
]
ALTERNATIVE = f"{CETERMS}alternativeCondition"
POINTING = frozenset([*TARGETS, ALTERNATIVE])
"""What only condition profiles point with."""
COREQUISITE = f"{CETERMS}corequisite"
COMMON = f"{CETERMS}commonConditions"
FROM, FOR = f"{CETERMS}transferValueFrom", f"{CETERMS}transferValueFor"
HAS_PART, IS_PART_OF = f"{CETERMS}hasPart", f"{CETERMS}isPartOf"
OLDER = [f"{CETERMS}previousVersion", f"{CETERMS}supersedes"]
NEWER = [f"{CETERMS}nextVersion", f"{CETERMS}latestVersion", f"{CETERMS}supersededBy"]
LINKING = frozenset(
    [*FORWARD, *REVERSE, COREQUISITE, COMMON, FROM, HAS_PART, IS_PART_OF, *OLDER, *NEWER]
)
CONDITIONS = {f"{CETERMS}ConditionProfile", f"{CETERMS}ComponentCondition"}
MANIFEST = f"{CETERMS}ConditionManifest"
SKILL = f"{CETERMS}CompetencyComponent"
WORDS = (
    "condition",
    "experience",
    "yearsOfExperience",
    "minimumAge",
    "submissionOf",
    "submissionOfDescription",
)
DEMANDS = {*TARGETS, f"{CETERMS}targetCompetency", *(f"{CETERMS}{name}" for name in WORDS)}


def curie_of(iri: str) -> str:
    """Return a property that makes links as a CURIE."""
    return f"ceterms:{iri.removeprefix(CETERMS)}"
