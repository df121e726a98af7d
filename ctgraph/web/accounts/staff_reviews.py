"""The pages on which the registry's staff reviews records."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, request
from flask_babel import gettext as _

from ctgraph.accounts.rights import StaffAct, require_staff
from ctgraph.accounts.staff_reviews import Decision, StaffReviews
from ctgraph.errors import BadParameter, NotFound
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.reviews import ReviewState
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.people import require_form
from ctgraph.web.http import respond
from ctgraph.web.http.owners import drafting_of, reviewing_of
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("staff_reviews", __name__)

MAX_WAITING = 200
"""Records that the queue of the staff shows: the oldest first."""


@blueprint.route("/staff/records", methods=["GET", "POST"])
@reads()
@for_people
def queue() -> Response:
    """Show the records that wait for the staff; decide on those that are selected."""
    require_staff(who().is_staff, StaffAct.REVIEW)
    if request.method == "GET":
        waiting = state().ledger.reviews.for_staff(MAX_WAITING)
        return respond.page("accounts/staff_records.html", waiting=waiting, form=Press())
    require_form()
    try:
        decision = Decision(request.form.get("act", ""))
    except ValueError:
        raise BadParameter("Press one of the buttons.") from None
    words = request.form.get("words", "")
    return respond.page(
        "accounts/outcomes.html",
        title=_("Decided"),
        back="/staff/records",
        back_title=_("Records that wait"),
        outcomes=_reviews().decide(who(), _selected(), decision, words, visitor()),
    )


@blueprint.get("/staff/records/<organization>/<record>")
@reads()
@for_people
def draft(organization: str, record: str) -> Response:
    """Show a record that waits, with what is wrong with it."""
    require_staff(who().is_staff, StaffAct.REVIEW)
    owner = state().ledger.organizations.get(ctid.canonical(organization))
    canonical = ctid.canonical(record)
    review = reviewing_of(owner).review(canonical)
    if not (review and review.holds and review.state is ReviewState.REGISTRY):
        raise NotFound(f"{canonical} does not wait for you.")
    drafting = drafting_of(owner)
    found = drafting.open(canonical)
    return respond.page(
        "accounts/staff_record.html",
        owner=owner,
        draft=found,
        text=orjson.dumps(found.document, option=orjson.OPT_INDENT_2).decode(),
        problems=drafting.problems(found.document, state().validator_for(owner.ctid)),
        form=Press(),
    )


@blueprint.post("/staff/organizations/<organization>/review")
@reads()
@for_people
def need(organization: str) -> Response:
    """Let the records of an organization wait for the staff, or no longer."""
    require_form()
    record = ctid.canonical(organization)
    _reviews().need(who(), record, request.form.get("needed") == "yes", visitor())
    return respond.redirect(f"/staff/organizations/{record}", 303)


def _reviews() -> StaffReviews:
    return StaffReviews(state().settings, state().ledger, state().validator_for)


def _selected() -> list[tuple[Ctid, Ctid, str]]:
    """Return the owners, CTIDs and digests of the selected records, as the page showed them."""
    chosen = [one.split(" ") for one in request.form.getlist("selected")]
    if any(len(one) != 3 for one in chosen):
        raise BadParameter("Reload the page, and select the records again.")
    return [(ctid.canonical(a), ctid.canonical(b), digest) for a, b, digest in chosen]
