"""The projector's own store: opened, proved to fit the ledger, and made anew where it does not."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import partial

from ctgraph.errors import Damaged, StoreError
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.ledger.failures import is_passing
from ctgraph.ledger.registry import incarnation, mark_at, mark_of
from ctgraph.ledger.values import Change
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.maintenance import (
    BATCH_CHANGES,
    LOAD_BATCHES,
    MAX_BATCH_BYTES,
    follow_members,
    rebuild,
)
from ctgraph.projections.search_reader import SearchReader
from ctgraph.projections.snapshot_names import sequence_of
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.projections.triples import EmbeddedStore
from ctgraph.rdf.namespaces import Iri
from ctgraph.settings import Settings
from ctgraph.vocab import load_definitions

BATCH_CONFIRMATIONS = 100
"""Records that were confirmed whose documents are read at once."""
_log = logging.getLogger("ctgraph.projector")


class LiveStore:
    """The store that the projector writes, and the place in the ledger where it stands.

    :raises Damaged: when the store cannot be used, and making it anew does not help.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self.sequence = 0
        """The sequence number that the store and the link index hold."""
        self._settings = settings
        self._ledger = ledger
        self._identity = Identity.of(settings)
        self._store_folder = store_folder_of(settings)
        self._store: EmbeddedStore | None = None
        self._mark = self._incarnation = ""
        self._definitions: Mapping[Iri, str] | None = None
        self._index = 0
        try:
            reason = self._open()
            if reason:
                self.renew(reason)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the store."""
        if self._store:
            self._store.close()
        self._store = None

    @property
    def store(self) -> EmbeddedStore:
        """The open store."""
        if self._store is None:
            raise StoreError("The triple store is closed.")
        return self._store

    @property
    def mark(self) -> str:
        """The ledger's mark where the store stands."""
        return self._mark

    def fits(self) -> bool:
        """Tell whether the ledger still is the one that the store was made from."""
        return mark_at(self._ledger.database, self.sequence) == self._mark

    def has_index(self) -> bool:
        """Tell whether the link index is still the file that was opened."""
        try:
            return self._store_folder.links.stat().st_ino == self._index
        except FileNotFoundError:
            return False

    def apply(self, changes: list[Change], batches: int) -> int:
        """Apply the first of some changes, as many batches of them at once; return how many."""
        done = self.store.apply(changes, partial(mark_of, self._incarnation), batches)
        newest = changes[done - 1]
        self.sequence, self._mark = newest.seq, mark_of(self._incarnation, newest)
        return done

    def follow_confirmations(self) -> int:
        """Let the search index know some confirmations that it does not know; return how many."""
        held = self.store.search.turn
        if found := self._ledger.confirmations.after(held, BATCH_CONFIRMATIONS):
            changes = self._ledger.changes.newest(found, self.sequence)
            self.store.search_again(changes, self.sequence, max(found.values()))
        return len(found)

    def follow_members(self) -> int:
        """Let the search index know some members of collections that changed; return how many."""
        return follow_members(self.store, self._ledger, self.sequence)

    def keep_vocabulary(self) -> bool:
        """Bring the vocabulary up to date, which an operator may have defined anew meanwhile.

        :returns: whether it had to change.
        """
        definitions = load_definitions(self._settings.vocab_path)
        if definitions == self._definitions:
            return False
        self._definitions = definitions
        changed = self.store.keep_vocabulary(definitions)
        if changed:
            self._forget_pasts()
        return changed

    def _forget_pasts(self) -> None:
        """Remove the stores of the past, which are made anew when somebody asks for them."""
        shutil.rmtree(self._store_folder.path / "past", ignore_errors=True)

    def renew(self, reason: str) -> None:
        """Make the store anew, and keep readers from the old one.

        :raises Damaged: when that does not help.
        """
        reason = " ".join(reason.split())
        _log.warning("The triple store is rebuilt: %s", reason)
        self._store_folder.withdraw(reason)
        self.close()
        rebuild(self._settings, self._ledger)
        # The stores of the past come from the same ledger, and may be as damaged.
        self._forget_pasts()
        still = self._open()
        if still:
            self._store_folder.withdraw(still)
            raise Damaged(f"The triple store was rebuilt, which did not help: {still}")
        self._store_folder.say("")
        _log.warning("The triple store is rebuilt, up to number %d.", self.sequence)

    def _open(self) -> str:
        """Open the store and the link index; return why they are unusable, or an empty text."""
        self.close()
        try:
            links = LinkIndex(self._store_folder.links)
            self._store = EmbeddedStore(self._store_folder.live, self._identity, links)
            self._index = self._store_folder.links.stat().st_ino
            reason = self._unfit(self._store)
        except (RuntimeError, OSError, ValueError, sqlite3.DatabaseError) as error:
            if is_passing(error):
                raise
            reason = f"it is damaged: {error}"
        if not reason:
            self._prove_newest()
        return reason

    def _unfit(self, store: EmbeddedStore) -> str:
        """Note where the store stands; return why it does not fit the ledger, or an empty text."""
        seq, mark = store.mark()
        links, seen = store.links.sequence(), self._store_folder.sequence()
        words = store.search.sequence()
        self._incarnation = incarnation(self._ledger.database)
        if not mark:
            mark = mark_at(self._ledger.database, 0)
            own = {self._identity.vocabulary, self._identity.statistics}
            records = set(store.graphs()) - own
            if links or words or seen > 0 or records:
                return "a part of it is missing, or an older ctgraph made it."
        if mark != mark_at(self._ledger.database, seq):
            return "it was made from another ledger, or from a later state of this one."
        if not seq - LOAD_BATCHES * BATCH_CHANGES <= links <= seq:
            return "the link index is missing, or holds another sequence number."
        if not max(0, seen) <= words <= seq:
            return "the search index is missing, or holds another sequence number."
        self.sequence, self._mark = min(seq, links), mark
        if links < seq:
            self._mark = mark_at(self._ledger.database, links)
        self._search_up_to(store, words)
        store.compare_members(store.search.searcher())
        return ""

    def _search_up_to(self, store: EmbeddedStore, words: int) -> None:
        """Apply to the search index what the store holds since its last commit."""
        while words < self.sequence:
            limit = min(BATCH_CHANGES, self.sequence - words)
            changes = self._ledger.changes.after(words, limit, size=MAX_BATCH_BYTES)
            if not changes:
                break
            words = changes[-1].seq
            store.search_again(changes, words)

    def _prove_newest(self) -> None:
        """Make sure that the snapshot of the readers opens; else let the next one replace it."""
        newest = self._store_folder.newest()
        if newest is None:
            return
        try:
            links = LinkIndex(None)
            with closing(EmbeddedStore(newest, self._identity, links, read_only=True)) as store:
                seq = sequence_of(newest)
                good = store.mark()[0] == seq == SearchReader(newest).sequence
        except (RuntimeError, OSError, ValueError):
            good = False
        if not good:
            self._store_folder.withdraw("the snapshot is damaged.")
