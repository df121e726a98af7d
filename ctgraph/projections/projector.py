"""The projector: brings the read models in line with the ledger, one process at a time.

``python -m ctgraph.projections.projector [--for-load]`` follows the ledger until SIGTERM.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing

import sqlalchemy as sa

from ctgraph.errors import Damaged, LockHeld
from ctgraph.ledger import Ledger
from ctgraph.ledger.failures import is_passing
from ctgraph.ledger.values import Change
from ctgraph.projections.bell import Bell, Ring, ring
from ctgraph.projections.complaints import Complaints
from ctgraph.projections.live_store import LiveStore
from ctgraph.projections.maintenance import (
    BATCH_CHANGES,
    LOAD_BATCHES,
    MAX_BATCH_BYTES,
    rebuild,
)
from ctgraph.projections.process import in_a_line, run_process
from ctgraph.projections.store_folder import hold, store_folder_of
from ctgraph.settings import Settings
from ctgraph.work import children
from ctgraph.work.pauses import next_pause
from ctgraph.work.signals import when_asked_to_end

POLL_SECONDS = 3.0
"""How long the projector sleeps when its bell does not ring.

Only changes that ring no bell wait this long: a ledger that was put in the place of another one, a
link index that was removed, a change by a process that uses the same SQLite file with another home.
"""
OPTIMIZE_CHANGES = 20_000
"""Minimum number of changes in a row after which the store is compacted, for a fast first
snapshot."""
FAILURES_BEFORE_REBUILD = 2
"""A first failure may have passed; a second one in a row may be due to the projections."""
HELPLESS_PAUSE_SECONDS = 600.0
"""How long the projector rests when a rebuild did not help: somebody has to mend the disk or
ledger."""
CALM_SECONDS = 600.0
"""The time without a failure after which the next one counts as the first, even if it is the same.
Another failure of a projector that had caught up is a first one at once."""
LOOK_SECONDS = 1.0
"""How long a projector waits for the lock before it checks whether it has to end."""
LOAD_SNAPSHOT_SECONDS = 60
"""How often at most a load's own projector takes snapshots: they would slow the load down."""
FOR_LOAD = "--for-load"
_log = logging.getLogger("ctgraph.projector")


class Projector:
    """Applies the ledger's changes to the triple store, in order, and takes snapshots.

    A store that is damaged, or does not fit the ledger, is made anew. Use it inside
    :func:`ctgraph.projections.store_folder.hold`, which makes sure that it is the only one.

    :param batches: how many batches of changes are applied at once. More take less time for each
        change, and more memory; and what was published last waits longer.
    :raises Damaged: when making the store anew does not help.
    """

    def __init__(self, settings: Settings, ledger: Ledger, batches: int = 1) -> None:
        self._ledger = ledger
        self._batches = batches
        self._interval = settings.snapshot_interval
        self._store_folder = store_folder_of(settings)
        self._waiting: list[Change] = []
        self._backlog = 0
        self._is_cut = self._is_behind = False
        # Links that were amended just before the process died are in no snapshot yet.
        self._is_unseen = True
        self._next_snapshot = 0.0
        self._live = LiveStore(settings, ledger)
        self._complaints = Complaints(settings, self._live)

    def close(self) -> None:
        """Close the store."""
        self._live.close()

    def step(self) -> bool:
        """Apply the next batch of changes; tell whether there is more to do at once."""
        if not self._waiting:
            most, most_bytes = self._batches * BATCH_CHANGES, self._batches * MAX_BATCH_BYTES
            self._waiting = self._ledger.changes.after(self._live.sequence, most, size=most_bytes)
            size = sum(len(change.quads) for change in self._waiting)
            self._is_cut = len(self._waiting) == most or size >= most_bytes
        # Check only after reading: then the changes are those of the ledger that the store fits.
        if not self._live.fits():
            self._renew(
                "another ledger, or an earlier state of it, was put in the place of the one "
                "that the store was made from."
            )
            return True
        done = self._live.apply(self._waiting, self._batches) if self._waiting else 0
        self._backlog += done
        del self._waiting[:done]
        store = self._live.store
        others = 0
        if not (self._waiting or self._is_cut):
            others = self._live.follow_confirmations() + self._live.follow_members()
        is_vocabulary_new = self._live.keep_vocabulary()
        if store.amend() or done or others or is_vocabulary_new:
            self._is_unseen = True
        waits = self._is_cut or bool(self._waiting) or others > 0
        self._is_behind = waits or store.links.stale() > 0
        return self._is_behind

    def catch_up(self) -> None:
        """Apply everything there is, then take a snapshot."""
        while self.step():
            pass
        self.snapshot()

    def snapshot(self) -> None:
        """Let readers see the present content of the store, if they do not see it yet."""
        if not self._is_behind:
            if self._backlog > OPTIMIZE_CHANGES:
                self._live.store.optimize()
            self._backlog = 0
        if self._is_unseen or self._store_folder.sequence() != self._live.sequence:
            self._live.store.keep_statistics()
            folder = self._store_folder.prepare(self._live.sequence, self._live.mark)
            self._live.store.backup(folder)
            self._store_folder.switch(folder)
            self._live.store.renew_manifest()
            self._next_snapshot = time.monotonic() + self._interval
            self._is_unseen = False

    def run(self, bell: Bell, stopped: Callable[[], bool]) -> None:
        """Follow the ledger until `stopped` says so, and sleep while the bell is silent."""
        is_awaited = False
        while not stopped():
            is_awaited = bell.wait(self._rest_seconds()) or is_awaited
            self._store_folder.sweep()  # a reader may have ended since
            is_due = time.monotonic() >= self._next_snapshot
            defect = self._complaints.defect()
            if defect:
                self._renew(defect)
            is_behind = self.step()
            # A waiting publisher may need only the changes applied so far, and readers see what a
            # load has brought, before the rest is done.
            if is_due or (is_awaited and not is_behind):
                self.snapshot()
                is_awaited = is_awaited and is_behind

    def _rest_seconds(self) -> float:
        """Return how long the projector has nothing to do unless the bell rings."""
        if self._is_behind:
            return 0
        if self._is_unseen:
            return min(POLL_SECONDS, max(0, self._next_snapshot - time.monotonic()))
        return POLL_SECONDS

    def _renew(self, reason: str) -> None:
        """Make the store anew."""
        self._waiting, self._is_cut, self._is_unseen = [], False, True
        self._live.renew(reason)


