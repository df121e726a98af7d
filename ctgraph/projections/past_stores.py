"""Stores of the registry as it stood in the past, for as-of queries.

The ledger keeps every version for ever, so any past state can be projected again. A past store
holds the last version of each record up to a sequence number. A process of its own makes it on
request, one store at a time, and the last few are kept.

``python -m ctgraph.projections.past_stores SEQUENCE`` makes the store of a sequence number.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from datetime import UTC, date, datetime
from pathlib import Path

from ctgraph.errors import ClientGone, PastNotReady, QueryError, StoreError
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.ledger.registry import mark_at
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.maintenance import last_changes
from ctgraph.projections.process import run_process
from ctgraph.projections.snapshot_names import tag_of
from ctgraph.projections.store_folder import StoreFolder, store_folder_of, take_lock
from ctgraph.projections.triples import EmbeddedStore
from ctgraph.settings import Settings
from ctgraph.vocab import load_definitions
from ctgraph.work import children

MAX_STORES = 3
"""Past stores that are kept: each is as large as the registry was."""
LOOK_SECONDS = 0.05
"""How often a query checks whether the store that it waits for is ready."""
BUILDER_NICE = 15
"""The nice value (setpriority(2)) of a builder, so that all queries go first."""
_AT_ONCE: AbstractContextManager[None] = nullcontext()


def moment_of(text: str) -> str:
    """Return a date or a time in the form of the ledger. A date means the end of that day in UTC.

    :raises QueryError: when the text is neither (ISO 8601).
    """
    try:
        if day := _day(text):
            found = datetime.combine(day, datetime.max.time(), UTC)
        else:
            found = datetime.fromisoformat(text)
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError) as error:
        raise QueryError(
            f"{text[:40]!r} is neither a date nor a time: write 2026-05-01 or 2026-05-01T12:00:00Z."
        ) from error


def _day(text: str) -> date | None:
    """Return the day that a text names in any form of ISO 8601; None where it names none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class PastStores:
    """The past stores of one registry, in a folder beside its snapshots."""

    def __init__(self, settings: Settings, ledger: Ledger, store_folder: StoreFolder) -> None:
        self._settings = settings
        self._ledger = ledger
        self._store_folder = store_folder
        self._folder = settings.store_path / "past"

    def at(
        self,
        moment: str,
        seconds: float,
        gone: Callable[[], bool],
        turn: AbstractContextManager[None] = _AT_ONCE,
        permit: Callable[[], object] | None = None,
    ) -> Path | None:
        """Return the store as of a moment, or None where the newest snapshot shows that moment.

        :param moment: a time as :func:`moment_of` returns it.
        :param seconds: how long to wait while the store is being made.
        :param gone: tells whether the client has given up.
        :param turn: held while the store is being made.
        :param permit: called before a builder is started; may raise.
        :raises PastNotReady: when making it takes longer than `seconds`; the builder goes on.
        """
        seq = self._ledger.changes.sequence_at(moment)
        # Changes that the newest snapshot lacks will be in the next one.
        if seq >= self._store_folder.sequence():
            return None
        store = self._store(seq)
        if _use(store):
            return store
        with turn:
            return self._wait(store, seq, moment, seconds, gone, permit)

    def _wait(
        self,
        store: Path,
        seq: int,
        moment: str,
        seconds: float,
        gone: Callable[[], bool],
        permit: Callable[[], object] | None,
    ) -> Path:
        """Wait until a store is made; start a builder where none is at work."""
        deadline = time.monotonic() + seconds
        builder: subprocess.Popen[bytes] | None = None
        while not _use(store):
            if builder and builder.poll():
                raise StoreError(f"The registry as of {moment} cannot be prepared.")
            if not self._busy() and (builder is None or builder.poll() is not None):
                if permit:
                    permit()
                builder = children.start(
                    __name__, str(seq), env=os.environ | environment(self._settings)
                )
                with suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, builder.pid, BUILDER_NICE)
            if time.monotonic() > deadline:
                raise PastNotReady(f"The registry as of {moment} is being prepared. Ask again.")
            if gone():
                raise ClientGone("The client went away while the past was being prepared.")
            time.sleep(LOOK_SECONDS)
        return store

    def _busy(self) -> bool:
        """Tell whether a store is being made."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def build(self, seq: int) -> None:
        """Make the store of a sequence number, unless another store is being made."""
        self._folder.mkdir(parents=True, exist_ok=True)
        store, fresh = self._store(seq), self._folder / f"fresh-{os.getpid()}"
        with (self._folder / "lock").open("a") as lock:
            if not take_lock(lock):
                return  # the query that waits for this store starts another builder
            for stale in self._folder.glob("fresh-*"):
                shutil.rmtree(stale, ignore_errors=True)
            if store.exists():
                return
            identity = Identity.of(self._settings)
            with closing(EmbeddedStore(fresh, identity, LinkIndex(None))) as made:
                made.fill(
                    last_changes(self._ledger, seq),
                    self._ledger.changes.history(seq),
                    seq,
                    definitions=load_definitions(self._settings.vocab_path),
                )
            fresh.rename(store)
            self._forget()

    def _store(self, seq: int) -> Path:
        """Return the folder of a store. Its name identifies the ledger, too."""
        return self._folder / f"{seq}-{tag_of(mark_at(self._ledger.database, seq))}"

    def _forget(self) -> None:
        """Remove the stores that were not used lately."""
        stores = [folder for folder in self._folder.iterdir() if folder.name[0].isdigit()]
        stores.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in stores[MAX_STORES:]:
            # A reader that comes meanwhile finds no folder instead of half of one.
            dropped = folder.rename(folder.with_name(f"fresh-dropped-{folder.name}"))
            shutil.rmtree(dropped, ignore_errors=True)


def _use(store: Path) -> bool:
    """Note that a store is used now; return False when there is none."""
    try:
        os.utime(store)
    except FileNotFoundError:
        return False
    return True


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment in which another process reads the same settings."""
    return {
        f"CTGRAPH_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in settings.model_dump(mode="json", exclude_none=True).items()
    }


if __name__ == "__main__":
    run_process(
        lambda settings, ledger: PastStores(settings, ledger, store_folder_of(settings)).build(
            int(sys.argv[1])
        )
    )
