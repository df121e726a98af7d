"""The store's folder: the triple store, its snapshots, and the signals between processes.

- ``live/`` is the projector's own store. Readers never open it.
- ``snapshots/{seq}-{time}-{tag}`` are complete copies (hard links) that hold the ledger up to a
  sequence number. ``current`` is a symbolic link to the newest one. A reader locks the folder of
  its snapshot, which keeps the projector from removing it.
- ``links.sqlite`` is the link index, which the projector writes and others read.
- ``lock`` is held by the process that writes. Its text says why that process fails.
- ``bell`` wakes the projector. The age of ``awaited`` says when somebody last waited for it.
- ``suspect`` names a file that a reader could not read.
- ``past/`` has the stores of past moments (:mod:`ctgraph.projections.past_stores`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from ctgraph.errors import LockHeld, StoreError
from ctgraph.ledger import Ledger
from ctgraph.ledger.registry import mark_at
from ctgraph.projections.bell import Ring, ring
from ctgraph.projections.snapshot_names import (
    HALF,
    is_whole,
    made_at,
    sequence_of,
    tag_of,
)
from ctgraph.settings import Settings

DAMAGE = (
    "corruption",
    "no such file",
    "not found",
    "invalid argument",
    "malformed",
    "not a database",
    "no such table",
    "no such column",
)
"""Words of errors about damaged files. Other errors pass by themselves."""
BLINK_SECONDS = 0.1
"""How long a lock is tried at least: a process that only tests the lock takes it for an instant."""
RETRY_SECONDS = 0.02
"""How often a lock is tried."""
LOOK_SECONDS = 0.004
"""How often a waiting publisher looks for the snapshot: a tenth of the time that making one
takes."""
AWAITED_SECONDS = 10.0
"""How long a load makes way for publishers after one of them: the next one comes soon."""
KEPT_SNAPSHOTS = 1
"""Replaced snapshots that stay unread: a reader may just have learnt the name."""
MAX_TROUBLE_BYTES = 1024
"""Longest trouble text. The space is reserved at the start, so a full disk cannot prevent it."""


def store_folder_of(settings: Settings) -> StoreFolder:
    """Return the snapshots that the settings describe."""
    return StoreFolder(settings.store_path)


class StoreFolder:
    """The folders of one triple store.

    :param path: the store's folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.live = path / "live"
        self.current = path / "current"
        self.bell = path / "bell"
        self.suspect = path / "suspect"
        self.lock = path / "lock"
        self.awaited = path / "awaited"
        self.links = path / "links.sqlite"
        self._folder = path / "snapshots"

    def sequence(self) -> int:
        """Return the sequence number that readers see, or -1 where there is no snapshot."""
        newest = self.newest()
        return sequence_of(newest) if newest else -1

    def shows(self, ledger: Ledger, seq: int = 0) -> bool:
        """Tell whether readers see this ledger at a sequence number or later."""
        newest = self.newest()
        if newest is None:
            return False
        seen = sequence_of(newest)
        mark = mark_at(ledger.database, seen)
        return bool(mark) and seen >= seq and newest.name.endswith(tag_of(mark))

    def newest(self) -> Path | None:
        """Return the folder of the snapshot that readers open, or None."""
        try:
            found = self.path / self.current.readlink()
            return found if is_whole(found) and found.is_dir() else None
        except OSError:
            return None

    def unavailable(self) -> StoreError:
        """Return the error that tells a reader why there is no snapshot."""
        reason = self.trouble()
        return StoreError(
            f"The triple store is being rebuilt, try again later: {reason}"
            if reason
            else "The triple store is still being built; try again in a moment."
        )

    def prepare(self, seq: int, mark: str = "") -> Path:
        """Return the path where the snapshot of a sequence number is to be made."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # The time tells snapshots of one number apart: a rebuild changes no number.
        return self._folder / f"{HALF}{seq}-{time.time_ns()}-{tag_of(mark)}"

    def switch(self, half: Path) -> None:
        """Let readers open a prepared snapshot, and remove those that nobody reads any more."""
        snapshot = half.rename(half.with_name(half.name.removeprefix(HALF)))
        link = self.path / "next"
        link.unlink(missing_ok=True)
        link.symlink_to(snapshot.relative_to(self.path))
        link.replace(self.current)
        self.sweep()

    def sweep(self) -> None:
        """Remove the replaced snapshots that nobody reads.

        Only the holder of the store's lock may do that.
        """
        newest = self.newest()
        replaced = [one for one in self._folder.glob("*") if is_whole(one) and one != newest]
        replaced.sort(key=made_at)
        for folder in replaced[:-KEPT_SNAPSHOTS]:
            with _locked(folder, fcntl.LOCK_EX) as is_free:
                if is_free:
                    shutil.rmtree(folder, ignore_errors=True)

    def withdraw(self, reason: str) -> None:
        """Take the snapshot away from readers, and tell them why."""
        self.say(reason)
        self.current.unlink(missing_ok=True)

    def say(self, trouble: str) -> None:
        """Write why the holder of the lock fails. An empty text says that it no longer does.

        The text overwrites the one before, which needs no room on a full disk.
        """
        text = " ".join(trouble.split()).encode()[: MAX_TROUBLE_BYTES - 1]
        with suppress(OSError), self.lock.open("r+b") as file:
            file.write(text.ljust(MAX_TROUBLE_BYTES))

    def trouble(self) -> str:
        """Return the text that says why the holder of the lock fails; empty if it does not."""
        try:
            return self.lock.read_bytes().decode("utf-8", "replace").strip()
        except OSError:
            return ""

    def held(self) -> bool:
        """Tell whether a process holds the lock, so that a projector runs."""
        try:
            with self.lock.open("r") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def held_elsewhere(self) -> LockHeld:
        """Return the error that tells an operator that another process holds the lock."""
        return LockHeld(
            f"Another process (a running `ctgraph serve`?) holds the triple store in {self.path}. "
            "Stop that process, and run this again."
        )

    def report(self, folder: Path, error: str) -> None:
        """Tell the projector that a snapshot, or the link index, could not be read."""
        if not any(words in error.lower() for words in DAMAGE):
            return
        with suppress(OSError):
            self.suspect.write_text(f"{folder}\n{error}", "utf-8")
        ring(self.bell, Ring.NEWS)

    def reported(self) -> str:
        """Return and delete the report of a reader about the files that readers open now, or ''."""
        try:
            path, _, error = self.suspect.read_text("utf-8", "replace").partition("\n")
        except OSError:
            return ""
        self.suspect.unlink(missing_ok=True)
        return error if path in (str(self.newest()), str(self.links)) else ""

    def clean(self) -> None:
        """Remove unfinished files of killed processes. Only the holder of the lock may do that."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.current.with_name("next").unlink(missing_ok=True)
        halves = self._folder.glob(f"{HALF}*")
        others = (*self.path.glob("checking-*"), *(self.path / "past").glob("fresh-*"))
        ended = (folder for folder in others if not _at_work(folder))
        for folder in (self.path / "fresh", self.path / "old", *halves, *ended):
            shutil.rmtree(folder, ignore_errors=True)
        for file in self.path.glob("links-fresh.sqlite*"):
            file.unlink(missing_ok=True)

    def wait(self, seq: int, timeout: float) -> bool:
        """Wait until readers see a sequence number; return False after `timeout` seconds."""
        with suppress(OSError):  # such as a full disk
            self.awaited.touch()
        deadline = time.monotonic() + timeout
        while self.sequence() < seq:
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_SECONDS)
        return True

    def is_awaited(self) -> bool:
        """Tell whether somebody has waited lately until readers see a change."""
        try:
            return time.time() - self.awaited.stat().st_mtime < AWAITED_SECONDS
        except OSError:
            return False


