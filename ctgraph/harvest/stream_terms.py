"""What the event stream says of itself and of its members, in LDES, TREE and ActivityStreams."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.ledger.values import Change, Event
from ctgraph.projections.registry_graphs import history_quads
from ctgraph.rdf.namespaces import AS, CTG, DCT, LDES, SEQUENCE, SH, TREE, TYPE, XSD

POLLING_SECONDS = 60
"""How often the stream asks clients to look for new members."""
PREFIXES = {"as": AS, "ctg": CTG, "dct": DCT, "ldes": LDES, "sh": SH, "tree": TREE, "xsd": XSD}
CREATED = ox.NamedNode(f"{DCT}created")
VERSION_OF = ox.NamedNode(f"{DCT}isVersionOf")
_CREATE, _UPDATE, _DELETE = (ox.NamedNode(f"{AS}{name}") for name in ("Create", "Update", "Delete"))

Term = ox.NamedNode | ox.BlankNode | ox.Literal


def fact(subject: ox.NamedNode | ox.BlankNode, property: str, value: Term) -> ox.Quad:
    """Return a statement in the default graph."""
    return ox.Quad(subject, ox.NamedNode(property), value)


def nquads(quads: Iterable[ox.Quad]) -> bytes:
    """Return statements as N-Quads."""
    return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""


def described(address: str, views: Iterable[str], license: str) -> list[ox.Quad]:
    """Return the description of the stream: its order, its versions, and the shape of its members.

    :param address: that of its description.
    :param views: the addresses of the roots of its trees; that of the page itself first.
    """
    stream, shape = ox.NamedNode(f"{address}#stream"), ox.NamedNode(f"{address}#member")
    facts: list[tuple[str, Term]] = [
        (TYPE.value, ox.NamedNode(f"{LDES}EventStream")),
        *((f"{TREE}view", ox.NamedNode(view)) for view in views),
        (f"{TREE}shape", shape),
        (f"{LDES}timestampPath", CREATED),
        (f"{LDES}sequencePath", SEQUENCE),
        (f"{LDES}versionOfPath", VERSION_OF),
        (f"{LDES}versionCreateObject", _CREATE),
        (f"{LDES}versionUpdateObject", _UPDATE),
        (f"{LDES}versionDeleteObject", _DELETE),
        (f"{LDES}pollingInterval", ox.Literal(POLLING_SECONDS)),
        (f"{DCT}license", ox.NamedNode(license)),
    ]
    return [*(fact(stream, *one) for one in facts), *_shape(shape)]


def _shape(shape: ox.NamedNode) -> list[ox.Quad]:
    """Return the shape of a member."""
    iri = ox.NamedNode(f"{SH}IRI")
    constraints = (
        (CREATED, f"{SH}datatype", ox.NamedNode(f"{XSD}dateTime")),
        (SEQUENCE, f"{SH}datatype", ox.NamedNode(f"{XSD}integer")),
        (VERSION_OF, f"{SH}nodeKind", iri),
    )
    said = [fact(shape, TYPE.value, ox.NamedNode(f"{SH}NodeShape"))]
    for number, (path, constraint, value) in enumerate(constraints):
        node = ox.BlankNode(f"s{number}")
        said += [
            fact(shape, f"{SH}property", node),
            fact(node, f"{SH}path", path),
            fact(node, f"{SH}minCount", ox.Literal(1)),
            fact(node, f"{SH}maxCount", ox.Literal(1)),
            fact(node, constraint, value),
        ]
    return said


def member_quads(change: Change, identity: Identity, created: bool) -> list[ox.Quad]:
    """Return what the registry says of a version, in the default graph.

    :param created: whether the record was not there before.
    """
    document = ox.NamedNode(identity.graph(change.ctid))
    version = ox.NamedNode(f"{document.value}/versions/{change.number}")
    withdrawn = change.event is Event.WITHDRAW
    kind = _DELETE if withdrawn else _CREATE if created else _UPDATE
    return [
        *(
            ox.Quad(quad.subject, quad.predicate, quad.object)
            for quad in history_quads(change, identity)
            if quad.object != document  # ctg:versionOf says the same as the property below
        ),
        fact(version, TYPE.value, kind),
        fact(version, VERSION_OF.value, document),
    ]
