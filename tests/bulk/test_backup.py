"""Backups: consistent, proved, and of no use when they are damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from ctgraph.bulk.backup import back_up
from ctgraph.cli import main
from ctgraph.errors import CtgraphError
from ctgraph.ledger import Ledger
from ctgraph.ledger.registry import incarnation
from ctgraph.projections.maintenance import check
from ctgraph.projections.snapshots import hold
from ctgraph.publishing import publish as publish_one
from ctgraph.publishing import withdraw
from ctgraph.settings import load_settings
from tests.support.registry import Registry, certificate, ctid_number, publish


@pytest.fixture
def run(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that runs the command line on the registry."""
    monkeypatch.setenv("CTGRAPH_HOME", str(registry.settings.home))

    def run(*arguments: object) -> Any:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def kept(registry: Registry, run: Callable[..., Any], tmp_path: Path) -> Path:
    """A backup of a registry with versions, a tombstone, a draft's table and a key."""
    publish(registry, range(1, 30), "first")
    publish(registry, range(1, 5), "second")
    withdraw(registry.settings, registry.ledger, None, ctid_number(3), "operator")
    registry.project()
    path = tmp_path / "kept.backup"
    result = run("backup", path)
    assert result.exit_code == 0, result.output
    return path


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables of a SQLite file, but for what names the ledger."""
    with sqlite3.connect(path) as db:
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr)
            for (table,) in tables
            if table != "registry"
        }


def test_a_restored_registry_holds_what_was_backed_up_and_is_queryable(
    registry: Registry, kept: Path, run: Callable[..., Any], tmp_path: Path
) -> None:
    assert kept.stat().st_mode & 0o777 == 0o600
    other = tmp_path / "other"
    result = run("restore", kept, "--home", other)
    assert result.exit_code == 0, result.output
    assert rows(other / "ledger.sqlite") == rows(registry.settings.home / "ledger.sqlite")
    assert other.stat().st_mode & 0o777 == 0o700
    settings = load_settings(home=other)
    ledger = Ledger.of(settings)
    assert ledger.key_owner(registry.key) == registry.organization
    assert incarnation(ledger.engine) != incarnation(registry.ledger.engine)
    with hold(settings):
        assert check(settings, ledger) == []


def test_what_is_published_while_a_backup_is_made_is_not_half_in_it(
    registry: Registry, run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(registry, range(1, 20), "before")
    path = tmp_path / "kept.backup"
    steps: list[str] = []

    def meanwhile(title: str, *_: int) -> None:
        if not steps:  # some tables are copied, others are not
            publish(registry, range(15, 40), "meanwhile")
        steps.append(title)

    assert back_up(registry.ledger, path, meanwhile).sequence == 19
    assert registry.ledger.last_sequence() == 44
    monkeypatch.setenv("CTGRAPH_HOME", str(tmp_path / "other"))
    assert run("restore", path).exit_code == 0
    with sqlite3.connect(tmp_path / "other" / "ledger.sqlite") as db:
        assert db.execute("SELECT count(*) FROM version").fetchone() == (19,)


def test_a_registry_that_holds_something_is_replaced_only_when_that_is_said(
    registry: Registry, kept: Path, run: Callable[..., Any]
) -> None:
    publish(registry, range(1, 6), "after the backup")
    before = rows(registry.settings.home / "ledger.sqlite")
    result = run("restore", kept)
    assert result.exit_code == 1
    assert "--replace" in result.output
    assert rows(registry.settings.home / "ledger.sqlite") == before
    result = run("restore", kept, "--replace")
    assert result.exit_code == 0, result.output
    with hold(registry.settings):
        assert check(registry.settings, registry.ledger) == []
    assert registry.ledger.last_sequence() == 34


def test_a_registry_that_is_served_is_not_restored(
    registry: Registry, kept: Path, run: Callable[..., Any]
) -> None:
    with hold(registry.settings):
        result = run("restore", kept, "--replace")
    assert result.exit_code == 1
    assert "Another process" in result.output


def _flip(path: Path) -> None:
    """Change one character of a kept document where SQLite's own check does not look."""
    with sqlite3.connect(path) as db:
        db.execute("UPDATE version SET digest = '0' || substr(digest, 2) WHERE seq = 7")


