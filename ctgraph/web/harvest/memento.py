"""TimeGates and TimeMaps (RFC 7089)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.harvest.links import header, link_format
from ctgraph.harvest.memento import LINK_FORMAT, accepted_moment, original_of
from ctgraph.ledger.values import now
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose, etag
from ctgraph.web.http.parameters import reads, sequence
from ctgraph.web.http.registry import state

blueprint = Blueprint("memento", __name__)
OFFERS = {"link": LINK_FORMAT, "json": respond.JSON}


@blueprint.get("/timegate/<path:uri>")
@reads()
def timegate(uri: str) -> Response:
    """Lead to the version of a record that stood at the time in ``Accept-Datetime``.

    Without that header it is the newest version, and before the first one it is the first.
    """
    original = original_of(state().ledger, state().identity, uri)
    wanted = request.headers.get("Accept-Datetime")
    found = original.nearest(accepted_moment(wanted) if wanted else now())
    response = respond.redirect(original.memento(found.number, found.created_at), 302)
    response.vary.add("accept-datetime")
    response.headers["Link"] = header(original.around(found.created_at))
    response.headers["Cache-Control"] = respond.Caching.REVALIDATE
    return response


@blueprint.get("/timemap/<path:uri>")
@reads("format", "after")
def timemap(uri: str) -> Response:
    """Return the list of the versions of a record, in pages."""
    original = original_of(state().ledger, state().identity, uri)
    name = choose(OFFERS)
    found = original.time_map(sequence("after"))
    if name == "json":
        response = respond.json(found.to_json())
    else:
        response = respond.content(link_format(found.links()), LINK_FORMAT)
    response.headers["Cache-Control"] = respond.Caching.REVALIDATE
    tag = etag(response.get_data(), name)
    return respond.conditional(response, tag, found.modified)
