"""The formats that answers about pathways are written in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from ctgraph.identity import Identity
from ctgraph.pathways.drawings import dot, mermaid
from ctgraph.pathways.graph_json import jsonld, to_json
from ctgraph.pathways.graph_rows import as_csv, graphml
from ctgraph.pathways.model import Graph
from ctgraph.rdf.formats import JSON_LD


@dataclass(frozen=True)
class GraphFormat:
    """A format of graphs.

    :param name: its name in ``?format=``; `title` is its name for people.
    :param write: writes a graph; the identity is that of the registry whose records its CTIDs are.
    """

    name: str
    title: str
    media_type: str
    write: Callable[[Graph, Identity], bytes]


FORMATS = {
    format.name: format
    for format in (
        GraphFormat(
            "json", "JSON", "application/json", lambda graph, _: orjson.dumps(to_json(graph))
        ),
        GraphFormat(JSON_LD.name, JSON_LD.title, JSON_LD.media_type, jsonld),
        GraphFormat("graphml", "GraphML", "application/graphml+xml", lambda g, _: graphml(g)),
        GraphFormat("dot", "DOT", "text/vnd.graphviz", lambda g, _: dot(g).encode()),
        GraphFormat("mermaid", "Mermaid", "text/vnd.mermaid", lambda g, _: mermaid(g).encode()),
        GraphFormat("csv", "CSV", "text/csv", lambda g, _: as_csv(g).encode()),
    )
}
"""The formats by name, the default first."""
