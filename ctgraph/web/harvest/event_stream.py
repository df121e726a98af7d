"""The Linked Data Event Stream of the registry."""

from __future__ import annotations

import pyoxigraph as ox
from flask import Blueprint, Response, request

from ctgraph import __version__
from ctgraph.harvest.event_stream import EventStream, Node, View
from ctgraph.harvest.stream_terms import PREFIXES
from ctgraph.ledger.registry import incarnation
from ctgraph.rdf.formats import DATASETS, JSON_LD, TURTLE, format_named
from ctgraph.rdf.writing import write
from ctgraph.vocab import vocabulary
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose, etag
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("event_stream", __name__)
PAGE_OFFERS = {f.name: f.media_type for f in (*reversed(DATASETS), JSON_LD)}
"""The formats of pages: a page has the document of each member in a graph of its own."""
OFFERS = PAGE_OFFERS | {TURTLE.name: TURTLE.media_type}


@blueprint.get("/ldes")
@reads("format")
def root() -> Response:
    """Return the description of the stream, which is the root of its tree by time."""
    return _answer(_stream().root(View.TIME), OFFERS)


@blueprint.get("/ldes/by-sequence")
@reads("format")
def by_sequence() -> Response:
    """Return the root of its tree by sequence number."""
    return _answer(_stream().root(View.SEQUENCE), OFFERS)


@blueprint.get("/ldes/nodes/<int:first>")
@reads("format")
def node(first: int) -> Response:
    """Return a node of the tree by time: it leads to a hundred pages."""
    return _answer(_stream().node(View.TIME, first), OFFERS)


@blueprint.get("/ldes/by-sequence/nodes/<int:first>")
@reads("format")
def node_by_sequence(first: int) -> Response:
    """Return a node of the tree by sequence number."""
    return _answer(_stream().node(View.SEQUENCE, first), OFFERS)


@blueprint.get("/ldes/pages/<int:first>")
@reads("format")
def page(first: int) -> Response:
    """Return a page of members, in their order."""
    return _answer(_stream().page(first), PAGE_OFFERS)


def _stream() -> EventStream:
    here = state()
    last = here.ledger.changes.last_sequence()
    return EventStream(here.ledger, here.identity, here.settings.license, last)


def _answer(node: Node, offers: dict[str, str]) -> Response:
    """Return a node in the format that the client asks for, or a 304 without reading the node."""
    name = choose(offers)
    response = respond.content(b"", offers[name])
    response.set_etag(
        etag(
            incarnation(state().ledger.database),
            request.path,
            node.stamp,
            response.content_type,
            __version__,
        )
    )
    response.make_conditional(request)
    complete = node.complete
    if response.status_code == 200:
        content = node.read()
        complete = content.complete
        response.set_data(_written(content.quads, name))
    caching = respond.Caching.FOREVER if complete else respond.Caching.REVALIDATE
    response.headers["Cache-Control"] = caching
    return response


def _written(quads: bytes, name: str) -> bytes:
    """Write N-Quads in the RDF format with a name."""
    format = format_named(name)
    writer = (format and format.writer) or ox.RdfFormat.JSON_LD
    if writer == ox.RdfFormat.N_QUADS:
        return quads
    used = PREFIXES | vocabulary().prefixes_in(quads.decode())
    return write(ox.parse(quads, format=ox.RdfFormat.N_QUADS, lenient=True), writer, used)
