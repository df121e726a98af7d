"""Answers as JSON, and as JSON-LD: the same members with a context, which makes them RDF."""

from __future__ import annotations

from typing import Any

import orjson

from ctgraph.identity import Identity
from ctgraph.links.model import Condition
from ctgraph.pathways.model import Assertion, Edge, Graph, Question
from ctgraph.rdf.namespaces import CETERMS, CTG, DCT
from ctgraph.vocab import vocabulary


def to_json(graph: Graph) -> dict[str, Any]:
    """Return a graph as a JSON object. Unknown values are empty or null and never left out."""
    return {
        "question": graph.question,
        "start": list(graph.start),
        "nodes": [
            _plain(node) | {"typeLabel": vocabulary().label(node.type)} for node in graph.nodes
        ],
        "edges": [_edge_json(edge) for edge in graph.edges],
        "words": [_plain(one) for one in graph.words],
        "cut": [_plain(cut) for cut in graph.cut],
        "next": graph.next,
    }


def _edge_json(edge: Edge) -> dict[str, Any]:
    return edge._asdict() | {"assertions": [_said_json(said) for said in edge.assertions]}


def _said_json(said: Assertion) -> dict[str, Any]:
    members = said._asdict()
    members["ownerName"] = members.pop("owner_name")
    if said.condition:
        members["condition"] = said.condition._asdict()
    return members


def _plain(value: Any) -> dict[str, Any]:
    members: dict[str, Any] = vars(value).copy()
    if "owner_name" in members:
        members["ownerName"] = members.pop("owner_name")
    return members


_CONTEXT = {
    "ceterms": CETERMS,
    "ctg": CTG,
    "id": "@id",
    "type": "@type",
    "name": "ceterms:name",
    "description": "ceterms:description",
    "webpage": {"@id": "ceterms:subjectWebpage", "@type": "@id"},
    "isPartOf": {"@id": "ceterms:isPartOf", "@type": "@id"},
    "precedes": {"@id": "ctg:precedes", "@type": "@id"},
    "replacedBy": {"@id": "ctg:replacedBy", "@type": "@id"},
    "source": {"@id": "ctg:earlier", "@type": "@id"},
    "target": {"@id": "ctg:later", "@type": "@id"},
    "strength": "ctg:strength",
    "via": "ctg:via",
    "by": {"@id": "ctg:assertedBy", "@type": "@id"},
    "property": {"@id": "ctg:assertedWith", "@type": "@id"},
    "owner": {"@id": "ctg:owner", "@type": "@id"},
    "document": {"@id": f"{DCT}source", "@type": "@id"},
    "condition": {"@id": "ctg:condition", "@type": "@id"},
    "group": {"@id": "ctg:alternativeOf", "@type": "@id"},
    "required": "ctg:requiredNumber",
    # These are about the answer itself, for readers of plain JSON.
    "question": None,
    "start": None,
    "cut": None,
    "next": None,
}
_RELATIONS = {Question.STACK: "isPartOf", Question.VERSIONS: "replacedBy"}


def jsonld(graph: Graph, identity: Identity) -> bytes:
    """Write a graph as JSON-LD 1.1 with its context in it, so that nothing has to be fetched.

    Each edge is one triple, and one ``ctg:Link`` for each statement that makes it.
    """
    relation = _RELATIONS.get(graph.question, "precedes")
    nodes: list[dict[str, Any]] = [
        {
            "id": identity.node(node.id),
            "type": vocabulary().expand(node.type),
            "name": node.name,
            "webpage": node.webpage,
            "owner": identity.node(node.owner),
        }
        for node in graph.nodes
    ]
    triples = [
        {"id": identity.node(edge.source), relation: identity.node(edge.target)}
        for edge in graph.edges
    ]
    links = [_link(edge, said, identity) for edge in graph.edges for said in edge.assertions]
    return orjson.dumps(
        {
            "@context": _CONTEXT,
            "question": graph.question,
            "start": [identity.node(id) for id in graph.start],
            "cut": [_plain(cut) for cut in graph.cut],
            "next": graph.next,
            "@graph": [_filled(item) for item in (*nodes, *triples, *links)],
        }
    )


def _link(edge: Edge, said: Assertion, identity: Identity) -> dict[str, Any]:
    """Return the ``ctg:Link`` of one statement."""
    return {
        "type": "ctg:Link",
        "source": identity.node(edge.source),
        "target": identity.node(edge.target),
        "strength": said.strength,
        "via": said.via,
        "by": identity.node(said.by),
        "property": vocabulary().expand(said.property),
        "owner": identity.node(said.owner),
        "document": said.document and identity.graph(said.document),
    } | _condition_json(said.condition)


def _condition_json(condition: Condition | None) -> dict[str, Any]:
    """Return the condition that a link stands in, in the registry's own terms."""
    if condition is None:
        return {}
    facts = condition._asdict()
    return {
        "group": facts.pop("group"),
        "required": facts.pop("required"),
        "condition": _filled(facts),
    }


def _filled(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value not in ("", None)}
