"""Answers as flat records, one for each statement: GraphML for graph tools, CSV for tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from ctgraph.documents.csv_cells import harmless
from ctgraph.documents.literals import UNUSABLE
from ctgraph.identity.ctid import NodeId
from ctgraph.links.model import Condition
from ctgraph.pathways.model import Edge, Graph, Node


def graphml(graph: Graph) -> bytes:
    """Write a graph as GraphML, with an edge for each statement."""
    import networkx as nx  # which most processes never need

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
    """Replace the characters that XML 1.0 cannot carry."""
    return UNUSABLE.sub("\ufffd", str(value)) if isinstance(value, str) else value


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

    An edge without statements has one row. A node without edges has one row as a source.
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


def _end(end: str, nodes: dict[NodeId, Node], id: NodeId) -> dict[str, Any]:
    node = nodes.get(id) or Node(id, "")
    return {
        end: id,
        f"{end}_name": node.name,
        f"{end}_type": node.type,
        f"{end}_owner": node.owner,
        f"{end}_owner_name": node.owner_name,
    }


_UNCONDITIONAL = Condition("")


def _statements(edge: Edge) -> Iterator[dict[str, Any]]:
    """Yield a flat record for each statement of an edge, or one record if it has none."""
    for said in edge.assertions or (None,):
        condition = (said and said.condition) or _UNCONDITIONAL
        yield {
            "strength": (said and said.strength) or edge.strength,
            "agreed": edge.agreed,
            "alternative": edge.alternative,
            "property": said.property if said else "",
            "via": said.via if said else "",
            "side": said.side if said else "",
            "asserted_by": said.by if said else "",
            "owner": said.owner if said else "",
            "owner_name": said.owner_name if said else "",
            "document": said.document if said else "",
            "condition": condition.id,
            "condition_name": condition.name,
            "condition_description": condition.description,
            "condition_group": condition.group,
            "condition_required": condition.required,
            "through": " ".join(edge.through),
        }
