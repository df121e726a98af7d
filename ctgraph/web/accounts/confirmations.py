"""The records of an organization that are due to be confirmed."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.accounts.confirming import MAX_CONFIRMED, Confirming, overdue
from ctgraph.accounts.rights import ROLES, Act
from ctgraph.errors import BadParameter
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid, NoId
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.organizations import applicants
from ctgraph.web.accounts.people import require_form
from ctgraph.web.http import respond
from ctgraph.web.http.owners import owned
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("confirmations", __name__, url_prefix="/account/organizations/<organization>")


@blueprint.get("/confirm")
@reads("after")
@for_people
def due(organization: str) -> Response:
    """List the records that nobody published or confirmed for a year."""
    owner, confirmations = owned(organization, Act.SEE), state().ledger.confirmations
    given = request.args.get("after", "")
    after: Ctid | NoId = ctid.canonical(given) if given else ""
    found = confirmations.due(owner.ctid, overdue(), MAX_CONFIRMED + 1, after)
    listed = found[:MAX_CONFIRMED]
    return respond.page(
        "accounts/due.html",
        owner=owner,
        due=listed,
        confirmed={one.ctid: confirmations.of(one.ctid) for one in listed},
        next=listed[-1].ctid if len(found) > MAX_CONFIRMED else "",
        may_confirm=applicants().role(who(), owner.ctid) in ROLES[Act.PUBLISH],
        form=Press(),
    )


@blueprint.post("/confirm")
@reads()
@for_people
def confirm(organization: str) -> Response:
    """Confirm one record of the list, or all that it showed."""
    owner = owned(organization, Act.PUBLISH)
    require_form()
    chosen = request.form.getlist("one" if "one" in request.form else "shown")
    Confirming(state().ledger, owner).confirm(who(), dict(map(_seen, chosen)), visitor())
    return respond.redirect(f"/account/organizations/{owner.ctid}/confirm", 303)


def _seen(value: str) -> tuple[Ctid, int]:
    """Return the record and the version that a button of the list stands for."""
    record, _, version = value.partition(" ")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise BadParameter("Press one of the buttons of the list.")
    return ctid.canonical(record), int(version)
