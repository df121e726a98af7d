"""The list of current records, in pages."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.identity import ctid
from ctgraph.publishing import envelope_json
from ctgraph.rdf.namespaces import Curie
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.registry import state

blueprint = Blueprint("listing", __name__)
MAX_RECORDS = 50
"""Records that one page lists: as many as a person looks through."""


@blueprint.get("/records")
def records() -> Response:
    """Return a page of the current records, optionally of one class or one owner."""
    # No class has a NUL in its name, and PostgreSQL takes none.
    kind = Curie(request.args.get("type", "").replace("\0", "")) or None
    owner, after = (
        ctid.canonical(given) if (given := request.args.get(name)) else None
        for name in ("owner", "after")
    )
    found = state().ledger.records.envelopes(MAX_RECORDS + 1, after or "", kind, owner)
    more = found[MAX_RECORDS - 1].ctid if len(found) > MAX_RECORDS else None
    found = found[:MAX_RECORDS]
    if choose(respond.JSON_OR_PAGE) == "json":
        return respond.json({"records": list(map(envelope_json, found)), "next": more})
    return respond.page(
        "records/records.html",
        records=sorted(found, key=lambda envelope: envelope.name.lower()),
        kind=kind,
        owner=owner,
        more=more,
        names=state().ledger.records.names({envelope.owner for envelope in found}),
    )
