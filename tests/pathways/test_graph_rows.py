"""Answers as GraphML and as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any
from xml.etree import ElementTree

import networkx as nx
from hypothesis import given

from ctgraph.pathways.formats import FORMATS
from ctgraph.pathways.model import Graph
from tests.support.pathway_graphs import (
    EXAM,
    IDENTITY,
    OWNER,
    SMALL,
    graphs,
    legible,
    statements,
)
from tests.support.registry import ctid_number


def read_graphml(graph: Graph) -> Any:
    return nx.read_graphml(
        io.BytesIO(FORMATS["graphml"].write(graph, IDENTITY)), force_multigraph=True
    )


@given(graphs())
def test_graphml_loads_again(graph: Graph) -> None:
    found = read_graphml(graph)
    for node in graph.nodes:
        facts = found.nodes[node.id]
        assert facts["name"] == legible(node.name)
        assert (facts["depth"], facts.get("cost"), facts.get("days")) == (
            node.depth,
            node.cost,
            node.days,
        )
        assert facts["start"] is (node.id in graph.start)
    assert Counter(
        (a, b, facts["alternative"], facts.get("condition_required"), facts["condition_name"])
        for a, b, facts in found.edges(data=True)
    ) == Counter(
        (
            edge.source,
            edge.target,
            edge.alternative,
            said and said.condition and said.condition.required,
            legible(said.condition.name) if said and said.condition else "",
        )
        for edge, said in statements(graph)
    )


def test_graphml_keeps_numbers_and_truths_as_what_they_are() -> None:
    text = FORMATS["graphml"].write(SMALL, IDENTITY)
    space = "{http://graphml.graphdrawing.org/xmlns}"
    types = {
        key.get("attr.name"): key.get("attr.type")
        for key in ElementTree.fromstring(text).iter(f"{space}key")
    }
    assert (types["depth"], types["cost"], types["alternative"], types["condition_required"]) == (
        "long",
        "double",
        "boolean",
        "long",
    )
    found = read_graphml(SMALL)
    assert (found.graph["question"], found.graph["next"]) == ("preceding", "cursor")
    assert found.graph["cut"] == "Only 4 nodes are shown."
    assert "cost" not in found.nodes[EXAM]
    assert [facts["strength"] for _, _, facts in found.in_edges(ctid_number(3), data=True)] == [
        "required",
        "preparation",
        "recommended",
    ]


def rows(graph: Graph) -> list[dict[str, str]]:
    text = FORMATS["csv"].write(graph, IDENTITY).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@given(graphs())
def test_csv_has_a_row_for_each_statement_and_each_lonely_node(graph: Graph) -> None:
    found = rows(graph)
    linked = {end for edge in graph.edges for end in (edge.source, edge.target)}
    assert [(row["source"], row["target"], row["asserted_by"]) for row in found] == [
        *((edge.source, edge.target, said.by if said else "") for edge, said in statements(graph)),
        *((node.id, "", "") for node in graph.nodes if node.id not in linked),
    ]
    names = {row[end]: row[f"{end}_name"] for row in found for end in ("source", "target")}
    for node in graph.nodes:
        assert names[node.id].removeprefix("'") == node.name.removeprefix("'")
    assert not [cell for row in found for cell in row.values() if cell[:1] in set("=+-@\t\r\n")]


def test_csv_says_what_json_says() -> None:
    first, second, exam, collapsed, alone = rows(SMALL)
    assert first == {
        "source": ctid_number(1),
        "source_name": "Anatomy",
        "source_type": "ceterms:Course",
        "source_owner": OWNER,
        "source_owner_name": "College",
        "target": ctid_number(3),
        "target_name": "Nursing",
        "target_type": "ceterms:Course",
        "target_owner": OWNER,
        "target_owner_name": "College",
        "strength": "required",
        "agreed": "both",
        "alternative": "true",
        "property": "ceterms:requires",
        "via": "condition",
        "side": "target",
        "asserted_by": ctid_number(3),
        "owner": OWNER,
        "owner_name": "College",
        "document": ctid_number(3),
        "condition": "_:c1",
        "condition_name": "Entry",
        "condition_description": "One is enough.",
        "condition_group": "_:c0",
        "condition_required": "",
        "through": "",
    }
    assert (second["strength"], second["side"]) == ("preparation", "source")
    assert (exam["condition_required"], exam["alternative"]) == ("2", "false")
    assert collapsed["through"] == f"{ctid_number(7)} {ctid_number(8)}"
    assert (collapsed["strength"], collapsed["asserted_by"]) == ("weak", "")
    assert [key for key, cell in alone.items() if cell] == [
        "source",
        "source_name",
        "source_type",
        "source_owner",
        "source_owner_name",
    ]
