"""The linkset of a record (RFC 9264)."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph.harvest.links import link_format
from ctgraph.harvest.signposting import LINKSET, LINKSET_JSON, Signposts, linkset_json
from ctgraph.identity import ctid
from ctgraph.records import read
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("signposting", __name__)
OFFERS = {"json": LINKSET_JSON, "linkset": LINKSET}


@blueprint.get("/linkset/<record>")
@reads("format")
def linkset(record: str) -> Response:
    """Return all links of a record, of its document, and of the formats of the document."""
    canonical = ctid.canonical(record)
    if canonical != record:
        return respond.lead(f"/linkset/{canonical}", 301)
    name = choose(OFFERS)
    held = read.held(state().ledger, canonical)
    signposts = Signposts(state().ledger, state().identity, state().settings.license)
    links = signposts.linkset(canonical, held)
    if name == "json":
        response = respond.json(linkset_json(links), media_type=LINKSET_JSON)
    else:
        response = respond.content(link_format(links), LINKSET)
    response.headers["Cache-Control"] = respond.Caching.REVALIDATE
    return respond.unchanging(response)
