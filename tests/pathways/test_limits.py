"""What one document, one question and one claim of somebody else may do: not much."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pyoxigraph as ox
import pytest

from ctgraph.documents import parse
from ctgraph.errors import BadParameter, QueryLimit
from ctgraph.identity import Identity
from ctgraph.links.conditions import MAX_TEXT_CHARACTERS
from ctgraph.links.requirements import MAX_NEED_ITEMS
from ctgraph.links.statements import MAX_FREE_LINKS, MAX_LINKS, Extract, extract
from ctgraph.pathways import Asked, routes
from ctgraph.pathways.paging import MAX_PAGE_EDGES
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.link_reader import MAX_PAIR_STATEMENTS, reading
from ctgraph.projections.link_rows import IndexedDocument
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.settings import Settings
from tests.support.links import World, iri, record
from tests.support.registry import certificate, ctid_number


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "home")


def read(**more: Any) -> Extract:
    """Return what is read from a certificate."""
    settings = Settings()
    document = parse(orjson.dumps(certificate(1, **more)), settings)
    quads = ox.parse(document.quads, format=ox.RdfFormat.N_QUADS, lenient=True)
    return extract(quads, document.ctid, Identity.of(settings))


def test_alternatives_in_a_circle_say_no_more_than_the_index_keeps() -> None:
    size = 300
    names = [f"urn:condition:{number}" for number in range(size)]
    conditions = [
        {
            "@id": name,
            "@type": "ceterms:ConditionProfile",
            "ceterms:alternativeCondition": [{"@id": names[(number + 1) % size]}],
            "ceterms:targetCredential": [iri(number + 10)],
        }
        for number, name in enumerate(names)
    ]
    found = read(**{"ceterms:requires": conditions})
    assert 0 < len(found.links) <= MAX_LINKS < size * size
    kept = sum(
        1 + len(option.targets) for each in found.requirements for option in each.need.options
    )
    assert 0 < kept <= MAX_NEED_ITEMS + 2
    assert all(each.need.options for each in found.requirements)


@pytest.mark.parametrize("size", [100, 300])
def test_links_are_in_proportion_to_what_the_document_states(size: int) -> None:
    shared = {
        "@id": "_:shared",
        "@type": "ceterms:ConditionProfile",
        "ceterms:targetCredential": [iri(number) for number in range(10, 10 + size)],
    }
    profiles = [
        {
            "@type": "ceterms:ConditionProfile",
            "ceterms:name": {"en": f"Way {number}"},
            "ceterms:alternativeCondition": ["_:shared"],
        }
        for number in range(size)
    ]
    found = read(**{"ceterms:requires": [*profiles, shared]})
    statements = 6 * size
    assert size <= len(found.links) <= MAX_FREE_LINKS + statements < size * size


def test_long_texts_are_not_repeated_at_every_link() -> None:
    condition = {
        "@type": "ceterms:ConditionProfile",
        "ceterms:description": {"en": "x" * 100_000},
        "ceterms:targetCredential": [iri(number) for number in range(10, 20)],
    }
    found = read(**{"ceterms:requires": [condition]})
    assert {len(link.condition.description) for link in found.links if link.condition} == {
        MAX_TEXT_CHARACTERS
    }
    (words,) = (option.words for each in found.requirements for option in each.need.options)
    assert [len(word) for word in words] == [MAX_TEXT_CHARACTERS]


def test_routes_are_compared_only_so_long(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.index([(1, 2), (2, 3)])
    monkeypatch.setattr(routes, "MAX_COMPARING_SECONDS", -1.0)
    with pytest.raises(QueryLimit):
        world.pathways.route(ctid_number(1), ctid_number(3))


def test_a_dense_page_tells_that_edges_are_left_out(world: World) -> None:
    width = 90
    layers = [[100 * layer + number for number in range(width)] for layer in range(3)]
    pairs = [(a, b) for one, other in pairwise(layers) for a in one for b in other]
    world.index([*((9999, first) for first in layers[0]), *pairs])
    graph = world.pathways.succeeding(ctid_number(9999), Asked(limit=1000))
    assert len(pairs) > MAX_PAGE_EDGES == len(graph.edges)
    assert any(f"Only {MAX_PAGE_EDGES:,} of" in cut.reason for cut in graph.cut)


def test_only_some_statements_about_a_pair_are_read(world: World) -> None:
    many = [
        {
            "@type": "ceterms:ConditionProfile",
            "ceterms:targetCredential": [iri(1)],
            "ceterms:name": {"en": f"Condition {number}"},
        }
        for number in range(30)
    ]
    world.publish(record(1), record(2, requires=many))
    (edge,) = world.pathways.preceding(ctid_number(2)).edges
    assert len(edge.assertions) == MAX_PAIR_STATEMENTS


def test_a_search_is_short(world: World) -> None:
    world.publish(record(1))
    with pytest.raises(BadParameter):
        world.pathways.search("x" * 201)


def test_only_who_owns_a_record_says_what_replaces_it(world: World) -> None:
    world.publish(record(1))
    world.change((record(2, supersedes=[iri(1)]), 1))
    (node,) = (n for n in world.pathways.versions(ctid_number(1)).nodes if n.id == ctid_number(1))
    assert not node.latest
    world.publish(record(3, supersedes=[iri(1)]))
    (node,) = (n for n in world.pathways.versions(ctid_number(1)).nodes if n.id == ctid_number(1))
    assert node.latest == ctid_number(3)


def test_only_who_owns_a_record_says_what_it_requires(world: World) -> None:
    world.publish(record(1, isPreparationFor=[iri(2)]), record(2))
    world.change((record(3, isRequiredFor=[iri(2)]), 1))
    found = world.pathways.prospects([ctid_number(1)])
    assert [prospect.record for prospect in found.open] == [ctid_number(2)]
    world.publish(record(4, isRequiredFor=[iri(2)]))
    found = world.pathways.prospects([ctid_number(1)])
    assert not found.open
    assert [m.any_of for p in found.one_step for m in p.missing] == [(ctid_number(4),)]


def test_an_index_that_is_no_index_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "links.sqlite"
    path.write_bytes(b"no database, and long enough to look like one" * 100)
    index = LinkIndex(path)
    assert index.sequence() == 0
    index.close()


def test_a_write_that_fails_leaves_the_index_as_it_was(world: World) -> None:
    world.publish(record(1), record(2, requires=[iri(1)]))
    index = LinkIndex(store_folder_of(world.settings).links)
    before = index.sequence()
    nothing = [IndexedDocument(ctid_number(2), ctid_number(900), Extract())]
    with pytest.raises(OSError, match="full"), index.applying(nothing, 99):
        raise OSError("the triple store is full")
    index.close()
    with reading(world.settings) as links:
        assert [step.later for step in links.steps([ctid_number(1)], True, 10)] == [ctid_number(2)]
    assert before != 99


def test_a_filter_by_strength_finds_what_much_else_is_said_of(world: World) -> None:
    required = [
        {
            "@type": "ceterms:ConditionProfile",
            "ceterms:targetCredential": [iri(1)],
            "ceterms:name": {"en": f"Condition {n}"},
        }
        for n in range(30)
    ]
    world.publish(record(1), record(2, requires=required, coPrerequisite=[iri(1)]))
    asked = Asked(strengths=frozenset({"weak"}))
    (edge,) = world.pathways.preceding(ctid_number(2), asked).edges
    assert [said.strength for said in edge.assertions] == ["weak"]
