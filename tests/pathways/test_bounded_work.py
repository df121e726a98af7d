"""One record's update costs what it says itself: never the product of it and of others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import orjson
import pyoxigraph as ox
import pytest

from ctgraph.documents import parse
from ctgraph.errors import QueryLimit
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.append import Submission, append
from ctgraph.links.model import Link, Relation, Strength, Via
from ctgraph.links.node_facts import Fact
from ctgraph.links.statements import Extract
from ctgraph.pathways import Asked
from ctgraph.projections.bell import Bell, Ring, ring
from ctgraph.projections.link_graphs import link_quads
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.link_reader import Links
from ctgraph.projections.link_rows import IndexedDocument
from ctgraph.projections.projector import Projector
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.rdf.namespaces import CETERMS, Curie, Iri
from tests.support.links import (
    ORGANIZATIONS,
    World,
    condition,
    framework,
    iri,
    needs,
    pairs,
    record,
)
from tests.support.registry import ctid_number

MANIFEST, SKILL = 5, 11
TARGETS, USERS = range(1_000, 1_500), range(10_000, 15_000)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "home")


def manifest(targets: range, word: str = "first", **says: Any) -> dict[str, Any]:
    """Return a manifest with a condition for each of some targets."""
    demands = [needs(n, description={"en": f"{word} {n}"}) for n in targets]
    return record(MANIFEST, "ConditionManifest", requires=demands, **says)


def user(number: int, **says: Any) -> dict[str, Any]:
    return record(number, commonConditions=[iri(MANIFEST)], **says)


@contextmanager
def counting() -> Iterator[dict[str, int]]:
    """Count the rows of the index that are written or removed in the block, and quads of links."""
    count = {"rows": 0, "quads": 0}
    opened: list[sqlite3.Connection] = []
    quads_of, started, ended = link_quads, LinkIndex.__init__, LinkIndex.close

    def counted(*given: Any) -> list[ox.Quad]:
        found = quads_of(*given)
        count["quads"] += len(found)
        return found

    def noted(index: LinkIndex, path: Path | None) -> None:
        started(index, path)
        opened.append(index._db)

    def closed(index: LinkIndex) -> None:
        if index._db in opened:
            opened.remove(index._db)
            count["rows"] += index._db.total_changes
        ended(index)

    with (
        patch("ctgraph.projections.triples.link_quads", counted),
        patch.object(LinkIndex, "__init__", noted),
        patch.object(LinkIndex, "close", closed),
    ):
        yield count
        count["rows"] += sum(db.total_changes for db in opened)


def written(world: World, *documents: dict[str, Any]) -> dict[str, int]:
    """Return what is written when documents are published in a world."""
    with counting() as count:
        del world.projector
        world.projector = Projector(world.settings, world.ledger)
        world.publish(*documents)
    return count


# Manifests.


def test_what_is_kept_is_a_sum_and_no_product(tmp_path: Path) -> None:
    def size(targets: int, users: int) -> tuple[int, int]:
        world = World(tmp_path / f"{targets}-{users}")
        world.publish(manifest(range(100, 100 + targets)), *map(user, range(200, 200 + users)))
        rows, quads = world.contents()
        return rows.total(), len(quads)

    few, many, wide, both = size(2, 2), size(2, 12), size(22, 2), size(22, 12)
    for kept in (0, 1):
        assert both[kept] - wide[kept] == many[kept] - few[kept] > 0


def test_a_changed_word_writes_as_much_for_many_as_for_few(tmp_path: Path) -> None:
    counts = []
    for users in (1, 40):
        world = World(tmp_path / str(users))
        world.publish(manifest(range(100, 120)), *map(user, range(200, 200 + users)))
        counts.append(written(world, manifest(range(100, 120), "second")))
        assert world.edges().keys() == {
            (n, m) for n in range(100, 120) for m in range(200, 200 + users)
        }
        assert world.differences() == []
    assert counts[0] == counts[1]
    assert counts[0]["quads"] <= 20 * 13


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A registry with a manifest of 500 conditions that 5,000 records have."""
    world = World(tmp_path_factory.mktemp("large") / "home")

    def fact(number: int) -> Fact:
        return Fact(ctid_number(number), Iri(f"{CETERMS}Certificate"), str(number))

    shared = ctid_number(MANIFEST)
    demands = [
        Link(
            Relation.COMMON,
            ctid_number(n),
            shared,
            shared,
            Curie("ceterms:requires"),
            Strength.REQUIRED,
            Via.DIRECT,
        )
        for n in TARGETS
    ]
    said = [IndexedDocument(shared, ORGANIZATIONS[0], Extract([fact(MANIFEST)], demands))]
    said += [IndexedDocument(ctid_number(n), ORGANIZATIONS[0], Extract([fact(n)])) for n in TARGETS]
    said += [
        IndexedDocument(
            ctid_number(n),
            ORGANIZATIONS[0],
            Extract(
                [fact(n)],
                [
                    Link(
                        Relation.USES,
                        shared,
                        ctid_number(n),
                        ctid_number(n),
                        Curie("ceterms:commonConditions"),
                        via=Via.MANIFEST,
                    )
                ],
            ),
        )
        for n in USERS
    ]
    index = LinkIndex(store_folder_of(world.settings).links)
    index.apply(said, 1)
    index.close()
    return world


