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

from ctgraph.bulk.backup import back_up
from ctgraph.ledger import Ledger
from ctgraph.ledger.registry import incarnation
from ctgraph.projections.checking import check
from ctgraph.projections.store_folder import hold
from ctgraph.publishing import withdraw
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.registry import Registry, ctid_number, publish


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
    bearer = ledger.organizations.bearer_of(registry.key)
    assert bearer
    assert bearer.organization == registry.organization
    assert incarnation(ledger.database) != incarnation(registry.ledger.database)
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
    assert list(dict.fromkeys(steps)) == ["Backing up", "Verifying"]
    assert registry.ledger.changes.last_sequence() == 44
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
    assert registry.ledger.changes.last_sequence() == 34


def test_a_restored_registry_sends_to_webhooks_only_when_it_is_told_to(
    registry: Registry, run: Callable[..., Any], tmp_path: Path
) -> None:
    client, path = create_app(registry.settings).test_client(), tmp_path / "hooked.backup"
    url = {"url": "https://93.184.216.34/hook"}
    assert client.post("/webhooks", json=url, headers=registry.authorization).status_code == 201
    assert run("backup", path).exit_code == 0
    for options, state in ((), "paused"), (("--resume-webhooks",), "active"):
        home = tmp_path / state
        assert run("restore", path, "--home", home, *options).exit_code == 0
        ledger = Ledger.of(load_settings(home=home))
        [found] = ledger.webhooks.of(ctid_number(0))
        assert found.state == state
        assert ("backup" in found.told) == (state == "paused")


def test_a_registry_that_is_served_is_not_restored(
    registry: Registry, kept: Path, run: Callable[..., Any]
) -> None:
    with hold(registry.settings):
        restored, rebuilt = run("restore", kept, "--replace"), run("rebuild")
    for result in restored, rebuilt:
        assert result.exit_code == 1
        assert f"holds the triple store in {registry.settings.store_path}. Stop" in result.output
    assert "Verifying" not in restored.output


@pytest.mark.parametrize(
    ("module", "command", "state"),
    [
        ("ctgraph.bulk.backup.audit", "restore", "What the registry held before is kept"),
        ("ctgraph.bulk.backup.rebuild", "restore", "run ctgraph rebuild, or start the server"),
        ("ctgraph.projections.maintenance.rebuild", "rebuild", "Run ctgraph rebuild again"),
    ],
)
def test_an_interrupted_command_says_how_it_leaves_things(
    kept: Path,
    run: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    command: str,
    state: str,
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, interrupted)
    result = run("restore", kept, "--replace") if command == "restore" else run("rebuild")
    assert result.exit_code == 1
    assert state in " ".join(result.output.split())
    assert "Aborted" not in result.output


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


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


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
    "folder": _folder,
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
    new = registry.settings.home.with_name("new")
    assert run("restore", kept, "--home", new).exit_code == 1
    assert not new.exists()


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
    assert result.exit_code == 1, result.output
    assert "is not a backup" in result.output, result.output
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
    assert result.exit_code == 1, result.output
    assert f"no room for {path}" in result.output, result.output
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
    assert not (tmp_path / "other").exists()
