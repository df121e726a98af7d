"""The registry's own statements about records and their versions, in named graphs of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.ledger.values import Change, Event
from ctgraph.rdf.namespaces import CTG, DCT, OWL, PROV, SEQUENCE, TYPE, XSD, Iri
from ctgraph.validation.completeness import completeness

PUBLISHER = ox.NamedNode(f"{DCT}publisher")
"""Who published a version; of a record it is said where that is not its owner."""
# Making an IRI checks it, which would be most of the work here: those of every version are kept.
_MOMENT = ox.NamedNode(f"{XSD}dateTime")
_VERSION = ox.NamedNode(f"{CTG}Version")
_VERSION_OF = ox.NamedNode(f"{CTG}versionOf")
_NUMBER = ox.NamedNode(f"{CTG}number")
_EVENT = ox.NamedNode(f"{CTG}event")
_EVENTS = {event: ox.NamedNode(f"{CTG}{event}") for event in Event}
_ACTOR = ox.NamedNode(f"{CTG}actor")
_CREATED = ox.NamedNode(f"{DCT}created")
_HASH = ox.NamedNode(f"{CTG}contentHash")
_REPLACED_BY = ox.NamedNode(f"{DCT}isReplacedBy")
_REFERS_TO = ox.NamedNode(f"{CTG}refersTo")
_SAME_AS = ox.NamedNode(f"{OWL}sameAs")
_REASON = ox.NamedNode(f"{CTG}reason")
_ACTIVITY = ox.NamedNode(f"{PROV}Activity")
_GENERATED_BY = ox.NamedNode(f"{PROV}wasGeneratedBy")
_ATTRIBUTED_TO = ox.NamedNode(f"{PROV}wasAttributedTo")
_ASSOCIATED_WITH = ox.NamedNode(f"{PROV}wasAssociatedWith")
_ENDED_AT = ox.NamedNode(f"{PROV}endedAtTime")
_ON_BEHALF_OF = ox.NamedNode(f"{PROV}actedOnBehalfOf")
_USED = ox.NamedNode(f"{PROV}used")


def envelope_quads(
    change: Change, identity: Identity, record: Collection[ox.Quad]
) -> list[ox.Quad]:
    """Return the registry's quads about a record: owner, times, version, provenance, references.

    :param record: the quads of its document.
    """
    subject = ox.NamedNode(identity.graph(change.ctid))
    graph = ox.NamedNode(identity.envelope(change.ctid))
    facts: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (TYPE, ox.NamedNode(f"{CTG}Record")),
        (ox.NamedNode(f"{CTG}about"), ox.NamedNode(identity.resource(change.ctid))),
        (ox.NamedNode(f"{CTG}owner"), ox.NamedNode(identity.resource(change.owner))),
        (ox.NamedNode(f"{CTG}version"), ox.Literal(change.number)),
        (_HASH, ox.Literal(change.digest)),
        (ox.NamedNode(f"{DCT}issued"), ox.Literal(change.issued, datatype=_MOMENT)),
        (ox.NamedNode(f"{DCT}modified"), ox.Literal(change.modified, datatype=_MOMENT)),
    ]
    if change.published_by:
        facts.append((PUBLISHER, ox.NamedNode(identity.resource(change.published_by))))
    facts += _completeness(ox.NamedNode(identity.resource(change.ctid)), record)
    facts += _references(record)
    own = [ox.Quad(subject, predicate, value, graph) for predicate, value in facts]
    return own + _provenance(change, identity, subject, graph)


def _provenance(
    change: Change, identity: Identity, subject: ox.NamedNode, graph: ox.NamedNode
) -> list[ox.Quad]:
    """Return where a record or a version comes from (PROV-O, W3C 2013).

    The act of publishing is an activity of the organization that published. It acted on behalf of
    the owner, where that is another one, and used an upload, where it is known.
    """
    version = f"{identity.graph(change.ctid)}/versions/{change.number}"
    act = ox.NamedNode(f"{version}#{change.event}")
    agent = ox.NamedNode(identity.resource(change.published_by or change.owner))
    moment = ox.Literal(change.modified, datatype=_MOMENT)
    found: list[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (act, TYPE, _ACTIVITY),
        (subject, _GENERATED_BY, act),
        (subject, _ATTRIBUTED_TO, agent),
        (act, _ASSOCIATED_WITH, agent),
        (act, _ENDED_AT, moment),
    ]
    if change.published_by and change.published_by != change.owner:
        owner = ox.NamedNode(identity.resource(change.owner))
        found.append((agent, _ON_BEHALF_OF, owner))
    if change.upload:
        page = f"{identity.base}/account/organizations/{change.owner}/uploads/{change.upload}"
        found.append((act, _USED, ox.NamedNode(page)))
    return [ox.Quad(one, predicate, value, graph) for one, predicate, value in found]


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


def _references(record: Collection[ox.Quad]) -> list[tuple[ox.NamedNode, ox.NamedNode]]:
    """Return to which records a document refers, besides the things that it describes itself.

    Of a large organization, a query finds them here without reading all that its documents say.
    """
    own = {quad.subject for quad in record}
    named = {quad.object for quad in record if isinstance(quad.object, ox.NamedNode)} - own
    return [(_REFERS_TO, one) for one in named if "/resources/ce-" in one.value]


def replacement_quads(change: Change, identity: Identity) -> list[ox.Quad]:
    """Return what stands for a withdrawn record in whose place another one stands.

    Only a merger of two records of one organization replaces a record, so both mean the same.
    """
    if not change.replaced_by:
        return []
    graph = ox.NamedNode(identity.envelope(change.ctid))
    old, new = (ox.NamedNode(identity.resource(one)) for one in (change.ctid, change.replaced_by))
    return [ox.Quad(old, predicate, new, graph) for predicate in (_REPLACED_BY, _SAME_AS)]


def history_quads(change: Change, identity: Identity) -> list[ox.Quad]:
    """Return the registry's quads about one version of a record: sequence, actor, provenance."""
    record = identity.graph(change.ctid)
    subject = ox.NamedNode(f"{record}/versions/{change.number}")
    graph = ox.NamedNode(identity.history(change.ctid))
    facts: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (TYPE, _VERSION),
        (_VERSION_OF, ox.NamedNode(record)),
        (_NUMBER, ox.Literal(change.number)),
        (SEQUENCE, ox.Literal(change.seq)),
        (_EVENT, _EVENTS[change.event]),
        (_ACTOR, ox.Literal(change.actor)),
        (PUBLISHER, ox.NamedNode(identity.resource(change.published_by or change.owner))),
        (_CREATED, ox.Literal(change.modified, datatype=_MOMENT)),
    ]
    if change.digest:
        facts.append((_HASH, ox.Literal(change.digest)))
    if change.reason:
        facts.append((_REASON, ox.Literal(change.reason)))
    own = [ox.Quad(subject, predicate, value, graph) for predicate, value in facts]
    return own + _provenance(change, identity, subject, graph)
