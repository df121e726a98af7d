"""ldes-client, of npm, on the event stream."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.support.history import changed
from tests.support.ldes import followed, require_same_view
from tests.support.registry import Registry, ctid_number

VERSION_OF = "http://purl.org/dc/terms/isVersionOf"
CREATED = "http://purl.org/dc/terms/created"


def members(quads: list[ox.Quad]) -> list[str]:
    return [q.subject.value for q in quads if q.predicate.value == VERSION_OF]  # type: ignore[union-attr]


@pytest.mark.parametrize("order", ["none", "ascending"])
def test_it_sees_every_version_once(growing: tuple[str, Registry], order: str) -> None:
    address, registry = growing
    seen = members(followed(f"{address}/ldes", "--ordered", order))
    assert len(seen) == len(set(seen)) == registry.ledger.changes.last_sequence()


def test_its_materialized_view_is_what_the_registry_serves(
    growing: tuple[str, Registry],
) -> None:
    address, registry = growing
    changed(registry, 3, None, "2026-01-01")
    gone = require_same_view(address, registry)
    assert gone == {f"{address}/graph/{ctid_number(3)}"}


def test_after_a_restart_it_follows_only_what_is_new(
    growing: tuple[str, Registry], tmp_path: Path
) -> None:
    address, registry = growing
    options = (f"{address}/ldes", "--save", str(tmp_path / "state"), "--poll-interval", "200")
    before = registry.ledger.changes.last_sequence()
    first = members(followed(*options))
    assert len(first) == before
    changed(registry, 130, "new", "2026-01-01")
    changed(registry, 130, None, "2026-01-01")
    after = members(followed(*options, "--follow", seconds=10))
    start = f"{address}/graph/{ctid_number(130)}/versions/"
    assert sorted(after) == [f"{start}1", f"{start}2"]
