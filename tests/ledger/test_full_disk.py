"""A full disk, a locked or lost database: 507 or 503 with Retry-After, and all is well after."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from ctgraph.ledger.registry import mark_at
from ctgraph.projections import live_store
from ctgraph.projections.checking import check
from ctgraph.projections.maintenance import rebuild
from ctgraph.projections.store_folder import hold, store_folder_of
from ctgraph.projections.triples import EmbeddedStore
from ctgraph.web import create_app
from ctgraph.work import pauses
from tests.support.following import count, following, ready
from tests.support.registry import Registry, certificate, publish
from tests.support.waiting import until

SIZE = 64


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 64 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "none", folder], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a file system of its own cannot be mounted here; that takes root")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path) -> Path:
    """Take all room that a disk has."""
    path = folder / "ballast"
    with path.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while file.write(b"x" * size) == size:
                    pass
    return path


def test_a_full_disk_is_told_loses_nothing_and_heals(
    make_registry: Callable[..., Registry], small_disk: Path
) -> None:
    registry = make_registry(home=small_disk / "home")
    client = create_app(registry.settings).test_client()
    publish(registry, range(1, 4), "first")

    def send(number: int) -> Any:
        body = orjson.dumps(certificate(number, **{"ceterms:keyword": {"en": "word " * 2000}}))
        return client.post(registry.documents_url, data=body, headers=registry.authorization)

    with following(registry):
        until(lambda: ready(client, 3))
        ballast = fill(small_disk)
        kept, refused = [1, 2, 3], 0
        for number in range(10, 400):
            answer = send(number)
            if answer.status_code == 201:  # there was room in the log of the ledger
                kept.append(number)
                continue
            assert answer.status_code in (503, 507), answer.text
            assert int(answer.headers["Retry-After"]) > 0
            refused += 1
            if refused == 5:
                break
        assert refused == 5
        assert client.get("/records").status_code == 200  # reading goes on
        ballast.unlink()
        assert send(401).status_code == 201
        until(lambda: ready(client, len(kept) + 1) and count(client) == (200, len(kept) + 1))
    changes = registry.ledger.changes.after(0, 1000)
    assert [change.seq for change in changes] == list(range(1, len(kept) + 2))
    with hold(registry.settings):
        assert check(registry.settings, registry.ledger) == []


ERRORS = {
    "database or disk is full": 507,
    "disk I/O error": 503,
    "database is locked": 503,
    "unable to open database file": 503,
    "database disk image is malformed": 503,
    "attempt to write a readonly database": 503,
    "server closed the connection unexpectedly": 503,
    "could not extend file: No space left on device": 507,
}


@pytest.mark.parametrize("message", ERRORS)
@pytest.mark.parametrize("kind", [sqlite3.OperationalError, sqlite3.DatabaseError])
@pytest.mark.parametrize("writes", [True, False])
def test_a_database_that_is_not_to_be_had_is_no_error_of_ours(
    registry: Registry, message: str, kind: type[Exception], writes: bool
) -> None:
    publish(registry, range(1, 3), "first")
    app = create_app(registry.settings)
    client = app.test_client()
    engine = app.extensions["ctgraph"].ledger.database.engine
    sent = orjson.dumps(certificate(5))

    def fail(*arguments: Any) -> None:
        if not writes or str(arguments[2]).startswith("INSERT INTO version"):
            raise kind(message)

    sa.event.listen(engine, "before_cursor_execute", fail)
    # What SQLAlchemy makes of it is what it makes of an error of the database.
    sa.event.listen(engine, "before_cursor_execute", lambda *_: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine.dialect, "do_execute", _failing(engine.dialect, fail))
        patch.setattr(engine.dialect, "do_executemany", _failing(engine.dialect, fail, many=True))
        sa.event.remove(engine, "before_cursor_execute", fail)
        answer = client.post(registry.documents_url, data=sent, headers=registry.authorization)
        assert answer.status_code == ERRORS[message], answer.text
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.content_type == "application/problem+json"
        if not writes:
            assert client.get("/records").status_code == ERRORS[message]
            assert client.get("/readyz").status_code == ERRORS[message]
            assert client.get("/healthz").status_code == 200
    assert registry.ledger.changes.last_sequence() == 2
    answer = client.post(registry.documents_url, data=sent, headers=registry.authorization)
    assert answer.status_code == 201
    assert registry.ledger.changes.last_sequence() == 3


def _failing(dialect: Any, fail: Callable[..., None], many: bool = False) -> Callable[..., None]:
    real = dialect.do_executemany if many else dialect.do_execute

    def execute(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        fail(None, cursor, statement)
        real(cursor, statement, parameters, context)

    return execute


def test_a_projector_without_a_ledger_waits_and_says_so(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    publish(registry, range(1, 3), "first")
    client = create_app(registry.settings).test_client()
    broken = threading.Event()
    real = registry.ledger.changes.after

    def changes(*arguments: Any, **more: Any) -> Any:
        if broken.is_set():
            raise sa.exc.OperationalError("SELECT", {}, Exception("the connection was lost"))
        return real(*arguments, **more)

    monkeypatch.setattr(registry.ledger.changes, "after", changes)
    with following(registry):
        until(lambda: ready(client, 2))
        broken.set()
        until(lambda: "connection was lost" in store_folder_of(registry.settings).trouble())
        assert not ready(client, 2)
        assert count(client) == (200, 2)  # what there is can be read
        publish(registry, range(3, 5), "more")
        broken.clear()
        until(lambda: ready(client, 4))
    said = [record.getMessage() for record in caplog.records]
    assert all("\n" not in line for line in said)
    assert not any("rebuilt" in line for line in said)  # that would not have helped


@pytest.mark.parametrize(
    "error",
    [
        sa.exc.OperationalError("SELECT", {}, Exception("the connection was lost")),
        OSError("IO error: While open a file: Permission denied"),
        OSError(errno.EMFILE, "Too many open files"),
        OSError(errno.EROFS, "Read-only file system"),
    ],
)
def test_a_store_is_not_made_anew_for_what_passes_while_it_is_opened(
    registry: Registry,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    publish(registry, range(1, 3), "first")
    registry.project()
    client = create_app(registry.settings).test_client()
    failures: list[Exception] = []
    real = mark_at

    def failing(*arguments: Any) -> str:
        if len(failures) < 4:
            failures.append(error)
            raise error
        return real(*arguments)

    monkeypatch.setattr(live_store, "mark_at", failing)
    monkeypatch.setattr(pauses, "FIRST_PAUSE_SECONDS", 0.01)
    with following(registry):
        until(lambda: len(failures) == 4)
        assert count(client) == (200, 2)
        until(lambda: ready(client, 2))
    said = [record.getMessage() for record in caplog.records]
    assert said
    assert not any("rebuilt" in line for line in said)


def test_a_rebuild_that_fails_gives_its_room_back(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(registry, range(1, 4), "first")
    registry.project()
    folder = store_folder_of(registry.settings).path
    before = {path.name for path in folder.iterdir()}

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(EmbeddedStore, "backup", full)
    with hold(registry.settings), pytest.raises(OSError, match="No space"):
        rebuild(registry.settings, registry.ledger)
    assert {path.name for path in folder.iterdir()} <= before


def test_a_folder_that_may_not_be_read_is_no_error_of_ours(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pathlib hides some errors of the system, and raises others."""
    publish(registry, range(1, 3), "first")
    registry.project()
    client = create_app(registry.settings).test_client()

    def refuse(*_: Any, **__: Any) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "is_dir", refuse)
    assert not ready(client, 2)
    assert count(client) == (503, None)
