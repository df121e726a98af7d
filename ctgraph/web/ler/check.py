"""Checking many records at once."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, request

from ctgraph.documents.json_text import read_json
from ctgraph.errors import BadParameter, InvalidDocument
from ctgraph.ler.check import MAX_CHECKED, check, checks_csv, checks_json, lines_of
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import HTML, choose
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("check", __name__)
OFFERS = {"json": respond.JSON, "csv": "text/csv", "html": HTML}


@blueprint.route("/check", methods=["GET", "POST"])
@reads("format", "ctids")
def check_records() -> Response:
    """Tell of CTIDs or addresses whether they exist, how they stand, and what replaced them."""
    given = list(_given())
    is_asked = given or request.method == "POST"
    name = choose(OFFERS, usual="" if is_asked else "html")
    if name == "html" and not given:
        return respond.page("ler/check.html", checks=None, given="", most=MAX_CHECKED)
    found = check(state().settings, state().ledger, given)
    if name == "html":
        records = checks_json(found, state().identity)["records"]
        return respond.page(
            "ler/check.html",
            checks=found,
            records=records,
            given="\n".join(given),
            most=MAX_CHECKED,
        )
    if name == "csv":
        return respond.content(checks_csv(found, state().identity), OFFERS["csv"])
    return respond.json(checks_json(found, state().identity))


def _given() -> Iterable[str]:
    """Return the records that the request names: in its address, a form, JSON, or lines of text."""
    in_address = [one for value in request.args.getlist("ctids") for one in lines_of(value)]
    if request.method == "GET" or in_address:
        return in_address
    if request.is_json:
        return _from_json()
    in_form = request.form.getlist("ctids")
    text = " ".join(in_form) if in_form else request.get_data().decode("utf-8", "replace")
    return lines_of(text)


def _from_json() -> list[str]:
    remedy = 'Send the records in JSON as {"records": ["ce-…", …]}, or as an array.'
    try:
        body = read_json(request.get_data(cache=False))
    except InvalidDocument as error:
        raise BadParameter(f"{error.message} {remedy}", error.problems) from error
    given = body.get("records") if isinstance(body, dict) else body
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise BadParameter(remedy)
    return given
