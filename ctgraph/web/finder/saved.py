"""The page of the searches that a browser keeps."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads

blueprint = Blueprint("saved", __name__)


@blueprint.get("/search/saved")
@reads()
def saved() -> Response:
    """Return the page on which a script lists saved searches. The registry knows none of them."""
    return respond.page("finder/saved.html")
