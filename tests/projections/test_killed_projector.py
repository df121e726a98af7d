"""Nothing is lost or half done when processes are killed at random points."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing, suppress
from http.client import HTTPException
from typing import Any
from unittest.mock import Mock

import orjson
import pyoxigraph as ox
import pytest

from ctgraph.errors import CtgraphError
from ctgraph.projections.checking import check
from ctgraph.projections.counting import Counting
from ctgraph.projections.maintenance import LOAD_BATCHES, rebuild
from ctgraph.projections.projector import Projector
from ctgraph.projections.store_folder import hold, store_folder_of
from tests.support.registry import Registry, certificate, ctid_number, environment, publish
from tests.support.server import children, serving
from tests.support.waiting import until


def test_a_projector_killed_at_random_points_goes_on_to_the_same_store(registry: Registry) -> None:
    chance = random.Random(1)
    command = [sys.executable, "-m", "ctgraph.projections.projector"]
    store_folder, interrupted = store_folder_of(registry.settings), 0
    for round in range(8):
        publish(registry, range(1, 200), f"round {round}")
        process = subprocess.Popen(command, env=environment(registry))
        until(store_folder.held)
        time.sleep(chance.random() * 0.4)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it ended by itself"
        interrupted += store_folder.sequence() < registry.ledger.changes.last_sequence()
    assert interrupted, "it was never killed in the midst of its work"
    registry.project()
    with hold(registry.settings):
        assert check(registry.settings, registry.ledger) == []
    assert registry.ledger.changes.last_sequence() == 8 * 199


def test_a_projector_of_a_load_that_died_between_its_indexes_goes_on(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("projector", "live_store"):
        monkeypatch.setattr(f"ctgraph.projections.{module}.BATCH_CHANGES", 10)
        monkeypatch.setattr(
            f"ctgraph.projections.{module}.rebuild",
            Mock(side_effect=AssertionError("It is made anew.")),
        )
    publish(registry, range(1, 19), "text")
    with hold(registry.settings):
        projector = Projector(registry.settings, registry.ledger, LOAD_BATCHES)
        with monkeypatch.context() as patch:
            # The store has its new mark then, and the link index is still to be written.
            patch.setattr(Counting, "add", Mock(side_effect=MemoryError))
            with pytest.raises(MemoryError):
                projector.step()
        projector.close()
        with closing(Projector(registry.settings, registry.ledger, LOAD_BATCHES)) as projector:
            projector.step()
            projector.snapshot()
        assert store_folder_of(registry.settings).sequence() == 18
        assert check(registry.settings, registry.ledger) == []


def test_two_projectors_never_run_at_once(registry: Registry) -> None:
    again = hold(registry.settings)
    with hold(registry.settings), pytest.raises(CtgraphError, match="Another process"):
        again.__enter__()


def test_who_looks_whether_a_projector_runs_keeps_nobody_out(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.project()
    with store_folder_of(registry.settings).lock.open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        monkeypatch.setattr("time.sleep", lambda _: fcntl.flock(looking, fcntl.LOCK_UN))
        with hold(registry.settings):
            pass


def test_check_tells_every_difference_and_rebuild_mends_it(registry: Registry) -> None:
    publish(registry, range(1, 6), "as it was")
    registry.project()
    damaged, surplus = ctid_number(2), ctid_number(99)
    with hold(registry.settings):
        projector: Any = Projector(registry.settings, registry.ledger)
        store = projector._live.store._store
        store.remove_graph(ox.NamedNode(f"http://localhost:8000/graph/{damaged}"))
        named = ox.NamedNode(f"http://localhost:8000/graph/{surplus}")
        store.add(ox.Quad(named, named, named, named))
        del projector, store
        lost, added, default = check(registry.settings, registry.ledger)
        assert damaged in lost
        assert surplus in added
        assert "The default graph" in default
        assert rebuild(registry.settings, registry.ledger) == 5
        assert check(registry.settings, registry.ledger) == []


@pytest.mark.parametrize("beside", [False, True])
def test_a_store_that_never_held_a_change_fits_its_ledger(registry: Registry, beside: bool) -> None:
    registry.project()
    assert check(registry.settings, registry.ledger, beside=beside) == []


def test_web_workers_killed_while_publishing_lose_nothing(registry: Registry) -> None:
    """What was answered is kept; what was not answered is there whole, or not at all."""
    answered: list[int] = []
    killed: list[int] = []
    server = serving(environment(registry), "--workers", "2")
    with server as address:
        stop = threading.Event()
        killer = threading.Thread(
            target=_kill_workers, args=(server.process.pid, answered, killed, stop)
        )
        killer.start()
        for number in range(1, 80):
            request = urllib.request.Request(
                address + registry.documents_url,
                orjson.dumps(certificate(number)),
                registry.authorization | {"Content-Type": "application/ld+json"},
            )
            with (
                suppress(OSError, HTTPException),
                urllib.request.urlopen(request, timeout=60) as answer,
            ):
                assert answer.status == 201
                answered.append(number)
        stop.set()
        killer.join()
    assert answered
    assert killed
    for number in answered:
        assert registry.ledger.records.find(ctid_number(number))
    changes = registry.ledger.changes.after(0, 1000)
    assert [change.seq for change in changes] == list(range(1, len(changes) + 1))
    registry.project()
    with hold(registry.settings):
        assert check(registry.settings, registry.ledger) == []


def _kill_workers(
    supervisor: int, answered: list[int], killed: list[int], stop: threading.Event
) -> None:
    """Kill a worker of gunicorn's, or the projector, whenever something has been answered."""
    chance = random.Random(2)
    gunicorn, seen = min(children(supervisor)), 0
    while not stop.wait(0.3):
        if len(answered) > seen:
            seen = len(answered)
            others = [child for child in children(supervisor) if child != gunicorn]
            killed.append(chance.choice(children(gunicorn) + others))
            os.kill(killed[-1], signal.SIGKILL)
