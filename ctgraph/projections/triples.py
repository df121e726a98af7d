"""The embedded triple store: Oxigraph, written by one process.

Each record has three named graphs: its document in ``{base}/graph/{ctid}``, the registry's
statements about it in ``{base}/envelopes/{ctid}``, and the links that it asserts in
``{base}/links/{ctid}``. The link index holds these links, too. The vocabulary is a named graph,
``{base}/vocab``. One more quad holds the sequence number of the store. The default graph has every
triple of these graphs once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from ctgraph.documents.externals import with_iris
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Change
from ctgraph.links.statements import extract
from ctgraph.projections import default_graph
from ctgraph.projections.default_graph import with_default
from ctgraph.projections.link_graphs import MAX_LINK_QUADS, link_quads, order_left
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.link_rows import AssertedLinks, IndexedDocument
from ctgraph.projections.registry_graphs import envelope_quads, history_quads
from ctgraph.projections.vocabulary_graph import vocabulary_quads
from ctgraph.rdf.namespaces import LEDGER, SEQUENCE, Iri

MIN_BULK_QUADS = 20_000
"""Minimum number of quads for a bulk write into files of its own; a transaction is faster for
fewer."""
FILL_DOCUMENTS = 1000
"""Documents whose links are written to the index at once while a store is filled."""
MAX_BATCH_QUADS = 200_000
"""Quads of a batch, so that it fits the memory. A document that has more is a batch of its own."""
MAX_AMENDED_LINKS = 1000
"""Links of other documents that are amended at a time: a new document may concern very many."""
MAX_BACKUPS = 256
"""Snapshots after which the store is opened anew: each adds about 3.4 kB to its list of files,
which every snapshot copies, and which is only written afresh on opening."""
FORM = "5"
"""The form in which the store holds documents. A store of another form is made anew."""


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
        self._is_sure = False
        self._registry = ox.NamedNode(identity.registry)

    def mark(self) -> tuple[int, str]:
        """Return the number of the store's last change, and the ledger's mark there.

        The mark is empty in a store that never held a change or has another form.
        """
        marks = self._store.quads_for_pattern(None, LEDGER, None, self._registry)
        found = (quad.object.value.split(" ", 2) for quad in marks)  # type: ignore[union-attr]
        known = ((int(seq), mark) for seq, form, mark in found if form == FORM)
        return max(known, default=(0, ""))

    def close(self) -> None:
        """Close the store and the link index."""
        vars(self).pop("_store", None)  # absent where it could not be opened anew
        self.links.close()

    def apply(self, changes: Sequence[Change], mark: Callable[[Change], str]) -> int:
        """Apply the first of some changes to the store, and then to the link index.

        The sequence number is written last. A process that is killed before that may leave some of
        the changes in the store. No snapshot shows them, and applying them again has the same
        result, because blank nodes keep their labels.

        :param mark: returns the ledger's mark at a change.
        :returns: how many were applied: as many as make up a batch, and at least one.
        """
        records: dict[Ctid, list[ox.Quad]] = {}
        said: dict[Ctid, IndexedDocument] = {}
        quads: list[ox.Quad] = []
        number = size = 0
        while number < len(changes) and size < MAX_BATCH_QUADS:
            change = changes[number]
            records[change.ctid], said[change.ctid] = self._read(change)
            quads += history_quads(change, self._identity)
            size += len(records[change.ctid]) + MAX_LINK_QUADS * len(
                said[change.ctid].extract.links
            )
            number += 1
        taken = changes[:number]
        seq = taken[-1].seq
        with self.links.applying(said.values(), seq) as asserted:
            # After a crash or a failure, even a new record may be in the store already.
            new = {c.ctid for c in taken if c.number == 1 and self._is_sure}
            self._is_sure = False
            for record in records.values():
                quads += record
            quads += self._link_quads(asserted)
            self._drop(said.keys() - new, quads)
            self._write(quads, seq, mark(taken[-1]))
        self._is_sure = True
        return number

    def amend(self) -> int:
        """Amend some links that have come to hold or hold no longer; return how many.

        This happens when the things that a document names change, not the document itself.
        """
        with self.links.amending(MAX_AMENDED_LINKS) as links:
            fresh = []
            for document, owner, link, is_held in links:
                quads = link_quads(document, owner, [link], self._identity)
                if is_held:
                    fresh += quads
                else:
                    self._withdraw(quads)
            self._store.extend(with_default(fresh))
        return len(links)

    def _drop(self, replaced: Iterable[Ctid], quads: Iterable[ox.Quad]) -> None:
        """Remove what the graphs of replaced records hold beyond the quads to be written."""
        graphs = [graph for record in replaced for graph in self._graphs(record)]
        wanted = set(quads) if graphs else set()
        for graph in graphs:
            held = self._store.quads_for_pattern(None, None, None, graph)
            default_graph.remove(self._store, [quad for quad in held if quad not in wanted])

    def _withdraw(self, quads: list[ox.Quad]) -> None:
        """Remove a link. The order of its ends stays where the document states it again."""
        default_graph.remove(self._store, quads)
        self._store.extend(with_default(order_left(self._store, quads)))

    def _write(self, quads: list[ox.Quad], seq: int, mark: str) -> None:
        """Add quads, and then the sequence number."""
        marks = self._marks(seq, mark)
        stale = [
            quad
            for name in (SEQUENCE, LEDGER)
            for quad in self._store.quads_for_pattern(None, name, None, self._registry)
            if quad not in marks
        ]
        if len(quads) > MIN_BULK_QUADS:
            self._store.bulk_extend(with_default(quads))
            self._store.extend(with_default(marks))
        else:
            self._store.extend(with_default([*quads, *marks]))
        default_graph.remove(self._store, stale)

    def fill(
        self,
        changes: Iterable[Change],
        history: Iterable[Change],
        seq: int,
        mark: str = "",
        definitions: Mapping[Iri, str] = MappingProxyType({}),
    ) -> None:
        """Load the last change of every record, the history and the vocabulary in bulk.

        The store must be empty.

        :param mark: the ledger's mark at `seq`.
        :param definitions: see :meth:`keep_vocabulary`.
        """
        versions = (quad for change in history for quad in history_quads(change, self._identity))
        vocabulary = vocabulary_quads(self._identity, definitions)
        everything = chain(vocabulary, self._records(changes, seq), self._unsure_quads(), versions)
        # The bulk loader itself would hold a million quads in each of its threads.
        while batch := list(islice(everything, MAX_BATCH_QUADS)):
            self._store.bulk_extend(with_default(batch))
        self._store.extend(with_default(self._marks(seq, mark)))
        self._store.optimize()

    def keep_vocabulary(self, definitions: Mapping[Iri, str]) -> bool:
        """Bring the graph of the vocabulary up to date; tell whether it had to change.

        :param definitions: the sentences that define terms, where an operator imported them.
        """
        graph = ox.NamedNode(self._identity.vocabulary)
        kept = set(self._store.quads_for_pattern(None, None, None, graph))
        wanted = set(vocabulary_quads(self._identity, definitions))
        default_graph.remove(self._store, kept - wanted)
        self._store.extend(with_default(wanted - kept))
        return kept != wanted

    def _records(self, changes: Iterable[Change], seq: int) -> Iterator[ox.Quad]:
        """Fill the link index; yield the quads of records and of links that are sure."""
        with self.links.filling(seq) as take:
            said: list[IndexedDocument] = []
            for change in changes:
                quads, says = self._read(change)
                yield from quads
                said.append(says)
                if len(said) >= FILL_DOCUMENTS:
                    yield from self._link_quads(take(said))
                    said = []
            yield from self._link_quads(take(said))

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

    def default_differences(self) -> tuple[int, int]:
        """Return how many quads have no triple in the default graph, and the opposite."""
        return default_graph.differences(self._store)

    def expected(self, change: Change) -> tuple[dict[Iri, set[ox.Quad]], IndexedDocument]:
        """Return the named graphs that a record should have, by their IRIs, and its links."""
        quads, said = self._read(change)
        return _as_kept(quads), said

    def expected_links(self, document: Ctid, links: LinkIndex) -> dict[Iri, set[ox.Quad]]:
        """Return the graph of links, by its IRI, that a document should have by another index."""
        return _as_kept(link_quads(*links.links(document), self._identity))

    def expected_history(self, changes: Iterable[Change]) -> dict[Iri, set[ox.Quad]]:
        """Return the history graph, by its IRI, of a record that had these changes."""
        return _as_kept([q for change in changes for q in history_quads(change, self._identity)])

    def expected_vocabulary(self, definitions: Mapping[Iri, str]) -> dict[Iri, set[ox.Quad]]:
        """Return the graph of the vocabulary, by its IRI."""
        return _as_kept(vocabulary_quads(self._identity, definitions))

    def _graphs(self, record: Ctid) -> list[ox.NamedNode]:
        """Return the named graphs that a new version replaces."""
        known = self._identity
        return [ox.NamedNode(name(record)) for name in (known.graph, known.envelope, known.links)]

    def _read(self, change: Change) -> tuple[list[ox.Quad], IndexedDocument]:
        """Return the quads of a record and its envelope, and its links."""
        read = list(ox.parse(change.quads, format=ox.RdfFormat.N_QUADS, lenient=True))
        quads = with_iris(read, change.ctid, self._identity)
        said = IndexedDocument(
            change.ctid, change.owner, extract(quads, change.ctid, self._identity)
        )
        if quads:
            quads += envelope_quads(change, self._identity, quads)
        return quads, said

    def _marks(self, seq: int, mark: str) -> list[ox.Quad]:
        subject = ox.NamedNode(self._identity.base)
        said = ox.Literal(f"{seq} {FORM} {mark}")
        return [
            ox.Quad(subject, SEQUENCE, ox.Literal(seq), self._registry),
            ox.Quad(subject, LEDGER, said, self._registry),
        ]


def _as_kept(quads: Iterable[ox.Quad]) -> dict[Iri, set[ox.Quad]]:
    """Return quads by graph as Oxigraph stores them: numbers and times by value."""
    scratch = ox.Store()
    scratch.extend(quads)
    return {
        Iri(graph.value): set(scratch.quads_for_pattern(None, None, None, graph))
        for graph in scratch.named_graphs()
    }
