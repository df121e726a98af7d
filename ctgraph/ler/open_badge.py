"""A record as an Achievement of Open Badges 3.0 (1EdTech, section B.1.1)."""

from __future__ import annotations

import re
from typing import Any

import orjson

from ctgraph.documents.node_values import each
from ctgraph.finder.schema_org.values import filled, iri_of, nested, number, urls
from ctgraph.identity.ctid import Ctid
from ctgraph.ler.subject import Node, Subject
from ctgraph.vocab import vocabulary

CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
FRAMEWORK = "Credential Transparency Description Language"
"""The framework of an alignment to a record of a registry (Open Badges 3.0, section B.1.3)."""
ACHIEVEMENTS = (
    "ceterms:Credential",
    "ceterms:LearningOpportunityProfile",
    "ceterms:AssessmentProfile",
    "ceasn:Competency",
)
"""The classes of what a person can achieve."""
TYPES = {
    "ceterms:AssessmentProfile": "Assessment",
    "ceterms:Credential": "Achievement",
    "ceterms:DigitalBadge": "Badge",
    "ceterms:LearningOpportunityProfile": "ext:LearningOpportunity",
    "ceterms:OpenBadge": "Badge",
    **dict.fromkeys(
        (
            "ceterms:AssociateOfAppliedArtsDegree",
            "ceterms:AssociateOfAppliedScienceDegree",
            "ceterms:AssociateOfArtsDegree",
            "ceterms:AssociateOfScienceDegree",
        ),
        "AssociateDegree",
    ),
    **dict.fromkeys(
        ("ceterms:BachelorOfArtsDegree", "ceterms:BachelorOfScienceDegree"), "BachelorDegree"
    ),
    **dict.fromkeys(
        ("ceterms:MasterOfArtsDegree", "ceterms:MasterOfScienceDegree"), "MasterDegree"
    ),
}
"""The types of achievements whose names are not those of the classes."""
SAME = {
    *("ApprenticeshipCertificate", "AssociateDegree", "BachelorDegree", "Badge", "Certificate"),
    *("CertificateOfCompletion", "Certification", "Competency", "Course", "Degree", "Diploma"),
    *("DoctoralDegree", "GeneralEducationDevelopment", "JourneymanCertificate"),
    *("LearningProgram", "License", "MasterCertificate", "MasterDegree", "MicroCredential"),
    *("ProfessionalDoctorate", "QualityAssuranceCredential", "ResearchDoctorate"),
    "SecondarySchoolDiploma",
}
"""The types of achievements that are named as their classes are. For Assignment, Award,
CommunityService, CoCurricular, Fieldwork and Membership CTDL has no class."""
TARGET_TYPES = {
    "ceterms:Credential": "ceterms:Credential",
    "ceasn:Competency": "ceasn:Competency",
}
"""The types of the targets of alignments by class; for any other record it is CTDL."""
_TAUGHT = ("ceterms:targetCompetency", "ceterms:teaches", "ceterms:assesses")
_EARLIER = ("ceterms:previousVersion", "ceterms:supersedes")
_LANGUAGE = re.compile("[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


def is_achievement(kind: str) -> bool:
    """Tell whether a class is one of things that a person can achieve."""
    return vocabulary().is_a(kind, *ACHIEVEMENTS)


def achievement(subject: Subject) -> Node:
    """Return a record as an Achievement, without empty values."""
    node, reading = subject.node, subject.reading
    name = reading.name(node) or subject.record
    made: Node = {
        "@context": list(CONTEXT),
        "id": subject.iri,
        "type": ["Achievement"],
        "achievementType": achievement_type(subject.kind),
        "name": name,
        "description": subject.text("ceterms:description", "ceasn:description", "ceasn:comment")
        or name,
        "criteria": _criteria(subject),
        "creator": _creator(subject),
        "alignment": _alignments(subject),
        "otherIdentifier": _identifiers(subject),
        "version": subject.text("ceterms:versionIdentifier", "ceterms:versionCode")
        or str(subject.number),
        "related": _related(subject),
        "inLanguage": _language(subject),
        "tag": reading.texts(node, "ceterms:keyword", "ceasn:conceptKeyword"),
        "humanCode": subject.text("ceterms:codedNotation", "ceasn:codedNotation"),
        "fieldOfStudy": _field(subject),
        "creditsAvailable": _credits(subject),
    }
    for image in urls(node, "ceterms:image")[:1]:
        made["image"] = {"id": image, "type": "Image"}
    return {key: value for key, value in made.items() if value not in (None, "", [], {})}


def achievement_type(kind: str) -> str:
    """Return the type of an achievement by its class (Open Badges 3.0, section B.2.1)."""
    if kind in TYPES:
        return TYPES[kind]
    plain = kind.partition(":")[2]
    return plain if plain in SAME else f"ext:{plain}"


def snippet(iri: str, record: Ctid, kind: str, name: str) -> Node:
    """Return the Alignment by which an achievement of an issuer points to a record."""
    types = TARGET_TYPES.items()
    return {
        "type": ["Alignment"],
        "targetType": next((t for c, t in types if vocabulary().is_a(kind, c)), "CTDL"),
        "targetName": name,
        "targetUrl": iri,
        "targetCode": record,
        "targetFramework": FRAMEWORK,
    }


def _criteria(subject: Subject) -> Node:
    words = ("ceterms:description", "ceterms:condition")
    profiles = [one for one in each(subject.node.get("ceterms:requires")) if isinstance(one, dict)]
    told = [text for one in profiles for text in subject.reading.texts(one, *words)]
    if told:
        return {"narrative": "\n\n".join(dict.fromkeys(told))}
    pages = urls(subject.node, "ceterms:subjectWebpage", "ceasn:source")
    return {"id": pages[0] if pages else subject.iri}


def _creator(subject: Subject) -> Node | None:
    """Return the first organization that offers the record and has an address."""
    identity = subject.reading.identity
    owners = [one for one in subject.owners() if iri_of(one)]
    if not owners:
        return None
    # Of an organization of this registry, more is known.
    owner = next((one for one in owners if identity.ctid_of(iri_of(one))), owners[0])
    record = identity.ctid_of(iri_of(owner))
    told = filled(
        {
            "name": subject.name(owner),
            "url": urls(subject.owner, "ceterms:subjectWebpage")[:1],
            "email": subject.reading.texts(subject.owner, "ceterms:email")[:1],
        }
    )
    made: Node = {"id": identity.canonical(iri_of(owner)), "type": ["Profile"], **told}
    if record:
        dids = [_identifier(did, "ext:DID") for did in subject.dids]
        made["otherIdentifier"] = [_identifier(record, "ext:CTID"), *dids]
    return made


def _alignments(subject: Subject) -> list[Node]:
    """Return an alignment for each competency that is required, taught or assessed."""
    places = [subject.node, *subject.conditions()]
    values = [value for place in places for name in _TAUGHT for value in each(place.get(name))]
    found = filter(None, (_alignment(subject, value) for value in values))
    return list({orjson.dumps(one): one for one in found}.values())


def _alignment(subject: Subject, value: Any) -> Node | None:
    reading, iri = subject.reading, iri_of(value)
    node = value if isinstance(value, dict) else {}
    record = reading.identity.ctid_of(iri)
    name = reading.target_name(value) or iri
    frameworks = urls(node, "ceterms:framework")
    if not name:
        return None
    made = {
        "targetName": name,
        "targetUrl": reading.identity.canonical(iri) if iri else [*frameworks, subject.iri][0],
        "targetCode": record or reading.text(node, "ceterms:codedNotation"),
        "targetDescription": reading.text(node, "ceterms:targetNodeDescription"),
        "targetFramework": reading.text(node, "ceterms:frameworkName")
        or (FRAMEWORK if record else ""),
        "targetType": "ceasn:Competency",
    }
    return {"type": ["Alignment"], **filled(made)}


def _identifiers(subject: Subject) -> list[Node]:
    reading = subject.reading
    codes = [
        (reading.text(one, "ceterms:identifierValueCode"), "identifier")
        for one in nested(subject.node, "ceterms:identifier")
    ]
    given = [(subject.record, "ext:CTID"), *codes]
    return [_identifier(code, kind) for code, kind in given if code]


def _identifier(code: str, kind: str) -> Node:
    return {"type": "IdentifierEntry", "identifier": code, "identifierType": kind}


def _related(subject: Subject) -> list[Node]:
    """Return earlier credentials that this one follows, and the version before this one."""
    canonical = subject.reading.identity.canonical
    iris = (iri_of(value) for name in _EARLIER for value in each(subject.node.get(name)))
    found: list[Node] = [
        {"id": canonical(iri), "type": ["Related"]} for iri in dict.fromkeys(iris) if iri
    ]
    if subject.number > 1:
        before = subject.number - 1
        address = f"{subject.iri}/versions/{before}"
        found.append({"id": address, "type": ["Related"], "version": str(before)})
    return found


def _language(subject: Subject) -> str:
    found = subject.reading.texts(subject.node, "ceterms:inLanguage", "ceasn:inLanguage")
    return next((one for one in found if _LANGUAGE.fullmatch(one)), "")


def _field(subject: Subject) -> str:
    return next(
        (
            name
            for one in each(subject.node.get("ceterms:instructionalProgramType"))
            if (name := subject.name(one))
        ),
        "",
    )


def _credits(subject: Subject) -> int | float | None:
    values = nested(subject.node, "ceterms:creditValue")
    amounts = (number(subject.reading.text(one, "schema:value")) for one in values)
    return next((amount for amount in amounts if amount is not None), None)
