"""The lines of a dump: a version as JSON and as N-Quads, and the entries of its two lists."""

from __future__ import annotations

import base64

import orjson
import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.ledger.history import KeptVersion
from ctgraph.ledger.values import Envelope, Event, Organization
from ctgraph.projections.registry_graphs import history_quads
from ctgraph.rdf.canonical import as_version


def event_of(version: KeptVersion) -> str:
    """Return the name of what a version did to its record."""
    event = version.change.event
    if event is not Event.PUBLISH:
        return event.value
    return "create" if version.comes else "update"


def version_line(version: KeptVersion, identity: Identity, is_history: bool) -> bytes:
    """Return a version as a line of JSON: what the changes feed says of it, and its document.

    :param is_history: whether to tell the bytes that were received, where they differ from the
        document: a registry can be made anew of such lines.
    """
    change = version.change
    facts = {
        "seq": change.seq,
        "event": event_of(version),
        "ctid": change.ctid,
        "version": change.number,
        "sha256": change.digest,
        "time": change.modified,
        "owner": change.owner,
        "published_by": change.published_by,
        "type": version.type,
        "url": f"{identity.graph(change.ctid)}/versions/{change.number}",
        "actor": change.actor,
        "envelope_id": version.uuid,
        "upload": change.upload,
    }
    if change.reason:
        facts["reason"] = change.reason
    if change.replaced_by:
        facts["replaced_by"] = change.replaced_by
    parts = [orjson.dumps(facts)[:-1]]
    if version.canonical:
        parts += [b',"document":', version.canonical]
    if is_history and version.received != version.canonical:
        parts += [b",", _received(version.received)]
    return b"".join([*parts, b"}\n"])


def _received(data: bytes) -> bytes:
    """Return the member of a line that holds the bytes as they were sent."""
    try:
        return b'"received":' + orjson.dumps(data.decode())
    except UnicodeDecodeError:  # such as RDF/XML in UTF-16
        return b'"received_base64":' + orjson.dumps(base64.b64encode(data).decode())


def version_quads(version: KeptVersion, identity: Identity) -> tuple[bytes, int]:
    """Return a version as N-Quads, and how many there are.

    What the registry says of the version stands in the graph of the record's history; the document
    stands in a graph with the address of the version.
    """
    change = version.change
    facts = history_quads(change, identity)
    lines = ox.serialize(facts, format=ox.RdfFormat.N_QUADS)
    assert lines
    graph = identity.graph(change.ctid)
    return (
        lines + as_version(change.quads, graph, change.number),
        len(facts) + change.quads.count(b"\n"),
    )


def record_line(envelope: Envelope) -> bytes:
    """Return the entry of a record in the index: what it is, and when it last changed."""
    entry = {
        "ctid": envelope.ctid,
        "type": envelope.type,
        "owner": envelope.owner,
        "version": envelope.version,
        "sha256": envelope.digest,
        "created": envelope.created_at,
        "modified": envelope.updated_at,
        "withdrawn": envelope.deleted_at,
    }
    return orjson.dumps(entry) + b"\n"


def organization_line(organization: Organization) -> bytes:
    """Return the entry of an organization."""
    return orjson.dumps(vars(organization)) + b"\n"
