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
from ctgraph.web.addresses import lead
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
        return lead(f"/links/{document}", 301)
    response: BaseResponse
    if name == "html":
        response = redirect(f"/pathways/{document}", 303)
    else:
        response = Response(_rdf(document, GRAPH_TYPES[name]), content_type=GRAPH_TYPES[name])
    response.vary.add("Accept")
    return response


def _rdf(document: str, media_type: str) -> bytes:
    with reading(state().settings) as index:
        quads = link_quads(document, *index.said_by(document), state().identity)
    format = ox.RdfFormat.from_media_type(media_type)
    assert format
    return serialize([ox.Triple(q.subject, q.predicate, q.object) for q in quads], format)
