"""The staff's search, and suspensions."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.accounts import staff_search
from ctgraph.accounts.rights import StaffAct, require_staff
from ctgraph.accounts.suspending import Suspending
from ctgraph.web.accounts.forms import Words
from ctgraph.web.accounts.people import filled, text
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("suspensions", __name__)

MAX_FOUND = 20
"""People, organizations and records, each, that a search of the staff lists."""


@blueprint.get("/staff/search")
@reads("q")
@for_people
def search() -> Response:
    """Search people, organizations and records."""
    require_staff(who().is_staff, StaffAct.SEARCH)
    words = request.args.get("q", "").replace("\0", "").strip()
    found, problem = staff_search.search(state().settings, state().ledger, words, MAX_FOUND)
    return respond.page(
        "accounts/search.html", words=words, found=found, problem=problem, most=MAX_FOUND
    )


@blueprint.route("/staff/suspensions/<record>", methods=["GET", "POST"])
@reads()
@for_people
def suspend(record: str) -> Response:
    """Suspend a person or an organization, or lift that."""
    require_staff(who().is_staff, StaffAct.SUSPEND)
    use_cases = Suspending(state().ledger)
    subject, stands = use_cases.subject(record), state().ledger.suspensions.of(record)
    form = Words()

    def use() -> Response:
        begin = request.form.get("state") == "suspended"
        use_cases.change(who(), record, begin, text(form.words), visitor())
        return respond.redirect(f"/staff/suspensions/{record}", 303)

    return filled(form, use, "accounts/suspend.html", subject=subject, stands=stands)
