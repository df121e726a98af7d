"""The processes of a load survive the death of one of them."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest

from ctgraph.bulk.sources import Item
from ctgraph.bulk.workers import Workers
from ctgraph.work import children
from tests.support.waiting import until


def lengths(batch: list[Item]) -> list[int]:
    """Return the lengths of some texts: a work for processes."""
    return [len(item.data) for item in batch]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_process_that_starts_while_another_one_dies_is_ended(
    moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[children.Spawned] = []
    start = children.Spawned.start

    def start_late(process: children.Spawned) -> None:
        if moment == "before" and len(started) == 1 and started[0].is_alive():
            kill_first()
        start(process)
        started.append(process)
        if moment == "after" and len(started) == 2:
            kill_first()

    def kill_first() -> None:
        assert started[0].pid
        os.kill(started[0].pid, signal.SIGKILL)
        pool: Any = workers._pool
        until(lambda: pool._broken)

    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(children.Spawned, "start", start_late)
    batches = [[Item("text", b"x" * n)] for n in range(1, 6)]
    with Workers(lengths) as workers:
        found = []
        for batch in batches:
            if workers.full:
                found.append(workers.next())
            workers.give(batch)
        found += [workers.next() for _ in range(len(workers))]
    assert found == [[1], [2], [3], [4], [5]]
    assert len(started) > 2
    until(lambda: not any(process.is_alive() for process in started))
