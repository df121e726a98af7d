"""What the projections read of one version of a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import pyoxigraph as ox

from ctgraph.documents.externals import with_iris
from ctgraph.identity import Identity
from ctgraph.ledger.values import Change
from ctgraph.links.nodes import nodes_of
from ctgraph.links.statements import extract_from
from ctgraph.projections.link_rows import IndexedDocument
from ctgraph.projections.registry_graphs import envelope_quads, replacement_quads
from ctgraph.projections.search_entries import Entry, entries_of


class RecordRead(NamedTuple):
    """What the projections hold of one version.

    :param quads: those of the record and of its envelope.
    :param links: its links.
    :param entries: its entities in the search index.
    """

    quads: list[ox.Quad]
    links: IndexedDocument
    entries: list[Entry]


def read_record(change: Change, identity: Identity) -> RecordRead:
    """Read a version for the projections."""
    read = list(ox.parse(change.quads, format=ox.RdfFormat.N_QUADS, lenient=True))
    quads = with_iris(read, change.ctid, identity)
    nodes = nodes_of(quads, identity)
    links = extract_from(nodes, len(quads), change.ctid, identity)
    said = IndexedDocument(change.ctid, change.owner, links)
    entries = entries_of(change, nodes, _language(quads))
    if quads:
        quads += envelope_quads(change, identity, quads)
    else:
        quads += replacement_quads(change, identity)
    return RecordRead(quads, said, entries)


def _language(quads: Iterable[ox.Quad]) -> str:
    """Return the primary tag of the language in which most texts of a document are."""
    tags = Counter(
        (quad.object.language or "").partition("-")[0].lower()
        for quad in quads
        if isinstance(quad.object, ox.Literal) and quad.object.language
    )
    return tags.most_common(1)[0][0] if tags else ""
