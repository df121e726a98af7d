"""The documents of the sample, by their kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from ctgraph.bulk.sample.population import BASE, Kind, Population
from ctgraph.bulk.sample.words import ACTIONS, OBJECTS, OCCUPATIONS, PLACES, QUALITIES
from ctgraph.vocab import CONTEXT_URLS

CTDL, CTDL_ASN = CONTEXT_URLS["ctdl"], CONTEXT_URLS["ctdlasn"]
_CONDITIONS = (
    "ceterms:recommends",
    "ceterms:preparationFrom",
    "ceterms:isPreparationFor",
    "ceterms:advancedStandingFrom",
    "ceterms:isAdvancedStandingFor",
    "ceterms:isRequiredFor",
)

Node = dict[str, Any]
"""A JSON-LD node object."""


def generate(documents: int, seed: int = 0) -> Iterator[Node]:
    """Yield a registry of `documents` graph documents, the organizations first.

    The same arguments give the same documents on every machine. Memory does not grow with their
    number.
    """
    population = Population(documents, seed)
    for index in range(documents):
        yield _document(population, index)


def _document(population: Population, index: int) -> Node:
    kind = population.kind(index)
    node = _WRITERS[kind](population, index, population.chance(index))
    nodes = node if isinstance(node, list) else [_filled(node)]
    context = CTDL_ASN if kind is Kind.FRAMEWORK else CTDL
    iri = f"{BASE}/graph/{population.ctid(index)}"
    return {"@context": context, "@id": iri, "@graph": nodes}


def _text(text: str) -> dict[str, str]:
    return {"en-US": text}


def _filled(node: Node) -> Node:
    """Drop empty lists: a small registry does not always have something to link to."""
    return {key: value for key, value in node.items() if value != []}


def _profile(about: str, targets: Node) -> Node:
    """Return a condition profile."""
    return _filled(
        {"@type": "ceterms:ConditionProfile", "ceterms:description": _text(about), **targets}
    )


def _aligned(scheme: str, concept: str, name: str) -> Node:
    """Return a controlled value as an alignment object."""
    return {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:framework": f"https://credreg.net/ctdl/terms/{scheme}",
        "ceterms:frameworkName": _text(scheme),
        "ceterms:targetNode": concept,
        "ceterms:targetNodeName": _text(name),
    }


def _base(population: Population, kind: str, index: int, name: str, about: str) -> Node:
    return {
        "@type": kind,
        "@id": population.iri(index),
        "ceterms:ctid": population.ctid(index),
        "ceterms:name": _text(name),
        "ceterms:description": _text(about),
        "ceterms:subjectWebpage": f"https://provider{population.owner(index)}.example/{index}",
        "ceterms:ownedBy": [population.iri(population.owner(index))],
    }


def _organization(population: Population, index: int, chance: Random) -> Node:
    place = PLACES[index % len(PLACES)]
    name = f"{place} {chance.choice(('College', 'University', 'Institute'))} {index}"
    node = _base(
        population,
        "ceterms:CredentialOrganization",
        index,
        name,
        f"{name} offers education and training around {place}.",
    )
    del node["ceterms:ownedBy"]
    node["ceterms:subjectWebpage"] = f"https://provider{index}.example/"
    node["ceterms:agentType"] = [_aligned("OrganizationType", "orgType:TwoYear", "Two-Year")]
    node["ceterms:agentSectorType"] = _aligned("AgentSector", "agentSector:Public", "Public")
    node["ceterms:email"] = [f"office@provider{index}.example"]
    node["ceterms:address"] = [{"@type": "ceterms:Place", "ceterms:addressLocality": _text(place)}]
    return node


def _condition(population: Population, index: int, name: str, chance: Random) -> Node:
    """Return a condition profile for the property `name`."""
    level, above = population.credential_class(index)[1], name.startswith("ceterms:is")
    learning = chance.randint(1, 3) if name == "ceterms:requires" else chance.randint(0, 1)
    targets: Node = {
        "ceterms:targetCredential": population.credentials(
            level, chance.randint(1, 3), above, index, chance
        ),
        "ceterms:targetLearningOpportunity": population.some(
            (Kind.COURSE, Kind.PROGRAM), learning, index, chance
        ),
    }
    if chance.random() < 0.4:
        targets["ceterms:targetAssessment"] = population.some((Kind.ASSESSMENT,), 1, index, chance)
    if chance.random() < 0.1:
        other = population.credentials(level, 1, above, index, chance)
        targets["ceterms:alternativeCondition"] = [
            _profile("Or hold this instead of the above.", {"ceterms:targetCredential": other})
        ]
    return _profile(f"{chance.choice(QUALITIES)} preparation counts here.", targets)


def _credential(population: Population, index: int, chance: Random) -> Node:
    kind, level = population.credential_class(index)
    title = "".join(f" {c}" if c.isupper() else c for c in kind.partition(":")[2]).strip()
    subject, quality = population.subject(index), chance.choice(QUALITIES)
    about = f"Its holder is ready for {quality.lower()} work in {subject}."
    node = _base(population, kind, index, f"{quality} {subject} {title} {index}", about)
    node["ceterms:inLanguage"] = ["en-US"]
    status = _aligned("CredentialStatus", "credentialStat:Active", "Active")
    node["ceterms:credentialStatusType"] = status
    node["ceterms:keyword"] = {"en-US": [subject, quality]}
    node["ceterms:requires"] = [_condition(population, index, "ceterms:requires", chance)]
    for name in chance.sample(_CONDITIONS, 3):
        node[name] = [_condition(population, index, name, chance)]
    if chance.random() < 0.15:
        node["ceterms:hasPart"] = population.credentials(level, 2, False, index, chance)
    if chance.random() < 0.5:
        code, occupation = chance.choice(OCCUPATIONS)
        node["ceterms:occupationType"] = [
            {
                "@type": "ceterms:CredentialAlignmentObject",
                "ceterms:codedNotation": code,
                "ceterms:targetNodeName": _text(occupation),
            }
        ]
    if chance.random() < 0.4:
        node["ceterms:estimatedCost"] = [
            {
                "@type": "ceterms:CostProfile",
                "ceterms:currency": "USD",
                "ceterms:description": _text("Tuition and fees for the whole credential."),
                "ceterms:price": chance.randint(2, 400) * 50.0,
            }
        ]
    return node


def _learning(population: Population, kind: str, index: int, chance: Random) -> Node:
    subject = population.subject(index)
    node = _base(
        population,
        kind,
        index,
        f"{chance.choice(QUALITIES)} {subject} {index}",
        f"What people who are new to {subject} need at work.",
    )
    node["ceterms:inLanguage"] = ["en-US"]
    status = _aligned("LifeCycleStatus", "lifeCycle:Active", "Active")
    node["ceterms:lifeCycleStatusType"] = status
    node["ceterms:estimatedDuration"] = [
        {
            "@type": "ceterms:DurationProfile",
            "ceterms:exactDuration": f"P{chance.randint(2, 40)}W",
        }
    ]
    above = population.credentials(0, 3, True, index, chance)
    node["ceterms:isPreparationFor"] = [
        _profile("Counts toward these credentials.", {"ceterms:targetCredential": above})
    ]
    return node


def _course(population: Population, index: int, chance: Random) -> Node:
    node = _learning(population, "ceterms:Course", index, chance)
    node["ceterms:prerequisite"] = population.some((Kind.COURSE,), 1, index, chance)
    return node


def _program(population: Population, index: int, chance: Random) -> Node:
    node = _learning(population, "ceterms:LearningProgram", index, chance)
    node["ceterms:hasPart"] = population.some((Kind.COURSE,), chance.randint(3, 6), index, chance)
    held = population.credentials(3, 2, False, index, chance)
    node["ceterms:entryCondition"] = [
        _profile("Hold one of these to enter.", {"ceterms:targetCredential": held})
    ]
    return node


def _assessment(population: Population, index: int, chance: Random) -> Node:
    node = _learning(population, "ceterms:AssessmentProfile", index, chance)
    node["ceterms:name"] = _text(f"{population.subject(index)} Examination {index}")
    method = _aligned("AssessmentMethod", "assessMethod:Exam", "Exam")
    node["ceterms:assessmentMethodType"] = [method]
    node["ceterms:deliveryType"] = [_aligned("Delivery", "deliveryType:InPerson", "In-Person")]
    return node


def _transfer(population: Population, index: int, chance: Random) -> Node:
    node = _base(
        population,
        "ceterms:TransferValueProfile",
        index,
        f"Transfer Agreement {index}",
        f"Credit for earlier learning in {population.subject(index)}.",
    )
    node["ceterms:transferValue"] = [
        {
            "@type": "ceterms:ValueProfile",
            "schema:value": float(chance.randint(1, 30)),
            "schema:description": _text("Semester hours of credit."),
        }
    ]
    node["ceterms:transferValueFrom"] = population.some(
        (Kind.COURSE, Kind.ASSESSMENT), 3, index, chance
    )
    node["ceterms:transferValueFor"] = population.some(
        (Kind.CREDENTIAL, Kind.PROGRAM), 2, index, chance
    )
    return node


def _framework(population: Population, index: int, chance: Random) -> list[Node]:
    # Most frameworks are small; one in forty is large, one in two thousand huge.
    drawn = chance.random()
    size = chance.randint(2, 8)
    if drawn < 0.0005:
        size = chance.randint(300, 900)
    elif drawn < 0.027:
        size = chance.randint(41, 150)
    subject = population.subject(index)
    parts = range(1, size + 1)
    framework = {
        "@type": "ceasn:CompetencyFramework",
        "@id": population.iri(index),
        "ceterms:ctid": population.ctid(index),
        "ceasn:name": _text(f"{chance.choice(QUALITIES)} {subject} Competencies {index}"),
        "ceasn:description": _text(f"What people who work in {subject} can do."),
        "ceasn:inLanguage": ["en-US"],
        "ceasn:publisher": [population.iri(population.owner(index))],
        "ceasn:hasTopChild": [population.iri(index, part) for part in parts],
    }
    return [framework, *(_competency(population, index, part, subject, chance) for part in parts)]


def _competency(
    population: Population, index: int, part: int, subject: str, chance: Random
) -> Node:
    text = f"{chance.choice(ACTIONS).capitalize()} {chance.choice(OBJECTS)} in {subject}."
    return {
        "@type": "ceasn:Competency",
        "@id": population.iri(index, part),
        "ceterms:ctid": population.ctid(index, part),
        "ceasn:competencyText": _text(text),
        "ceasn:isPartOf": [population.iri(index)],
        "ceasn:isTopChildOf": population.iri(index),
    }


_WRITERS: dict[Kind, Callable[[Population, int, Random], Node | list[Node]]] = {
    Kind.ORGANIZATION: _organization,
    Kind.CREDENTIAL: _credential,
    Kind.COURSE: _course,
    Kind.PROGRAM: _program,
    Kind.ASSESSMENT: _assessment,
    Kind.TRANSFER: _transfer,
    Kind.FRAMEWORK: _framework,
}
