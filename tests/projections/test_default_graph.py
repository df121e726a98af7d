"""The default graph: every current triple once, as long as a named graph states it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from ctgraph.projections import counting
from ctgraph.projections.checking import check
from ctgraph.projections.default_graph import only_in, with_default
from ctgraph.projections.projector import Projector
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.rdf.namespaces import CETERMS, CTG
from ctgraph.web import create_app
from tests.support.links import World, framework, iri, record

COUNT = "SELECT (COUNT(*) AS ?n) %s { <%s> ctg:precedes <%s> }"
PRECEDES = ox.NamedNode(f"{CTG}precedes")


@pytest.fixture(params=[counting.MIN_BULK_QUADS, 0], ids=["transactions", "bulk"])
def world(tmp_path: Path, request: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """A registry whose projector writes in either way."""
    monkeypatch.setattr(counting, "MIN_BULK_QUADS", request.param)
    return World(tmp_path / "home")


def count(world: World, query: str) -> int:
    """Return the number that a query finds, as clients ask it."""
    world.projector.snapshot()
    answer = create_app(world.settings).test_client().get("/sparql", query_string={"query": query})
    return int(answer.get_json()["results"]["bindings"][0]["n"]["value"])


def order(world: World, earlier: int, later: int, dataset: str = "") -> int:
    """Return how often queries see that one record precedes another."""
    return count(world, COUNT % (dataset, iri(earlier), iri(later)))


def test_a_triple_of_two_graphs_counts_once_until_no_graph_states_it(world: World) -> None:
    both = record(1, isPreparationFor=[iri(2)]), record(2, preparationFrom=[iri(1)])
    world.publish(*both)
    assert order(world, 1, 2) == 1
    assert (
        count(world, f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ <{iri(1)}> ctg:precedes ?l }} }}")
        == 2
    )
    world.publish(record(1))
    assert order(world, 1, 2) == 1
    world.withdraw(2)
    assert order(world, 1, 2) == 0
    world.publish(*both)
    world.publish(record(1), record(2))  # in one batch
    assert order(world, 1, 2) == 0
    assert world.differences() == []


def test_what_only_some_graphs_state_is_told_from_what_others_state_too() -> None:
    store = ox.Store()
    ours, also, theirs = (ox.NamedNode(f"http://example.org/{name}") for name in "abc")

    def say(text: str, *graphs: ox.NamedNode) -> ox.Triple:
        parts = ox.BlankNode("x"), PRECEDES, ox.Literal(text, language="en")
        store.extend(with_default([ox.Quad(*parts, graph) for graph in graphs]))
        return ox.Triple(*parts)

    of_one, of_both = say("ours", ours), say("ours, twice", ours, also)
    say("shared", ours, theirs)
    say("theirs", theirs)
    assert only_in(store, [ours, also]) == {of_one, of_both}


def test_the_default_graph_follows_links_that_another_document_changes(world: World) -> None:
    world.publish(record(1, isPreparationFor=[iri(2)]))
    assert order(world, 1, 2) == 1
    world.publish(framework(3, 2))  # now the later end is a competency, so there is no link
    assert order(world, 1, 2) == 0
    world.withdraw(3)
    assert order(world, 1, 2) == 1
    assert world.differences() == []


def test_it_is_the_set_of_all_triples_and_is_none_of_the_named_graphs(world: World) -> None:
    world.publish(record(1, isPreparationFor=[iri(2)]), record(2, preparationFrom=[iri(1)]))
    for is_rebuilt in (False, True):
        if is_rebuilt:
            world.rebuild()
        quads = set(world.store())
        named = [q for q in quads if q.graph_name != ox.DefaultGraph()]
        assert {q.triple for q in quads - set(named)} == {q.triple for q in named}
        assert count(world, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == len(quads) - len(named)
        assert count(world, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == len(named)


def test_a_dataset_that_is_named_takes_its_place(world: World) -> None:
    world.publish(record(1, isPreparationFor=[iri(2)]), record(2, preparationFrom=[iri(1)]))
    links = iri(1).replace("/resources/", "/links/")
    assert order(world, 1, 2, f"FROM <{links}>") == 1
    assert order(world, 1, 2, f"FROM <{iri(1).replace('/resources/', '/graph/')}>") == 0
    assert order(world, 1, 2, f"FROM NAMED <{links}>") == 0


@pytest.mark.parametrize("is_missing", [True, False])
def test_check_finds_what_is_wrong_in_it(world: World, is_missing: bool) -> None:
    world.publish(record(1, isPreparationFor=[iri(2)]))
    world.projector.snapshot()
    del world.projector
    store = ox.Store(str(store_folder_of(world.settings).live))
    if is_missing:
        store.remove(ox.Quad(ox.NamedNode(iri(1)), PRECEDES, ox.NamedNode(iri(2))))
    else:
        store.add(ox.Quad(ox.NamedNode(iri(1)), ox.NamedNode(f"{CETERMS}name"), ox.Literal("x")))
    del store
    (line,) = check(world.settings, world.ledger)
    missing, excess = (1, 0) if is_missing else (0, 1)
    assert line == (
        f"The default graph: {missing} triples are missing, {excess} should not be there."
    )
    world.projector = Projector(world.settings, world.ledger)
