"""Answers about what precedes what in the formats that people and programs read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import networkx as nx
import orjson

from ctgraph.documents.csv_cells import harmless
from ctgraph.documents.literals import UNUSABLE
from ctgraph.identity import Identity
from ctgraph.identity.ctid import is_ctid
from ctgraph.links.model import Assertion, Condition, Edge, Graph, Node
from ctgraph.pathways.drawings import dot, mermaid
from ctgraph.rdf.namespaces import CTG, DCT
from ctgraph.vocab import vocabulary

_CAMEL = {"owner_name": "ownerName"}


@dataclass(frozen=True)
class GraphFormat:
    """A format for graphs: its name in ``?format=``, and its media type."""

    name: str
    media_type: str
    write: Callable[[Graph, Identity], bytes]


def write(graph: Graph, name: str, identity: Identity) -> bytes:
    """Write a graph in a format.

    :param name: the name of one of `FORMATS`.
    :param identity: the registry whose records the CTIDs in the graph are.
    :raises KeyError: when there is no such format.
    """
    return FORMATS[name].write(graph, identity)


def to_json(graph: Graph) -> dict[str, Any]:
    """Return a graph as a JSON object; what is unknown is empty or null, never left away."""
    return {
        "question": graph.question,
        "start": list(graph.start),
        "nodes": [
            _plain(node) | {"typeLabel": vocabulary().label(node.type)} for node in graph.nodes
        ],
        "edges": [
            _plain(edge)
            | {
                "through": list(edge.through),
                "assertions": [
                    _plain(said) | {"condition": said.condition and _plain(said.condition)}
                    for said in edge.assertions
                ],
            }
            for edge in graph.edges
        ],
        "cut": [_plain(cut) for cut in graph.cut],
        "next": graph.next,
    }


def _plain(value: Any) -> dict[str, Any]:
    return {_CAMEL.get(key, key): item for key, item in vars(value).items()}


_CONTEXT = {
    "ceterms": "https://purl.org/ctdl/terms/",
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
    # About the answer, not about what it is of: for who reads it as JSON.
    "question": None,
    "start": None,
    "cut": None,
    "next": None,
}
_RELATIONS = {"stack": "isPartOf", "versions": "replacedBy"}


def jsonld(graph: Graph, identity: Identity) -> bytes:
    """Write a graph as JSON-LD 1.1 with a context of its own, which takes no fetching.

    Each edge is one triple, and a ``ctg:Link`` for each statement that makes it.
    """

    def iri(id: str) -> str:
        return identity.resource(id) if is_ctid(id) else id

    relation = _RELATIONS.get(graph.question, "precedes")
    expand = vocabulary().expand
    nodes: list[dict[str, Any]] = [
        {
            "id": iri(node.id),
            "type": expand(node.type),
            "name": node.name,
            "webpage": node.webpage,
            "owner": iri(node.owner),
        }
        for node in graph.nodes
    ]
    triples = [{"id": iri(edge.source), relation: iri(edge.target)} for edge in graph.edges]
    links = [
        {
            "type": "ctg:Link",
            "source": iri(edge.source),
            "target": iri(edge.target),
            "strength": said.strength,
            "via": said.via,
            "by": iri(said.by),
            "property": expand(said.property),
            "owner": iri(said.owner),
            "document": said.document and identity.graph(said.document),
        }
        | _standing(said.condition)
        for edge in graph.edges
        for said in edge.assertions
    ]
    return orjson.dumps(
        {
            "@context": _CONTEXT,
            "question": graph.question,
            "start": list(map(iri, graph.start)),
            "cut": [_plain(cut) for cut in graph.cut],
            "next": graph.next,
            "@graph": [_filled(item) for item in (*nodes, *triples, *links)],
        }
    )


def _standing(condition: Condition | None) -> dict[str, Any]:
    """Return which condition a link stands in, the way the registry's own triples say it."""
    if condition is None:
        return {}
    facts = _plain(condition)
    return {
        "group": facts.pop("group"),
        "required": facts.pop("required"),
        "condition": _filled(facts),
    }


def _filled(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value not in ("", None)}


