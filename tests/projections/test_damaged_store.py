"""A store that is damaged, or made from another ledger, is told and made anew; never served."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import orjson
import pytest

from ctgraph.errors import Damaged
from ctgraph.ledger.tables import version
from ctgraph.projections import live_store, store_digests
from ctgraph.projections.checking import check
from ctgraph.projections.maintenance import rebuild
from ctgraph.projections.projector import Projector
from ctgraph.projections.store_folder import StoreFolder, hold, store_folder_of
from ctgraph.web import create_app
from tests.support.following import count, following, ready
from tests.support.registry import Registry, certificate, ctid_number, publish
from tests.support.waiting import until

PATIENCE = 120.0
GONE = 2**22 + 1
"""The number of no process: Linux has none so high."""


def newest(store_folder: StoreFolder) -> Path:
    found = store_folder.newest()
    assert found
    return found


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    yield from sorted(folder.glob(pattern))


def halve(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def overwrite(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(random.Random(0).randbytes(file.stat().st_size))


def damage(folder: Path, pattern: str, how: Callable[[Path], None]) -> None:
    files = sorted(folder.glob(pattern))
    assert files
    for file in files:
        how(file)


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def point_to(link: Path, target: str) -> None:
    link.unlink()
    link.symlink_to(target)


def _live(harm: Callable[[Path], None], store_folder: StoreFolder) -> None:
    harm(store_folder.live)


def _newest(harm: Callable[[Path], None], store_folder: StoreFolder) -> None:
    harm(newest(store_folder))


def in_files() -> Iterator[tuple[str, Callable[[StoreFolder], None]]]:
    """Yield the damages of the files of a store, and of a snapshot."""
    for name, how in (("delete", Path.unlink), ("truncate", halve), ("overwrite", overwrite)):
        for pattern in ("*.sst", "CURRENT", "MANIFEST-*"):
            harm = partial(damage, pattern=pattern, how=how)
            yield f"live: {name} {pattern}", partial(_live, harm)
            yield f"snapshot: {name} {pattern}", partial(_newest, harm)


PLACES: dict[str, Callable[[StoreFolder], None]] = {
    **dict(in_files()),
    "live: removed": lambda s: shutil.rmtree(s.live),
    "live: emptied": lambda s: empty(s.live),
    "snapshots: removed": lambda s: shutil.rmtree(s.path / "snapshots"),
    "snapshot: emptied": lambda s: empty(newest(s)),
    "current: removed": lambda s: s.current.unlink(),
    "current: dangling": lambda s: point_to(s.current, "snapshots/7-1-x"),
    "current: to another": lambda s: point_to(s.current, "live"),
    "links: removed": lambda s: s.links.unlink(),
    "links: truncated": lambda s: os.truncate(s.links, 5000),
    "links: emptied": lambda s: os.truncate(s.links, 0),
    "links: overwritten": lambda s: overwrite(s.links),
    "store: removed": lambda s: shutil.rmtree(s.path, ignore_errors=True),
}


@pytest.mark.parametrize("place", PLACES)
def test_damage_found_at_the_start_is_healed(registry: Registry, place: str) -> None:
    publish(registry, range(1, 8), "first")
    registry.project()
    PLACES[place](store_folder_of(registry.settings))
    registry.project()
    app = create_app(registry.settings)
    assert count(app.test_client()) == (200, 7)
    if "delete" in place or "removed" in place:  # the others are healed by the same rebuild
        with hold(registry.settings):
            assert check(registry.settings, registry.ledger) == []


def test_check_tells_damage_beside_what_else_is_wrong(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(registry, range(1, 8), "first")
    registry.project()
    with registry.ledger.database.writing() as connection:
        connection.execute(version.update().where(version.c.seq == 3).values(digest="0" * 64))
    with monkeypatch.context() as patched, hold(registry.settings):
        patched.setattr(store_digests, "_digest", _unreadable)
        found = check(registry.settings, registry.ledger)
    assert any(ctid_number(3) in line for line in found)
    assert found[-1] == "The store cannot be read: block checksum mismatch"


def _unreadable(folder: str, path: str, sender: Connection, parent: int) -> None:
    """Stand in for the process that reads a store, at a damaged file."""
    sender.send("block checksum mismatch")


@pytest.mark.parametrize(
    "place",
    [
        "live: delete *.sst",
        "live: overwrite *.sst",
        "live: delete CURRENT",
        "live: removed",
        "snapshot: delete *.sst",
        "snapshot: truncate MANIFEST-*",
        "snapshots: removed",
        "current: dangling",
        "current: to another",
        "links: removed",
        "links: truncated",
        "links: overwritten",
        "store: removed",
    ],
)
def test_damage_while_it_is_followed_is_healed(registry: Registry, place: str) -> None:
    publish(registry, range(1, 8), "first")
    client = create_app(registry.settings).test_client()
    with following(registry):
        until(lambda: ready(client, 7))
        assert count(client) == (200, 7)
        PLACES[place](store_folder_of(registry.settings))
        client = create_app(registry.settings).test_client()  # whose workers have nothing open
        for number in range(8, 12):
            publish(registry, range(number, number + 1), "more")
            count(client)
            client.get(f"/pathways/from/{ctid_number(1)}")
        until(lambda: ready(client, 11) and count(client) == (200, 11))
    with hold(registry.settings):
        Projector(registry.settings, registry.ledger).close()  # opens, or heals
        assert check(registry.settings, registry.ledger) == []


def test_a_rebuild_that_does_not_help_is_told_and_not_repeated(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(registry, range(1, 4), "first")
    registry.project()
    made: list[int] = []
    real = rebuild

    def useless(*arguments: Any) -> int:
        made.append(1)
        found = real(*arguments)
        os.truncate(store_folder_of(registry.settings).live / "CURRENT", 0)
        return found

    monkeypatch.setattr(live_store, "rebuild", useless)
    client = create_app(registry.settings).test_client()
    with following(registry):
        publish(registry, range(4, 5), "seen")  # so that a projector has the index open
        until(lambda: ready(client, 4))
        store_folder_of(registry.settings).links.unlink()
        until(lambda: "did not help" in store_folder_of(registry.settings).trouble())
        assert not ready(client, 4)
        assert count(client) == (503, None)
        publish(registry, range(5, 7), "more")
        time.sleep(1.5)
        assert made == [1]
    with hold(registry.settings), pytest.raises(Damaged, match="did not help"):
        Projector(registry.settings, registry.ledger)


def _put_back(registry: Registry, copy: Path) -> None:
    """Put a ledger back as an operator does by hand, without its log."""
    home = registry.settings.home
    registry.ledger.database.engine.dispose()
    for name in ("ledger.sqlite-wal", "ledger.sqlite-shm"):
        (home / name).unlink(missing_ok=True)
    copy.replace(home / "ledger.sqlite")


@pytest.mark.parametrize("afterwards", [0, 2, 3, 5])
@pytest.mark.parametrize("running", [False, True])
def test_a_ledger_that_was_put_back_comes_right(
    registry: Registry, tmp_path: Path, afterwards: int, running: bool
) -> None:
    """Also when it reaches the store's old number again, by other records."""
    publish(registry, range(1, 6), "first")
    copy = tmp_path / "copy.sqlite"
    with sqlite3.connect(registry.settings.home / "ledger.sqlite") as db:
        db.execute("VACUUM INTO ?", (str(copy),))
    publish(registry, range(6, 9), "lost")
    registry.project()
    client = create_app(registry.settings).test_client()

    def change() -> None:
        _put_back(registry, copy)
        for number in range(20, 20 + afterwards):
            body = orjson.dumps(certificate(number))
            answer = client.post(registry.documents_url, data=body, headers=registry.authorization)
            assert answer.status_code == 201
            assert answer.json["queryable"] is False or running
        assert running or not ready(client, 8)

    if running:
        with following(registry):
            until(lambda: ready(client, 8))
            change()
            until(lambda: ready(client, 5 + afterwards))
            assert count(client) == (200, 5 + afterwards)
    else:
        change()
        registry.project()
        assert count(client) == (200, 5 + afterwards)
    with hold(registry.settings):
        assert check(registry.settings, registry.ledger) == []


