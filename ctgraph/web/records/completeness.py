"""The completeness of the records of an organization."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph.identity import ctid
from ctgraph.records.completeness import quality_of
from ctgraph.vocab import vocabulary
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("completeness", __name__)


@blueprint.get("/organizations/<organization>/completeness")
@reads("format")
def completeness(organization: str) -> Response:
    """Return the completeness of an organization's records, and the properties that they lack."""
    owner = state().ledger.organizations.get(ctid.canonical(organization))
    found = quality_of(state().whole, state().identity, owner.ctid)
    if choose(respond.JSON_OR_PAGE) == "html":
        return respond.page("records/completeness.html", owner=owner, quality=found)
    compact = vocabulary().compact
    return respond.json(
        {
            "organization": owner.ctid,
            "name": owner.name,
            "records": found.records,
            "completeness": round(found.score, 4),
            "classes": [
                {"class": compact(kind), "records": count, "completeness": round(mean, 4)}
                for kind, count, mean in found.by_class
            ],
            "lacking": [
                {"property": compact(iri), "records": count} for iri, count in found.lacking
            ],
            "leastComplete": [
                {"id": iri, "name": name, "completeness": score} for iri, name, score in found.least
            ],
        }
    )
