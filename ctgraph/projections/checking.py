"""Comparing the ledger with every projection."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Generator, Iterator, Set
from contextlib import closing, contextmanager
from pathlib import Path

import pyoxigraph as ox

from ctgraph.errors import Damaged, StoreError
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.audit import audit
from ctgraph.ledger.registry import mark_at
from ctgraph.projections.digests import Digests, as_kept
from ctgraph.projections.expected import Expected
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.link_tables import VERSION, documents_of, rows_of
from ctgraph.projections.maintenance import BATCH_CHANGES, Progress
from ctgraph.projections.record_quads import read_record
from ctgraph.projections.search_digests import SearchDigests
from ctgraph.projections.search_index import opened
from ctgraph.projections.statistics_graph import all_statistics
from ctgraph.projections.store_digests import DefaultGraph, digesting
from ctgraph.projections.store_folder import StoreFolder, lease, store_folder_of
from ctgraph.projections.tally_table import all_counts
from ctgraph.projections.triples import EmbeddedStore
from ctgraph.rdf.namespaces import Iri
from ctgraph.settings import Settings
from ctgraph.vocab import load_definitions


def check(
    settings: Settings, ledger: Ledger, progress: Progress | None = None, beside: bool = False
) -> list[str]:
    """Prove the ledger and compare the projections with it; return a sentence for each difference.

    :param progress: called with the number of further versions and records that are done.
    :param beside: look at the newest snapshot, beside a running projector; else at the
        projector's own store, whose lock must be held.
    :raises StoreError: when there is no store to look at.
    """
    done = progress or (lambda _: None)
    store_folder = store_folder_of(settings)
    with ledger.database.reading() as connection:
        differences = list(audit(connection, ledger.changes.last_sequence(), done))
    try:
        with (
            _still(store_folder, beside) as folder,
            closing(_Comparison(settings, ledger, folder, done)) as comparison,
        ):
            differences += comparison.differences(beside)
    except (RuntimeError, OSError, sqlite3.DatabaseError) as error:
        differences.append(f"The store cannot be read: {error}")
    except Damaged as error:  # the proof of the ledger has named this document, too
        differences.append(f"The store cannot be compared with the ledger. {error.message}")
    return differences


@contextmanager
def _still(store_folder: StoreFolder, beside: bool) -> Iterator[Path]:
    """Yield a store that no process changes or removes during the block."""
    if not beside:
        if not store_folder.live.is_dir():
            raise StoreError("There is no triple store; start the server, or run: ctgraph rebuild")
        yield store_folder.live
        return
    newest = store_folder.newest()
    if newest is None:
        raise store_folder.unavailable()
    with tempfile.TemporaryDirectory(
        dir=store_folder.path, prefix=f"checking-{os.getpid()}-"
    ) as own:
        with lease(newest):
            shutil.copytree(newest, own, copy_function=os.link, dirs_exist_ok=True)
        yield Path(own)


class _Comparison:
    """A store and the link index, compared with the content that they should have by the ledger."""

    def __init__(
        self, settings: Settings, ledger: Ledger, folder: Path, progress: Progress
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._store_folder = store_folder_of(settings)
        self._folder = folder
        self._progress = progress
        self._fresh = LinkIndex(None)
        self._search = SearchDigests()
        self._identity = Identity.of(settings)
        self._store = EmbeddedStore(folder, self._identity, self._fresh, read_only=True)
        self._unmarked = mark_at(ledger.database, 0)  # of a store that never held a change

    def close(self) -> None:
        """Close the store and the temporary database."""
        self._store.close()

    def differences(self, beside: bool) -> Iterator[str]:
        """Yield every difference."""
        if not self._store_folder.links.exists():
            raise StoreError("There is no link index; start the server, or run: ctgraph rebuild")
        with closing(
            sqlite3.connect(
                f"{self._store_folder.links.resolve().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
            )
        ) as links:
            links.execute("BEGIN")
            (version,) = links.execute("PRAGMA user_version").fetchone()
            if version < VERSION:  # everything that was made with it differs, and is made anew
                yield (
                    "The link index has an earlier form. It is rebuilt, with the store, at the "
                    "next start of the server."
                )
                return
            (reached,) = links.execute("SELECT max(sequence) FROM mark").fetchone()
            seq, mark = self._store.mark()
            yield from self._numbers(seq, mark, reached or 0, beside)
            missing, excess = yield from self._graphs(seq)
            if missing or excess:  # the statistics differ, too, then
                yield (
                    f"The default graph: {missing} triples are missing, "
                    f"{excess} should not be there."
                )
            else:
                yield from self._statistics(links, seq == reached)
            yield from self._links(links, seq, reached or 0)
            unlike = list(
                self._search.differences(self._folder, seq, self._confirmed_after, beside)
            )
            yield from unlike or self._members(beside)

    def _members(self, beside: bool) -> Iterator[str]:
        number = self._store.compare_members(opened(self._folder).searcher())
        if number and not beside:  # the projector may still have to tell them to the index
            yield f"The search index is wrong about the collections of {number} records."

    def _confirmed_after(self, turn: int) -> Iterator[Ctid]:
        while batch := self._ledger.confirmations.after(turn, BATCH_CHANGES):
            yield from batch
            turn = max(batch.values())

    def _numbers(self, seq: int, mark: str, reached: int, beside: bool) -> Iterator[str]:
        last, seen = self._ledger.changes.last_sequence(), self._store_folder.sequence()
        remedy = "" if beside else " Start the server, or run: ctgraph rebuild"
        if seq > last or (seq < last and not beside):
            yield f"The store holds sequence number {seq}, the ledger {last}.{remedy}"
        elif (mark or self._unmarked) != mark_at(self._ledger.database, seq):
            yield (
                "The store was made from another ledger, or from another state of this one."
                f"{remedy}"
            )
        if not beside and seen != seq:
            yield f"Readers see sequence number {seen}, the store holds {seq}."
        if reached < seq or (reached > seq and not beside):
            yield f"The link index holds sequence number {reached}, the store {seq}."

    def _graphs(self, seq: int) -> Generator[str, None, DefaultGraph]:
        """Yield what is wrong with the named graphs; return what is with the default graph."""
        definitions = load_definitions(self._settings.vocab_path)
        expected = Expected(self._ledger, self._identity, definitions, seq)
        with tempfile.TemporaryDirectory() as own, closing(Digests()) as wanted:
            found = Path(own, "digests.sqlite")
            with digesting(self._folder, found) as default:
                for quads in expected.graphs(self._fresh, self._progress, self._search):
                    wanted.add_quads(quads)
                result = default()
            # The statistics are compared with what the store holds, when that is as it should be.
            other = wanted.differences(found) - {self._identity.registry, self._identity.statistics}
        if other:
            yield from self._differences(expected, other)
        return result

    def _differences(self, expected: Expected, graphs: Set[Iri]) -> Iterator[str]:
        """Yield how some graphs differ from what they should be."""
        unknown = set(graphs)
        for quads in expected.graphs(self._fresh, lambda _: None):
            for iri, wanted in as_kept(q for q in quads if _graph(q) in graphs).items():
                unknown.discard(iri)
                yield from self._difference(iri, wanted)
        yield from (f"{iri} should not be there." for iri in sorted(unknown))

    def _difference(self, iri: Iri, wanted: set[ox.Quad]) -> Iterator[str]:
        found = self._store.graph(iri)
        if found != wanted:
            yield (
                f"{iri}: {len(wanted - found)} quads are missing, "
                f"{len(found - wanted)} should not be there."
            )

    def _statistics(self, links: sqlite3.Connection, is_level: bool) -> Iterator[str]:
        """Yield what is wrong with the counts.

        :param is_level: whether the link index, which keeps them, is as far as the store.
        """
        tally = self._store.counted()
        stated = as_kept(all_statistics(self._identity, tally))
        yield from self._difference(self._identity.statistics, stated[self._identity.statistics])
        if is_level and all_counts(links) != tally:
            yield "The statistics are not those of the store."

    def _links(self, links: sqlite3.Connection, seq: int, reached: int) -> Iterator[str]:
        """Yield the differences of the link index, which may be ahead of a snapshot."""
        for (said,) in links.execute("PRAGMA integrity_check"):
            if said != "ok":
                yield f"The link index is damaged: {said}"
        (stale,) = links.execute("SELECT count(*) FROM stale").fetchone()
        if stale:
            yield f"{stale} links are still to be amended; the projector is working on them."
        while seq < reached:
            changes = self._ledger.changes.after(seq, min(BATCH_CHANGES, reached - seq))
            if not changes:
                break
            newest = {change.ctid: change for change in changes}
            self._fresh.apply(
                [read_record(change, self._identity).links for change in newest.values()],
                changes[-1].seq,
            )
            seq = changes[-1].seq
        for document in self._fresh.known():
            if self._fresh.rows(document) != rows_of(links, document):
                yield f"The link index is wrong about {document}."
        for document in documents_of(links):
            if not self._fresh.rows(document):
                yield f"The link index is wrong about {document}."


def _graph(quad: ox.Quad) -> str:
    return quad.graph_name.value  # type: ignore[union-attr]