def _gap(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM version WHERE seq = 8")


def _newer(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")


def _foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE version (seq INTEGER)")


def _scrambled(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(8000))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "wrong digest": _flip,
    "gap": _gap,
    "newer": _newer,
    "foreign": _foreign,
    "scrambled": _scrambled,
    "half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "a page less": lambda path: os.truncate(path, path.stat().st_size - 4096),
    "empty": lambda path: os.truncate(path, 0),
    "text": lambda path: path.write_text("not a backup"),
    "missing": lambda path: path.unlink(),
    "folder": lambda path: (path.unlink(), path.mkdir()),
    "the ledger itself": lambda path: shutil.copy(path.with_name("home") / "ledger.sqlite", path),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_backup_that_is_not_good_changes_nothing(
    registry: Registry, kept: Path, run: Callable[..., Any], damage: str
) -> None:
    before = rows(registry.settings.home / "ledger.sqlite")
    DAMAGES[damage](kept)
    result = run("restore", kept, "--replace")
    assert result.exit_code == 1
    assert result.output.strip().splitlines()[-1].startswith("Damaged: "), result.output
    assert isinstance(result.exception, SystemExit)
    assert ("newer ctgraph" in result.output) == (damage == "newer")
    assert rows(registry.settings.home / "ledger.sqlite") == before


def test_a_damaged_ledger_makes_no_backup_and_keeps_the_one_before(
    registry: Registry, kept: Path, run: Callable[..., Any]
) -> None:
    before = kept.read_bytes()
    _flip(registry.settings.home / "ledger.sqlite")
    result = run("backup", kept)
    assert result.exit_code == 1
    assert ctid_number(7) in result.output
    assert kept.read_bytes() == before
    assert list(kept.parent.glob("*.part*")) == []


def _write(path: Path) -> Path:
    path.write_text("somebody's work")
    return path


IN_THE_WAY: dict[str, Callable[[Registry, Path], Path]] = {
    "another file": lambda _, folder: _write(folder / "notes.txt"),
    "the ledger": lambda registry, _: registry.settings.home / "ledger.sqlite",
    "a folder": lambda _, folder: folder,
    "a device": lambda _, __: Path("/dev/null"),
}


@pytest.mark.parametrize("place", IN_THE_WAY)
def test_a_backup_replaces_nothing_but_a_backup(
    registry: Registry, kept: Path, run: Callable[..., Any], tmp_path: Path, place: str
) -> None:
    path = IN_THE_WAY[place](registry, tmp_path)
    # Through a link, for the test itself must not be able to replace a device.
    link = tmp_path / "link"
    link.symlink_to(path)
    before = path.stat()
    result = run("backup", link)
    assert result.exit_code == 1 and "is no backup" in result.output, result.output
    assert link.is_symlink()
    assert path.stat() == before
    assert run("backup", kept).exit_code == 0  # that one is replaced


def test_no_room_for_a_backup_is_told_of_its_file(
    registry: Registry, run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(registry, range(1, 4), "first")
    path = tmp_path / "kept.backup"

    def full(*_: Any) -> None:
        raise sa.exc.OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr("ctgraph.bulk.backup._copy", full)
    result = run("backup", path)
    assert result.exit_code == 1 and f"no room for {path}" in result.output, result.output
    assert not path.exists()


def test_records_of_another_base_url_are_not_restored(
    registry: Registry,
    kept: Path,
    run: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CTGRAPH_BASE_URL", "https://elsewhere.example")
    result = run("restore", kept, "--home", tmp_path / "other")
    assert result.exit_code == 1
    assert "http://localhost:8000" in result.output
    assert not (tmp_path / "other" / "ledger.sqlite").exists()


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
        assert other in result.output and "http://localhost:8000" in result.output, result.output


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
    _newer(registry.settings.home / "ledger.sqlite")
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
    moments = [change.modified for change in registry.ledger.changes(0, 100)]
    assert moments == sorted(set(moments))
    assert len(moments) == len(clock)
    assert moments[0] == clock[0]
    assert moments[-1] == clock[-1]
    for number, moment in enumerate(moments, 1):
        assert registry.ledger.sequence_at(moment) == number
    assert registry.ledger.newest_change() == moments[-1]
    with pytest.raises(CtgraphError):
        withdraw(registry.settings, registry.ledger, None, ctid_number(2), "operator")
