"""Snapshots stay while somebody reads them, and no longer; each costs as much as the one before."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from ctgraph.errors import StoreError
from ctgraph.projections import triples
from ctgraph.projections.store_folder import KEPT_SNAPSHOTS, lease, store_folder_of
from ctgraph.sparql.pool import QueryPool
from ctgraph.sparql.query import Query
from ctgraph.sparql.results import Complete, Streamed
from ctgraph.sparql.worker import MAX_HELD_BYTES
from tests.support.links import World, record
from tests.support.waiting import until

ALL = "SELECT ?a ?b ?c { ?a ?p ?b . ?c ?q ?d }"
MOST_SNAPSHOTS = 1 + KEPT_SNAPSHOTS


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "home")
    show(world, 0)
    return world


def show(world: World, *numbers: int) -> None:
    """Publish a record again and again, each time with a snapshot."""
    for number in numbers:
        world.publish(record(1, name=f"Certificate {number}"))
        world.projector.snapshot()


def snapshots(world: World) -> list[Path]:
    return list((world.settings.store_path / "snapshots").iterdir())


def is_swept(world: World, snapshot: Path) -> bool:
    store_folder_of(world.settings).sweep()
    return snapshot not in snapshots(world)


def newest(world: World) -> Path:
    found = store_folder_of(world.settings).newest()
    assert found
    return found


def test_snapshots_that_nobody_reads_go(world: World) -> None:
    show(world, *range(1, 10))
    assert len(snapshots(world)) == MOST_SNAPSHOTS
    assert newest(world) in snapshots(world)


def test_a_snapshot_stays_while_it_is_read(world: World) -> None:
    first = newest(world)
    with lease(first) as is_there, lease(first) as is_there_again:
        assert is_there
        assert is_there_again
        show(world, *range(1, 10))
        assert first in snapshots(world)
        assert len(list(ox.Store.read_only(str(first)))) > 10
    assert is_swept(world, first)
    assert len(snapshots(world)) == MOST_SNAPSHOTS
    with lease(first) as is_there:
        assert not is_there


def test_a_long_answer_keeps_its_snapshot_to_its_end(world: World) -> None:
    first, pool = newest(world), QueryPool(world.settings)
    try:
        result = pool.run(Query(ALL))
        assert isinstance(result, Streamed)
        show(world, *range(1, 6))
        assert first in snapshots(world)
        assert sum(map(len, result)) > MAX_HELD_BYTES  # so the end came after the switches
        result.close()
        until(lambda: is_swept(world, first))
        again = pool.run(
            Query("ASK { ?s ?p ?n FILTER(STR(?n) = 'Certificate 5') }"), snapshot=first
        )
        assert isinstance(again, Complete)
        assert b"true" in again.body
    finally:
        pool.close()


def test_a_past_store_that_has_gone_is_not_replaced_by_the_present(world: World) -> None:
    pool = QueryPool(world.settings)
    with pytest.raises(StoreError):
        pool.run(Query("ASK {}"), snapshot=world.settings.store_path / "past" / "1-abc")
    pool.close()


def test_a_late_snapshot_is_no_larger_than_an_early_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(triples, "MAX_BACKUPS", 8)
    sizes = []
    for number in range(1, 65):
        show(world, number)
        sizes.append(sum(f.stat().st_size for f in newest(world).glob("MANIFEST-*")))
    assert max(sizes[32:]) < 1.2 * max(sizes[:16])
    assert world.differences() == []
