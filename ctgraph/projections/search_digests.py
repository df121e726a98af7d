"""Comparing a search index with what the ledger says that it should hold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import orjson
import tantivy

from ctgraph.identity.ctid import Ctid
from ctgraph.projections.search_entries import Entry
from ctgraph.projections.search_index import Mark, card_bytes, mark_of, opened, point_of

READ_DOCUMENTS = 10_000
"""Entities of the index that are read at once."""


class SearchDigests:
    """What a search index should hold: for each document a number made of all its entities.

    The order of the entities does not matter.
    """

    def __init__(self) -> None:
        self.documents: dict[Ctid, int] = {}

    def add(self, entries: Iterable[Entry]) -> None:
        """Add the entities of a document."""
        for entry in entries:
            points = [point_of(place) for place in entry.places]
            self.count(entry.document, card_bytes(entry, points))

    def differences(
        self, store: Path, seq: int, confirmed: Callable[[int], Iterable[Ctid]], beside: bool
    ) -> Iterator[str]:
        """Yield how the index in the folder of a store differs.

        :param seq: the sequence number that it should have.
        :param confirmed: returns the documents that were confirmed after a turn.
        :param beside: whether a projector may still have to follow confirmations.
        """
        try:
            found, (reached, turn) = _read(store)
        except (ValueError, OSError) as error:
            yield f"The search index cannot be read: {error}"
            return
        if reached != seq:
            yield f"The search index holds sequence number {reached}, the store {seq}."
            return
        waiting = set(confirmed(turn))
        if waiting and not beside:
            yield f"The search index does not know that {len(waiting)} records were confirmed."
        wanted, held = self.documents, found.documents
        for document in sorted((wanted.keys() | held.keys()) - waiting):
            if wanted.get(document) != held.get(document):
                yield f"The search index is wrong about {document}."

    def count(self, document: Ctid, card: bytes) -> None:
        """Add one entity of a document.

        :param card: what the index keeps of it for lists of records.
        """
        before = self.documents.get(document, 0)
        self.documents[document] = (before + _number(card)) % (1 << 64)


def _read(store: Path) -> tuple[SearchDigests, Mark]:
    """Return the digests of an index, and how far it has come."""
    searcher = opened(store).searcher()
    digests = SearchDigests()
    every = tantivy.Query.exists_query("is-part")
    for offset in range(0, searcher.num_docs, READ_DOCUMENTS):
        hits = searcher.search(every, READ_DOCUMENTS, count=False, offset=offset).hits
        for _, address in hits:
            card = bytes(searcher.doc(address)["card"][0])
            digests.count(orjson.loads(card)["document"], card)
    return digests, mark_of(searcher)


def _number(card: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(card, digest_size=8).digest())
