"""The members of an organization, and invitations."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.accounts.members import Members
from ctgraph.accounts.rights import Act, Role, require
from ctgraph.identity import ctid
from ctgraph.ledger.people import digest_of
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.organization_forms import Invite
from ctgraph.web.accounts.organizations import applicants
from ctgraph.web.accounts.people import filled, require_form, text
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("members", __name__)


def _use_cases() -> Members:
    return Members(state().ledger, state().settings.base_url)


@blueprint.route("/account/organizations/<organization>/members", methods=["GET", "POST"])
@reads()
@for_people
def members(organization: str) -> Response:
    """Show the members of an organization; invite one more."""
    record = ctid.canonical(organization)
    role = applicants().role(who(), record)
    require(role, Act.SEE)
    form = Invite()
    here = f"/account/organizations/{record}/members"

    def use() -> Response:
        _use_cases().invite(who(), record, text(form.email), text(form.role), visitor())
        return respond.redirect(here, 303)

    return filled(
        form,
        use,
        "accounts/members.html",
        owner=state().ledger.organizations.get(record),
        members=state().ledger.applications.members(record),
        invited=_use_cases().invited(record),
        person=who(),
        may_admit=role is Role.ADMINISTRATOR,
        roles=list(Role),
    )


@blueprint.post("/account/organizations/<organization>/members/<member>")
@reads()
@for_people
def change(organization: str, member: str) -> Response:
    """Give a member another role, or end the membership."""
    require_form()
    record = ctid.canonical(organization)
    _use_cases().change(who(), record, member, request.form.get("role", ""), visitor())
    return respond.redirect(f"/account/organizations/{record}/members", 303)


@blueprint.post("/account/organizations/<organization>/invitations/<invitation>")
@reads()
@for_people
def take_back(organization: str, invitation: str) -> Response:
    """Make an invitation void."""
    require_form()
    record = ctid.canonical(organization)
    _use_cases().take_back(who(), record, invitation, visitor())
    return respond.redirect(f"/account/organizations/{record}/members", 303)


@blueprint.route("/account/invitation", methods=["GET", "POST"])
@reads("token")
@for_people
def invitation() -> Response:
    """Offer the invitation to which a mail links."""
    return _offered(digest_of(request.args.get("token", "")))


@blueprint.route("/account/invitations/<invitation>", methods=["GET", "POST"])
@reads()
@for_people
def offered(invitation: str) -> Response:
    """Offer an invitation that the dashboard lists."""
    return _offered(invitation)


def _offered(invitation: str) -> Response:
    offer = _use_cases().offer(who(), invitation)

    def use() -> Response:
        record = _use_cases().accept(who(), invitation, visitor())
        return respond.redirect(f"/account/organizations/{record}/records", 303)

    return filled(Press(), use, "accounts/invitation.html", offer=offer)
