"""The groups in which a record's page shows properties."""

from __future__ import annotations

GROUPS = {
    "Requirements": (
        "requires",
        "entryCondition",
        "prerequisite",
        "coPrerequisite",
        "corequisite",
        "recommends",
        "commonConditions",
        "hasCondition",
        "condition",
        "submissionOf",
        "renewal",
    ),
    "What it leads to": (
        "isRequiredFor",
        "isRecommendedFor",
        "isPreparationFor",
        "isAdvancedStandingFor",
        "preparationFrom",
        "advancedStandingFrom",
        "hasDestinationComponent",
        "isDestinationComponentOf",
        "precedes",
        "precededBy",
        "targetComponent",
        "proxyFor",
        "transferValue",
        "transferValueFrom",
        "transferValueFor",
        "providesTransferValueFor",
        "receivesTransferValueFrom",
        "previousVersion",
        "nextVersion",
        "latestVersion",
        "supersedes",
        "supersededBy",
    ),
    "Parts and members": (
        "hasPathway",
        "hasPart",
        "isPartOf",
        "hasMember",
        "isMemberOf",
    ),
    "Cost and time": (
        "estimatedCost",
        "commonCosts",
        "financialAssistance",
        "estimatedDuration",
        "renewalFrequency",
        "creditValue",
        "creditUnitType",
    ),
    "Where and how": (
        "deliveryType",
        "learningDeliveryType",
        "deliveryTypeDescription",
        "assessmentDeliveryType",
        "learningMethodType",
        "assessmentMethodType",
        "startDate",
        "endDate",
        "availableOnlineAt",
        "availabilityListing",
        "availableAt",
        "hasOffering",
        "address",
        "email",
        "contactPoint",
        "jurisdiction",
    ),
    "Competencies": (
        "teaches",
        "assesses",
        "targetCompetency",
        "hasTopChild",
        "hasChild",
        "isChildOf",
        "isTopChildOf",
        "competencyText",
    ),
    "Concepts": (
        "hasConcept",
        "hasTopConcept",
        "inScheme",
        "topConceptOf",
        "narrower",
        "broader",
        "definition",
    ),
    "Quality assurance": (
        "accreditedBy",
        "approvedBy",
        "recognizedBy",
        "regulatedBy",
        "accreditedIn",
        "approvedIn",
        "recognizedIn",
        "regulatedIn",
    ),
    "Outcomes": (
        "aggregateData",
        "holders",
        "earnings",
        "employmentOutcome",
        "dataSetTimePeriod",
        "hasMetric",
        "hasObservation",
        "relevantDataSet",
    ),
    "Organizations": (
        "offeredBy",
        "ownedBy",
        "publisher",
        "creator",
        "author",
        "assertedBy",
        "parentOrganization",
        "subOrganization",
        "department",
        "owns",
        "offers",
    ),
    "Work and fields of study": (
        "occupationType",
        "industryType",
        "instructionalProgramType",
        "subject",
    ),
    "About": (
        "subjectWebpage",
        "alternateName",
        "inLanguage",
        "dateEffective",
        "credentialStatusType",
        "lifeCycleStatusType",
        "agentType",
        "agentSectorType",
        "agentPurpose",
        "agentPurposeDescription",
        "audienceLevelType",
        "audienceType",
        "image",
    ),
}
FURTHER = "More details"
"""The group of the properties that no other group names."""
_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}


def group_of(curie: str) -> str:
    """Return the group of a property."""
    return _GROUP_OF.get(curie.partition(":")[2], FURTHER)


def place_of(curie: str) -> int:
    """Return the place of a property in its group; those that no group names come last."""
    name = curie.partition(":")[2]
    names = GROUPS.get(_GROUP_OF.get(name, ""), ())
    return names.index(name) if name in names else len(names)
