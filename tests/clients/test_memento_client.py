"""memento_client, of PyPI, on TimeGates and versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.support.history import changed
from tests.support.registry import Registry, ctid_number


@pytest.fixture(scope="module")
def found(growing: tuple[str, Registry]) -> Any:
    """Return a function that asks for what the client finds of a path at a time."""
    client = pytest.importorskip("memento_client", reason="needs memento_client")
    address, registry = growing
    changed(registry, 20, "three", "2026-01-01")

    def ask(path: str, moment: datetime) -> Any:
        # A TimeGate that nobody answers: only the one that the record names can.
        asking = client.MementoClient("http://127.0.0.1:9/", check_native_timegate=True)
        return asking.get_memento_info(f"{address}{path}", moment)

    return ask


@pytest.mark.parametrize("kind", ["resources", "graph"])
@pytest.mark.parametrize(("year", "closest"), [(2000, 1), (2100, 3)])
def test_it_finds_the_closest_the_first_and_the_last_version(
    found: Any, growing: tuple[str, Registry], kind: str, year: int, closest: int
) -> None:
    path = f"/{kind}/{ctid_number(20)}"
    info = found(path, datetime(year, 1, 1))
    start = f"{growing[0]}{path}/versions/"
    versions = {name: one["uri"] for name, one in info["mementos"].items()}
    assert versions["closest"] == [f"{start}{closest}"]
    assert versions["first"] == [f"{start}1"]
    assert versions["last"] == [f"{start}3"]
    assert info["mementos"]["closest"]["http_status_code"] == 200
    assert info["timegate_uri"] == f"{growing[0]}/timegate/{growing[0]}{path}"


def test_it_finds_the_record_of_a_version(found: Any, growing: tuple[str, Registry]) -> None:
    path = f"/resources/{ctid_number(20)}"
    info = found(f"{path}/versions/2", datetime(2000, 1, 1))
    assert info["original_uri"] == f"{growing[0]}{path}"
    assert info["mementos"]["closest"]["uri"] == [f"{growing[0]}{path}/versions/1"]
