"""The terms of use: under which licence the records may be used, and where they come from."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph import __version__
from ctgraph.harvest.terms import paragraphs
from ctgraph.web.http import respond
from ctgraph.web.http.languages import language
from ctgraph.web.http.negotiation import choose, etag
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("terms_of_use", __name__)


@blueprint.get("/terms-of-use")
@reads("format")
def terms() -> Response:
    """Return the terms of use."""
    name, license = choose(respond.JSON_OR_PAGE, usual="html"), state().settings.license
    told = paragraphs(state().settings)
    if name == "json":
        base = state().settings.base_url
        provenance = f"{base}/envelopes/{{ctid}}"
        body = {"registry": base, "license": license, "terms": told, "provenance": provenance}
        response = respond.json(body)
    else:
        response = respond.page("harvest/terms.html", license=license, told=told)
    response.headers["Link"] = f'<{license}>; rel="license"'
    response.headers["Cache-Control"] = respond.Caching.REVALIDATE
    response.set_etag(etag(name, language(), license, *told, __version__))
    response.make_conditional(request)
    return response
