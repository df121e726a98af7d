"""The counts of the registry are right after every kind of change, and O(1) to read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from ctgraph.projections import counting, store_marks
from ctgraph.projections.maintenance import rebuild
from ctgraph.projections.projector import Projector
from ctgraph.projections.store_folder import hold, store_folder_of
from ctgraph.projections.tallies import Measure, Tally
from ctgraph.projections.tally_table import TallyTable
from ctgraph.rdf.namespaces import CETERMS, CTG
from ctgraph.web import create_app
from tests.support.links import World, framework, iri, record

OWN = "FILTER(?g NOT IN (<vocab>, <void>, <envelopes>))"
ONCE = f"{{ SELECT DISTINCT ?s ?p ?o {{ GRAPH ?g {{ ?s ?p ?o }} {OWN} }} }}"
COUNTS = {
    "entities": (
        f"SELECT ?of (COUNT(*) AS ?n) {{ {ONCE} FILTER(?p = rdf:type) BIND(?o AS ?of) }} "
        "GROUP BY ?of",
        "?part void:class ?of ; void:entities ?n",
    ),
    "triples": (
        f"SELECT ?of (COUNT(*) AS ?n) {{ {ONCE} BIND(?p AS ?of) }} GROUP BY ?of",
        "?part void:property ?of ; void:triples ?n",
    ),
    "records": (
        "SELECT ?of (COUNT(*) AS ?n) { ?r a ctg:Record ; ctg:about/a ?of } GROUP BY ?of",
        "?part void:class ?of ; ctg:records ?n",
    ),
    "kinds": (
        "SELECT ?of (COUNT(DISTINCT ?r) AS ?n) "
        "{ ?r a ctg:Record ; ctg:about/a/rdfs:subClassOf* ?of } GROUP BY ?of",
        "?part void:class ?of ; ctg:recordsOfKind ?n",
    ),
    "lacking": (
        "SELECT ?of (COUNT(*) AS ?n) { ?r ctg:lacks ?of } GROUP BY ?of",
        "?part void:property ?of ; ctg:recordsLacking ?n",
    ),
    "owned": (
        "SELECT ?of (COUNT(*) AS ?n) { ?r a ctg:Record ; ctg:owner ?of } GROUP BY ?of",
        "?part ctg:organization ?of ; ctg:records ?n",
    ),
    "completeness": (
        "SELECT ?of (ROUND(AVG(?score) * 1000) AS ?n) "
        "{ ?r ctg:owner ?of ; ctg:completeness ?score } GROUP BY ?of",
        "?part ctg:organization ?of ; ctg:meanCompleteness ?m BIND(ROUND(?m * 1000) AS ?n)",
    ),
}
"""For each count, a query that makes it, and a pattern that reads it."""
PREFIX = "PREFIX void: <http://rdfs.org/ns/void#> "


@pytest.fixture(params=[counting.MIN_BULK_QUADS, 0], ids=["transactions", "bulk"])
def world(tmp_path: Any, request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A registry whose projector writes in either way; in the end its counts must be right."""
    monkeypatch.setattr(counting, "MIN_BULK_QUADS", request.param)
    world = World(tmp_path / "home")
    yield world
    require_right(world)


def asked(world: World, query: str) -> dict[str, float]:
    client = create_app(world.settings).test_client()
    answer = client.get("/sparql", query_string={"query": PREFIX + query, "format": "json"})
    assert answer.status_code == 200, answer.text
    rows = answer.get_json(force=True)["results"]["bindings"]
    return {row["of"]["value"]: float(row["n"]["value"]) for row in rows}


def require_right(world: World) -> None:
    """Require that what the graph states is what queries count, and that `check` agrees."""
    world.projector.snapshot()
    for name, (made, read) in COUNTS.items():
        counted = asked(world, made)
        assert asked(world, f"SELECT ?of ?n {{ {read} }}") == counted, name
        assert counted
    assert world.differences() == []


def number(world: World, read: str) -> float:
    """Return the one number that a pattern finds."""
    world.projector.snapshot()
    ((_, found),) = asked(world, f"SELECT ?of ?n {{ {read} BIND(0 AS ?of) }}").items()
    return found


def test_publishing_again_and_withdrawing(world: World) -> None:
    world.publish(*(record(n, isPreparationFor=[iri(n + 1)]) for n in range(1, 6)))
    require_right(world)
    world.publish(record(1, keyword={"en": "bees"}), record(2, isAdvancedStandingFor=[iri(4)]))
    require_right(world)
    world.withdraw(3)
    assert number(world, "<void#registry> void:documents ?n") == 4


def test_a_triple_of_two_documents_counts_once(world: World) -> None:
    said = f"?part void:property <{CTG}precedes> ; void:triples ?n"
    world.publish(
        record(1, isPreparationFor=[iri(2)]), record(2, preparationFrom=[iri(1)]), record(3)
    )
    assert number(world, said) == 1
    world.publish(record(1))
    assert number(world, said) == 1
    world.publish(record(2), record(1, isPreparationFor=[iri(2), iri(3)]))
    assert number(world, said) == 2


def test_links_that_another_document_changes(world: World) -> None:
    world.publish(record(1, isPreparationFor=[iri(2)]), record(3))
    world.publish(framework(7, 2))  # what the first one leads to becomes a competency
    require_right(world)
    world.withdraw(7)


def test_a_rebuild_counts_the_same(world: World) -> None:
    """Also of owners who have a record without a score, alone or beside others."""
    world.publish(
        record(1, isPreparationFor=[iri(2)], keyword={"en": "bees"}),
        record(2, preparationFrom=[iri(1)]),
    )
    for owner in (0, 1):  # nothing more is asked of these, so they have no score
        said = {"description": {"en": "Keeps bees."}, "assertedBy": [iri(5)]}
        world.publish(record(8 + owner, "Occupation", **said), owner=owner)
    world.projector.close()
    with hold(world.settings):
        rebuild(world.settings, world.ledger)
    world.projector = Projector(world.settings, world.ledger)
    world.publish(record(3))


def test_a_failure_in_the_middle_of_a_change_is_counted_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(record(1, isPreparationFor=[iri(2)]))

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as failing:
        failing.setattr(store_marks, "write", fail)
        with pytest.raises(OSError, match="full"):
            world.publish(record(1), record(2, preparationFrom=[iri(1)]))
    world.projector.close()
    world.projector = Projector(world.settings, world.ledger)
    world.projector.catch_up()


def test_check_finds_wrong_counts(tmp_path: Any) -> None:
    world = World(tmp_path / "home")
    world.publish(record(1))
    world.projector.snapshot()
    with closing(sqlite3.connect(store_folder_of(world.settings).links)) as db, db:
        db.execute("UPDATE tally SET number = 5 WHERE measure = 'documents'")
    assert world.differences() == ["The statistics are not those of the store."]


def test_pages_read_them(world: World) -> None:
    world.publish(record(1), record(2))
    client = create_app(world.settings).test_client()
    assert sum(client.get("/?format=json").json["records"].values()) == 2
    name = f"{CETERMS}name"
    assert client.get(f"/vocab/{name}?format=json").json["count"] == number(
        world, f"?part void:property <{name}> ; void:triples ?n"
    )


def test_a_count_that_returns_to_zero_is_gone() -> None:
    table = TallyTable(sqlite3.connect("", isolation_level=None))
    assert table.is_doubtful()
    table.add(Tally({(Measure.USES, "a"): 2, (Measure.USES, "b"): 1}))
    table.add(Tally({(Measure.USES, "a"): -2}))
    assert table.read() == {(Measure.USES, "b"): 1}
    assert not table.is_doubtful()
