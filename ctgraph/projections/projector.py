"""The projector: brings the read models in line with the ledger, one process at a time.

``python -m ctgraph.projections.projector [--patient]`` follows the ledger until SIGTERM.
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
from ctgraph.projections.maintenance import BATCH_CHANGES, MAX_BATCH_BYTES, rebuild
from ctgraph.projections.process import in_a_line, run_process
from ctgraph.projections.snapshots import hold, snapshots_of
from ctgraph.settings import Settings
from ctgraph.work import children
from ctgraph.work.pauses import next_pause
from ctgraph.work.signals import when_asked_to_end

POLL_SECONDS = 1.0
"""How long the projector sleeps when nobody rings its bell.

Only what nobody tells it of waits so long: a ledger that was put in the place of another one, a
link index that was removed, a change by a process that uses the same SQLite file with another home.
"""
OPTIMIZE_CHANGES = 20_000
"""From so many changes in a row on, the store is compacted; else the first snapshot is slow."""
HELPLESS_PAUSE_SECONDS = 600.0
"""How long it rests when a rebuild did not help: somebody has to mend the disk or the ledger."""
CALM_SECONDS = 600.0
"""After so long without a failure, the next one counts as the first."""
LOOK_SECONDS = 1.0
"""How long a patient projector waits for the lock before it looks whether it has to end."""
LOAD_SNAPSHOT_SECONDS = 60
"""How rarely a load's own projector takes snapshots: the load is what matters, and asks for one."""
_log = logging.getLogger("ctgraph.projector")