def test_a_store_of_another_registry_is_not_served(
    make_registry: Callable[..., Registry], tmp_path: Path
) -> None:
    """Both have as many changes."""
    one = make_registry(home=tmp_path / "one")
    two = make_registry(home=tmp_path / "two")
    publish(one, range(1, 4), "one")
    publish(two, range(11, 14), "two")
    one.project()
    shutil.copytree(one.settings.store_path, two.settings.store_path, symlinks=True)
    assert not store_folder_of(two.settings).shows(two.ledger)
    two.project()
    assert store_folder_of(two.settings).shows(two.ledger, 3)
    with hold(two.settings):
        assert check(two.settings, two.ledger) == []


def test_what_killed_processes_left_is_removed(registry: Registry) -> None:
    publish(registry, range(1, 4), "first")
    registry.project()
    store_folder = store_folder_of(registry.settings)
    for folder in (
        store_folder.path / "fresh",
        store_folder.path / "old",
        store_folder.path / "snapshots" / "half-3-1-x",
        store_folder.path / f"checking-{GONE}-x",
        store_folder.path / "past" / f"fresh-{GONE}",
        store_folder.path / "past" / "fresh-dropped-2",
    ):
        shutil.copytree(store_folder.live, folder)
    for name in ("links-fresh.sqlite", "links-fresh.sqlite-wal", "next"):
        (store_folder.path / name).write_text("half")
    client = create_app(registry.settings).test_client()
    with following(registry):
        until(lambda: ready(client, 3))
    left = {path.name for path in store_folder.path.iterdir()}
    assert list((store_folder.path / "past").iterdir()) == []
    assert left <= {
        "past",
        "live",
        "snapshots",
        "current",
        "lock",
        "bell",
        "links.sqlite",
        "links.sqlite-wal",
        "links.sqlite-shm",
    }
    assert list((store_folder.path / "snapshots").glob("half-*")) == []


def test_no_ledger_is_made_where_there_is_none(registry: Registry) -> None:
    client = create_app(registry.settings).test_client()
    assert client.get("/records").status_code == 200
    for file in registry.settings.home.glob("ledger.sqlite*"):
        file.unlink()
    answer = client.post(
        registry.documents_url, data=orjson.dumps(certificate(1)), headers=registry.authorization
    )
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert list(registry.settings.home.glob("ledger.sqlite*")) == []
