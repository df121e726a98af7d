"""The embedded triple store: Oxigraph, written by one process.

Each record has three named graphs: its document in ``{base}/graph/{ctid}``, the registry's
statements about it in ``{base}/envelopes/{ctid}``, and the links that it asserts in
``{base}/links/{ctid}``. The link index holds these links, too. The vocabulary is a named graph,
``{base}/vocab``. One more quad holds the sequence number of the store. The default graph has every
triple of these graphs once. The search index lies in a folder within that of the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox
import tantivy

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Change
from ctgraph.projections import store_marks
from ctgraph.projections.counting import Counting
from ctgraph.projections.default_graph import with_default
from ctgraph.projections.link_graphs import MAX_LINK_QUADS, link_quads, order_left
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.link_rows import AssertedLinks, IndexedDocument
from ctgraph.projections.memberships import Memberships
from ctgraph.projections.record_quads import read_record
from ctgraph.projections.registry_graphs import history_quads
from ctgraph.projections.search_entries import Entry
from ctgraph.projections.search_index import SearchIndex
from ctgraph.projections.tallies import Tally, tally_of_record
from ctgraph.projections.vocabulary_graph import keep_vocabulary, vocabulary_quads
from ctgraph.rdf.namespaces import Iri

FILL_DOCUMENTS = 1000
"""Documents whose links are written to the index at once while a store is filled."""
MAX_BATCH_QUADS = 200_000
"""Quads of a batch, so that it fits the memory. A document that has more is a batch of its own."""
MAX_AMENDED_LINKS = 1000
"""Links of other documents that are amended at a time: a new document may concern very many."""
MAX_BACKUPS = 256
"""Snapshots after which the store is opened anew: each adds about 3.4 kB to its list of files,
which every snapshot copies, and which is only written afresh on opening."""

_ANY = (None, None, None)


class EmbeddedStore:
    """The projector's store. Only the holder of the projector's lock may open it to write.

    :param links: the link index that is kept in line with it.
    """

    def __init__(
        self, path: Path, identity: Identity, links: LinkIndex, read_only: bool = False
    ) -> None:
        self._store = ox.Store.read_only(str(path)) if read_only else ox.Store(str(path))
        self._path = path
        self._backups = 0
        self._identity = identity
        self.links = links
        if not read_only:
            self.search = SearchIndex(path)
        self._is_sure = False
        self.memberships = Memberships(identity)
        self._counting = Counting(identity, links.tallies)

    def mark(self) -> tuple[int, str]:
        """Return the number of the store's last change, and the ledger's mark there.

        The mark is empty in a store that never held a change or has another form.
        """
        return store_marks.read(self._store, self._identity)

    def close(self) -> None:
        """Close the store and the link index."""
        vars(self).pop("_store", None)  # absent where it could not be opened anew
        if "search" in vars(self):
            self.search.close()
        self.links.close()

    def apply(
        self, changes: Sequence[Change], mark: Callable[[Change], str], batches: int = 1
    ) -> int:
        """Apply the first of some changes to the store, the link index and the search index.

        The sequence number is written last. A process that is killed before that may leave some of
        the changes in the store. No snapshot shows them, and applying them again has the same
        result, because blank nodes keep their labels.

        :param mark: returns the ledger's mark at a change.
        :param batches: how many batches are made into one.
        :returns: how many were applied: as many as make up a batch, and at least one.
        """
        records: dict[Ctid, list[ox.Quad]] = {}
        said: dict[Ctid, IndexedDocument] = {}
        entries: dict[Ctid, list[Entry]] = {}
        quads: list[ox.Quad] = []
        number = size = 0
        while number < len(changes) and size < batches * MAX_BATCH_QUADS:
            change = changes[number]
            read = read_record(change, self._identity)
            records[change.ctid], said[change.ctid], entries[change.ctid] = read
            quads += history_quads(change, self._identity)
            size += len(read.quads) + MAX_LINK_QUADS * len(read.links.extract.links)
            number += 1
        taken = changes[:number]
        seq = taken[-1].seq
        # After a crash or a failure, even a new record may be in the store already.
        replaced = {c.ctid for c in taken if c.number > 1 or not self._is_sure}
        self._is_sure = False
        self._counting.before_change(self._store)
        with (
            self.links.applying(said.values(), seq) as asserted,
            self.memberships.changing(self._store, replaced, records),
        ):
            for record in records.values():
                quads += record
            quads += self._link_quads(asserted)
            tally = self._drop(replaced, quads)
            for ctid, record in records.items():
                tally.update(tally_of_record(record, self._envelope(ctid)))
            tally.update(self._counting.write(self._store, quads))
            store_marks.write(self._store, self._identity, seq, mark(taken[-1]))
            self._counting.add(tally)
        told = self.memberships.told(self._store, chain.from_iterable(entries.values()))
        self.search.apply(told, entries, seq)
        self._is_sure = True
        return number

    def search_again(self, changes: Iterable[Change], seq: int, turn: int | None = None) -> None:
        """Apply changes that the store holds to the search index alone.

        :param seq: the number of the last change that the index holds then.
        :param turn: of the last confirmation that they know of; None where they bring none.
        """
        for change in changes:
            entries = read_record(change, self._identity).entries
            self.search.apply(self.memberships.told(self._store, entries), [change.ctid], seq)
        self.search.apply((), (), seq, turn)

    def compare_members(self, index: tantivy.Searcher) -> int:
        """Note the members of collections that a search index does not know; return how many."""
        self.memberships.compare(self._store, index)
        return len(self.memberships.waiting)

    def amend(self) -> int:
        """Amend some links that have come to hold or hold no longer; return how many.

        This happens when the things that a document names change, not the document itself.
        """
        if not self.links.stale():
            return 0
        self._counting.before_change(self._store)
        with self.links.amending(MAX_AMENDED_LINKS) as links:
            fresh, tally = [], Tally()
            for document, owner, link, is_held in links:
                quads = link_quads(document, owner, [link], self._identity)
                if is_held:
                    fresh += quads
                else:
                    tally.subtract(self._counting.remove(self._store, quads))
                    # The order of the ends stays where the document states it again.
                    left = order_left(self._store, quads)
                    tally.update(self._counting.write(self._store, left))
            tally.update(self._counting.write(self._store, fresh))
            self._counting.add(tally)
        return len(links)

    def _drop(self, replaced: Iterable[Ctid], quads: Iterable[ox.Quad]) -> Tally:
        """Remove what the graphs of replaced records hold beyond the quads to be written.

        :returns: what that adds to the counts; most is negative.
        """
        tally: Tally = Counter()
        records = {record: self._graphs(record) for record in replaced}
        wanted = set(quads) if records else set()
        for record, graphs in records.items():
            held = [q for graph in graphs for q in self._store.quads_for_pattern(*_ANY, graph)]
            tally.subtract(tally_of_record(held, self._envelope(record)))
            stale = [quad for quad in held if quad not in wanted]
            tally.subtract(self._counting.remove(self._store, stale))
        return tally

    def keep_statistics(self) -> None:
        """Bring the graph of the statistics up to date."""
        self._counting.state(self._store)

    def fill(
        self,
        changes: Iterable[Change],
        history: Iterable[Change],
        seq: int,
        mark: str = "",
        definitions: Mapping[Iri, str] = MappingProxyType({}),
        turn: int = 0,
    ) -> None:
        """Load the last change of every record, the history and the vocabulary in bulk.

        The store must be empty.

        :param mark: the ledger's mark at `seq`.
        :param definitions: see :meth:`keep_vocabulary`.
        :param turn: of the last confirmation that the changes know of.
        """
        self.search.apply((), (), seq, turn)
        versions = (quad for change in history for quad in history_quads(change, self._identity))
        vocabulary = vocabulary_quads(self._identity, definitions)
        everything = chain(vocabulary, self._records(changes, seq), self._unsure_quads(), versions)
        # The bulk loader itself would hold a million quads in each of its threads.
        while batch := list(islice(everything, MAX_BATCH_QUADS)):
            self._store.bulk_extend(with_default(batch))
        store_marks.write(self._store, self._identity, seq, mark)
        self._store.optimize()
        self._counting.recount(self._store)
        self._counting.state(self._store)

    def keep_vocabulary(self, definitions: Mapping[Iri, str]) -> bool:
        """Bring the graph of the vocabulary up to date; tell whether it had to change.

        :param definitions: the sentences that define terms, where an operator imported them.
        """
        return keep_vocabulary(self._store, self._identity, definitions)

    def _records(self, changes: Iterable[Change], seq: int) -> Iterator[ox.Quad]:
        """Fill both indexes; yield the quads of records and of links that are sure."""
        with self.links.filling(seq) as take:
            said: list[IndexedDocument] = []
            for change in changes:
                quads, says, entries = read_record(change, self._identity)
                yield from quads
                self.search.apply(entries, (), seq)
                said.append(says)
                if len(said) >= FILL_DOCUMENTS:
                    yield from self._link_quads(take(said))
                    said = []
            yield from self._link_quads(take(said))
        self.search.commit()

    def _unsure_quads(self) -> Iterator[ox.Quad]:
        """Yield the quads of links that depend on other documents."""
        for document in self.links.unsure():
            yield from self._link_quads([self.links.links(document)])

    def _link_quads(self, asserted: Iterable[AssertedLinks]) -> Iterator[ox.Quad]:
        for document, owner, links in asserted:
            yield from link_quads(document, owner, links, self._identity)

    def optimize(self) -> None:
        """Compact the store, so that the first snapshot after a long load is fast."""
        self._store.optimize()

    def backup(self, path: Path) -> None:
        """Write a snapshot of the store to a new folder."""
        self._store.backup(str(path))
        self.search.backup(path)
        self._backups += 1

    def renew_manifest(self) -> None:
        """Open the store anew after many snapshots; readers, who have theirs, do not notice."""
        if self._backups >= MAX_BACKUPS:
            self._backups = 0
            del self._store  # the lock of the store is free only after this
            self._store = ox.Store(str(self._path))

    def graphs(self) -> Iterator[Iri]:
        """Yield the IRIs of all named graphs."""
        for graph in self._store.named_graphs():
            yield Iri(graph.value)

    def graph(self, iri: Iri) -> set[ox.Quad]:
        """Return the quads of a named graph."""
        return set(self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))

    def counted(self) -> Tally:
        """Count what the store holds."""
        return self._counting.counted(self._store)

    def _envelope(self, record: Ctid) -> ox.NamedNode:
        return ox.NamedNode(self._identity.envelope(record))

    def _graphs(self, record: Ctid) -> list[ox.NamedNode]:
        """Return the named graphs that a new version replaces."""
        known = self._identity
        return [ox.NamedNode(name(record)) for name in (known.graph, known.envelope, known.links)]
