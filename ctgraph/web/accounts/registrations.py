"""The page on which a trusted partner registers institutions, from a spreadsheet."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.accounts.institutions import MAX_INSTITUTIONS
from ctgraph.accounts.registering import Registered, Registering
from ctgraph.accounts.rights import ROLES, Act, StaffAct, require_staff
from ctgraph.errors import BadParameter, CtgraphError
from ctgraph.identity import ctid
from ctgraph.spreadsheets.files import File
from ctgraph.uploads.institutions import institutions_in, template
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.organizations import applicants
from ctgraph.web.accounts.people import require_form
from ctgraph.web.http import respond
from ctgraph.web.http.owners import owned
from ctgraph.web.http.parameters import reads, words
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("registrations", __name__)
MAX_SHOWN = 100
"""Institutions that the page of a trusted partner lists at once."""
HERE = "/account/organizations/<organization>/registrations"


def _use_cases() -> Registering:
    return Registering(state().settings, state().ledger)


@blueprint.get(HERE)
@reads("after")
@for_people
def registrations(organization: str) -> Response:
    """Show the institutions that a trusted partner registered."""
    return _page(organization)


@blueprint.post(HERE)
@reads()
@for_people
def register(organization: str) -> Response:
    """Register the institutions of a spreadsheet, all of them or none."""
    require_form()
    own = owned(organization, Act.REGISTER)
    run, sends = state().validator_for(own.ctid), not request.form.get("silent")
    try:
        file = request.files.get("file")
        if file is None or not file.filename:
            raise BadParameter("Choose the file.")
        given = institutions_in(File(file.filename, file.read()))
        done = _use_cases().register(who(), own, given, visitor(), run, sends=sends)
    except CtgraphError as error:
        response = _page(organization, error=error)
        response.status_code = error.status
        return response
    return _page(organization, done=done)


@blueprint.get(f"{HERE}/template")
@reads()
@for_people
def download(organization: str) -> Response:
    """Return the headings of the CSV file, with a sample row."""
    owned(organization, Act.SEE)
    response = respond.content(template(), "text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="institutions.csv"'
    return response


@blueprint.route("/staff/partners", methods=["GET", "POST"])
@reads()
@for_people
def trusted() -> Response:
    """Show the trusted partners; make an organization one, or end that."""
    require_staff(who().is_staff, StaffAct.TRUST)
    typed, error = "", None
    if request.method == "POST":
        require_form()
        typed = request.form.get("organization", "").strip()
        try:
            is_trusted = request.form.get("state") == "trusted"
            _use_cases().trust(who(), ctid.canonical(typed), is_trusted, visitor())
            return respond.redirect("/staff/partners", 303)
        except CtgraphError as raised:
            error = raised
    partners = state().ledger.trusted_partners.all()
    response = respond.page(
        "accounts/trusted.html", form=Press(), partners=partners, typed=typed, error=error
    )
    response.status_code = error.status if error else 200
    return response


def _page(
    organization: str, done: list[Registered] | None = None, error: CtgraphError | None = None
) -> Response:
    own, after = owned(organization, Act.SEE), words("after")
    found = state().ledger.trusted_partners.of(own.ctid, after, MAX_SHOWN + 1)
    is_trusted = _use_cases().is_trusted(own.ctid)
    return respond.page(
        "accounts/registrations.html",
        form=Press(),
        own=own,
        is_trusted=is_trusted,
        may_register=applicants().role(who(), own.ctid) in ROLES[Act.REGISTER],
        most=MAX_INSTITUTIONS,
        done=done,
        error=error,
        found=found[:MAX_SHOWN],
        next=found[MAX_SHOWN - 1].identifier if len(found) > MAX_SHOWN else "",
    )
