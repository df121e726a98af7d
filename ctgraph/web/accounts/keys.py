"""The API keys of an organization."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph.accounts.keys import Keys
from ctgraph.accounts.rights import Act, require
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Scope, end_of, now
from ctgraph.web.accounts.organization_forms import NewKey
from ctgraph.web.accounts.organizations import applicants
from ctgraph.web.accounts.people import filled, require_form, text
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("keys", __name__, url_prefix="/account/organizations/<organization>/keys")


@blueprint.route("", methods=["GET", "POST"])
@reads()
@for_people
def keys(organization: str) -> Response:
    """Show the keys of an organization; make one, and show it this once."""
    owner = _owner(organization)
    form = NewKey()

    def use() -> Response:
        return _shown(owner, NewKey(formdata=None), _made(owner, form))

    return filled(form, use, "accounts/keys.html", **_listed(owner))


@blueprint.post("/<key>/revoke")
@reads()
@for_people
def revoke(organization: str, key: str) -> Response:
    """Revoke a key."""
    owner = _owner(organization)
    require_form()
    _keys(owner).revoke(key)
    return respond.redirect(f"/account/organizations/{owner}/keys", 303)


def _made(owner: Ctid, form: NewKey) -> str:
    """Make the key that a form describes, and return it."""
    scopes = {Scope(one) for one in form.scopes.data or ()}
    expires_at = end_of(form.expires.data) if form.expires.data else None
    return _keys(owner).draw(scopes, expires_at, text(form.label))


def _owner(organization: str) -> Ctid:
    record = ctid.canonical(organization)
    require(applicants().role(who(), record), Act.ISSUE_KEYS)
    return record


def _listed(owner: Ctid) -> dict[str, object]:
    organizations = state().ledger.organizations
    return {
        "owner": organizations.get(owner),
        "keys": organizations.keys(owner),
        "now": now(),
    }


def _shown(owner: Ctid, form: NewKey, key: str) -> Response:
    return respond.page("accounts/keys.html", form=form, key=key, problem="", **_listed(owner))


def _keys(owner: Ctid) -> Keys:
    return Keys(state().ledger, owner, who(), visitor())