class Projector:
    """Applies the ledger's changes to the triple store, in order, and takes snapshots.

    A store that is damaged, or does not fit the ledger, is made anew. Use it inside
    :func:`ctgraph.projections.snapshots.hold`, which makes sure that it is the only one.

    :raises Damaged: when making the store anew does not help.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._ledger = ledger
        self._interval = settings.snapshot_interval
        self._snapshots = snapshots_of(settings)
        self._waiting: list[Change] = []
        self._backlog = 0
        self._is_cut = self._is_behind = False
        # What was amended just before a death is in no snapshot yet.
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
            self._waiting = self._ledger.changes.after(
                self._live.sequence, BATCH_CHANGES, size=MAX_BATCH_BYTES
            )
            size = sum(len(change.quads) for change in self._waiting)
            self._is_cut = len(self._waiting) == BATCH_CHANGES or size >= MAX_BATCH_BYTES
        # Only now: what was read before is of the ledger that the store was made from.
        if not self._live.fits():
            self._renew(
                "another ledger, or an earlier state of it, was put in the place of the one "
                "that the store was made from."
            )
            return True
        done = self._live.apply(self._waiting) if self._waiting else 0
        self._backlog += done
        del self._waiting[:done]
        store = self._live.store
        if store.amend() or done:
            self._is_unseen = True
        self._is_behind = self._is_cut or bool(self._waiting) or store.links.stale() > 0
        return self._is_behind

    def catch_up(self) -> None:
        """Apply everything there is, then take a snapshot."""
        while self.step():
            pass
        self.snapshot()

    def snapshot(self) -> None:
        """Let readers see what the store holds now, if they do not yet."""
        if not self._is_behind:
            if self._backlog > OPTIMIZE_CHANGES:
                self._live.store.optimize()
            self._backlog = 0
        if self._is_unseen or self._snapshots.sequence() != self._live.sequence:
            self._next_snapshot = time.monotonic() + self._interval
            folder = self._snapshots.prepare(self._live.sequence, self._live.mark)
            self._live.store.backup(folder)
            self._snapshots.switch(folder)
            self._is_unseen = False

    def run(self, bell: Bell, stopped: Callable[[], bool]) -> None:
        """Follow the ledger until `stopped` says so, and sleep while nobody rings."""
        is_awaited = False
        while not stopped():
            is_awaited = bell.wait(self._rest_seconds()) or is_awaited
            is_due = time.monotonic() >= self._next_snapshot
            defect = self._complaints.defect()
            if defect:
                self._renew(defect)
            is_behind = self.step()
            # Whoever waits while there is more to do may wait for just what is done.
            if (is_awaited and is_due) or (not is_behind and (is_awaited or is_due)):
                self.snapshot()
                is_awaited = is_awaited and is_behind

    def _rest_seconds(self) -> float:
        """Return how long there is nothing to do if nobody rings."""
        if self._is_behind:
            return 0
        if self._is_unseen:
            return min(POLL_SECONDS, max(0, self._next_snapshot - time.monotonic()))
        return POLL_SECONDS

    def _renew(self, reason: str) -> None:
        """Make the store anew."""
        self._waiting, self._is_cut, self._is_unseen = [], False, True
        self._live.renew(reason)


def follow(settings: Settings, ledger: Ledger, stopped: Callable[[], bool]) -> None:
    """Keep the projections in line with the ledger until `stopped` says so.

    A failure is logged in one line, and the work is tried again, at first soon. Use it inside
    :func:`ctgraph.projections.snapshots.hold`.
    """
    snapshots = snapshots_of(settings)
    snapshots.clean()
    failures, pause = 0, 0.0
    with closing(Bell(snapshots.bell)) as bell:
        while not stopped():
            started = time.monotonic()
            try:
                if failures == 2:
                    rebuild(settings, ledger)
                with (
                    bell.hearing(ledger.database.engine),
                    closing(Projector(settings, ledger)) as projector,
                ):
                    projector.catch_up()
                    snapshots.say("")
                    projector.run(bell, stopped)
            except Exception as error:
                calm = time.monotonic() - started > CALM_SECONDS
                failures = 0 if calm or _passes(error) else failures + 1
                pause = next_pause(pause, calm)
                if isinstance(error, Damaged):
                    pause = HELPLESS_PAUSE_SECONDS
                reason = in_a_line(error)[:500]
                _log.warning("The projector failed, and goes on in %g s: %s", pause, reason)
                snapshots.say(f"the projector failed: {reason}")
            deadline = time.monotonic() + pause
            while not stopped() and (left := deadline - time.monotonic()) > 0:
                bell.wait(min(left, POLL_SECONDS))


def _passes(error: Exception) -> bool:
    """Tell whether an error has a cause that making the projections anew would not remove."""
    return is_passing(error) or isinstance(error, sa.exc.SQLAlchemyError | Damaged)


def run(settings: Settings, ledger: Ledger, patient: bool = False) -> None:
    """Follow the ledger until SIGTERM or SIGINT, or until the store's folder is removed.

    :param patient: wait as long as another process holds the triple store.
    :raises LockHeld: when one does, and this one is not patient.
    """
    snapshots = snapshots_of(settings)
    stop = when_asked_to_end(lambda: ring(snapshots.bell, Ring.NEWS))
    is_told = False
    while not stop():
        try:
            with hold(settings, LOOK_SECONDS if patient else 0):
                follow(settings, ledger, lambda: stop() or not snapshots.lock.exists())
            return
        except LockHeld:
            if not patient:
                raise
            if not is_told:
                _log.warning(
                    "Another process holds the triple store in %s: another server, a "
                    "load or a rebuild. This server projects once that has ended.",
                    settings.store_path,
                )
            is_told = True


def start(for_load: bool = False) -> subprocess.Popen[bytes]:
    """Start a projector in a process of its own; it ends when this process does.

    :param for_load: take few snapshots, and end without a word when another projector runs.
    """
    if not for_load:
        return children.start(__name__, "--patient")
    environment = os.environ | {"CTGRAPH_SNAPSHOT_INTERVAL": str(LOAD_SNAPSHOT_SECONDS)}
    return children.start(__name__, stderr=subprocess.DEVNULL, env=environment)


if __name__ == "__main__":
    run_process(lambda settings, ledger: run(settings, ledger, "--patient" in sys.argv[1:]))
