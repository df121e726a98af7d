"""The DIDs of an organization, which its administrators prove and remove."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.accounts.rights import Act
from ctgraph.ler.issuers import Proving
from ctgraph.web.accounts.organization_forms import Did, Proof
from ctgraph.web.accounts.people import filled, require_form, text
from ctgraph.web.http import respond
from ctgraph.web.http.owners import owned
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people

blueprint = Blueprint("dids", __name__, url_prefix="/account/organizations/<organization>/issuers")


@blueprint.route("", methods=["GET", "POST"])
@reads()
@for_people
def dids(organization: str) -> Response:
    """Show the DIDs of an organization; make a challenge for another one."""
    owner = owned(organization, Act.ISSUE_KEYS)
    form = Did()

    def use() -> Response:
        made = _proving(organization).challenge(text(form.did).strip())
        return respond.page(
            "accounts/issuers.html", form=Proof(formdata=None), problem="", made=made, **shown
        )

    shown = {"owner": owner, "issuers": state().ledger.issuers.of(owner.ctid)}
    return filled(form, use, "accounts/issuers.html", made=None, **shown)


@blueprint.post("/proof")
@reads()
@for_people
def proof(organization: str) -> Response:
    """Keep the DID that a proof proves."""
    owner = owned(organization, Act.ISSUE_KEYS)
    form = Proof()

    def use() -> Response:
        _proving(organization).prove(text(form.proof).strip())
        return respond.redirect(f"/account/organizations/{owner.ctid}/issuers", 303)

    shown = {"owner": owner, "issuers": state().ledger.issuers.of(owner.ctid)}
    return filled(form, use, "accounts/issuers.html", made=None, **shown)


@blueprint.post("/remove")
@reads()
@for_people
def remove(organization: str) -> Response:
    """Forget a DID."""
    proving = _proving(organization)
    require_form()
    proving.remove(request.form.get("did", ""))
    return respond.redirect(f"/account/organizations/{proving.owner}/issuers", 303)


def _proving(organization: str) -> Proving:
    owner = owned(organization, Act.ISSUE_KEYS)
    return Proving(state().settings, state().ledger, owner.ctid)
