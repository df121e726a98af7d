"""The base URL of a ledger, its revision, and its clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ctgraph.errors import CtgraphError
from ctgraph.publishing import publish as publish_one
from ctgraph.publishing import withdraw
from tests.support.registry import Registry, certificate, ctid_number, publish


def newer(path: Path) -> None:
    """Make a ledger one of a newer ctgraph."""
    with sqlite3.connect(path) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")


def test_a_changed_base_url_is_refused_once_there_are_records(
    registry: Registry, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "https://elsewhere.example"
    monkeypatch.setenv("CTGRAPH_BASE_URL", other)
    assert run("org", "list").exit_code == 0  # nothing has an IRI yet
    monkeypatch.delenv("CTGRAPH_BASE_URL")
    assert run("org", "list").exit_code == 0
    publish(registry, range(1, 2), "first")
    monkeypatch.setenv("CTGRAPH_BASE_URL", other)
    for command in (
        ["serve", "--port", "0"],
        ["init"],
        ["rebuild"],
        ["check"],
        ["org", "add", "--name", "x"],
        ["withdraw", ctid_number(1)],
        ["backup", "never"],
        ["load", str(registry.settings.home)],
    ):
        result = run(*command)
        assert result.exit_code == 1, command
        assert other in result.output, command
        assert "http://localhost:8000" in result.output, command


def test_an_older_ledger_learns_its_base_url_from_what_it_keeps(
    registry: Registry, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(registry, range(1, 2), "first")
    with sqlite3.connect(registry.settings.home / "ledger.sqlite") as db:
        db.execute("DROP TABLE registry")
        db.execute("UPDATE alembic_version SET version_num = '0003'")
    monkeypatch.setenv("CTGRAPH_BASE_URL", "https://elsewhere.example")
    assert run("init").exit_code == 1
    monkeypatch.delenv("CTGRAPH_BASE_URL")
    assert run("init").exit_code == 0
    assert run("org", "list").exit_code == 0


@pytest.mark.parametrize("command", ["init", "serve", "check"])
def test_a_newer_ledger_is_told_plainly(
    registry: Registry, run: Callable[..., Any], command: str
) -> None:
    newer(registry.settings.home / "ledger.sqlite")
    result = run(command)
    assert result.exit_code == 1
    assert "newer ctgraph" in result.output


def test_time_never_goes_back(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clocks are set back; the order of versions stays that of their numbers, and of as-of."""
    clock = [
        "2026-05-01T12:00:00.000000Z",
        "2026-05-01T12:00:00.000000Z",
        "2026-05-01T04:00:00.000000Z",
        "2025-01-01T00:00:00.000000Z",
        "2026-05-01T12:00:00.000002Z",
        "2026-05-01T13:00:00.000000Z",
    ]
    import orjson

    for number, moment in enumerate(clock, 1):
        monkeypatch.setattr("ctgraph.ledger.values.now", lambda moment=moment: moment)
        body = orjson.dumps(certificate(1, **{"ceterms:keyword": {"en": f"version {number}"}}))
        publish_one(registry.settings, registry.ledger, registry.organization, body, "test")
    moments = [change.modified for change in registry.ledger.changes.after(0, 100)]
    assert moments == sorted(set(moments))
    assert len(moments) == len(clock)
    assert moments[0] == clock[0]
    assert moments[-1] == clock[-1]
    for number, moment in enumerate(moments, 1):
        assert registry.ledger.changes.sequence_at(moment) == number
    assert registry.ledger.changes.newest_moment() == moments[-1]
    with pytest.raises(CtgraphError):
        withdraw(registry.settings, registry.ledger, None, ctid_number(2), "operator")
