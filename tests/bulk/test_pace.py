"""A load keeps near the projector, and nearer while somebody publishes and waits."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest

from ctgraph.bulk import load as loading
from ctgraph.bulk import pace
from ctgraph.bulk.load import load
from ctgraph.ledger.append import append
from ctgraph.projections.link_index import reached
from ctgraph.projections.store_folder import store_folder_of
from tests.support.following import following
from tests.support.registry import Registry, certificate

DOCUMENTS = 60


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "many.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(certificate(n)) for n in range(1, DOCUMENTS + 1)))
    return path


def run(registry: Registry, file: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Load a file; return of each write how far the load was ahead, and how much it wrote."""
    writes, links = [], store_folder_of(registry.settings).links

    def noting(ledger: Any, submissions: Sequence[Any], *more: Any) -> Any:
        writes.append((ledger.changes.last_sequence() - reached(links), len(submissions)))
        return append(ledger, submissions, *more)

    monkeypatch.setattr(loading, "append", noting)
    tally = load(
        registry.settings,
        registry.ledger,
        [file],
        registry.organization,
        io.StringIO(),
        take,
        is_followed=True,
    )
    assert sum(tally.effects.values()) == DOCUMENTS
    assert sum(size for _, size in writes) == DOCUMENTS
    return writes


def take(_: int) -> None:
    """Take the progress."""


def test_it_writes_little_at_once_while_somebody_waits(
    registry: Registry, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MAX_PORTION", 5)
    monkeypatch.setattr(pace, "MAX_CHANGES_AHEAD_BESIDE", 12)
    registry.project()
    store_folder_of(registry.settings).wait(0, 0)
    with following(registry):
        writes = run(registry, file, monkeypatch)
    assert max(size for _, size in writes) == 5
    assert max(ahead for ahead, _ in writes) <= 12


def test_it_is_not_far_ahead_else(
    registry: Registry, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MAX_CHANGES_AHEAD", 20)
    with following(registry):
        writes = run(registry, file, monkeypatch)
    assert [size for _, size in writes] == [20, 20, 20]
    assert max(ahead for ahead, _ in writes) <= 20


def test_it_goes_on_when_the_projector_has_ended(
    registry: Registry, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MAX_CHANGES_AHEAD", 7)
    monkeypatch.setattr(pace, "STANDSTILL_SECONDS", 0.1)
    assert [size for _, size in run(registry, file, monkeypatch)] == [7] * 8 + [4]
