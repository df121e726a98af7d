"""Documents of a college, as the tests of learning and employment records publish them."""

from __future__ import annotations

from typing import Any

from tests.support.registry import certificate, ctid_number

COLLEGE = ctid_number(0)
CREDENTIAL, COURSE, FRAMEWORK = ctid_number(1), ctid_number(20), ctid_number(30)
COMPETENCIES = [ctid_number(number) for number in (31, 32, 33)]
BASE = "http://localhost:8000"
CTDL = "https://credreg.net/ctdl/schema/context/json"
ASN = "https://credreg.net/ctdlasn/schema/context/json"


def iri(record: str) -> str:
    """Return the address of a record."""
    return f"{BASE}/resources/{record}"


def document(record: str, *nodes: dict[str, Any], context: str = CTDL) -> dict[str, Any]:
    """Return a graph document."""
    return {"@context": context, "@id": f"{BASE}/graph/{record}", "@graph": [*nodes]}


def aligned(scheme: str, concept: str, name: str) -> dict[str, Any]:
    """Return a controlled value."""
    return {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:framework": f"https://credreg.net/ctdl/terms/{scheme}",
        "ceterms:targetNode": concept,
        "ceterms:targetNodeName": {"en": name},
    }


def college() -> dict[str, Any]:
    """Return the document of the college itself."""
    return document(
        COLLEGE,
        {
            "@type": "ceterms:CredentialOrganization",
            "@id": iri(COLLEGE),
            "ceterms:ctid": COLLEGE,
            "ceterms:name": {"en": "Pine College"},
            "ceterms:description": {"en": "A college among pines."},
            "ceterms:subjectWebpage": "https://pine.example.org/",
            "ceterms:email": ["office@pine.example.org"],
            "ceterms:agentType": [aligned("OrganizationType", "orgType:TwoYear", "Two-Year")],
            "ceterms:agentSectorType": aligned("AgentSector", "agentSector:Public", "Public"),
            "ceterms:address": [
                {
                    "@type": "ceterms:Place",
                    "ceterms:streetAddress": {"en": "1 Pine Street"},
                    "ceterms:addressLocality": {"en": "Pineville"},
                    "ceterms:addressRegion": {"en": "Oregon"},
                    "ceterms:addressCountry": {"en": "United States"},
                }
            ],
        },
    )


def certificate_of(**more: Any) -> dict[str, Any]:
    """Return a certificate with requirements, competencies and words in two languages."""
    competency = {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:targetNode": iri(COMPETENCIES[0]),
        "ceterms:targetNodeName": {"en": "Read a chart"},
        "ceterms:frameworkName": {"en": "Nursing Skills"},
    }
    elsewhere = {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:targetNode": "https://skills.example.org/7",
        "ceterms:targetNodeName": {"en": "Take a pulse"},
        "ceterms:codedNotation": "S.7",
    }
    requires = {
        "@type": "ceterms:ConditionProfile",
        "ceterms:description": {"en": "Pass the examination."},
        "ceterms:targetCompetency": [competency, elsewhere],
    }
    return certificate(
        1,
        COLLEGE,
        **{
            "ceterms:name": {"en": "Nurse Aide", "de": "Pflegehilfe"},
            "ceterms:keyword": {"en": ["nursing", "care"]},
            "ceterms:codedNotation": "NA-1",
            "ceterms:image": "https://pine.example.org/badge.png",
            "ceterms:requires": [requires],
            "ceterms:previousVersion": iri(ctid_number(2)),
            **more,
        },
    )