def test_what_many_share_is_answered_within_the_bounds(large: World) -> None:
    ask = large.pathways
    target, one = ctid_number(TARGETS[0]), ctid_number(USERS[0])
    ahead = ask.succeeding(target, Asked(depth=1, limit=1000))
    assert len(ahead.edges) == 1000 - 1
    assert ahead.next
    assert ahead.cut
    back = ask.preceding(one, Asked(depth=1, limit=1000))
    assert pairs(back) == {(n, USERS[0]): "required" for n in TARGETS}
    assert not back.cut
    around = ask.neighbourhood(target, Asked(depth=10, limit=1000))
    assert around.cut
    assert len(around.nodes) == 1000
    assert [route.steps for route in ask.route(target, one).routes] == [1]
    checked = ask.prospects([target, ctid_number(TARGETS[1])])
    assert checked.cut
    assert len(checked.open) <= 5_000
    both = ask.common([target, ctid_number(TARGETS[1])], Asked(limit=50))
    assert len(both.nodes) == 52
    assert both.cut


@pytest.mark.parametrize(
    "ends",
    [
        [ctid_number(TARGETS[0])],
        [ctid_number(USERS[0])],
        [*map(ctid_number, USERS)],
        [*map(ctid_number, TARGETS)],
    ],
)
@pytest.mark.parametrize("forward", [True, False])
def test_steps_are_read_as_far_as_they_are_asked_for(
    large: World, ends: list[Ctid], forward: bool
) -> None:
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1

    with closing(sqlite3.connect(store_folder_of(large.settings).links)) as db:
        db.set_progress_handler(look, 100)
        found = Links(db).steps(ends, forward, 1_000)
    assert len(found) in {0, len(TARGETS), 1_000}
    assert looks < 20 + len(ends) + len(found)  # hundreds of instructions


def test_what_a_manifest_asks_in_words_is_read_once(world: World) -> None:
    long = ["x" * 900 + str(n) for n in range(90)]
    needed = condition(targetCredential=[iri(1), iri(2)], condition=long)
    world.publish(
        record(1),
        record(MANIFEST, "ConditionManifest", requires=[needed] * 12),
        *map(user, range(100, 130)),
    )
    (found, *_) = world.pathways.prospects([ctid_number(1)]).one_step
    assert [missing.any_of for missing in found.missing] == [(ctid_number(2),)]
    assert sorted(found.words) == sorted(long)
    world.publish(*map(user, range(130, 400)))
    with pytest.raises(QueryLimit, match="too many"):
        world.pathways.prospects([ctid_number(1)])


# Competencies.


def test_a_competency_costs_the_links_that_name_it(tmp_path: Path) -> None:
    """What others ask for beside the competency costs nothing."""
    costs = []
    for others in (range(100, 103), range(100, 160)):
        world = World(tmp_path / str(len(others)))
        world.publish(
            record(1, requires=[iri(SKILL), *map(needs, others)]),
            record(2, requires=[iri(SKILL)], recommends=[needs(SKILL)]),
            record(3, requires=[*map(iri, others)]),
        )
        for skills, edges in (([SKILL], 1), ([12], 3), ([SKILL], 1)):
            costs.append(written(world, framework(10, *skills)))
            said = {(s, o) for n in (1, 2) for s, p, o in world.says(n) if p == "precedes"}
            assert {pair for pair in said if pair[0] == SKILL} == (
                {(SKILL, 2)} if edges == 1 else {(SKILL, 1), (SKILL, 2)}
            )
            links = [s for n in (1, 2) for s, p, o in world.says(n) if (p, o) == ("earlier", SKILL)]
            assert len(links) == edges
            assert world.differences() == []
    assert costs[:3] == costs[3:]
    assert all(cost["quads"] <= 2 * 13 for cost in costs)


