"""What the projections read of one version of a record."""

from __future__ import annotations

import pyoxigraph as ox

from ctgraph.documents.externals import with_iris
from ctgraph.identity import Identity
from ctgraph.ledger.values import Change
from ctgraph.links.statements import extract
from ctgraph.projections.link_rows import IndexedDocument
from ctgraph.projections.registry_graphs import envelope_quads


def read_record(change: Change, identity: Identity) -> tuple[list[ox.Quad], IndexedDocument]:
    """Return the quads of a record and its envelope, and its links."""
    read = list(ox.parse(change.quads, format=ox.RdfFormat.N_QUADS, lenient=True))
    quads = with_iris(read, change.ctid, identity)
    said = IndexedDocument(change.ctid, change.owner, extract(quads, change.ctid, identity))
    if quads:
        quads += envelope_quads(change, identity, quads)
    return quads, said
