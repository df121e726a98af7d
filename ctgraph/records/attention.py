"""The references of an organization that need attention, and who links to it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import orjson

from ctgraph.documents.references import references
from ctgraph.errors import QueryLimit, StoreError
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger, shared_ledger
from ctgraph.ledger.lookups import look_up
from ctgraph.ledger.standing import documents, newest_of
from ctgraph.links.properties import NEWER, OLDER
from ctgraph.projections.link_attention import Doubt, linking, one_sided, superseded
from ctgraph.projections.link_reader import reading
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.settings import Settings
from ctgraph.vocab import vocabulary

MAX_RECORDS = 500
"""Records whose references are looked at: a page of figures stays fast."""
MAX_BYTES = 5_000_000
"""Bytes of these records."""
MAX_DOCUMENTS_AT_ONCE = 50
"""Records that are read at once: they may be large."""
MAX_KEPT = 64
"""Organizations whose references stay in memory until the registry changes."""
MAX_SHOWN = 20
"""References of each kind that are named."""


@dataclass(frozen=True)
class Doubts:
    """References of one kind that need attention.

    :param first: the first :data:`MAX_SHOWN` of them.
    :param is_cut: whether there may be more: not every record, or link, was looked at.
    """

    number: int
    first: tuple[Doubt, ...]
    is_cut: bool

    @classmethod
    def of(cls, found: Collection[Doubt], is_cut: bool) -> Doubts:
        """Return what was found."""
        return cls(len(found), tuple(found)[:MAX_SHOWN], is_cut)


@dataclass(frozen=True)
class Attention:
    """What an organization should know of its references.

    :param dangling: to what the registry does not hold, or what was withdrawn.
    :param superseded: to what its own publisher replaced.
    :param one_sided: links to records of others, which do not say the same.
    :param linking: the organizations whose documents link to it, with the numbers of these.
    """

    dangling: Doubts
    superseded: Doubts
    one_sided: Doubts
    linking: tuple[tuple[Ctid, int], ...]


def attention_of(settings: Settings, ledger: Ledger, owner: Ctid) -> Attention | None:
    """Return the references of an organization that need attention; None until links are read.

    Of very many records, those are looked at that were changed last.
    """
    written = _written(store_folder_of(settings).links)
    try:
        return _attention(settings, owner, ledger.changes.last_sequence(), written)
    except (QueryLimit, StoreError):
        return None


def _written(database: Path) -> tuple[int, ...]:
    """Return when a database was written last: an index is amended without a change, too."""
    files = database, database.with_name(f"{database.name}-wal")
    return tuple(file.stat().st_mtime_ns for file in files if file.exists())


@lru_cache(maxsize=MAX_KEPT)
def _attention(settings: Settings, owner: Ctid, last: int, written: tuple[int, ...]) -> Attention:
    """Return what :func:`attention_of` does, as of one state of the registry.

    :param last: the number of the last change of the ledger.
    :param written: when the link index was written.
    """
    ledger = shared_ledger(settings)
    looked = _Looked(ledger, Identity.of(settings), owner)
    held = look_up(ledger.database, looked.targets)
    # The address of a merged organization leads to the other one.
    standing = {ctid for ctid, one in held.items() if one.replaced_by or not one.withdrawn_at}
    dangling = [one for one in looked.found if one.target not in standing]
    with reading(settings) as links:
        old = superseded(links, standing)
        lonely, is_cut = one_sided(links, owner)
        return Attention(
            Doubts.of(dangling, looked.is_cut),
            Doubts.of([one for one in looked.plain if one.target in old], looked.is_cut),
            Doubts.of(lonely, is_cut),
            linking(links, owner),
        )


class _Looked:
    """The references of the records of an organization that were changed last.

    :attr:`plain` are those that do not tell the versions of a thing, which lead to older ones.
    """

    def __init__(self, ledger: Ledger, identity: Identity, owner: Ctid) -> None:
        self.is_cut = False
        self.found: dict[Doubt, None] = {}
        self.plain: dict[Doubt, None] = {}
        versions = {vocabulary().compact(iri) for iri in (*NEWER, *OLDER)}
        for document, text in self._documents(ledger, owner):
            for node in orjson.loads(text)["@graph"]:
                for name, target in references(node, identity):
                    if target != document:
                        self.found[Doubt(document, target)] = None
                        if name not in versions:
                            self.plain[Doubt(document, target)] = None

    @property
    def targets(self) -> set[Ctid]:
        return {one.target for one in self.found}

    def _documents(self, ledger: Ledger, owner: Ctid) -> Iterator[tuple[Ctid, bytes]]:
        newest, left = newest_of(ledger.database, owner, MAX_RECORDS + 1), MAX_BYTES
        self.is_cut, looked_at = len(newest) > MAX_RECORDS, newest[:MAX_RECORDS]
        for begin in range(0, len(looked_at), MAX_DOCUMENTS_AT_ONCE):
            if left < 0:
                self.is_cut = True
                return
            batch = looked_at[begin : begin + MAX_DOCUMENTS_AT_ONCE]
            held = documents(ledger.database, batch)
            for document in (one for one in batch if one in held):
                left -= len(held[document])
                yield document, held[document]
