"""Small documents that meet the minimum data, made from the shapes."""

from __future__ import annotations

from typing import Any

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, canonical
from ctgraph.problem import Severity
from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.shapes import ClassShape, Shape, shapes
from ctgraph.vocab import CONTEXT_URLS, vocabulary

_WEBPAGE = "https://www.example.org/page"


def _ctid(number: int) -> Ctid:
    return canonical(f"ce-00000000-0000-4000-8000-{number:012d}")


# Values that do not follow from the range of the property.
_VALUES: dict[str, Any] = {
    "ceterms:ctid": _ctid(1),
    "ceterms:inLanguage": ["en-US"],
    "ceasn:inLanguage": ["en-US"],
    "ceterms:address": [{"@type": "ceterms:Place", "ceterms:addressLocality": {"en-US": "Town"}}],
    "ceterms:transferValue": [{"@type": "ceterms:ValueProfile", "schema:value": 3.0}],
    "ceterms:credentialType": "ceterms:Certificate",
    "ceterms:identifierValueCode": "AB-12",
    # The parts of a scheme stand in its document.
    "skos:hasTopConcept": [
        {"@type": "asn:ProgressionLevel", "skos:prefLabel": {"en-US": "The first level"}}
    ],
}


def example(one: ClassShape, identity: Identity) -> dict[str, Any]:
    """Return a document with only the properties that a record of a class needs for no warning."""
    kind = _class(one)
    node: dict[str, Any] = {"@type": kind, "@id": identity.resource(_ctid(1))}
    for shape in (*one.of_severity(Severity.VIOLATION), *one.of_severity(Severity.WARNING)):
        if shape.required and shape.name != "type":
            key = vocabulary().compact(shape.properties[0])
            node[key] = _value(key, shape, one, identity)
    context = CONTEXT_URLS["ctdlasn" if kind.startswith(("ceasn", "asn", "skos")) else "ctdl"]
    return {"@context": context, "@id": identity.graph(_ctid(1)), "@graph": [node]}


def _class(one: ClassShape) -> Curie:
    """Return a class that a record may have: one below the shape's own, if there is one."""
    vocab = vocabulary()
    below = [child for child in vocab.children(one.classes[0]) if child in one.reaches]
    return vocab.compact((below or list(one.classes))[0])


def _value(key: str, shape: Shape, one: ClassShape, identity: Identity) -> Any:
    if key in _VALUES:
        return _VALUES[key]
    vocab = vocabulary()
    term = vocab.term(key)
    ranges = set(map(vocab.compact, term.range_includes)) if term else set()
    concepts = shapes().values_of(shape.properties[0])
    if concepts:
        active = next((c for c in concepts if c.endswith("/Active")), concepts[0])
        return _alignment(active)
    if isinstance(vocab.context.get(key), dict) and vocab.context[key].get("@container"):
        return {"en-US": f"{one.label}: {shape.label.lower()} in words"}
    if "xsd:anyURI" in ranges and not ranges & {"ceterms:Organization"}:
        return _WEBPAGE
    return [identity.resource(_ctid(number)) for number in range(2, 2 + shape.min_count)]


def _alignment(concept: Iri) -> dict[str, Any]:
    vocab = vocabulary()
    term = vocab.term(concept)
    return {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:targetNode": vocab.compact(concept),
        "ceterms:targetNodeName": {"en-US": term.label if term else concept},
    }
