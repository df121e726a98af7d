"""A record in schema.org: its class, and which property of CTDL becomes which one there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ctgraph.documents.node_values import each, type_of
from ctgraph.finder.schema_org import parts
from ctgraph.finder.schema_org.values import (
    Node,
    Reading,
    day,
    duration,
    filled,
    iri_of,
    nested,
    number,
    urls,
)
from ctgraph.identity.ctid import Ctid
from ctgraph.vocab import vocabulary

Read = Callable[[Reading, Node], Any]
"""Reads the values of one property of schema.org; an empty value where there is none."""
CONTEXT = "https://schema.org"


def in_schema_org(reading: Reading, node: Node, record: Ctid) -> Node:
    """Return a record as JSON-LD of schema.org, without empty values.

    :param node: the entity as JSON-LD, everything nested in it.
    """
    kind = class_of(node)
    page = reading.identity.resource(record)
    made = {
        "@context": CONTEXT,
        "@type": kind,
        "@id": page,
        "mainEntityOfPage": page,
        **{name: read(reading, node) for name, read in (_THING | PROPERTIES.get(kind, {})).items()},
    }
    return filled(made) | {"name": reading.name(node) or record}


def class_of(node: Node) -> str:
    """Return the class of schema.org for a record."""
    vocab, own = vocabulary(), type_of(node)
    found = next((made for kind, made in CLASSES.items() if vocab.is_a(own, kind)), "Thing")
    if found not in ("EducationalOrganization", "Organization"):
        return found
    kinds = {vocab.compact(iri_of(value)) for value in each(node.get("ceterms:agentType"))}
    return next((made for kind, made in ORGANIZATIONS.items() if kind in kinds), found)


CLASSES = {
    "ceterms:Course": "Course",
    "ceterms:LearningProgram": "EducationalOccupationalProgram",
    "ceterms:LearningOpportunityProfile": "Course",
    "ceterms:ScheduledOffering": "CourseInstance",
    "ceterms:Credential": "EducationalOccupationalCredential",
    "ceterms:CredentialOrganization": "EducationalOrganization",
    "ceterms:Agent": "Organization",
    "ceterms:AssessmentProfile": "LearningResource",
    "ceterms:Occupation": "Occupation",
    "ceterms:Job": "Occupation",
    "ceterms:WorkRole": "Occupation",
    "ceterms:SupportService": "Service",
    "ceasn:CompetencyFramework": "DefinedTermSet",
    "skos:ConceptScheme": "DefinedTermSet",
    "ceasn:Competency": "DefinedTerm",
    "skos:Concept": "DefinedTerm",
    "ceterms:Collection": "ItemList",
    "qdata:DataSetProfile": "Dataset",
    "ceterms:Pathway": "CreativeWork",
    "ceterms:PathwaySet": "CreativeWork",
    "ceasn:Rubric": "CreativeWork",
}
"""The classes of CTDL and those of schema.org; the first that fits. Any other is a Thing."""
ORGANIZATIONS = {
    "orgType:Postsecondary": "CollegeOrUniversity",
    "orgType:FourYear": "CollegeOrUniversity",
    "orgType:TwoYear": "CollegeOrUniversity",
    "orgType:HighSchool": "HighSchool",
    "orgType:Government": "GovernmentOrganization",
}
"""The classes of organizations by their type; the first that fits."""


def _text(*properties: str) -> Read:
    return lambda reading, node: reading.text(node, *properties)


def _texts(*properties: str) -> Read:
    return lambda reading, node: reading.texts(node, *properties)


def _labels(*properties: str) -> Read:
    return lambda reading, node: reading.labels(node, *properties)


def _urls(*properties: str) -> Read:
    return lambda _, node: urls(node, *properties)


def _day(*properties: str) -> Read:
    return lambda reading, node: day(reading.text(node, *properties))


def _duration(*properties: str) -> Read:
    return lambda reading, node: duration(reading.text(node, *properties))


def _things(kind: str, *properties: str) -> Read:
    return lambda reading, node: parts.things(kind, reading, node, *properties)


def _first(read: Read) -> Read:
    return lambda reading, node: read(reading, node)[:1]


def _class(_: Reading, node: Node) -> str:
    return vocabulary().label(type_of(node))


def _credits(reading: Reading, node: Node) -> list[Node]:
    """Return the credits that something is worth, those that are stated as numbers."""
    found = []
    for value in nested(node, "ceterms:creditValue"):
        amount = number(reading.text(value, "schema:value"))
        units = reading.labels(value, "ceterms:creditUnitType")
        if amount is not None:
            found.append(
                filled({"@type": "QuantitativeValue", "value": amount, "unitText": units[:1]})
            )
    return found


def _count(reading: Reading, node: Node) -> int:
    return len(parts.members(reading, node))


_PROVIDERS = _things("Organization", "ceterms:offeredBy", "ceterms:ownedBy")
_VOUCHERS = _things(
    "Organization", "ceterms:accreditedBy", "ceterms:approvedBy", "ceterms:recognizedBy"
)
_AWARDED = _things("EducationalOccupationalCredential", "ceterms:resultsInCredential")
_THING: dict[str, Read] = {
    "description": _text(
        "ceterms:description", "ceasn:description", "skos:definition", "ceasn:comment"
    ),
    "alternateName": _texts("ceterms:alternateName"),
    "identifier": parts.identifiers,
    "url": _first(_urls("ceterms:subjectWebpage")),
    "image": _first(_urls("ceterms:image")),
    "sameAs": _urls("ceterms:sameAs"),
}
_WORK: dict[str, Read] = {
    "inLanguage": _texts("ceterms:inLanguage", "ceasn:inLanguage"),
    "keywords": _texts("ceterms:keyword"),
    "about": _things("DefinedTerm", "ceterms:subject"),
}
_LEARNING: dict[str, Read] = {
    **_WORK,
    "provider": _PROVIDERS,
    "educationalLevel": _labels("ceterms:audienceLevelType"),
    "timeRequired": parts.time_of,
    "offers": parts.offers,
    "teaches": _things("DefinedTerm", "ceterms:teaches"),
    "assesses": _things("DefinedTerm", "ceterms:assesses"),
}
_ORGANIZATION: dict[str, Read] = {
    "address": parts.addresses,
    "contactPoint": parts.contacts,
    "email": _texts("ceterms:email"),
    "sameAs": _urls("ceterms:sameAs", "ceterms:socialMedia"),
    "keywords": _texts("ceterms:keyword"),
    "foundingDate": _day("ceterms:foundingDate"),
    "leiCode": _text("ceterms:leiCode"),
    "naics": _text("ceterms:naics"),
    "areaServed": parts.areas,
    "parentOrganization": _first(_things("Organization", "ceterms:parentOrganization")),
    "subOrganization": _things("Organization", "ceterms:subOrganization"),
}
PROPERTIES: dict[str, dict[str, Read]] = {
    "EducationalOccupationalCredential": {
        **_WORK,
        "credentialCategory": _class,
        "educationalLevel": _labels("ceterms:audienceLevelType"),
        "recognizedBy": _VOUCHERS,
        "provider": _PROVIDERS,
        "validIn": parts.areas,
        "validFor": _duration("ceterms:renewalFrequency"),
        "timeRequired": parts.time_of,
        "competencyRequired": parts.required_competencies,
        "offers": parts.offers,
    },
    "Course": {
        **_LEARNING,
        "courseCode": _text("ceterms:codedNotation"),
        "numberOfCredits": _credits,
        "coursePrerequisites": parts.conditions,
        "educationalCredentialAwarded": _AWARDED,
        "hasCourseInstance": parts.instances,
    },
    "CourseInstance": {
        "courseMode": parts.modes,
        "courseWorkload": parts.time_of,
        "location": parts.locations,
        "organizer": _PROVIDERS,
        "startDate": _day("ceterms:startDate"),
        "endDate": _day("ceterms:endDate"),
        "offers": parts.offers,
    },
    "EducationalOccupationalProgram": {
        "provider": _PROVIDERS,
        "programType": _class,
        "educationalProgramMode": parts.modes,
        "timeToComplete": parts.time_of,
        "numberOfCredits": _credits,
        "programPrerequisites": parts.conditions,
        "occupationalCategory": parts.occupations,
        "educationalCredentialAwarded": _AWARDED,
        "hasCourse": _things("Course", "ceterms:hasPart"),
        "startDate": _day("ceterms:startDate"),
        "endDate": _day("ceterms:endDate"),
        "offers": parts.offers,
    },
    "LearningResource": {**_LEARNING, "learningResourceType": _class},
    "Occupation": {
        "occupationalCategory": _text("ceterms:codedNotation"),
        "skills": _things("DefinedTerm", "ceterms:targetCompetency"),
        "qualifications": parts.conditions,
    },
    "Service": {
        "provider": _PROVIDERS,
        "serviceType": _labels("ceterms:supportServiceType"),
        "areaServed": parts.areas,
        "offers": parts.offers,
    },
    "DefinedTermSet": {
        **_WORK,
        "publisher": _things("Organization", "ceasn:publisher", "ceasn:creator"),
        "hasDefinedTerm": _things("DefinedTerm", "ceasn:hasTopChild", "skos:hasTopConcept"),
        "dateCreated": _day("ceasn:dateCreated"),
        "dateModified": _day("ceasn:dateModified"),
    },
    "DefinedTerm": {
        "termCode": _text("ceasn:codedNotation", "skos:notation"),
        "inDefinedTermSet": _things("DefinedTermSet", "ceasn:isPartOf", "skos:inScheme"),
    },
    "ItemList": {"itemListElement": parts.members, "numberOfItems": _count},
    "Dataset": {
        **_WORK,
        "creator": _things("Organization", "qdata:dataProvider"),
        "about": _things("Thing", "qdata:relevantDataSetFor"),
    },
    "CreativeWork": {**_WORK, "provider": _PROVIDERS},
    **dict.fromkeys(
        ("Organization", "EducationalOrganization", *ORGANIZATIONS.values()), _ORGANIZATION
    ),
}
"""The properties of each class of schema.org, beside those of every Thing."""
