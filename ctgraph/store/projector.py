"""The projector: brings the triple store in line with the ledger, one process at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby

import pyoxigraph as ox

from ctgraph.errors import StoreError
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import Change
from ctgraph.settings import Settings
from ctgraph.store.embedded import EmbeddedStore
from ctgraph.store.links import LinkIndex, remove
from ctgraph.store.snapshots import Snapshots

BATCH, BATCH_BYTES = 1000, 20_000_000
IDLE = 0.01
LEDGER_POLL = 0.25

Progress = Callable[[int], None]


def snapshots_of(settings: Settings) -> Snapshots:
    """Return the snapshots that the settings describe."""
    longest = settings.query_queue + 2 * settings.query_timeout
    return Snapshots(settings.store_path, keep=longest + 30)


class Projector:
    """Applies the ledger's changes to the triple store, in order, and takes snapshots.

    Use it inside :func:`hold`, which makes sure that it is the only one.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._ledger = ledger
        self._identity = Identity.of(settings)
        self._interval = settings.snapshot_interval
        self._snapshots = snapshots_of(settings)
        self._store = self._open()
        if not self._store.fits():
            del self._store  # closes it
            rebuild(settings, ledger)
            shutil.rmtree(self._snapshots.path / "past", ignore_errors=True)  # no better than it
            self._store = self._open()
        self._seq = self._store.sequence()
        self._waiting: list[Change] = []
        self._backlog = 0
        self._is_cut = self._is_behind = False
        # What was amended just before a death is in no snapshot yet.
        self._is_unseen = True

    def _open(self) -> EmbeddedStore:
        links = LinkIndex(self._snapshots.links)
        return EmbeddedStore(self._snapshots.live, self._identity, links)

    def step(self) -> bool:
        """Apply the next batch of changes; tell whether there is more to do at once."""
        if not self._waiting:
            self._waiting = self._ledger.changes(self._seq, BATCH, size=BATCH_BYTES)
            size = sum(len(change.quads) for change in self._waiting)
            self._is_cut = len(self._waiting) == BATCH or size >= BATCH_BYTES
        done = self._store.apply(self._waiting) if self._waiting else 0
        if done:
            self._seq = self._waiting[done - 1].seq
            self._backlog += done
            del self._waiting[:done]
        if self._store.amend() or done:
            self._is_unseen = True
        self._is_behind = self._is_cut or bool(self._waiting) or self._store.stale() > 0
        return self._is_behind

    def catch_up(self) -> None:
        """Apply everything there is, then take a snapshot."""
        while self.step():
            pass
        self.snapshot()

    def snapshot(self) -> None:
        """Let readers see what the store holds now, if they do not yet."""
        if not self._is_behind:
            if self._backlog > 20 * BATCH:
                self._store.optimize()
            self._backlog = 0
        if self._is_unseen or self._snapshots.sequence() != self._seq:
            folder = self._snapshots.prepare(self._seq)
            self._store.backup(folder)
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
            if self.step():
                polled = 0.0  # go on at once
                ready = waited and due
            else:
                ready = waited or due
            if ready:
                self.snapshot()
                # Whoever waits while there is more to do may wait for just that.
                taken, waited = moment, waited and self._is_behind


@contextmanager
def hold(settings: Settings, wait: float = 0) -> Iterator[None]:
    """Hold the projector's lock for the block.

    :param wait: how long to wait for another projector to end, in seconds.
    :raises StoreError: when another process holds it.
    """
    settings.store_path.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait
    with (settings.store_path / "lock").open("a+") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() >= deadline:
                    raise StoreError(
                        "Another process (a running `ctgraph serve`?) holds the triple store."
                    ) from None
                time.sleep(0.05)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def rebuild(settings: Settings, ledger: Ledger, progress: Progress | None = None) -> int:
    """Make a fresh store from the ledger beside the old one, then switch over.

    Readers use the old one until the new one is complete.

    :returns: how many records the new store holds.
    """
    snapshots = snapshots_of(settings)
    fresh = snapshots.path / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh_links = snapshots.links.with_name("links-fresh.sqlite")
    remove(fresh_links)
    links = LinkIndex(fresh_links)
    store = EmbeddedStore(fresh, Identity.of(settings), links)
    records = 0
    seq = ledger.last_sequence()

    def current() -> Iterator[Change]:
        nonlocal records
        for change in standing(ledger, seq):
            records += 1
            if progress:
                progress(1)
            yield change

    store.fill(current(), ledger.history(seq), seq)
    folder = snapshots.prepare(seq)
    store.backup(folder)
    del store  # closes it
    links.close()
    old = snapshots.path / "old"
    shutil.rmtree(old, ignore_errors=True)
    if snapshots.live.exists():
        snapshots.live.rename(old)
    fresh.rename(snapshots.live)
    remove(snapshots.links)
    fresh_links.rename(snapshots.links)
    snapshots.switch(folder)
    shutil.rmtree(old, ignore_errors=True)
    return records


def check(settings: Settings, ledger: Ledger) -> list[str]:
    """Compare the triple store with the ledger; return every difference, in words."""
    snapshots = snapshots_of(settings)
    links = LinkIndex(snapshots.links)
    store = EmbeddedStore(snapshots.live, Identity.of(settings), links)
    seq, last = store.sequence(), ledger.last_sequence()
    differences = []
    if not store.fits():
        differences.append("The store is of another form; `ctgraph rebuild` makes it anew.")
    if stale := store.stale():
        differences.append(f"{stale} links are still to be amended; the projector is at it.")
    if seq != last:
        differences.append(f"The store holds sequence number {seq}, the ledger {last}.")
    if snapshots.sequence() != seq:
        differences.append(
            f"Readers see sequence number {snapshots.sequence()}, the store holds {seq}."
        )
    unexpected = set(store.graphs()) - {store.registry_graph}
    fresh = LinkIndex(None)
    for iri, quads in _expected(store, fresh, ledger, seq):
        unexpected.discard(iri)
        found = store.graph(iri)
        if found != quads:
            differences.append(
                f"{iri}: {len(quads - found)} quads are missing, "
                f"{len(found - quads)} should not be there."
            )
    differences += [f"{iri} should not be there." for iri in sorted(unexpected)]
    differences += [f"The link index is not right about {document}."
                    for document in sorted(links.known() | fresh.known())
                    if links.rows(document) != fresh.rows(document)]  # fmt: skip
    return differences


def _expected(
    store: EmbeddedStore, links: LinkIndex, ledger: Ledger, seq: int
) -> Iterator[tuple[str, set[ox.Quad]]]:
    """Yield every named graph that a store should hold at a sequence number.

    :param links: an empty index; it is filled.
    """
    with links.filling(seq) as take:
        for change in standing(ledger, seq):
            graphs, said = store.expected(change)
            yield from graphs.items()
            take([said])
    for document in links.documents():
        yield from store.expected_links(document, links).items()
    for _, changes in groupby(ledger.history(seq), key=lambda change: change.ctid):
        yield from store.expected_history(changes).items()


def standing(ledger: Ledger, until: int) -> Iterator[Change]:
    """Yield the change that each record stands at, at a sequence number, without tombstones."""
    seq = 0
    while changes := ledger.changes(seq, BATCH, standing=until, size=BATCH_BYTES):
        yield from (change for change in changes if change.quads)
        seq = changes[-1].seq
