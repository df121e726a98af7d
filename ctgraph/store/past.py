"""Stores of the registry as it stood in the past, for as-of queries.

The ledger keeps every version for ever, so any past state can be projected again: the last
version of each record up to a sequence number, loaded into a store of its own. That is done when
somebody asks, by a process of its own, one at a time; the last few stores are kept.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ctgraph.errors import ClientGone, PastNotReady, QueryError
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.settings import Settings
from ctgraph.store.embedded import EmbeddedStore
from ctgraph.store.projector import standing
from ctgraph.store.snapshots import Snapshots

KEPT = 3
LOOK = 0.05


def moment_of(text: str) -> str:
    """Return a date or time as the ledger writes times; a date means the end of that day in UTC.

    :raises QueryError: when it is neither (ISO 8601).
    """
    try:
        if len(text) == 10:
            day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            found = day + timedelta(days=1) - timedelta(microseconds=1)
        else:
            found = datetime.fromisoformat(text)
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    except (ValueError, OverflowError) as error:
        raise QueryError(
            f"{text[:40]!r} is no date or time: write 2026-05-01 or 2026-05-01T12:00:00Z."
        ) from error


class Past:
    """The past stores of one registry, in a folder beside its snapshots."""

    def __init__(self, settings: Settings, ledger: Ledger, snapshots: Snapshots) -> None:
        self._settings = settings
        self._ledger = ledger
        self._snapshots = snapshots
        self._folder = settings.store_path / "past"

    def at(self, moment: str, seconds: float, gone: Callable[[], bool]) -> Path | None:
        """Return the store as of a moment; None where the newest snapshot is that.

        :param moment: as :func:`moment_of` writes it.
        :param seconds: how long to wait while the store is being made.
        :param gone: tells whether the client has given up.
        :raises PastNotReady: when it takes longer than that; it goes on being made.
        """
        seq = self._ledger.sequence_at(moment)
        if seq == self._snapshots.sequence():
            return None
        store = self._folder / str(seq)
        deadline = time.monotonic() + seconds
        builder: subprocess.Popen[bytes] | None = None
        while not store.exists():
            if builder is None or builder.poll() is not None:
                builder = subprocess.Popen(
                    [sys.executable, "-m", "ctgraph.cli", "past", str(seq)],
                    env=os.environ | {"CTGRAPH_HOME": str(self._settings.home)},
                )
            if time.monotonic() > deadline:
                raise PastNotReady(f"The registry as of {moment} is being prepared. Ask again.")
            if gone():
                raise ClientGone("The client went away while the past was being prepared.")
            time.sleep(LOOK)
        os.utime(store)  # it was used just now
        return store

    def build(self, seq: int) -> None:
        """Make the store of a sequence number, after whatever other one is being made."""
        self._folder.mkdir(parents=True, exist_ok=True)
        store, fresh = self._folder / str(seq), self._folder / f"fresh-{os.getpid()}"
        with (self._folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for stale in self._folder.glob("fresh-*"):
                shutil.rmtree(stale, ignore_errors=True)
            if store.exists():
                return
            made = EmbeddedStore(fresh, Identity.of(self._settings))
            made.fill(standing(self._ledger, seq), self._ledger.history(seq), seq)
            del made  # closes it
            fresh.rename(store)
            self._forget()

    def _forget(self) -> None:
        """Drop the stores that nobody used lately."""
        stores = [folder for folder in self._folder.iterdir() if folder.name.isdigit()]
        stores.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in stores[KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)
