"""A record in the European Learning Model, version 3 (application profile LOQ 1.1).

A credential is a learning achievement specification, and a qualification where it states a level of
the European or a national framework; beside it stands the opportunity to achieve it. A course is
the opportunity, with the specification beside it. What the profile requires and the record does not
state is said in a SHACL validation report beside them.
"""

from __future__ import annotations

from typing import Any

import orjson
import pyoxigraph as ox

from ctgraph.documents.node_values import each
from ctgraph.finder.schema_org.values import duration, iri_of, nested, urls
from ctgraph.ler.elm_values import (
    PREFIXES,
    identifier,
    languages,
    location,
    note,
    of_scheme,
    spoken,
    web_resource,
)
from ctgraph.ler.subject import Node, Subject
from ctgraph.vocab import vocabulary

LEVELS = {
    "elm:EQFLevel": "http://data.europa.eu/snb/eqf/",
    "elm:NQFLevel": "http://data.europa.eu/snb/qdr/",
}
"""How the IRIs of the levels of frameworks of qualifications begin (EU controlled vocabularies)."""
ISCED = "http://data.europa.eu/snb/isced-f/"
"""How the IRIs of fields of education begin (ISCED-F 2013)."""
AGENT = ("ceterms:Agent", "ceterms:Organization")
CREDENTIAL = "ceterms:Credential"
LEARNING = "ceterms:LearningOpportunityProfile"
REQUIRED = {
    "elm:LearningAchievementSpecification": (
        *("dc:title", "dc:language", "elm:learningOutcome", "elm:ISCEDFCode"),
    ),
    "elm:LearningOpportunity": (
        *("dc:title", "foaf:homepage", "elm:providedBy", "elm:defaultLanguage"),
        "elm:learningAchievementSpecification",
    ),
    "elm:Organisation": ("rov:legalName", "elm:location"),
    "elm:Qualification": (*("dc:title", "elm:learningOutcome", "elm:ISCEDFCode", *LEVELS),),
}
"""The properties that the profile requires of each class."""
_OUTCOMES = ("ceterms:teaches", "ceterms:assesses", "ceterms:targetCompetency")


def is_learning(kind: str) -> bool:
    """Tell whether the model has a place for records of a class."""
    return vocabulary().is_a(kind, *AGENT, CREDENTIAL, LEARNING)


def in_elm(subject: Subject) -> bytes:
    """Return a record in the European Learning Model, as JSON-LD with its whole context."""
    nodes = [_filled(one) for one in _nodes(subject)]
    return orjson.dumps({"@context": PREFIXES, "@graph": [*nodes, _report(subject, nodes)]})


def in_elm_turtle(subject: Subject) -> bytes:
    """Return the same in Turtle."""
    quads = ox.parse(in_elm(subject), format=ox.RdfFormat.JSON_LD)
    triples = (quad.triple for quad in quads)
    written = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
    assert written is not None
    return written


def _nodes(subject: Subject) -> list[Node]:
    if vocabulary().is_a(subject.kind, *AGENT):
        return [_organisation(subject, subject.iri, subject.node)]
    is_course = vocabulary().is_a(subject.kind, LEARNING)
    levels = {} if is_course else _levels(subject)
    opportunity = subject.iri if is_course else f"{subject.iri}#opportunity"
    beside = f"{subject.iri}#achievement"
    achieved = beside if is_course or levels else subject.iri
    specification = {"@type": "elm:LearningAchievementSpecification", **_specified(subject)}
    found = [
        {"@id": achieved, **specification, "elm:awardingOpportunity": _awarding(subject, achieved)}
    ]
    if levels:  # an opportunity of the profile leads to no qualification, only to what it specifies
        found[0]["elm:specialisationOf"] = {"@id": subject.iri}
        found.append(
            {"@id": subject.iri, "@type": "elm:Qualification", **_specified(subject), **levels}
        )
    return [*found, _opportunity(subject, opportunity, achieved), *_providers(subject)]


def _levels(subject: Subject) -> Node:
    """Return the levels that a credential states of frameworks of qualifications."""
    found = {name: of_scheme(subject.node, begin) for name, begin in LEVELS.items()}
    return found if any(found.values()) else {}


def _filled(node: Node) -> Node:
    return {key: value for key, value in node.items() if value not in ("", [], {})}


def _specified(subject: Subject) -> Node:
    """Return what a specification and a qualification state alike."""
    node, places = subject.node, [subject.node, *subject.conditions()]
    outcomes = [value for place in places for key in _OUTCOMES for value in each(place.get(key))]
    conditions = [one.get("ceterms:description") for one in subject.conditions()]
    return {
        **_about(subject),
        "skos:altLabel": spoken(subject, node.get("ceterms:alternateName")),
        "elm:category": {"@value": vocabulary().label(subject.kind), "@language": "en"},
        "dc:language": languages(subject),
        "elm:ISCEDFCode": of_scheme(node, ISCED),
        "elm:learningOutcome": [one for value in outcomes if (one := _outcome(subject, value))],
        "elm:entryRequirement": note(subject, conditions),
        "elm:volumeOfLearning": _time(subject),
    }