def follow(
    settings: Settings, ledger: Ledger, stopped: Callable[[], bool], batches: int = 1
) -> None:
    """Keep the projections in line with the ledger until `stopped` says so.

    A failure is logged in one line, and the work is tried again, at first soon. Use it inside
    :func:`ctgraph.projections.store_folder.hold`.

    :param batches: see :class:`Projector`.
    """
    store_folder = store_folder_of(settings)
    store_folder.clean()
    failures, pause, place = 0, 0.0, ""
    with closing(Bell(store_folder.bell)) as bell:
        while not stopped():
            started, ran_well = time.monotonic(), False
            try:
                if failures == FAILURES_BEFORE_REBUILD:
                    rebuild(settings, ledger)
                with (
                    bell.hearing(ledger.database.engine),
                    closing(Projector(settings, ledger, batches)) as projector,
                ):
                    projector.catch_up()
                    store_folder.say("")
                    ran_well = True
                    projector.run(bell, stopped)
            except Exception as error:
                calm = time.monotonic() - started > CALM_SECONDS
                failures = 0 if calm or _is_beyond_rebuild(error) else failures + 1
                reason = in_a_line(error)[:500]
                before, place = place, f"{ran_well} {reason}"
                pause = next_pause(pause, calm or (ran_well and place != before))
                if isinstance(error, Damaged):
                    pause = HELPLESS_PAUSE_SECONDS
                _log.warning("The projector failed, and goes on in %g s: %s", pause, reason)
                store_folder.say(f"the projector failed: {reason}")
            deadline = time.monotonic() + pause
            while not stopped() and (left := deadline - time.monotonic()) > 0:
                bell.wait(min(left, POLL_SECONDS))


def _is_beyond_rebuild(error: Exception) -> bool:
    """Tell whether a rebuild cannot remove the cause of an error.

    Such an error passes by itself, comes from the ledger, or comes from a store just rebuilt.
    """
    return is_passing(error) or isinstance(error, sa.exc.SQLAlchemyError | Damaged)


def run(settings: Settings, ledger: Ledger, for_load: bool = False) -> None:
    """Follow the ledger until SIGTERM or SIGINT, or until the store's folder is removed.

    Waits as long as another process holds the triple store.

    :param for_load: take more changes at once: nobody waits for a change of their own.
    :raises LockHeld: when the projector of a load never had its turn.
    """
    store_folder = store_folder_of(settings)
    stop = when_asked_to_end(lambda: ring(store_folder.bell, Ring.NEWS))
    is_told = False
    while not stop():
        try:
            with hold(settings, LOOK_SECONDS):
                try:
                    follow(
                        settings,
                        ledger,
                        lambda: stop() or not store_folder.lock.exists(),
                        LOAD_BATCHES if for_load else 1,
                    )
                except Exception as error:
                    store_folder.say(f"the projector ended: {in_a_line(error)[:500]}")
                    raise
            return
        except LockHeld:
            if not is_told:
                _log.warning(
                    "Another process holds the triple store in %s: another server, a "
                    "load or a rebuild. This server projects once that has ended.",
                    settings.store_path,
                )
            is_told = True
    if for_load:
        raise LockHeld("Another process has projected the load.")


def start(for_load: bool = False) -> subprocess.Popen[bytes]:
    """Start a projector in a process of its own; it ends when this process does.

    :param for_load: take few snapshots, and be silent. The exit code is another one than 0 if the
        projector never had its turn.
    """
    if not for_load:
        return children.start(__name__)
    environment = os.environ | {"CTGRAPH_SNAPSHOT_INTERVAL": str(LOAD_SNAPSHOT_SECONDS)}
    return children.start(__name__, FOR_LOAD, stderr=subprocess.DEVNULL, env=environment)


if __name__ == "__main__":
    run_process(lambda settings, ledger: run(settings, ledger, FOR_LOAD in sys.argv[1:]))