def course() -> dict[str, Any]:
    """Return a course."""
    return document(
        COURSE,
        {
            "@type": "ceterms:Course",
            "@id": iri(COURSE),
            "ceterms:ctid": COURSE,
            "ceterms:name": {"en": "First Aid"},
            "ceterms:description": {"en": "What to do first."},
            "ceterms:subjectWebpage": "https://pine.example.org/first-aid",
            "ceterms:inLanguage": ["en"],
            "ceterms:lifeCycleStatusType": aligned("LifeCycleStatus", "lifeCycle:Active", "Active"),
            "ceterms:estimatedDuration": [
                {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": "P3M"}
            ],
            "ceterms:deliveryType": [aligned("Delivery", "deliveryType:InPerson", "In-Person")],
            "ceterms:ownedBy": [iri(COLLEGE)],
        },
    )


def framework() -> dict[str, Any]:
    """Return a framework of three competencies, the last one below the first."""
    first, second, third = COMPETENCIES
    return document(
        FRAMEWORK,
        {
            "@type": "ceasn:CompetencyFramework",
            "@id": iri(FRAMEWORK),
            "ceterms:ctid": FRAMEWORK,
            "ceasn:name": {"en": "Nursing Skills"},
            "ceasn:description": {"en": "What nurses can do."},
            "ceasn:inLanguage": ["en"],
            "ceasn:publisher": [iri(COLLEGE)],
            "ceasn:source": ["https://pine.example.org/skills"],
            "ceasn:hasTopChild": [iri(first), iri(second)],
        },
        {
            "@type": "ceasn:Competency",
            "@id": iri(first),
            "ceterms:ctid": first,
            "ceasn:competencyText": {"en": "Read a chart."},
            "ceasn:codedNotation": "N.1",
            "ceasn:listID": "1",
            "ceasn:comment": [{"@value": "On paper, too.", "@language": "en"}],
            "ceasn:competencyCategory": {"en": "Skill"},
            "ceasn:inLanguage": ["en"],
            "ceasn:isPartOf": [iri(FRAMEWORK)],
            "ceasn:isTopChildOf": iri(FRAMEWORK),
            "ceasn:hasChild": [iri(third)],
        },
        {
            "@type": "ceasn:Competency",
            "@id": iri(second),
            "ceterms:ctid": second,
            "ceasn:competencyText": {"en": "Take a pulse."},
            "ceasn:codedNotation": "N.2",
            "ceasn:isPartOf": [iri(FRAMEWORK)],
            "ceasn:isTopChildOf": iri(FRAMEWORK),
        },
        {
            "@type": "ceasn:Competency",
            "@id": iri(third),
            "ceterms:ctid": third,
            "ceasn:competencyText": {"en": "Find a date in a chart."},
            "ceasn:codedNotation": "N.1.1",
            "ceasn:isPartOf": [iri(FRAMEWORK)],
            "ceasn:isChildOf": [iri(first)],
        },
        context=ASN,
    )


RUBRIC, CRITERION = ctid_number(40), ctid_number(41)


def rubric() -> dict[str, Any]:
    """Return a rubric whose criterion judges a competency, with a level inside of it."""
    return document(
        RUBRIC,
        {
            "@type": "ceasn:Rubric",
            "@id": iri(RUBRIC),
            "ceterms:ctid": RUBRIC,
            "ceasn:name": {"en": "Reading of charts"},
            "ceasn:description": {"en": "How well somebody reads charts."},
            "ceasn:inLanguage": ["en"],
            "ceasn:publisher": [iri(COLLEGE)],
            "ceterms:subjectWebpage": "https://pine.example.org/rubric",
            "ceasn:hasRubricCriterion": [iri(CRITERION)],
        },
        {
            "@type": "ceasn:RubricCriterion",
            "@id": iri(CRITERION),
            "ceterms:ctid": CRITERION,
            "ceasn:name": {"en": "Speed"},
            "ceasn:description": {"en": "How fast it is read."},
            "ceasn:weight": 0.5,
            "ceterms:targetCompetency": [
                {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:targetNode": iri(COMPETENCIES[0]),
                    "ceterms:targetNodeName": {"en": "Read a chart"},
                }
            ],
            "ceasn:hasCriterionLevel": [
                {
                    "@type": "ceasn:CriterionLevel",
                    "ceasn:benchmarkLabel": {"en": "Good"},
                    "ceasn:benchmarkText": {"en": "Within a minute."},
                    "schema:value": 3,
                }
            ],
        },
        context=ASN,
    )
