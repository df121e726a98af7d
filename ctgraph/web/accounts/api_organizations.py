"""Organizations for programs: those of a key, how one stands, and those that partners register."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from ctgraph.accounts import automatic, profile
from ctgraph.accounts.actors import Program
from ctgraph.accounts.evidence import evidence, proven
from ctgraph.accounts.institutions import Given
from ctgraph.accounts.organizations import Applicants
from ctgraph.accounts.registering import Registered, Registering
from ctgraph.accounts.rights import SCOPES, Act
from ctgraph.errors import BadParameter, Conflict, InvalidDocument
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.applications import Application, State
from ctgraph.ledger.trusted_partners import Registration
from ctgraph.ledger.values import Organization
from ctgraph.spreadsheets.files import File
from ctgraph.uploads.institutions import institutions_in
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import authenticate, program
from ctgraph.web.http.bodies import members
from ctgraph.web.http.parameters import flag, number, reads, words
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import visitor

blueprint = Blueprint("api_organizations", __name__, url_prefix="/api/organizations")
MAX_LISTED = 200
"""Institutions of a trusted partner that one answer lists; `next` leads to the others."""


@blueprint.get("")
@reads("after", "limit")
def organizations() -> Response:
    """Return the organization of a key, and the institutions that it registered."""
    who = Program(*authenticate(*SCOPES[Act.DESCRIBE]))
    own, most, after = who.organization, number("limit", 100), words("after")
    if not 0 < most <= MAX_LISTED:
        raise BadParameter(f"limit is from 1 to {MAX_LISTED}. Ask for the next ones with after.")
    found = state().ledger.trusted_partners.of(own.ctid, after, most + 1)
    listed = [] if after else [{"ctid": own.ctid, "name": own.name, "state": _state(own.ctid)}]
    told: dict[str, Any] = {"organizations": [*listed, *map(_registration, found[:most])]}
    if len(found) > most:
        told["next"] = found[most - 1].identifier
    return respond.json(told, caching=respond.Caching.NEVER)


@blueprint.post("")
@reads("mail")
def register() -> Response:
    """Register institutions as a trusted partner: 201, or 200 where each was registered before."""
    who = Program(*authenticate(*SCOPES[Act.REGISTER]))
    # curl --data says that it sends a form.
    if request.mimetype and not ("json" in request.mimetype or "form" in request.mimetype):
        data = request.get_data(cache=False, parse_form_data=False)
        given = institutions_in(File("The file", data))
    else:
        given = Given(members(organizations=list).get("organizations", []))
    sends = flag("mail") if "mail" in request.args else True
    use_cases, run = Registering(state().settings, state().ledger), _run(who.organization)
    found = use_cases.register(who, who.organization, given, visitor(), run, sends=sends)
    status = 201 if any(one.is_new for one in found) else 200
    told = {"organizations": list(map(_registered, found))}
    return respond.json(told, status=status, caching=respond.Caching.NEVER)


@blueprint.get("/<organization>")
@reads()
def organization(organization: str) -> Response:
    """Return how an organization stands: its state, its place in the queue, and what is missing."""
    return _shown(program(organization, Act.DESCRIBE).organization)


@blueprint.patch("/<organization>")
@reads()
def describe(organization: str) -> Response:
    """Change the description of an organization that is not approved yet."""
    who = program(organization, Act.DESCRIBE)
    record = who.organization.ctid
    if _state(record) is State.APPROVED:
        raise Conflict("The organization is approved. Publish its record instead.")
    kinds = {name: list if name in profile.LISTS else str for name in profile.FIELDS}
    fields, problems = profile.checked(members(**kinds))
    if problems:
        raise InvalidDocument(problems[0].message, problems)
    _applicants().amend(who, record, fields)
    return _shown(state().ledger.organizations.get(record))


@blueprint.post("/<organization>/submit")
@reads()
def submit(organization: str) -> Response:
    """Ask the staff to approve an organization, or answer its question."""
    who = program(organization, Act.DESCRIBE)
    said = members(words=str).get("words", "")
    _applicants().submit(who, who.organization.ctid, said, visitor(), _run(who.organization))
    settings, ledger = state().settings, state().ledger
    automatic.approve_if_met(settings, ledger, who, who.organization.ctid, visitor())
    return _shown(who.organization)


def _shown(owner: Organization) -> Response:
    asked = _application(owner.ctid)
    told: dict[str, Any] = {
        "ctid": owner.ctid,
        "name": owner.name,
        "url": f"{state().settings.base_url}/resources/{owner.ctid}",
        "state": _state(owner.ctid),
        "isTrustedPartner": Registering(state().settings, state().ledger).is_trusted(owner.ctid),
        "place": state().ledger.applications.place(owner.ctid),
        "missing": [],
        "evidence": [],
        "description": None,
        "messages": [
            {
                "createdAt": one.created_at,
                "name": one.name,
                "isStaff": one.is_staff,
                "state": one.state,
                "words": one.words,
            }
            for one in state().ledger.applications.remarks(owner.ctid)
        ],
    }
    if asked and asked.state is not State.APPROVED:
        told |= _of_application(asked, owner)
    return respond.json(told, caching=respond.Caching.NEVER)


def _of_application(asked: Application, owner: Organization) -> dict[str, Any]:
    """Return what is told of an organization that is not approved."""
    fields = profile.fields_of(asked.document)
    emails = [one.email for one in state().ledger.applications.members(owner.ctid)]
    webpage, proof = fields["subjectWebpage"], state().ledger.proofs.of(owner.ctid)
    found = [*evidence(webpage, emails), *proven(webpage, owner.ctid, proof)]
    missing = _applicants().missing(asked, _run(owner))
    return {
        "description": {name: value for name, value in fields.items() if value},
        "missing": [one.to_json() for one in missing],
        "evidence": [{"rule": one.rule, "isMet": one.is_met, "why": one.why} for one in found],
    }


def _state(record: Ctid) -> State:
    asked = _application(record)
    return asked.state if asked else State.APPROVED


def _application(record: Ctid) -> Application | None:
    with state().ledger.database.engine.connect() as connection:
        return state().ledger.applications.get(connection, record)


def _applicants() -> Applicants:
    return Applicants(state().settings, state().ledger)


def _run(owner: Organization) -> Any:
    return state().validator_for(owner.ctid)


def _registration(one: Registration) -> dict[str, Any]:
    return {
        "externalIdentifier": one.identifier,
        "ctid": one.ctid,
        "name": one.name,
        "state": one.state,
        "hasMembers": one.is_taken,
        "registeredAt": one.created_at,
    }


def _registered(one: Registered) -> dict[str, Any]:
    told = {
        "externalIdentifier": one.identifier,
        "ctid": one.ctid,
        "name": one.name,
        "effect": "created" if one.is_new else "unchanged",
    }
    return told | ({"invitation": one.invitation} if one.invitation else {})
