"""The learner's check: the records that are open to somebody who holds some others."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.documents.json_text import read_json
from ctgraph.errors import BadParameter, InvalidDocument
from ctgraph.pathways import Pathways
from ctgraph.pathways.learner_check import (
    Prospects,
    prospects_json,
    require_some,
)
from ctgraph.web.http import questions, respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads, several
from ctgraph.web.http.registry import state

blueprint = Blueprint("learner_check", __name__)


@blueprint.get("/pathways/check")
@blueprint.post("/pathways/check")
@reads("format", "held")
def check() -> Response:
    """Return the records that are open to somebody who holds some others, or one step away."""
    records = _held()
    name = choose(respond.JSON_OR_PAGE, usual="" if records else "html")  # nothing is asked yet
    if name == "html" and not records:
        return respond.page("pathways/check.html", found=None, records=records)
    require_some(records)
    found: Prospects = state().ask(questions.pathways, Pathways.prospects, records)
    if name == "html":
        return respond.page("pathways/check.html", found=found, records=records)
    return respond.json(prospects_json(found))


def _held() -> list[str]:
    """Return the records that somebody holds, from the parameters or from a body in JSON."""
    if request.method != "POST" or not request.is_json:
        return several("held")
    remedy = 'Send the records in JSON as {"held": ["ce-…", …]}, or as an array.'
    try:
        body = read_json(request.get_data(cache=False))
    except InvalidDocument as error:
        raise BadParameter(f"{error.message} {remedy}", error.problems) from error
    given = body.get("held") if isinstance(body, dict) else body
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise BadParameter(remedy)
    return list(dict.fromkeys(given))
