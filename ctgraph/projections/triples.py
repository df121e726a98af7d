"""The embedded triple store: Oxigraph, written by one process.

Each record has three named graphs: its document in ``{base}/graph/{ctid}``, the registry's
statements about it in ``{base}/envelopes/{ctid}``, and the links that it asserts in
``{base}/links/{ctid}``. The link index holds these links, too. One more quad holds the sequence
number of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Change
from ctgraph.links.statements import extract
from ctgraph.projections.link_graphs import EARLIER, LATER, MAX_LINK_QUADS, ORDER, link_quads
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.link_rows import AssertedLinks, IndexedDocument
from ctgraph.projections.registry_graphs import envelope_quads, history_quads
from ctgraph.rdf.namespaces import CTG, SEQUENCE, Iri

MIN_BULK_QUADS = 20_000
"""Minimum number of quads for a bulk write into files of its own; a transaction is faster for
fewer."""
FILL_DOCUMENTS = 1000
"""Documents whose links are written to the index at once while a store is filled."""
MAX_BATCH_QUADS = 200_000
"""Quads of a batch, so that it fits the memory. A document that has more is a batch of its own."""
MAX_AMENDED_LINKS = 1000
"""Links of other documents that are amended at a time: a new document may concern very many."""
LEDGER = ox.NamedNode(f"{CTG}ledger")
FORM = "3"
"""The form in which the store holds documents. A store of another form is made anew."""


class EmbeddedStore:
    """The projector's store. Only the holder of the projector's lock may open it to write.

    :param links: the link index that is kept in line with it.
    """

    def __init__(
        self, path: Path, identity: Identity, links: LinkIndex, read_only: bool = False
    ) -> None:
        self._store = ox.Store.read_only(str(path)) if read_only else ox.Store(str(path))
        self._identity = identity
        self.links = links
        self._is_sure = False
        self._registry = ox.NamedNode(f"{identity.base}/envelopes")

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
        del self._store
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
            for graph in (graph for record in said.keys() - new for graph in self._graphs(record)):
                self._store.remove_graph(graph)
            for record in records.values():
                quads += record
            quads += self._link_quads(asserted)
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
            self._store.extend(fresh)
        return len(links)

    def _withdraw(self, quads: list[ox.Quad]) -> None:
        """Remove a link. The order of its ends stays where the document states it again."""
        order = [quad for quad in quads if quad.predicate in ORDER]
        for quad in quads:
            if quad.predicate not in ORDER:
                self._store.remove(quad)
        earlier, later, graph = order[0].subject, order[0].object, order[0].graph_name
        # `zip` ends when the shorter of the two lists has been looked through.
        others = zip(
            self._store.quads_for_pattern(None, EARLIER, earlier, graph),
            self._store.quads_for_pattern(None, LATER, later, graph),
            strict=False,
        )
        if not any(
            ox.Quad(one.subject, LATER, later, graph) in self._store
            or ox.Quad(other.subject, EARLIER, earlier, graph) in self._store
            for one, other in others
        ):
            for quad in order:
                self._store.remove(quad)
        if not any(True for _ in self._store.quads_for_pattern(None, None, None, graph)):
            self._store.remove_graph(graph)

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
            self._store.bulk_extend(quads)
            self._store.extend(marks)
        else:
            self._store.extend([*quads, *marks])
        for quad in stale:
            self._store.remove(quad)

    def fill(
        self, changes: Iterable[Change], history: Iterable[Change], seq: int, mark: str = ""
    ) -> None:
        """Load the last change of every record and the history into an empty store in bulk.

        :param mark: the ledger's mark at `seq`.
        """
        self._store.bulk_extend(self._records(changes, seq))
        self._store.bulk_extend(self._unsure_quads())
        self._store.bulk_extend(
            quad for change in history for quad in history_quads(change, self._identity)
        )
        self._store.extend(self._marks(seq, mark))
        self._store.optimize()

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

    def graphs(self) -> Iterator[Iri]:
        """Yield the IRIs of all named graphs."""
        for graph in self._store.named_graphs():
            yield Iri(graph.value)

    def graph(self, iri: Iri) -> set[ox.Quad]:
        """Return the quads of a named graph."""
        return set(self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))

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

    @property
    def registry_graph(self) -> Iri:
        """The IRI of the named graph that holds the sequence number."""
        return Iri(self._registry.value)

    def _graphs(self, record: Ctid) -> Iterator[ox.NamedNode]:
        """Yield the named graphs that a new version replaces."""
        yield ox.NamedNode(self._identity.graph(record))
        yield ox.NamedNode(f"{self._identity.base}/envelopes/{record}")
        yield ox.NamedNode(self._identity.links(record))

    def _read(self, change: Change) -> tuple[list[ox.Quad], IndexedDocument]:
        """Return the quads of a record and its envelope, and its links."""
        quads = list(ox.parse(change.quads, format=ox.RdfFormat.N_QUADS, lenient=True))
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
