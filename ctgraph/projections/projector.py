"""The projector: brings the triple store in line with the ledger, one process at a time."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

import sqlalchemy as sa

from ctgraph.errors import CtgraphError, Damaged, StoreError
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.ledger.failures import is_passing, ledger_error
from ctgraph.ledger.registry import incarnation, mark_at, mark_of
from ctgraph.ledger.values import Change
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.maintenance import BATCH, BATCH_BYTES, rebuild, unreadable
from ctgraph.projections.snapshots import sequence_of, snapshots_of
from ctgraph.projections.triples import EmbeddedStore
from ctgraph.settings import Settings

IDLE = 0.01
LEDGER_POLL = 0.25
FIRST_PAUSE, LONGEST_PAUSE, HELPLESS_PAUSE = 0.5, 30.0, 600.0
CALM = 600.0
"""After how many seconds without a failure, or a report, the next one counts as the first."""
_log = logging.getLogger("ctgraph.projector")


class Projector:
    """Applies the ledger's changes to the triple store, in order, and takes snapshots.

    A store that is damaged, or does not fit the ledger, is made anew. Use it inside
    :func:`ctgraph.projections.snapshots.hold`, which makes sure that it is the only one.

    :raises Damaged: when making the store anew does not help.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self._identity = Identity.of(settings)
        self._interval = settings.snapshot_interval
        self._snapshots = snapshots_of(settings)
        self._store: EmbeddedStore | None = None
        self._seq, self._mark, self._incarnation = 0, "", ""
        self._waiting: list[Change] = []
        self._backlog = 0
        self._is_cut = self._is_behind = False
        # What was amended just before a death is in no snapshot yet.
        self._is_unseen = True
        self._index = 0
        self._reports = 0
        self._reported = float("-inf")
        try:
            reason = self._open()
            if reason:
                self._heal(reason)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the store."""
        if self._store:
            self._store.close()
        self._store = None

    def step(self) -> bool:
        """Apply the next batch of changes; tell whether there is more to do at once."""
        if not self._waiting:
            self._waiting = self._ledger.changes.after(self._seq, BATCH, size=BATCH_BYTES)
            size = sum(len(change.quads) for change in self._waiting)
            self._is_cut = len(self._waiting) == BATCH or size >= BATCH_BYTES
        # Only now: what was read before is of the ledger that the store was made from.
        if mark_at(self._ledger.database, self._seq) != self._mark:
            self._heal(
                "another ledger, or an earlier state of it, was put in the place of the one "
                "that the store was made from."
            )
            return True
        done = self._apply()
        if self._opened.amend() or done:
            self._is_unseen = True
        self._is_behind = self._is_cut or bool(self._waiting) or self._opened.stale() > 0
        return self._is_behind

    def _apply(self) -> int:
        """Apply some of the changes that wait; return how many."""
        if not self._waiting:
            return 0
        done = self._opened.apply(self._waiting, partial(mark_of, self._incarnation))
        newest = self._waiting[done - 1]
        self._seq, self._mark = newest.seq, mark_of(self._incarnation, newest)
        self._backlog += done
        del self._waiting[:done]
        return done

    def catch_up(self) -> None:
        """Apply everything there is, then take a snapshot."""
        while self.step():
            pass
        self.snapshot()

    def snapshot(self) -> None:
        """Let readers see what the store holds now, if they do not yet."""
        if not self._is_behind:
            if self._backlog > 20 * BATCH:
                self._opened.optimize()
            self._backlog = 0
        if self._is_unseen or self._snapshots.sequence() != self._seq:
            folder = self._snapshots.prepare(self._seq, self._mark)
            self._opened.backup(folder)
            self._snapshots.switch(folder)
            self._is_unseen = False

    def run(self, stopped: Callable[[], bool]) -> None:
        """Follow the ledger until `stopped` says so."""
        seen = polled = taken = 0.0
        waited = False
        while not stopped():
            asked, moment = self._snapshots.asked(), time.monotonic()
            if asked == seen and moment - polled < LEDGER_POLL:
                time.sleep(IDLE)
                continue
            waited, seen, polled = waited or asked != seen, asked, moment
            due = moment - taken >= self._interval
            self._look_after()
            if self.step():
                polled = 0.0  # go on at once
                ready = waited and due
            else:
                ready = waited or due
            if ready:
                self.snapshot()
                # Whoever waits while there is more to do may wait for just that.
                taken, waited = moment, waited and self._is_behind

    @property
    def _opened(self) -> EmbeddedStore:
        if self._store is None:
            raise StoreError("The triple store is closed.")
        return self._store

    def _open(self) -> str:
        """Open the projections; return why they are of no use, or nothing."""
        self.close()
        try:
            links = LinkIndex(self._snapshots.links)
            self._store = EmbeddedStore(self._snapshots.live, self._identity, links)
            self._index = self._snapshots.links.stat().st_ino
            reason = self._unfit(self._store)
        except (RuntimeError, OSError, sqlite3.DatabaseError) as error:
            if is_passing(error):
                raise
            reason = f"it is damaged: {error}"
        if not reason:
            self._prove_newest()
        return reason

    def _unfit(self, store: EmbeddedStore) -> str:
        """Return why the store does not fit the ledger, or nothing; note where it stands."""
        seq, mark = store.mark()
        links, seen = store.links_sequence(), self._snapshots.sequence()
        self._incarnation = incarnation(self._ledger.database)
        if not mark:
            mark = mark_at(self._ledger.database, 0)
            if links or seen > 0 or next(store.graphs(), None):
                return "a part of it is missing, or an older ctgraph made it."
        if mark != mark_at(self._ledger.database, seq):
            return "it was made from another ledger, or from a later state of this one."
        if not seq - BATCH <= links <= seq:
            return "the link index is missing, or of another time."
        self._seq, self._mark = min(seq, links), mark
        if links < seq:
            self._mark = mark_at(self._ledger.database, links)
        return ""

    def _prove_newest(self) -> None:
        """Make sure that the snapshot of the readers opens; else let the next one replace it."""
        newest = self._snapshots.newest()
        if newest is None:
            return
        try:
            links = LinkIndex(None)
            with closing(EmbeddedStore(newest, self._identity, links, read_only=True)) as store:
                good = store.mark()[0] == sequence_of(newest)
        except (RuntimeError, OSError):
            good = False
        if not good:
            self._snapshots.withdraw("the snapshot is damaged.")

    def _heal(self, reason: str) -> None:
        """Make the store anew, and let nobody read the old one."""
        reason = " ".join(reason.split())
        _log.warning("The triple store is rebuilt: %s", reason)
        self._snapshots.withdraw(reason)
        self.close()
        rebuild(self._settings, self._ledger)
        shutil.rmtree(self._snapshots.path / "past", ignore_errors=True)  # no better than it
        self._waiting, self._is_cut, self._is_unseen = [], False, True
        still = self._open()
        if still:
            self._snapshots.withdraw(still)
            raise Damaged(f"The triple store was rebuilt, which did not help: {still}")
        self._snapshots.say("")
        _log.warning("The triple store is rebuilt, up to number %d.", self._seq)

    def _look_after(self) -> None:
        """Heal what readers report, or what is no longer there."""
        try:
            if self._snapshots.links.stat().st_ino != self._index:
                raise FileNotFoundError
        except FileNotFoundError:
            self._heal("the link index was removed.")
            return
        report, moment = self._snapshots.reported(), time.monotonic()
        if not report:
            return
        if moment - self._reported > CALM:
            self._reports = 0
        self._reports, self._reported = self._reports + 1, moment
        if self._reports == 1:
            self._examine(report)
        elif self._reports == 2:
            self._heal(f"readers report again that {report}")
        elif self._reports == 3:
            _log.warning("A rebuild did not help; readers still report: %s", report)

    def _examine(self, report: str) -> None:
        """Give the readers a new snapshot if all of it can be read; heal the store if not."""
        _log.warning("Readers report, and the triple store is examined: %s", report)
        folder = self._snapshots.prepare(self._seq, self._mark)
        try:
            self._opened.backup(folder)
            damage = unreadable(folder, self._snapshots.links)
        except (RuntimeError, OSError) as error:
            if is_passing(error):
                raise
            damage = str(error)
        if damage:
            self._heal(f"it is damaged: {damage}")
        else:
            self._snapshots.switch(folder)


def follow(settings: Settings, ledger: Ledger, stopped: Callable[[], bool]) -> None:
    """Keep the projections in line with the ledger until `stopped` says so.

    What fails is told in a line and tried again, at first soon. Use it inside
    :func:`ctgraph.projections.snapshots.hold`.
    """
    snapshots = snapshots_of(settings)
    snapshots.clean()
    failures, pause = 0, 0.0
    while not stopped():
        started = time.monotonic()
        try:
            if failures == 2:
                rebuild(settings, ledger)
            with closing(Projector(settings, ledger)) as projector:
                projector.catch_up()
                snapshots.say("")
                projector.run(stopped)
        except Exception as error:
            calm = time.monotonic() - started > CALM
            failures = 0 if calm or _passes(error) else failures + 1
            pause = FIRST_PAUSE if calm or not pause else min(2 * pause, LONGEST_PAUSE)
            if isinstance(error, Damaged):
                pause = HELPLESS_PAUSE
            reason = _said(error)[:500]
            _log.warning("The projector failed, and goes on in %g s: %s", pause, reason)
            snapshots.say(f"the projector failed: {reason}")
        deadline = time.monotonic() + pause
        while time.monotonic() < deadline and not stopped():
            time.sleep(0.05)


def _said(error: Exception) -> str:
    """Return what an error says, in a line."""
    known = ledger_error(error) if isinstance(error, sa.exc.SQLAlchemyError) else error
    if isinstance(known, CtgraphError):
        return known.message
    return " ".join(f"{type(error).__name__}: {error}".split())


def _passes(error: Exception) -> bool:
    """Tell whether an error has a cause that making the projections anew would not remove."""
    return is_passing(error) or isinstance(error, sa.exc.SQLAlchemyError | Damaged)
