"""Records as data: what their answers hold, whatever the request looked like."""

from __future__ import annotations

import orjson

from ctgraph import __version__
from ctgraph.documents import serialize
from ctgraph.documents.nesting import entity_json
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ler.formats import LER_FORMATS
from ctgraph.rdf import formats
from ctgraph.records import read
from ctgraph.records.read import HeldDocument
from ctgraph.records.scope import Scope
from ctgraph.web.http.negotiation import HTML, etag

# A client that takes several formats equally gets one that is read without another file.
OFFERS = {
    f.name: f.media_type
    for f in (*formats.PROFILES, *sorted(formats.FORMATS, key=lambda f: f.writer is None))
} | {"html": HTML}
"""The formats of a document: their media types by name."""
EXPORTS = {f.name: f.media_type for f in LER_FORMATS}
"""The formats in which some classes of records can be had beside."""
USUAL = formats.JSON_LD.name
"""What a client gets that names no media type."""


def offers(kind: Scope) -> dict[str, str]:
    """Return the formats at the addresses of a scope: their media types by name."""
    return OFFERS | EXPORTS if kind is Scope.ENTITY else OFFERS


def tag(record: Ctid, kind: Scope, held: HeldDocument, name: str, content_type: str) -> str:
    """Return the entity tag of a record in the format with a name."""
    return etag(held.digest, record, kind, name, content_type, __version__)


def body(
    ledger: Ledger, identity: Identity, record: Ctid, kind: Scope, held: HeldDocument, name: str
) -> bytes:
    """Return a record in the format with a name, which is not HTML.

    :raises NotFound: when that version of the document does not hold the record.
    """
    format = formats.format_named(name)
    assert format
    iri = identity.resource(record)
    try:
        if format.writer is None:
            if kind is Scope.DOCUMENT:
                return held.canonical
            return orjson.dumps(entity_json(orjson.loads(held.canonical), iri))
        quads = ledger.records.quads(held.envelope.ctid, held.number)
        if kind is Scope.DOCUMENT:
            return serialize.document(quads, format)
        return serialize.entity(quads, iri, format)
    except KeyError:
        raise read.absent(held.envelope, record, held.number) from None
