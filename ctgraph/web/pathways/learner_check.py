"""The learner's check: the records that are open to somebody who holds some others."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from ctgraph.documents.json_text import read_json
from ctgraph.errors import BadParameter, InvalidDocument
from ctgraph.pathways import LINKED, Asked, Pathways
from ctgraph.pathways.learner_check import (
    Prospects,
    prospects_json,
    require_some,
)
from ctgraph.pathways.traversal import PAGE_NODES
from ctgraph.web.http import questions, respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import number, others_than, reads, several
from ctgraph.web.http.registry import state

blueprint = Blueprint("learner_check", __name__)


@blueprint.get("/pathways/check")
@blueprint.post("/pathways/check")
@reads("format", "held", "limit", "cursor")
def check() -> Response:
    """Return the records that are open to somebody who holds some others, or one step away."""
    sent = _sent() if request.method == "POST" and request.is_json else None
    given = sent or request.values.getlist("held")
    # A GET that asks nothing yet is for people; a POST has sent something, if nothing known.
    is_asked = given or request.method == "POST"
    name = choose(respond.JSON_OR_PAGE, usual="" if is_asked else "html")
    if name == "html":
        return _page(given)
    records = several("held") if sent is None else sent
    found = _prospects(records)
    response = respond.json(prospects_json(found))
    if found.next and request.method == "GET":
        response.headers["Link"] = f'<{_next_page(found)}>; rel="next"'
    return response


def _page(given: list[str]) -> Response:
    """Return the page with the records that are open, or with what is still to be chosen."""
    picks = state().ask(questions.picks, given, LINKED)
    records = [pick.record for pick in picks if pick.record]
    if not records or len(records) < len(picks):
        return respond.page("pathways/check.html", found=None, picks=picks)
    found = _prospects(records)
    return respond.page(
        "pathways/check.html",
        found=found,
        picks=picks,
        is_first=not request.args.get("cursor"),
        is_posted=request.method == "POST",
        more=_next_page(found) if found.next else "",
    )


def _prospects(records: Collection[str]) -> Prospects:
    require_some(records)
    page = Asked(limit=number("limit", PAGE_NODES), cursor=request.args.get("cursor", ""))
    found: Prospects = state().ask(questions.pathways, Pathways.prospects, records, page)
    return found


def _next_page(found: Prospects) -> str:
    """Return the relative address of the next page. What a body holds stays out of it."""
    return f"{request.path}?{urlencode([*others_than('cursor'), ('cursor', found.next)])}"


def _sent() -> list[str]:
    """Return the records that a body in JSON names."""
    remedy = 'Send the records in JSON as {"held": ["ce-…", …]}, or as an array.'
    try:
        body = read_json(request.get_data(cache=False))
    except InvalidDocument as error:
        raise BadParameter(f"{error.message} {remedy}", error.problems) from error
    given = body.get("held") if isinstance(body, dict) else body
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise BadParameter(remedy)
    return list(dict.fromkeys(given))
