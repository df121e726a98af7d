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
from ctgraph.ledger.values import Version
from ctgraph.projections.registry_graphs import envelope_quads, history_quads
from ctgraph.rdf import writing
from ctgraph.rdf.formats import format_named
from ctgraph.rdf.namespaces import CTG, DCT, PROV, XSD
from ctgraph.records import read
from ctgraph.records.read import HeldDocument
from ctgraph.vocab import vocabulary


def of_versions(ledger: Ledger, identity: Identity, versions: Iterable[Version]) -> list[ox.Quad]:
    """Return the registry's statements about some versions."""
    changes = ledger.changes.numbered([version.seq for version in versions])
    return [quad for change in changes for quad in history_quads(change, identity)]


def of_envelope(ledger: Ledger, identity: Identity, held: HeldDocument) -> list[ox.Quad]:
    """Return the registry's statements about a document, as it stands in one of its versions."""
    document = held.envelope.ctid
    kept = ledger.records.version_holding(document, held.number, prefer_own=True)
    assert kept  # what is held has a version
    [change] = ledger.changes.numbered([kept.version.seq])
    return envelope_quads(change, identity, _document(ledger, document, held.number))


def of_external_thing(
    ledger: Ledger, identity: Identity, record: Ctid, digest: str
) -> list[ox.Quad]:
    """Return what a document says of an external thing, and which of its statements mention it.

    :param digest: the end of the thing's IRI.
    :raises NotFound: when the document, as it stands now, says nothing of such a thing.
    """
    envelope = read.held(ledger, record, document=True).envelope
    document = _document(ledger, envelope.ctid, envelope.version)
    quads = with_iris(document, envelope.ctid, identity)
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
    own = {"ctg": CTG, "dct": DCT, "prov": PROV, "xsd": XSD}
    used = vocabulary().prefixes_in(text) | {p: iri for p, iri in own.items() if iri in text}
    return writing.write(given, writer, used)


def _document(ledger: Ledger, record: Ctid, number: int) -> list[ox.Quad]:
    kept = ledger.records.quads(record, number)
    return list(ox.parse(kept, format=ox.RdfFormat.N_QUADS, lenient=True))