@contextmanager
def lease(snapshot: Path) -> Iterator[bool]:
    """Keep a snapshot from being removed during the block; tell whether it still is there.

    The kernel ends the lease of a process that is killed.
    """
    with _locked(snapshot, fcntl.LOCK_SH) as is_held:
        yield is_held and snapshot.exists()


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[bool]:
    """Lock a folder (flock(2)) during the block, unless that is impossible now; tell whether."""
    try:
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield False
        return
    try:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
            is_locked = True
        except OSError:
            is_locked = False
        yield is_locked
    finally:
        os.close(file)


@contextmanager
def hold(settings: Settings, wait: float = 0) -> Iterator[None]:
    """Hold the projector's lock for the block.

    :param wait: how long to wait for another projector to end, in seconds.
    :raises LockHeld: when another process holds it.
    """
    settings.store_path.mkdir(parents=True, exist_ok=True)
    with store_folder_of(settings).lock.open("a+b") as file:
        if not take_lock(file, wait):
            raise store_folder_of(settings).held_elsewhere()
        file.truncate(0)
        file.write(b" " * MAX_TROUBLE_BYTES)
        file.flush()
        yield


def take_lock(file: IO[Any], wait: float = 0) -> bool:
    """Lock a file until it is closed; return False when another process keeps the lock.

    :param wait: how long to wait for that process, in seconds; at least `BLINK_SECONDS`.
    """
    deadline = time.monotonic() + max(wait, BLINK_SECONDS)
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(RETRY_SECONDS)
        else:
            return True


def _at_work(folder: Path) -> bool:
    """Tell whether the process that a folder is named for still runs (``checking-123-x``)."""
    pid = folder.name.split("-")[1]
    return pid.isdigit() and Path(f"/proc/{pid}").exists()
