"""The registry's own statements about records and their versions, in named graphs of their own."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.ledger.values import Change
from ctgraph.rdf.namespaces import CTG, DCT, SEQUENCE, TYPE, XSD, Iri
from ctgraph.validation.completeness import completeness

PUBLISHER = ox.NamedNode(f"{DCT}publisher")
"""Who published a version; of a record it is said where that is not its owner."""


def envelope_quads(change: Change, identity: Identity, record: Iterable[ox.Quad]) -> list[ox.Quad]:
    """Return the registry's quads about a record: owner, times, version, hash, completeness.

    :param record: the quads of its document.
    """
    subject = ox.NamedNode(identity.graph(change.ctid))
    graph = ox.NamedNode(identity.envelope(change.ctid))
    moment = ox.NamedNode(f"{XSD}dateTime")
    facts: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (TYPE, ox.NamedNode(f"{CTG}Record")),
        (ox.NamedNode(f"{CTG}about"), ox.NamedNode(identity.resource(change.ctid))),
        (ox.NamedNode(f"{CTG}owner"), ox.NamedNode(identity.resource(change.owner))),
        (ox.NamedNode(f"{CTG}version"), ox.Literal(change.number)),
        (ox.NamedNode(f"{CTG}contentHash"), ox.Literal(change.digest)),
        (ox.NamedNode(f"{DCT}issued"), ox.Literal(change.issued, datatype=moment)),
        (ox.NamedNode(f"{DCT}modified"), ox.Literal(change.modified, datatype=moment)),
    ]
    if change.published_by:
        facts.append((PUBLISHER, ox.NamedNode(identity.resource(change.published_by))))
    facts += _completeness(ox.NamedNode(identity.resource(change.ctid)), record)
    return [ox.Quad(subject, predicate, value, graph) for predicate, value in facts]


def _completeness(
    entity: ox.NamedNode, record: Iterable[ox.Quad]
) -> list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]]:
    """Return how complete an entity is, and which properties asked of it it lacks."""
    own = [quad for quad in record if quad.subject == entity]
    classes = [Iri(quad.object.value) for quad in own if quad.predicate == TYPE]  # type: ignore[union-attr]
    found = completeness(classes, {Iri(quad.predicate.value) for quad in own})
    if found is None:
        return []
    score = ox.Literal(f"{found.score:.4f}", datatype=ox.NamedNode(f"{XSD}decimal"))
    lacks, requires = ox.NamedNode(f"{CTG}lacks"), ox.NamedNode(f"{CTG}lacksRequired")
    asked = (*found.missing, *found.required)
    return [
        (ox.NamedNode(f"{CTG}completeness"), score),
        *((lacks, ox.NamedNode(shape.properties[0])) for shape in asked),
        *((requires, ox.NamedNode(shape.properties[0])) for shape in found.required),
    ]


def history_quads(change: Change, identity: Identity) -> list[ox.Quad]:
    """Return the registry's quads about one version of a record: sequence, actor, time, hash."""
    record = identity.graph(change.ctid)
    subject = ox.NamedNode(f"{record}/versions/{change.number}")
    graph = ox.NamedNode(identity.history(change.ctid))
    facts: list[tuple[str, ox.NamedNode | ox.Literal]] = [
        (TYPE.value, ox.NamedNode(f"{CTG}Version")),
        (f"{CTG}versionOf", ox.NamedNode(record)),
        (f"{CTG}number", ox.Literal(change.number)),
        (SEQUENCE.value, ox.Literal(change.seq)),
        (f"{CTG}event", ox.NamedNode(f"{CTG}{change.event}")),
        (f"{CTG}actor", ox.Literal(change.actor)),
        (PUBLISHER.value, ox.NamedNode(identity.resource(change.published_by or change.owner))),
        (f"{DCT}created", ox.Literal(change.modified, datatype=ox.NamedNode(f"{XSD}dateTime"))),
    ]
    if change.digest:
        facts.append((f"{CTG}contentHash", ox.Literal(change.digest)))
    return [ox.Quad(subject, ox.NamedNode(name), value, graph) for name, value in facts]
