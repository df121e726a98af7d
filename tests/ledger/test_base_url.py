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
from ctgraph.web import create_app
from tests.support.older_ledger import drop_newer
from tests.support.paths import DATA
from tests.support.registry import Registry, certificate, ctid_number, publish


def newer(path: Path) -> None:
    """Make a ledger one of a newer ctgraph."""
    with sqlite3.connect(path) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")


def test_a_changed_base_url_is_refused(
    registry: Registry, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "https://elsewhere.example"
    monkeypatch.setenv("CTGRAPH_BASE_URL", other)
    assert run("org", "list").exit_code == 1
    assert run("init").exit_code == 0  # nothing has an IRI yet
    assert run("org", "list").exit_code == 0
    monkeypatch.setenv("CTGRAPH_BASE_URL", "http://localhost:8000")
    assert run("init").exit_code == 0
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


@pytest.mark.parametrize(
    ("options", "base"),
    [
        ((), "http://localhost:8000"),
        (("--port", "9000"), "http://localhost:9000"),
        (("--port", "80"), "http://localhost"),
        (("--port", "8080", "--host", "0.0.0.0"), "http://localhost:8080"),
        (("--host", "192.0.2.7"), "http://192.0.2.7:8000"),
        (("--host", "2001:db8::7", "--port", "81"), "http://[2001:db8::7]:81"),
        (("--host", "::1"), "http://[::1]:8000"),
        (("--host", "::", "--port", "8080"), "http://localhost:8080"),
    ],
)
def test_a_new_home_keeps_the_base_it_was_made_with(
    run: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    base: str,
) -> None:
    monkeypatch.setenv("CTGRAPH_HOME", str(tmp_path / "new"))
    assert base in run("init", *options).output
    monkeypatch.setenv("CTGRAPH_HOME", str(tmp_path / "new"))
    assert f"{base}." in run("init", "--port", "9999").output  # it is made already
    client = create_app().test_client()
    queries = client.get("/queries", headers={"Accept": "application/json"}).json["queries"]
    assert queries[0]["url"].startswith(f"{base}/queries/")
    monkeypatch.setenv("CTGRAPH_BASE_URL", "https://named.example")
    monkeypatch.setenv("CTGRAPH_HOME", str(tmp_path / "named"))
    assert "https://named.example." in run("init", *options).output


def test_records_have_the_base_of_their_home(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTGRAPH_HOME", str(tmp_path / "new"))
    organization = DATA / "1-organizations"
    assert run("init", "--port", "9000").exit_code == 0
    report = "--report", tmp_path / "report"
    assert run("load", organization, *report).exit_code == 0, (tmp_path / "report").read_text()
    listed = run("query", "SELECT DISTINCT ?d { ?d a ctg:Record }", "--format", "csv").output
    found = [line for line in listed.split() if "/graph/" in line]
    assert found
    assert all(line.startswith("http://localhost:9000/graph/") for line in found)
    ctid = found[0].rpartition("/")[2]
    assert f"http://localhost:9000/resources/{ctid}" in run("get", ctid).output
    assert run("check").exit_code == 0
    assert run("backup", tmp_path / "kept").exit_code == 0
    assert run("restore", tmp_path / "kept", "--home", tmp_path / "other").exit_code == 0
    monkeypatch.setenv("CTGRAPH_HOME", str(tmp_path / "other"))
    assert f"http://localhost:9000/resources/{ctid}" in run("get", ctid).output


def test_an_older_ledger_learns_its_base_url_from_what_it_keeps(
    registry: Registry, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(registry, range(1, 2), "first")
    with registry.ledger.database.writing() as connection:
        drop_newer(connection, "0003")
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
