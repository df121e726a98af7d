"""What an earlier version of the registry has left in its home is made anew."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest

from ctgraph.projections.checking import check
from ctgraph.projections.link_tables import VERSION
from ctgraph.projections.projector import Projector
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.projections.store_marks import FORM
from ctgraph.rdf.namespaces import CETERMS, CTG
from tests.support.links import (
    World,
    iri,
    needs,
    record,
)
from tests.support.registry import ctid_number

SHARED = (
    record(5, "ConditionManifest", requires=[needs(1), needs(2)]),
    record(7, commonConditions=[iri(5)]),
)
"""A manifest, and a record that has its conditions."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "home")


def test_a_store_of_an_earlier_form_is_made_anew(world: World) -> None:
    world.publish(*SHARED)
    del world.projector
    store = ox.Store(str(store_folder_of(world.settings).live))
    graph = ox.NamedNode(f"http://localhost:8000/links/{ctid_number(7)}")
    precedes = ox.NamedNode(f"{CTG}precedes")
    for quad in store.quads_for_pattern(None, ox.NamedNode(f"{CTG}ledger"), None):
        store.remove(quad)
        assert isinstance(quad.object, ox.Literal)
        seq, _, mark = quad.object.value.split(" ", 2)
        said = ox.Literal(f"{seq} 1 {mark}")
        store.add(ox.Quad(quad.subject, quad.predicate, said, quad.graph_name))
    store.add(ox.Quad(ox.NamedNode(iri(1)), precedes, ox.NamedNode(iri(7)), graph))
    del store
    past = world.settings.store_path / "past" / "1"
    past.mkdir(parents=True)
    world.projector = Projector(world.settings, world.ledger)
    assert (1, "precedes", 7) not in world.says(7)
    assert not past.exists()
    assert world.differences() == []


LABEL = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")


def test_a_term_that_is_gone_goes_where_nothing_else_has_changed(world: World) -> None:
    world.publish(*SHARED)
    world.projector.close()
    store = ox.Store(str(store_folder_of(world.settings).live))
    graph = ox.NamedNode("http://localhost:8000/vocab")
    gone = ox.Quad(ox.NamedNode(f"{CETERMS}GoneSince"), LABEL, ox.Literal("Gone"), graph)
    store.extend([gone, ox.Quad(*gone.triple)])
    store.flush()
    del store
    world.projector = Projector(world.settings, world.ledger)
    world.projector.catch_up()
    newest = store_folder_of(world.settings).newest()
    assert newest
    assert not list(ox.Store.read_only(str(newest)).quads_for_pattern(gone.subject, None, None))


@pytest.mark.parametrize("form", [FORM, str(int(FORM) - 1)])
def test_the_vocabulary_of_an_earlier_version_is_replaced(world: World, form: str) -> None:
    """Terms that are gone, renamed or new since, in a store of this form and of an earlier one."""
    world.publish(*SHARED)
    world.projector.close()
    store = ox.Store(str(store_folder_of(world.settings).live))
    graph = ox.NamedNode("http://localhost:8000/vocab")
    wanted = set(store.quads_for_pattern(None, None, None, graph))
    assert len(wanted) > 1000
    course, gone = ox.NamedNode(f"{CETERMS}Course"), ox.NamedNode(f"{CETERMS}GoneSince")
    for quad in store.quads_for_pattern(course, None, None, graph):
        store.remove(quad)
    store.add(ox.Quad(course, LABEL, ox.Literal("An old label", language="en"), graph))
    store.add(ox.Quad(gone, LABEL, ox.Literal("Gone", language="en"), graph))
    for quad in store.quads_for_pattern(None, ox.NamedNode(f"{CTG}ledger"), None):
        seq, _, mark = quad.object.value.split(" ", 2)  # type: ignore[union-attr]
        store.remove(quad)
        said = ox.Literal(f"{seq} {form} {mark}")
        store.add(ox.Quad(quad.subject, quad.predicate, said, quad.graph_name))
    store.flush()
    del store
    world.projector = Projector(world.settings, world.ledger)
    world.projector.catch_up()
    newest = store_folder_of(world.settings).newest()
    assert newest
    seen = ox.Store.read_only(str(newest))
    assert set(seen.quads_for_pattern(None, None, None, graph)) == wanted
    assert world.differences() == []


def test_a_check_says_in_one_line_that_an_index_has_an_earlier_form(world: World) -> None:
    world.publish(*SHARED)
    world.projector.catch_up()
    world.projector.close()
    with closing(sqlite3.connect(store_folder_of(world.settings).links)) as db:
        db.execute(f"PRAGMA user_version = {VERSION - 1}")
        db.execute("DELETE FROM link")
        db.execute("DROP TABLE mark")
    (line,) = check(world.settings, world.ledger)
    assert "earlier form" in line
    assert "next start of the server" in line


@pytest.mark.parametrize("damage", ["PRAGMA user_version = 1", ""])
def test_an_index_of_an_earlier_form_is_made_anew(world: World, damage: str) -> None:
    world.publish(*SHARED)
    del world.projector
    path = store_folder_of(world.settings).links
    if damage:
        with closing(sqlite3.connect(path)) as db:
            db.execute(damage)
    else:
        path.unlink()
    world.projector = Projector(world.settings, world.ledger)
    world.projector.catch_up()
    assert world.edges().keys() == {(1, 7), (2, 7)}
    assert world.differences() == []
