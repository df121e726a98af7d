"""The projector sleeps while nothing happens, and wakes when somebody rings."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ctgraph.cli import loading
from ctgraph.errors import StoreError
from ctgraph.ledger.changes import Changes
from ctgraph.ledger.news import News
from ctgraph.projections import projector as projecting
from ctgraph.projections.bell import MAX_RINGS_BYTES, Bell, Ring, ring
from ctgraph.projections.projector import POLL_SECONDS
from ctgraph.projections.store_folder import StoreFolder, hold, store_folder_of
from ctgraph.web import create_app
from tests.support.following import following, ready
from tests.support.registry import Registry, publish
from tests.support.waiting import PATIENCE_SECONDS, until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bell"


@pytest.fixture
def bell(path: Path) -> Iterator[Bell]:
    with closing(Bell(path)) as bell:
        yield bell


def test_a_ring_tells_whether_somebody_waits(bell: Bell, path: Path) -> None:
    assert not bell.wait(0)
    ring(path, Ring.NEWS)
    assert not bell.wait(PATIENCE_SECONDS)
    ring(path, Ring.WAIT)
    ring(path, Ring.NEWS)
    assert bell.wait(PATIENCE_SECONDS)
    assert not bell.wait(0), "it rang before"


def test_ringing_never_blocks_and_never_fails(tmp_path: Path, path: Path) -> None:
    ring(path, Ring.WAIT)  # there is no bell
    with closing(Bell(path)) as bell:
        for _ in range(MAX_RINGS_BYTES + 10):
            ring(path, Ring.WAIT)
        assert bell.wait(0)
        assert not bell.wait(0)
    ring(path, Ring.WAIT)  # nobody listens
    with closing(Bell(path)) as bell:
        assert not bell.wait(0), "a projector that starts reads the ledger first"
    ring(tmp_path, Ring.WAIT)


def test_a_file_in_the_place_of_the_bell_is_replaced(path: Path) -> None:
    path.write_text("an older ctgraph touched a file")
    with closing(Bell(path)) as bell:
        ring(path, Ring.WAIT)
        assert bell.wait(PATIENCE_SECONDS)


def test_an_empty_folder_in_the_place_of_the_bell_is_replaced(path: Path) -> None:
    path.mkdir()
    with closing(Bell(path)) as bell:
        ring(path, Ring.WAIT)
        assert bell.wait(PATIENCE_SECONDS)


def test_a_bell_that_may_not_be_read_is_replaced(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(path, 0)
    refused = path.stat().st_ino
    real = os.open

    def guarded(file: Path, flags: int) -> int:  # nothing is refused to root
        if Path(file).stat().st_mode & 0o600 != 0o600:
            raise PermissionError(errno.EACCES, "Permission denied", str(file))
        return real(file, flags)

    monkeypatch.setattr(os, "open", guarded)
    with closing(Bell(path)) as bell:
        ring(path, Ring.WAIT)
        assert bell.wait(PATIENCE_SECONDS)
    assert path.stat().st_mode & 0o777 == 0o600 or path.stat().st_ino != refused


@pytest.mark.parametrize("cause", ["folder", "mkfifo"])
def test_a_projector_without_a_bell_goes_on_and_says_so_once(
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    cause: str,
) -> None:
    registry.project()
    path = store_folder_of(registry.settings).bell
    path.unlink(missing_ok=True)
    if cause == "folder":
        path.mkdir()
        (path / "kept").write_text("by somebody")
    else:

        def fail(*_: object) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "mkfifo", fail)
    client = create_app(registry.settings).test_client()
    with following(registry):
        publish(registry, range(1, 3), "unheard")
        until(lambda: ready(client, 2))
        publish(registry, range(3, 4), "unheard")
        until(lambda: ready(client, 3))
    said = [record.getMessage() for record in caplog.records if "bell" in record.getMessage()]
    assert len(said) == 1
    assert "cannot be a FIFO" in said[0]
    assert cause != "folder" or (path / "kept").exists()


def test_a_load_names_what_ended_the_projector(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(StoreFolder, "clean", fail)
    with pytest.raises(OSError, match="Read-only"):
        projecting.run(registry.settings, registry.ledger)
    with pytest.raises(StoreError, match="Read-only file system"):
        loading._require_projector(store_folder_of(registry.settings), os.getpid())


def test_failures_after_the_projector_has_caught_up_begin_with_the_first_pause(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("ctgraph.work.pauses.FIRST_PAUSE_SECONDS", 0.01)
    attempts: list[str] = []
    outcomes = ["away", "away", "away", "", "broken", "", "broken", "", "other"]
    stop = threading.Event()

    def catch_up(*_: object) -> None:
        attempts.append(outcomes[len(attempts)])
        if attempts[-1] == "away":
            raise StoreError("away")

    def run(*_: object) -> None:
        attempts.append(outcomes[len(attempts)])
        if len(attempts) == len(outcomes):
            stop.set()
        raise StoreError(attempts[-1])

    monkeypatch.setattr(projecting.Projector, "catch_up", catch_up)
    monkeypatch.setattr(projecting.Projector, "run", run)
    with hold(registry.settings):
        projecting.follow(registry.settings, registry.ledger, stop.is_set)
    said = [record.args for record in caplog.records if "goes on" in record.getMessage()]
    assert said == [
        (0.01, "away"),
        (0.02, "away"),
        (0.04, "away"),
        (0.01, "broken"),
        (0.02, "broken"),
        (0.01, "other"),
    ]


def test_an_idle_projector_sleeps(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(registry, range(1, 4), "first")
    client = create_app(registry.settings).test_client()
    looks: list[int] = []
    real = Changes.after

    def after(*arguments: object, **options: object) -> object:
        looks.append(1)
        return real(*arguments, **options)  # type: ignore[arg-type]

    with following(registry):
        until(lambda: ready(client, 3))
        monkeypatch.setattr(Changes, "after", after)
        time.sleep(3 * POLL_SECONDS)
        assert len(looks) <= 4
        # It does not wait for its next look: a publish rings.
        publish(registry, range(4, 5), "more")
        until(lambda: ready(client, 4))


def test_a_broken_bell_delays_and_loses_nothing(registry: Registry) -> None:
    publish(registry, range(1, 2), "first")
    client = create_app(registry.settings).test_client()
    with following(registry):
        until(lambda: ready(client, 1))
        store_folder_of(registry.settings).bell.unlink()
        publish(registry, range(2, 3), "unheard")
        until(lambda: ready(client, 2))


def test_appending_to_postgresql_wakes_the_projectors_of_other_machines(
    on_postgresql: Registry, bell: Bell
) -> None:
    with bell.hearing(on_postgresql.ledger.database.engine):
        began = time.monotonic()
        publisher = threading.Thread(target=publish, args=(on_postgresql, range(1, 2), "there"))
        publisher.start()
        bell.wait(2 * PATIENCE_SECONDS)
        publisher.join()
        assert time.monotonic() - began < PATIENCE_SECONDS
        assert on_postgresql.ledger.changes.last_sequence() == 1
        assert not bell.wait(0.5), "what was heard is not heard again"


def test_a_listening_connection_that_is_lost_is_opened_anew(
    on_postgresql: Registry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine = on_postgresql.ledger.database.engine
    listening: list[int] = []
    real = News.fileno

    def fileno(news: News) -> int:
        connection: Any = news._connection.connection.dbapi_connection
        listening.append(connection.info.backend_pid)
        return real(news)

    monkeypatch.setattr(News, "fileno", fileno)
    client = create_app(on_postgresql.settings).test_client()
    with following(on_postgresql):
        publish(on_postgresql, range(1, 2), "before")
        until(lambda: ready(client, 1))
        with engine.connect() as connection:
            connection.execute(sa.func.pg_terminate_backend(listening[0]).select())
        until(lambda: len(listening) == 2)
        publish(on_postgresql, range(2, 3), "after")
        until(lambda: ready(client, 2))
    assert not [record for record in caplog.records if "failed" in record.getMessage()]
