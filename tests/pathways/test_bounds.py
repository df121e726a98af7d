"""What no question and no document may do: run for ever, answer without end, stop the projector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.documents import parse
from ctgraph.errors import InvalidDocument
from ctgraph.identity import Identity
from ctgraph.identity.ctid import NodeId
from ctgraph.links.statements import extract
from ctgraph.pathways import Asked
from ctgraph.pathways.routes import MAX_ROUTE_STEPS
from ctgraph.pathways.traversal import MAX_NODES, MAX_PAGE_NODES, MAX_WAYS
from ctgraph.projections.link_graphs import link_quads
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.link_rows import IndexedDocument
from ctgraph.settings import load_settings
from tests.support.links import (
    ORGANIZATIONS,
    World,
    condition,
    document,
    entity,
    iri,
    named,
    number_of,
    pathway,
    record,
)
from tests.support.registry import ctid_number

SETTINGS = load_settings()
IDENTITY = Identity.of(SETTINGS)
INDEX = LinkIndex(None)
CREDENTIALS = Asked(kinds=frozenset(["credential"]), limit=MAX_PAGE_NODES)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "home")


def test_a_hub_with_ten_thousand_neighbours(world: World) -> None:
    hub, far, near = ctid_number(0), ctid_number(20_000), ctid_number(1)
    spokes = range(1, 10_001)
    world.index([*((0, n) for n in spokes), *((n, 20_000) for n in spokes)])
    for ask in (world.pathways.succeeding, world.pathways.neighbourhood):
        answer = ask(hub, Asked(depth=10, limit=MAX_PAGE_NODES))
        assert len(answer.nodes) == MAX_PAGE_NODES
        assert answer.next
        (cut,) = answer.cut
        assert cut.at == hub
        assert f"{MAX_NODES:,}" in cut.reason
    answer = world.pathways.succeeding(near)
    assert [number_of(n.id) for n in answer.nodes] == [1, 20_000]
    assert not answer.cut
    for by in ("steps", "cost"):
        found = world.pathways.route(hub, far, 3, by)
        assert [route.steps for route in found.routes] == [2] * 3
    opened: list[NodeId] = []
    cursor = ""
    while cursor or not opened:
        checked = world.pathways.prospects([hub], Asked(limit=MAX_PAGE_NODES, cursor=cursor))
        assert len(checked.open) == MAX_PAGE_NODES
        assert checked.cut
        opened += [found.record for found in checked.open]
        cursor = checked.next or ""
    assert len(set(opened)) == len(opened) == 5_000
    assert len(world.pathways.common([near, ctid_number(2)]).nodes) == 3


def test_a_hub_that_is_left_out(world: World) -> None:
    """Every one of 2,000 certificates leads to every one of 2,000 others, through one course."""
    before, after = range(1, 2_001), range(3_001, 5_001)
    world.index(
        [*((0, n) for n in before), *((n, 9_000) for n in before), *((9_000, n) for n in after)],
        Course=[9_000],
    )
    answer = world.pathways.succeeding(ctid_number(0), CREDENTIALS)
    assert any(f"{MAX_WAYS:,}" in cut.reason for cut in answer.cut)
    assert len(answer.nodes) == MAX_PAGE_NODES


def test_a_web_that_is_left_out(world: World) -> None:
    web = range(100, 250)
    world.index(
        [
            *((0, n) for n in range(1, 60)),
            *((n, 100) for n in range(1, 60)),
            *((a, b) for a in web for b in web if a != b),
            (249, 999),
        ],
        Course=web,
    )
    answer = world.pathways.succeeding(ctid_number(0), CREDENTIALS)
    assert any(f"{MAX_WAYS:,}" in cut.reason for cut in answer.cut)


def test_a_chain_of_two_hundred(world: World) -> None:
    world.index([(n, n + 1) for n in range(200)])
    start, goal = ctid_number(0), ctid_number(200)
    answer = world.pathways.succeeding(start, Asked(depth=10))
    assert [number_of(n.id) for n in answer.nodes] == [*range(11)]
    assert len(answer.edges) == 10
    (cut,) = answer.cut
    assert cut.at == ctid_number(10)
    assert "10 steps" in cut.reason
    assert not world.pathways.succeeding(start, Asked(depth=9)).cut
    assert not world.pathways.succeeding(ctid_number(190), Asked(depth=10)).cut
    found = world.pathways.route(start, goal)
    assert not found.routes
    assert str(MAX_ROUTE_STEPS) in found.graph.cut[0].reason
    (route,) = world.pathways.route(start, ctid_number(MAX_ROUTE_STEPS)).routes
    assert route.steps == MAX_ROUTE_STEPS


def test_a_long_chain_that_is_left_out(world: World) -> None:
    world.index([(n, n + 1) for n in range(1_000)], Course=range(1, 1_000))
    (edge,) = world.pathways.succeeding(ctid_number(0), CREDENTIALS).edges
    assert (number_of(edge.target), len(edge.through)) == (1_000, 999)


def test_nobody_replaces_or_requires_what_others_own(world: World) -> None:
    world.publish(record(1), record(2, requires=[iri(1)]), record(9, recommends=[iri(1)]))
    world.publish(record(3, supersedes=[iri(1)], isRequiredFor=[iri(2)]), owner=1)
    node = world.pathways.preceding(ctid_number(9)).nodes[1]
    assert (number_of(node.id), node.latest) == (1, "")
    checked = world.pathways.prospects([ctid_number(1)])
    assert [number_of(found.record) for found in checked.open] == [2, 9]


def test_a_circle_of_versions(world: World) -> None:
    world.publish(*(record(n, nextVersion=[iri(n % 3 + 1)]) for n in (1, 2, 3)))
    assert len(world.pathways.versions(ctid_number(1)).edges) == 3


# What nobody should publish, but somebody will: the projector must outlive it.


def test_addresses_that_only_look_like_records(world: World) -> None:
    odd = [f"http://localhost:8000/resources/{end}" for end in ("", "ce-1", "organizations", "x#y")]
    world.publish(record(2, requires=[condition(targetCredential=odd), iri(1)], hasPart=odd))
    assert {n.id for n in world.pathways.preceding(ctid_number(2)).nodes} == {
        ctid_number(1),
        ctid_number(2),
        *odd,
    }


@pytest.mark.parametrize("text", ["http://[", "x:[", "https://a.example/%zz", "plain", ""])
def test_a_component_that_stands_for_a_text(world: World, text: str) -> None:
    part = {"isPartOf": [iri(90)]}
    world.publish(
        pathway(
            90,
            entity(11, "CourseComponent", proxyFor=[{"@value": text}], precedes=[iri(12)], **part),
            entity(12, "CourseComponent", **part),
        )
    )
    assert world.edges().keys() == {(11, 12)}


PROPERTIES = (
    "requires",
    "isRequiredFor",
    "commonConditions",
    "corequisite",
    "hasPart",
    "latestVersion",
    "transferValueFrom",
    "transferValueFor",
    "targetCredential",
    "alternativeCondition",
    "proxyFor",
    "precedes",
    "preceeds",
    "hasCondition",
    "targetComponent",
    "requiredNumber",
    "estimatedCost",
    "price",
    "estimatedDuration",
    "exactDuration",
)
KINDS = (
    "Certificate",
    "ConditionProfile",
    "ConditionManifest",
    "CourseComponent",
    "Pathway",
    "ComponentCondition",
    "TransferValueProfile",
    "CostProfile",
)
values = st.sampled_from(
    [
        iri(1),
        iri(2).upper(),
        iri(0)[:-39],
        f"{iri(0)[:-39]}x",
        "_:a",
        "_:b",
        "_:a",
        "_:b",
        "https://x.example/",
        "https://x.example/%zz#a#b",
        "urn:x:y",
        {"@id": iri(0)[:-39]},
        7,
        -1.5,
        {"@value": "http://["},
        {"@value": 5},
        {"@value": "1e999"},
        {"@value": f"P{'9' * 400}D"},
    ]
)
says = st.tuples(
    st.sampled_from(KINDS),
    st.dictionaries(
        st.sampled_from(PROPERTIES), st.lists(values, min_size=1, max_size=3), max_size=6
    ),
)


@given(st.tuples(says, says, says, says))
def test_whatever_can_be_read_can_be_projected(said: tuple[tuple[str, Any], ...]) -> None:
    names = (iri(1), "_:a", "_:b", iri(3))
    nodes = [
        {**named(says), "@type": f"ceterms:{kind}", "@id": name}
        for name, (kind, says) in zip(names, said, strict=True)
    ]
    nodes[0]["ceterms:ctid"] = ctid_number(1)
    try:
        found = parse(orjson.dumps(document(*nodes)), SETTINGS)
    except InvalidDocument:
        return
    quads = list(ox.parse(found.quads, format=ox.RdfFormat.N_QUADS, lenient=True))
    read = extract(quads, found.ctid, IDENTITY)
    INDEX.apply([IndexedDocument(found.ctid, ORGANIZATIONS[0], read)], 1)
    for links in (read.links, INDEX.links(found.ctid).links):
        link_quads(found.ctid, ORGANIZATIONS[0], links, IDENTITY)
