"""Descriptions of this interface for programs: OpenAPI, and the JSON-LD contexts."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph.errors import NotFound
from ctgraph.rdf.formats import JSON_LD
from ctgraph.vocab import CONTEXT_URLS, context_text
from ctgraph.web.http import description, respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("api_description", __name__)


@blueprint.get("/openapi.json")
@reads()
def openapi() -> Response:
    """Return the description of this interface (OpenAPI 3.1)."""
    return respond.unchanging(respond.content(description.openapi(), respond.JSON))


@blueprint.get("/api")
@reads("format")
def index() -> Response:
    """Return every address for programs, with what a key needs for it."""
    known = description.addresses()
    if choose(respond.JSON_OR_PAGE) == "html":
        groups = {one.group: [o for o in known if o.group == one.group] for one in known}
        return respond.page("site/api.html", groups=groups)
    told = {
        "name": "ctgraph",
        "description": f"{state().settings.base_url}/openapi.json",
        "documentation": f"{state().settings.base_url}/api?format=html",
        "addresses": [one.to_json() for one in known],
    }
    return respond.unchanging(respond.json(told))


@blueprint.get("/<name>/schema/context/json")
@reads("format")
def context(name: str) -> Response:
    """Return a JSON-LD context, at the path of its official address."""
    if name not in CONTEXT_URLS:
        known = ", ".join(CONTEXT_URLS)
        raise NotFound(f"There is no context {name[:80]!r}. The contexts are {known}.")
    choose({JSON_LD.name: JSON_LD.media_type})
    return respond.unchanging(respond.content(context_text(name), JSON_LD.media_type))
