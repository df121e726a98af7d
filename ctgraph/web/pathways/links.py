"""The links that a document asserts, at the address of their named graph."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph.identity import ctid
from ctgraph.records import read
from ctgraph.sparql.formats import GRAPH_TYPES
from ctgraph.web.http import questions, respond
from ctgraph.web.http.negotiation import HTML, choose
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("links", __name__)


@blueprint.get("/links/<record>")
@reads("format")
def links(record: str) -> Response:
    """Return the links of one document, in RDF."""
    canonical = ctid.canonical(record)
    name = choose(GRAPH_TYPES | {"html": HTML})
    document = read.held(state().ledger, canonical).envelope.ctid
    if canonical != record or document != record:
        return respond.lead(f"/links/{document}", 301)
    if name == "html":
        return respond.redirect(f"/pathways/{document}", 303)
    written = state().ask(questions.links, document, GRAPH_TYPES[name])
    return respond.content(written, GRAPH_TYPES[name])
