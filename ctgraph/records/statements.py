"""What the named graphs of the store say of a record, read from the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from ctgraph.documents.externals import with_iris
from ctgraph.errors import NotFound
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import Change, Envelope, Version
from ctgraph.projections.registry_graphs import envelope_quads, history_quads
from ctgraph.rdf import writing
from ctgraph.rdf.formats import format_named
from ctgraph.rdf.namespaces import CTG, DCT, XSD
from ctgraph.records import read
from ctgraph.vocab import vocabulary


def of_versions(ledger: Ledger, identity: Identity, versions: Iterable[Version]) -> list[ox.Quad]:
    """Return the registry's statements about some versions."""
    envelopes: dict[Ctid, Envelope] = {}
    quads = []
    for version in versions:
        if version.ctid not in envelopes:
            envelopes[version.ctid] = ledger.records.read(version.ctid).envelope
        quads += history_quads(_change(version, envelopes[version.ctid]), identity)
    return quads


def of_envelope(ledger: Ledger, identity: Identity, record: Ctid) -> list[ox.Quad]:
    """Return the registry's statements about the document that holds an entity, as it stands now.

    :raises RecordNotFound: when there is no such record.
    :raises Gone: when it was withdrawn: then nothing but its history is said of it.
    """
    envelope = read.held(ledger, record).envelope
    [version] = ledger.records.versions(envelope.ctid, 1)
    quads = _document(ledger, envelope)
    return envelope_quads(_change(version, envelope), identity, quads)


def of_external_thing(
    ledger: Ledger, identity: Identity, record: Ctid, digest: str
) -> list[ox.Quad]:
    """Return what a document says of an external thing, and which of its statements mention it.

    :param digest: the end of the thing's IRI.
    :raises NotFound: when the document, as it stands now, says nothing of such a thing.
    """
    envelope = read.held(ledger, record, document=True).envelope
    quads = with_iris(_document(ledger, envelope), envelope.ctid, identity)
    thing = ox.NamedNode(identity.external(envelope.ctid, digest))
    found = [quad for quad in quads if quad.object == thing]
    reached: list[Any] = [thing]
    for node in reached:  # it grows on the way
        own = [quad for quad in quads if quad.subject == node]
        found += own
        inner = (quad.object for quad in own if isinstance(quad.object, ox.BlankNode))
        reached += [node for node in inner if node not in reached]
    if not found:
        raise NotFound(
            f"The document {record} says nothing of this thing any more. "
            f"See /graph/{record} for what it says now, and /graph/{record}/versions for what it "
            "said before."
        )
    return found


def of_registry(ledger: Ledger, identity: Identity) -> list[ox.Quad]:
    """Return the number of the last change of the ledger, as a store that holds it says it."""
    base, graph = ox.NamedNode(identity.base), ox.NamedNode(identity.registry)
    number = ox.Literal(ledger.changes.last_sequence())
    return [ox.Quad(base, ox.NamedNode(f"{CTG}sequence"), number, graph)]


def write(triples: Iterable[ox.Triple], name: str) -> bytes:
    """Write triples in the RDF format with a name."""
    format = format_named(name)
    writer = (format and format.writer) or ox.RdfFormat.JSON_LD
    given = list(triples)
    text = "\n".join(map(str, given))
    own = {"ctg": CTG, "dct": DCT, "xsd": XSD}
    used = vocabulary().prefixes_in(text) | {p: iri for p, iri in own.items() if iri in text}
    return writing.write(given, writer, used)


def _document(ledger: Ledger, envelope: Envelope) -> list[ox.Quad]:
    kept = ledger.records.quads(envelope.ctid, envelope.version)
    return list(ox.parse(kept, format=ox.RdfFormat.N_QUADS, lenient=True))


def _change(version: Version, envelope: Envelope) -> Change:
    return Change(
        version.seq,
        version.ctid,
        version.number,
        version.digest,
        version.created_at,
        envelope.owner,
        envelope.created_at,
        version.event,
        version.actor,
        b"",
        version.published_by,
    )
