"""Descriptions of this interface for programs: OpenAPI, and the JSON-LD contexts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from flask import Blueprint, Response

from ctgraph.errors import NotFound
from ctgraph.rdf.formats import JSON_LD
from ctgraph.vocab import CONTEXT_URLS, context_text
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads

blueprint = Blueprint("api_description", __name__)


@blueprint.get("/openapi.json")
@reads()
def openapi() -> Response:
    """Return the description of this interface (OpenAPI 3.1)."""
    return respond.unchanging(respond.content(_openapi(), respond.JSON))


@blueprint.get("/<name>/schema/context/json")
@reads("format")
def context(name: str) -> Response:
    """Return a JSON-LD context, at the path of its official address."""
    if name not in CONTEXT_URLS:
        known = ", ".join(CONTEXT_URLS)
        raise NotFound(f"There is no context {name[:80]!r}. The contexts are {known}.")
    choose({JSON_LD.name: JSON_LD.media_type})
    return respond.unchanging(respond.content(context_text(name), JSON_LD.media_type))


@cache
def _openapi() -> bytes:
    return files("ctgraph.web").joinpath("openapi.json").read_bytes()