def test_many_links_are_amended_some_at_a_time(world: World) -> None:
    users = range(100, 107)
    world.publish(*(record(n, requires=[iri(SKILL)]) for n in users))
    with patch("ctgraph.projections.triples.MAX_AMENDED_LINKS", 3):
        append(world.ledger, [submission(world, framework(10, SKILL))], "test")
        assert world.projector.step()  # applied, and three of them amended
        assert world.edges() == {}
        assert any("4 links" in found for found in world.differences())  # and it was opened anew
        assert world.projector.step()
        assert not world.projector.step()
    assert not any(world.says(n) for n in users)
    assert world.differences() == []


def test_a_thing_that_many_describe_is_looked_up_once(world: World) -> None:
    """Whether it is a competency is told by those that say so, not by all that describe it."""
    thing = Iri("https://elsewhere.example/x")
    said = [
        IndexedDocument(
            ctid_number(n),
            ORGANIZATIONS[0],
            Extract(
                [Fact(thing, Iri(f"{CETERMS}Certificate"), "x")],
                [
                    Link(
                        Relation.PRECEDES,
                        thing,
                        ctid_number(n),
                        ctid_number(n),
                        Curie("ceterms:requires"),
                        Strength.REQUIRED,
                        Via.DIRECT,
                    )
                ],
            ),
        )
        for n in range(2_000)
    ]
    index = LinkIndex(store_folder_of(world.settings).links)
    index.apply(said, 1)
    index.close()
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1

    with closing(sqlite3.connect(store_folder_of(world.settings).links)) as db:
        db.set_progress_handler(look, 100)
        assert len(Links(db).steps([thing], True, 5_000)) == 2_000
    assert looks < 2_000


# Batches.


def submission(world: World, document: dict[str, Any]) -> Submission:
    parsed = parse(orjson.dumps(document), world.settings)
    return Submission(world.owners[0], parsed.ctid, parsed)


@pytest.mark.parametrize(
    "bound",
    [
        "ctgraph.projections.triples.MAX_BATCH_QUADS",
        "ctgraph.projections.projector.MAX_BATCH_BYTES",
    ],
)
def test_who_waits_sees_what_is_there_between_batches(world: World, bound: str) -> None:
    append(world.ledger, [submission(world, record(n)) for n in range(1, 7)], "test")
    settings = world.settings.model_copy(update={"snapshot_interval": 0})
    del world.projector
    projector, store_folder = Projector(settings, world.ledger), store_folder_of(settings)
    seen: list[int] = []

    def stopped() -> bool:
        seen.append(store_folder.sequence())
        return seen[-1] == 6

    with patch(bound, 1), closing(Bell(store_folder.bell)) as bell:
        ring(store_folder.bell, Ring.WAIT)
        projector.run(bell, stopped)
    assert set(seen) >= {1, 2, 3, 4, 5, 6}
    del projector
    world.projector = Projector(world.settings, world.ledger)
    assert world.differences() == []


def test_documents_are_read_up_to_a_size(world: World) -> None:
    append(world.ledger, [submission(world, record(n)) for n in range(1, 5)], "test")
    size = len(world.ledger.changes.after(0, 1)[0].quads)
    assert [len(world.ledger.changes.after(0, 9, size=size * n)) for n in (0, 1, 3, 9)] == [
        1,
        1,
        3,
        4,
    ]


def test_a_version_between_two_batches(world: World) -> None:
    """A record that changes twice stands at its first version where the first batch ends."""
    append(world.ledger, [submission(world, record(1, requires=[iri(2)]))], "test")
    append(world.ledger, [submission(world, record(1, recommends=[iri(3)]))], "test")
    with patch("ctgraph.projections.triples.MAX_BATCH_QUADS", 1):
        assert world.projector.step()
        assert world.edges() == {(2, 1): "required"}
        assert (2, "precedes", 1) in world.says(1)
        assert not world.projector.step()
        assert world.edges() == {(3, 1): "recommended"}
    assert world.differences() == []
