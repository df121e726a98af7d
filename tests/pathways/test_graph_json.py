"""Answers as JSON and as JSON-LD."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pyoxigraph as ox
from hypothesis import given, settings
from pyld import jsonld

from ctgraph.links.model import Condition
from ctgraph.pathways.formats import FORMATS
from ctgraph.pathways.graph_json import to_json
from ctgraph.pathways.model import Assertion, Cut, Edge, Graph, Node
from ctgraph.rdf.namespaces import CTG
from tests.support.pathway_graphs import (
    CETERMS,
    IDENTITY,
    OWNER,
    SMALL,
    full,
    graphs,
)
from tests.support.queries import solutions
from tests.support.registry import ctid_number


def snake(value: Any) -> Any:
    """Return decoded JSON with the names of the values' fields."""
    if isinstance(value, list):
        return tuple(map(snake, value))
    if isinstance(value, dict):
        return {
            re.sub("[A-Z]", lambda sign: f"_{sign[0].lower()}", key): snake(item)
            for key, item in value.items()
        }
    return value


def assertion_of(facts: dict[str, Any]) -> Assertion:
    condition = facts.pop("condition")
    return Assertion(**facts, condition=condition and Condition(**condition))


@given(graphs())
def test_json_says_everything(graph: Graph) -> None:
    found = snake(json.loads(FORMATS["json"].write(graph, IDENTITY)))
    for node in found["nodes"]:
        node.pop("type_label")
    found["nodes"] = tuple(Node(**node) for node in found["nodes"])
    found["cut"] = tuple(Cut(**cut) for cut in found["cut"])
    found["edges"] = tuple(
        Edge(**edge | {"assertions": tuple(map(assertion_of, edge["assertions"]))})
        for edge in found["edges"]
    )
    assert Graph(**found) == graph


def test_json_has_the_keys_that_scripts_rely_on() -> None:
    found = to_json(SMALL)
    assert list(found) == ["question", "start", "nodes", "edges", "words", "cut", "next"]
    assert set(found["nodes"][0]) == {
        "id",
        "iri",
        "type",
        "typeLabel",
        "family",
        "name",
        "owner",
        "ownerName",
        "status",
        "webpage",
        "depth",
        "latest",
        "cost",
        "currency",
        "days",
    }
    assert [node["typeLabel"] for node in found["nodes"][:2]] == ["Course", "Assessment"]
    assert set(found["edges"][0]) == {
        "source",
        "target",
        "strength",
        "agreed",
        "alternative",
        "through",
        "assertions",
    }
    first, second = found["edges"][0]["assertions"]
    assert set(first) == {
        "by",
        "owner",
        "ownerName",
        "document",
        "property",
        "strength",
        "via",
        "side",
        "condition",
    }
    assert first["condition"] == {
        "id": "_:c1",
        "name": "Entry",
        "description": "One is enough.",
        "group": "_:c0",
        "required": None,
    }
    assert second["condition"] is None
    assert found["cut"] == [{"reason": "Only 4 nodes are shown.", "at": ctid_number(1)}]
    assert json.loads(json.dumps(found)) == json.loads(FORMATS["json"].write(SMALL, IDENTITY))


def canonical(quads: Any) -> ox.Dataset:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def triples(graph: Graph) -> list[ox.Quad]:
    return list(ox.parse(FORMATS["jsonld"].write(graph, IDENTITY), format=ox.RdfFormat.JSON_LD))


@given(graphs())
@settings(max_examples=50)
def test_json_ld_is_the_same_triples_for_every_processor(graph: Graph) -> None:
    text = jsonld.to_rdf(
        json.loads(FORMATS["jsonld"].write(graph, IDENTITY)), {"format": "application/n-quads"}
    )
    assert canonical(triples(graph)) == canonical(ox.parse(text, format=ox.RdfFormat.N_QUADS))


@given(graphs())
def test_json_ld_has_a_triple_for_an_edge_and_a_link_for_a_statement(graph: Graph) -> None:
    found = triples(graph)
    relation = {
        "preceding": f"{CTG}precedes",
        "stack": f"{CETERMS}isPartOf",
        "versions": f"{CTG}replacedBy",
    }[graph.question]
    edges = [quad for quad in found if quad.predicate.value == relation]
    assert len(set(edges)) == len(graph.edges)
    links = {quad.subject for quad in found if quad.object == ox.NamedNode(f"{CTG}Link")}
    assert len(links) == sum(len(edge.assertions) for edge in graph.edges)
    names = Counter(
        quad.object.value
        for quad in found
        if quad.predicate.value == f"{CETERMS}name" and isinstance(quad.object, ox.Literal)
    )
    assert not [node for node in graph.nodes if node.name and not names[node.name]]


def test_json_ld_answers_a_query() -> None:
    store = ox.Store()
    store.extend(triples(SMALL))
    query = f"""
        PREFIX ctg: <{CTG}> PREFIX ceterms: <{CETERMS}> PREFIX dct: <http://purl.org/dc/terms/>
        SELECT ?name ?strength ?via ?with ?owner ?entry ?group ?document WHERE {{
          ?earlier ctg:precedes ?later ; a ceterms:Course ; ceterms:name ?name .
          ?link a ctg:Link ; ctg:earlier ?earlier ; ctg:later ?later ; ctg:strength ?strength ;
            ctg:via ?via ; ctg:assertedBy ?later ; ctg:assertedWith ?with ; ctg:owner ?owner ;
            ctg:condition ?condition ; ctg:alternativeOf ?group ; dct:source ?document .
          ?condition ceterms:name ?entry . }}"""
    [row] = solutions(store, query)
    assert [row[name].value for name in ("name", "strength", "via", "with", "owner", "entry")] == [
        "Anatomy",
        "required",
        "condition",
        f"{CETERMS}requires",
        full(OWNER),
        "Entry",
    ]
    assert row["document"].value == IDENTITY.graph(ctid_number(3))
    number = ox.Literal(2)
    assert [quad.predicate.value for quad in store if quad.object == number] == [
        f"{CTG}requiredNumber"
    ]
