"""The projector sleeps while nothing happens, and wakes when somebody rings."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ctgraph.ledger.changes import Changes
from ctgraph.projections.bell import MAX_RINGS_BYTES, Bell, Ring, ring
from ctgraph.projections.projector import POLL_SECONDS
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.web import create_app
from tests.support.following import following, ready
from tests.support.registry import Registry, publish
from tests.support.waiting import PATIENCE_SECONDS, until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bell"


@pytest.fixture
def bell(path: Path) -> Iterator[Bell]:
    with closing(Bell(path)) as bell:
        yield bell


def test_a_ring_tells_whether_somebody_waits(bell: Bell, path: Path) -> None:
    assert not bell.wait(0)
    ring(path, Ring.NEWS)
    assert not bell.wait(PATIENCE_SECONDS)
    ring(path, Ring.WAIT)
    ring(path, Ring.NEWS)
    assert bell.wait(PATIENCE_SECONDS)
    assert not bell.wait(0), "it rang before"


def test_ringing_never_blocks_and_never_fails(tmp_path: Path, path: Path) -> None:
    ring(path, Ring.WAIT)  # there is no bell
    with closing(Bell(path)) as bell:
        for _ in range(MAX_RINGS_BYTES + 10):
            ring(path, Ring.WAIT)
        assert bell.wait(0)
        assert not bell.wait(0)
    ring(path, Ring.WAIT)  # nobody listens
    with closing(Bell(path)) as bell:
        assert not bell.wait(0), "a projector that starts reads the ledger first"
    ring(tmp_path, Ring.WAIT)


def test_a_file_in_the_place_of_the_bell_is_replaced(path: Path) -> None:
    path.write_text("an older ctgraph touched a file")
    with closing(Bell(path)) as bell:
        ring(path, Ring.WAIT)
        assert bell.wait(PATIENCE_SECONDS)


def test_an_idle_projector_sleeps(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(registry, range(1, 4), "first")
    client = create_app(registry.settings).test_client()
    looks: list[int] = []
    real = Changes.after

    def after(*arguments: object, **options: object) -> object:
        looks.append(1)
        return real(*arguments, **options)  # type: ignore[arg-type]

    with following(registry):
        until(lambda: ready(client, 3))
        monkeypatch.setattr(Changes, "after", after)
        time.sleep(3 * POLL_SECONDS)
        assert len(looks) <= 4
        # It does not wait for its next look: a publish rings.
        publish(registry, range(4, 5), "more")
        until(lambda: ready(client, 4))


def test_a_broken_bell_delays_and_loses_nothing(registry: Registry) -> None:
    publish(registry, range(1, 2), "first")
    client = create_app(registry.settings).test_client()
    with following(registry):
        until(lambda: ready(client, 1))
        store_folder_of(registry.settings).bell.unlink()
        publish(registry, range(2, 3), "unheard")
        until(lambda: ready(client, 2))


def test_appending_to_postgresql_wakes_the_projectors_of_other_machines(
    on_postgresql: Registry, bell: Bell
) -> None:
    with bell.hearing(on_postgresql.ledger.database.engine):
        began = time.monotonic()
        publisher = threading.Thread(target=publish, args=(on_postgresql, range(1, 2), "there"))
        publisher.start()
        bell.wait(2 * PATIENCE_SECONDS)
        publisher.join()
        assert time.monotonic() - began < PATIENCE_SECONDS
        assert on_postgresql.ledger.changes.last_sequence() == 1
        assert not bell.wait(0.5), "what was heard is not heard again"