def _opportunity(subject: Subject, iri: str, specification: str) -> Node:
    return {
        "@id": iri,
        "@type": "elm:LearningOpportunity",
        **_about(subject),
        "elm:defaultLanguage": languages(subject)[:1],
        "elm:duration": _time(subject),
        "elm:providedBy": [{"@id": iri_of(one)} for one in subject.owners() if iri_of(one)],
        "elm:learningAchievementSpecification": {"@id": specification},
    }


def _about(subject: Subject) -> Node:
    node = subject.node
    return {
        "dc:title": spoken(subject, node.get("ceterms:name")),
        "dc:description": spoken(subject, node.get("ceterms:description")),
        "adms:identifier": identifier(subject.record),
        "foaf:homepage": [web_resource(url) for url in urls(node, "ceterms:subjectWebpage")],
        "dc:modified": {"@value": subject.modified, "@type": "xsd:dateTime"},
    }


def _providers(subject: Subject) -> list[Node]:
    """Return the organizations that offer a record, the first as its own record has it."""
    known, found = subject.owner.get("@id"), []
    for owner in subject.owners():
        if iri := iri_of(owner):
            named = owner if isinstance(owner, dict) else {}
            node = subject.owner if iri == known else {"ceterms:name": subject.name(owner)} | named
            found.append(_organisation(subject, iri, node))
    return found


def _organisation(subject: Subject, iri: str, node: Node) -> Node:
    record = subject.reading.identity.ctid_of(iri)
    return {
        "@id": iri,
        "@type": "elm:Organisation",
        "rov:legalName": spoken(subject, node.get("ceterms:name")),
        "skos:altLabel": spoken(subject, node.get("ceterms:alternateName")),
        "adms:identifier": identifier(record) if record else [],
        "foaf:homepage": [web_resource(url) for url in urls(node, "ceterms:subjectWebpage")],
        "elm:location": location(subject, nested(node, "ceterms:address")),
    }


def _awarding(subject: Subject, iri: str) -> Node:
    bodies = [{"@id": iri_of(one)} for one in subject.owners() if iri_of(one)]
    if not bodies or not _is_credential(subject):
        return {}
    return {
        "@type": "elm:AwardingOpportunity",
        "elm:awardingBody": bodies,
        "elm:learningAchievementSpecification": {"@id": iri},
    }


def _outcome(subject: Subject, value: Any) -> Node:
    node = value if isinstance(value, dict) else {}
    name = spoken(subject, node.get("ceterms:targetNodeName") or subject.name(value))
    iri = iri_of(value)
    if not name:
        return {}
    return {**({"@id": iri} if iri else {}), "@type": "elm:LearningOutcome", "dc:title": name}


def _time(subject: Subject) -> Any:
    for profile in nested(subject.node, "ceterms:estimatedDuration"):
        found = duration(subject.reading.text(profile, "ceterms:exactDuration"))
        if found and "W" not in found:  # XML Schema has no weeks
            return {"@value": found, "@type": "xsd:duration"}
    return []


def _report(subject: Subject, nodes: list[Node]) -> Node:
    """Return what the profile requires and the record does not state (SHACL, section 3.6)."""
    lacking = {subject.iri} if nodes[0]["@id"] == subject.iri and _is_credential(subject) else ()
    missing = [
        (node["@id"], path)
        for node in nodes
        for path in (*REQUIRED[node["@type"]], *(LEVELS if node["@id"] in lacking else ()))
        if path not in node
    ]
    results = [
        {
            "@type": "sh:ValidationResult",
            "sh:focusNode": {"@id": focus},
            "sh:resultPath": {"@id": path},
            "sh:resultSeverity": {"@id": "sh:Warning" if path in LEVELS else "sh:Violation"},
            "sh:sourceConstraintComponent": {"@id": "sh:MinCountConstraintComponent"},
            "sh:resultMessage": {
                "@value": f"The record does not state {path}. {_why(path)}",
                "@language": "en",
            },
        }
        for focus, path in missing
    ]
    return {
        "@type": "sh:ValidationReport",
        "sh:conforms": not results,
        **({"sh:result": results} if results else {}),
    }


def _is_credential(subject: Subject) -> bool:
    return vocabulary().is_a(subject.kind, CREDENTIAL)


def _why(path: str) -> str:
    if path in LEVELS:
        return "With a level of a framework of qualifications, it would be a qualification."
    return "The profile for learning opportunities and qualifications requires it."
