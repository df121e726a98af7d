"""The members of an organization, for programs with a key of the scope `admin`."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph.accounts.members import Members
from ctgraph.accounts.rights import Act
from ctgraph.errors import BadParameter
from ctgraph.ledger.applications import Member
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import program
from ctgraph.web.http.bodies import members as given_members
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import visitor

blueprint = Blueprint("api_members", __name__, url_prefix="/api/organizations/<organization>")


@blueprint.get("/members")
@reads()
def members(organization: str) -> Response:
    """Return the members of an organization, in the order of their names, and its invitations."""
    record = program(organization, Act.ADMIT).organization.ctid
    found = state().ledger.applications.members(record)
    invited = [one._asdict() for one in _use_cases().invited(record)]
    answer = {"members": list(map(_told, found)), "invitations": invited}
    return respond.json(answer, caching=respond.Caching.NEVER)


@blueprint.post("/members")
@reads()
def invite(organization: str) -> Response:
    """Invite somebody by mail: 202, as a member comes when the invitation is accepted."""
    who = program(organization, Act.ADMIT)
    given = given_members(email=str, role=str)
    email, role = given.get("email", ""), given.get("role", "")
    _use_cases().invite(who, who.organization.ctid, email, role, visitor())
    told = {"email": email, "role": role, "told": "Invited by mail."}
    return respond.json(told, status=202, caching=respond.Caching.NEVER)


@blueprint.patch("/members/<member>")
@reads()
def change(organization: str, member: str) -> Response:
    """Give a member another role."""
    who = program(organization, Act.ADMIT)
    role = given_members(role=str).get("role", "")
    if not role:
        raise BadParameter("Send the new `role`. DELETE ends the membership.")
    record = who.organization.ctid
    _use_cases().change(who, record, member, role, visitor())
    (now,) = [o for o in state().ledger.applications.members(record) if o.person == member]
    return respond.json(_told(now), caching=respond.Caching.NEVER)


@blueprint.delete("/members/<member>")
@reads()
def dismiss(organization: str, member: str) -> Response:
    """End a membership."""
    who = program(organization, Act.ADMIT)
    _use_cases().change(who, who.organization.ctid, member, "", visitor())
    return respond.empty()


@blueprint.delete("/invitations/<invitation>")
@reads()
def take_back(organization: str, invitation: str) -> Response:
    """Make an invitation void."""
    who = program(organization, Act.ADMIT)
    _use_cases().take_back(who, who.organization.ctid, invitation, visitor())
    return respond.empty()


def _told(one: Member) -> dict[str, str]:
    return {"id": one.person, "name": one.name, "email": one.email, "role": one.role}


def _use_cases() -> Members:
    return Members(state().ledger, state().settings.base_url)