def graphml(graph: Graph) -> bytes:
    """Write a graph as GraphML, with an edge for each statement."""
    drawn: nx.MultiDiGraph[str] = nx.MultiDiGraph(
        **_carried(
            {
                "question": graph.question,
                "next": graph.next,
                "cut": "\n".join(cut.reason for cut in graph.cut),
            }
        )
    )
    for node in graph.nodes:
        facts = vars(node) | {"id": None, "start": node.id in graph.start}
        drawn.add_node(_carriable(node.id), **_carried(facts))
    for edge in graph.edges:
        for facts in _statements(edge):
            drawn.add_edge(_carriable(edge.source), _carriable(edge.target), **_carried(facts))
    out = io.BytesIO()
    nx.write_graphml(drawn, out)
    return out.getvalue()


def _carried(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: _carriable(value) for key, value in facts.items() if value is not None}


def _carriable(value: Any) -> Any:
    """Replace what XML 1.0 cannot carry."""
    return UNUSABLE.sub("\ufffd", value) if isinstance(value, str) else value


_ENDS = tuple(
    f"{end}{part}"
    for end in ("source", "target")
    for part in ("", "_name", "_type", "_owner", "_owner_name")
)
_COLUMNS = (
    *_ENDS,
    "strength",
    "agreed",
    "alternative",
    "property",
    "via",
    "side",
    "asserted_by",
    "owner",
    "owner_name",
    "document",
    "condition",
    "condition_name",
    "condition_description",
    "condition_group",
    "condition_required",
    "through",
)


def as_csv(graph: Graph) -> str:
    """Write a row for each statement (RFC 4180), below a row of headings.

    An edge without statements has one row, and so has a node without edges: as a source.
    """
    nodes = {node.id: node for node in graph.nodes}
    linked = {end for edge in graph.edges for end in (edge.source, edge.target)}
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS)
    writer.writeheader()
    rows = [
        _end("source", nodes, edge.source) | _end("target", nodes, edge.target) | facts
        for edge in graph.edges
        for facts in _statements(edge)
    ]
    rows += [_end("source", nodes, id) for id in nodes if id not in linked]
    for row in rows:
        writer.writerow({column: _cell(value) for column, value in row.items()})
    return out.getvalue()


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else harmless(value)


def _end(end: str, nodes: dict[str, Node], id: str) -> dict[str, Any]:
    node = nodes.get(id) or Node(id, "")
    return {
        end: id,
        f"{end}_name": node.name,
        f"{end}_type": node.type,
        f"{end}_owner": node.owner,
        f"{end}_owner_name": node.owner_name,
    }


_UNSAID = Assertion("", "", "", "", "", "", "")
_UNCONDITIONAL = Condition("")


def _statements(edge: Edge) -> Iterator[dict[str, Any]]:
    """Yield an edge as a flat record for each statement that makes it, or one if none does."""
    for said in edge.assertions or (_UNSAID,):
        condition = said.condition or _UNCONDITIONAL
        yield {
            "strength": said.strength or edge.strength,
            "agreed": edge.agreed,
            "alternative": edge.alternative,
            "property": said.property,
            "via": said.via,
            "side": said.side,
            "asserted_by": said.by,
            "owner": said.owner,
            "owner_name": said.owner_name,
            "document": said.document,
            "condition": condition.id,
            "condition_name": condition.name,
            "condition_description": condition.description,
            "condition_group": condition.group,
            "condition_required": condition.required,
            "through": " ".join(edge.through),
        }


FORMATS = {
    format.name: format
    for format in (
        GraphFormat("json", "application/json", lambda graph, _: orjson.dumps(to_json(graph))),
        GraphFormat("jsonld", "application/ld+json", jsonld),
        GraphFormat("graphml", "application/graphml+xml", lambda graph, _: graphml(graph)),
        GraphFormat("dot", "text/vnd.graphviz", lambda graph, _: dot(graph).encode()),
        GraphFormat("mermaid", "text/vnd.mermaid", lambda graph, _: mermaid(graph).encode()),
        GraphFormat("csv", "text/csv", lambda graph, _: as_csv(graph).encode()),
    )
}
"""The formats by name, the default first."""
