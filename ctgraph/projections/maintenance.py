"""Making the projections anew."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.ledger.failures import is_passing
from ctgraph.ledger.registry import mark_at
from ctgraph.ledger.standing import standing
from ctgraph.ledger.values import Change
from ctgraph.projections.link_index import LinkIndex, remove
from ctgraph.projections.search_index import damage_of
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.projections.triples import EmbeddedStore
from ctgraph.settings import Settings
from ctgraph.vocab import load_definitions

BATCH_CHANGES = 1000
"""Changes that are read from the ledger at once, so that a ledger of any size fits the memory."""
BATCH_MEMBERS = 100
"""Members of collections whose documents are read at once."""
MAX_BATCH_BYTES = 20_000_000
"""Bytes of canonical N-Quads that are read at once: a single document may be large."""
LOAD_BATCHES = 2
"""Batches that the projector of a load makes into one. Each brings files to the triple store, which
merges them with large ones again and again: at 100,000 documents, that takes longer than all
else."""

Progress = Callable[[int], None]


def rebuild(settings: Settings, ledger: Ledger, progress: Progress | None = None) -> int:
    """Make a fresh store from the ledger beside the old one, then switch over.

    Readers use the old one until the new one is complete.

    :returns: how many records the new store holds.
    """
    store_folder = store_folder_of(settings)
    store_folder.clean()
    fresh = store_folder.path / "fresh"
    fresh_links = store_folder.links.with_name("links-fresh.sqlite")
    turn = ledger.confirmations.last_turn()
    seq = ledger.changes.last_sequence()
    mark = mark_at(ledger.database, seq)
    records = 0

    def current() -> Iterator[Change]:
        nonlocal records
        for change in last_changes(ledger, seq):
            records += bool(change.quads)
            if progress:
                progress(1)
            yield change

    try:
        with closing(EmbeddedStore(fresh, Identity.of(settings), LinkIndex(fresh_links))) as store:
            definitions = load_definitions(settings.vocab_path)
            store.fill(current(), ledger.changes.history(seq), seq, mark, definitions, turn)
            store.compare_members(store.search.searcher())
            while follow_members(store, ledger, seq):
                pass
            folder = store_folder.prepare(seq, mark)
            store.backup(folder)
    except BaseException:
        store_folder.clean()  # the disk may have been full
        raise
    old = store_folder.path / "old"
    if store_folder.live.exists():
        store_folder.live.rename(old)
    fresh.rename(store_folder.live)
    remove(store_folder.links)
    fresh_links.rename(store_folder.links)
    store_folder.switch(folder)
    shutil.rmtree(old, ignore_errors=True)
    return records


def follow_members(store: EmbeddedStore, ledger: Ledger, seq: int) -> int:
    """Let the search index know some members of collections that changed; return how many.

    :param seq: the number of the last change that the store holds.
    """
    if some := store.memberships.some(BATCH_MEMBERS):
        documents = {one.document for one in standing(ledger.database, some).values()}
        store.search_again(ledger.changes.newest(documents, seq), seq)
    return len(some)


def last_changes(ledger: Ledger, until: int) -> Iterator[Change]:
    """Yield the last change of each record up to a sequence number.

    A withdrawal is left out, unless another record stands in the place of that one.
    """
    seq = 0
    while changes := ledger.changes.after(seq, BATCH_CHANGES, standing=until, size=MAX_BATCH_BYTES):
        yield from (change for change in changes if change.quads or change.replaced_by)
        seq = changes[-1].seq


def unreadable(folder: Path, links: Path) -> str:
    """Read a snapshot, with its search index, and the link index through.

    :returns: the damage, or an empty text.
    """
    try:
        store = ox.Store.read_only(str(folder))
        predicates = set()
        for quad in store:
            predicates.add(quad.predicate)
        for predicate in predicates:  # the same quads in another order, from other files
            for _ in store.quads_for_pattern(None, predicate, None, None):
                pass
        with closing(sqlite3.connect(f"{links.resolve().as_uri()}?mode=ro", uri=True)) as db:
            said = db.execute("PRAGMA integrity_check").fetchone()[0]
            db.execute("SELECT sequence FROM mark").fetchone()
    except (RuntimeError, OSError, sqlite3.DatabaseError) as error:
        if is_passing(error):
            raise
        return str(error)
    return damage_of(folder) if said == "ok" else f"the link index is damaged: {said}"
