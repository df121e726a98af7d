"""The links that a document asserts, at the address of their named graph."""

from __future__ import annotations

import pyoxigraph as ox
from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as BaseResponse

from ctgraph import ctid, history
from ctgraph.describing import serialize
from ctgraph.store.linkgraph import link_quads
from ctgraph.store.linkreader import reading
from ctgraph.store.queries import GRAPH_TYPES
from ctgraph.web.negotiation import HTML, choose
from ctgraph.web.state import state

blueprint = Blueprint("links", __name__)


@blueprint.get("/links/<record>")
def links(record: str) -> BaseResponse:
    """The statements of one document about what precedes what, in RDF."""
    canonical = ctid.canonical(record)
    name = choose(GRAPH_TYPES | {"html": HTML})
    document = history.held(state().ledger, canonical).envelope.ctid
    if canonical != record or document != record:
        return redirect(f"/links/{document}", 301)
    if name == "html":
        return redirect(f"/pathways/{document}", 303)
    with reading(state().settings) as index:
        quads = link_quads(document, *index.said_by(document), state().identity)
    format = ox.RdfFormat.from_media_type(GRAPH_TYPES[name])
    assert format
    triples = [ox.Triple(quad.subject, quad.predicate, quad.object) for quad in quads]
    response = Response(serialize(triples, format), content_type=format.media_type)
    response.vary.add("Accept")
    return response
