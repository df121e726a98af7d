"""The pages of the registry's staff: the queue of organizations, and the decision on each."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.accounts import automatic, profile
from ctgraph.accounts.evidence import evidence, proven
from ctgraph.accounts.look_alikes import signs_of
from ctgraph.accounts.organizations import FOLLOWING
from ctgraph.accounts.rights import StaffAct, require_staff
from ctgraph.errors import BadParameter, NotFound
from ctgraph.identity import ctid
from ctgraph.ledger.applications import State
from ctgraph.web.accounts.forms import Words
from ctgraph.web.accounts.organizations import MAX_ACTIVITIES, applicants
from ctgraph.web.accounts.people import filled, text
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("staff", __name__)


@blueprint.get("/staff")
@reads()
@for_people
def queue() -> Response:
    """Show the organizations that wait, and those that were decided on."""
    require_staff(who().is_staff, StaffAct.DECIDE)
    applications, claims = state().ledger.applications, state().ledger.claims.waiting()
    return respond.page(
        "accounts/queue.html",
        claims=claims,
        names=state().ledger.records.names({one.organization for one in claims}),
        waiting=applications.in_state(State.SUBMITTED),
        questioned=applications.in_state(State.QUESTIONED),
        decided=applications.in_state(State.APPROVED, State.DECLINED),
    )


@blueprint.route("/staff/organizations/<record>", methods=["GET", "POST"])
@reads()
@for_people
def organization(record: str) -> Response:
    """Show an organization, and decide on it."""
    require_staff(who().is_staff, StaffAct.DECIDE)
    canonical = ctid.canonical(record)
    with state().ledger.database.engine.connect() as connection:
        asked = state().ledger.applications.get(connection, canonical)
        needs_review = state().ledger.reviews.needs_staff(connection, canonical)
    if asked is None:
        raise NotFound(f"There is no application of {canonical}.")
    form = Words()

    def use() -> Response:
        try:
            wanted = State(request.form.get("state", ""))
        except ValueError:
            raise BadParameter("Press one of the buttons.") from None
        applicants().decide(who(), canonical, wanted, text(form.words), visitor())
        return respond.redirect(f"/staff/organizations/{canonical}", 303)

    fields = profile.fields_of(asked.document)
    signs = signs_of(fields["name"], [fields["subjectWebpage"]])
    alike = state().ledger.likenesses.alike(signs, canonical)
    members = state().ledger.applications.members(canonical)
    return filled(
        form,
        use,
        "accounts/decide.html",
        asked=asked,
        fields=fields,
        following=FOLLOWING[asked.state],
        evidence=[
            *evidence(fields["subjectWebpage"], [one.email for one in members]),
            *proven(fields["subjectWebpage"], canonical, state().ledger.proofs.of(canonical)),
        ],
        may_look=state().settings.outgoing_requests,
        rules=automatic.rules(state().settings),
        members=members,
        remarks=state().ledger.applications.remarks(canonical),
        activities=state().ledger.activities.of_organization(canonical, MAX_ACTIVITIES),
        needs_review=needs_review,
        alike=alike,
        names=state().ledger.records.names(alike),
    )
