"""The dashboard of a person, and the way of an organization to its approval."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from ctgraph.accounts import automatic, profile
from ctgraph.accounts.confirming import overdue
from ctgraph.accounts.evidence import Looking, evidence, proven
from ctgraph.accounts.members import Members
from ctgraph.accounts.organizations import FOLLOWING, Applicants, require_draft
from ctgraph.accounts.registering import Registering
from ctgraph.accounts.rights import Act, require
from ctgraph.errors import CtgraphError, NotFound
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.applications import Application, State
from ctgraph.records.figures import figures_of
from ctgraph.web.accounts.forms import Press, Words
from ctgraph.web.accounts.mending import Told, by_property, told_of_description
from ctgraph.web.accounts.organization_forms import Describe
from ctgraph.web.accounts.people import filled, require_form, text
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import authenticate
from ctgraph.web.http.negotiation import wants_html
from ctgraph.web.http.owners import owned
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("organizations", __name__)

MAX_ACTIVITIES = 30
"""The newest activities that a page shows."""


def applicants() -> Applicants:
    """Return the use cases of organizations that come to the registry."""
    return Applicants(state().settings, state().ledger)


@blueprint.get("/account")
@reads()
def account() -> Response:
    """Return the dashboard of a person, or, for a program, the organization of its key."""
    if not wants_html():
        owner, _ = authenticate()
        return respond.json(
            {"organization": owner.ctid, "name": owner.name}, caching=respond.Caching.NEVER
        )
    return _dashboard()


@for_people
def _dashboard() -> Response:
    memberships = state().ledger.applications.memberships(who().id)
    return respond.page(
        "accounts/dashboard.html",
        form=Press(),
        person=who(),
        organizations=[(one, _application(one.organization)) for one in memberships],
        offers=Members(state().ledger, state().settings.base_url).offers(who()),
    )


@blueprint.route("/account/organizations/new", methods=["GET", "POST"])
@reads()
@for_people
def new() -> Response:
    """Describe a new organization."""
    form = Describe()

    def use() -> Response:
        record = ctid.mint()
        document = profile.document_of(_fields(form), record, state().identity)
        applicants().begin(who(), text(form.name).strip(), document, record, visitor())
        return _go_on(form, record)

    return filled(form, use, "accounts/describe.html", title=_("Your organization"))


@blueprint.route("/account/organizations/<record>/describe", methods=["GET", "POST"])
@reads()
@for_people
def describe(record: str) -> Response:
    """Change the description of an organization."""
    own = _own(record, Act.DESCRIBE)
    # Fields that somebody emptied are absent in what is sent, and stay empty.
    held = None if request.method == "POST" else profile.fields_of(own.document)
    form = Describe(data=held)

    def use() -> Response:
        document = profile.document_of(_fields(form), own.organization, state().identity)
        applicants().describe(who(), own.organization, text(form.name).strip(), document)
        return _go_on(form, own.organization)

    missing = [] if request.method == "POST" else _beside(form, own)
    return filled(form, use, "accounts/describe.html", title=own.name, missing=missing)


def _beside(form: Describe, own: Application) -> list[Told]:
    """Return what a description lacks, and tell it beside the fields of its form, too."""
    missing = _missing(own)
    for name, found in by_property(missing).items():
        if name:
            form[name].errors = [" ".join(one.text for one in found)]
    return missing


def _missing(own: Application) -> list[Told]:
    run = state().validator_for(own.organization)
    return told_of_description(applicants().missing(own, run), profile.FIELDS)


@blueprint.route("/account/organizations/<record>/discard", methods=["GET", "POST"])
@reads()
@for_people
def discard(record: str) -> Response:
    """Discard an organization that was never submitted, once somebody confirms it."""
    own = _own(record, Act.DESCRIBE)
    require_draft(own)

    def use() -> Response:
        seen = request.form.getlist("seen")
        applicants().discard(who(), own.organization, seen, visitor())
        return respond.redirect("/account", 303)

    return filled(
        Press(),
        use,
        "accounts/discard.html",
        own=own,
        person=who(),
        drafts=state().ledger.drafts.of(own.organization),
        members=state().ledger.applications.members(own.organization),
    )


def _go_on(form: Describe, record: Ctid) -> Response:
    """Submit an organization that was just saved, if that is wanted.

    It stays saved where it cannot be submitted yet.
    """
    if request.form.get("submit"):
        try:
            _submit(record, "")
        except CtgraphError as error:
            missing = _beside(form, _own(record, Act.DESCRIBE))
            response = respond.page(
                "accounts/describe.html",
                form=form,
                problem=_("It is saved, but not submitted yet.") if missing else error.message,
                missing=missing,
                title=text(form.name),
                action=f"/account/organizations/{record}/describe",
            )
            response.status_code = error.status
            return response
    return respond.redirect(f"/account/organizations/{record}", 303)


@blueprint.route("/account/organizations/<record>", methods=["GET", "POST"])
@reads()
@for_people
def organization(record: str) -> Response:
    """Show an organization, and how it stands; submit it, or answer the staff."""
    owner = owned(record, Act.SEE)
    found = _application(owner.ctid)
    asked = found if found and found.state is not State.APPROVED else None
    form = Words()

    def use() -> Response:
        _submit(owner.ctid, text(form.words))
        return respond.redirect(f"/account/organizations/{owner.ctid}", 303)

    return filled(
        form,
        use,
        "accounts/organization.html",
        owner=owner,
        role=applicants().role(who(), owner.ctid),
        is_trusted=Registering(state().settings, state().ledger).is_trusted(owner.ctid),
        asked=asked,
        **(_of_application(asked) if asked else {}),
        due=state().ledger.confirmations.number(owner.ctid, overdue()),
        remarks=state().ledger.applications.remarks(owner.ctid),
        activities=state().ledger.activities.of_organization(owner.ctid, MAX_ACTIVITIES),
        figures=figures_of(state().settings, state().ledger, state().whole, owner.ctid),
    )


def _submit(record: Ctid, words: str) -> None:
    applicants().submit(who(), record, words, visitor(), state().validator_for(record))
    automatic.approve_if_met(state().settings, state().ledger, who(), record, visitor())


def _of_application(asked: Application) -> dict[str, Any]:
    """Return what a page shows of an organization that is not approved."""
    record = asked.organization
    fields = profile.fields_of(asked.document)
    emails = [one.email for one in state().ledger.applications.members(record)]
    webpage = fields["subjectWebpage"]
    return {
        "fields": fields,
        "evidence": [
            *evidence(webpage, emails),
            *proven(webpage, record, state().ledger.proofs.of(record)),
        ],
        "may_look": state().settings.outgoing_requests,
        "rules": automatic.rules(state().settings),
        "place": state().ledger.applications.place(record),
        "may_submit": State.SUBMITTED in FOLLOWING[asked.state],
        "missing": _missing(asked) if State.SUBMITTED in FOLLOWING[asked.state] else [],
    }


@blueprint.post("/account/organizations/<record>/evidence")
@reads()
@for_people
def look(record: str) -> Response:
    """Look up what the domain of an organization says, for its administrator or the staff."""
    require_form()
    canonical = ctid.canonical(record)
    Looking(state().settings, state().ledger).look(who(), canonical, visitor())
    automatic.approve_if_met(state().settings, state().ledger, who(), canonical, visitor())
    place = "account" if applicants().role(who(), canonical) else "staff"
    return respond.redirect(f"/{place}/organizations/{canonical}", 303)


def _own(record: str, act: Act) -> Application:
    """Return an organization of the person who is signed in.

    :raises Forbidden: when the person may not do what is asked.
    :raises NotFound: when there is no such application.
    """
    canonical = ctid.canonical(record)
    require(applicants().role(who(), canonical), act)
    found = _application(canonical)
    if found is None:
        raise NotFound(f"There is no application of {canonical}.")
    return found


def _application(record: Ctid) -> Application | None:
    with state().ledger.database.engine.connect() as connection:
        return state().ledger.applications.get(connection, record)


def _fields(form: Describe) -> dict[str, Any]:
    """Return what somebody wrote into the fields of a form."""
    return {
        name: value.replace("\0", "").strip() if isinstance(value, str) else value
        for name, value in form.data.items()
        if name != "csrf_token"
    }
