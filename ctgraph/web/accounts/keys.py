"""The API keys of an organization."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph.accounts.rights import Act, require
from ctgraph.errors import Forbidden, NotFound
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.organizations import applicants
from ctgraph.web.accounts.people import require_form
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("keys", __name__, url_prefix="/account/organizations/<organization>/keys")


@blueprint.get("")
@reads()
@for_people
def keys(organization: str) -> Response:
    """Show the keys of an organization."""
    return _shown(_owner(organization))


@blueprint.post("")
@reads()
@for_people
def make(organization: str) -> Response:
    """Make a key, and show it this once."""
    owner = _owner(organization)
    require_form()
    if not applicants().may_publish(owner):
        raise Forbidden("The registry has not approved your organization yet.")
    key = state().ledger.organizations.add_key(owner)
    _note(owner, "Made an API key.")
    return _shown(owner, key)


@blueprint.post("/<key>/revoke")
@reads()
@for_people
def revoke(organization: str, key: str) -> Response:
    """Revoke a key."""
    owner = _owner(organization)
    require_form()
    if all(one.id != key for one in state().ledger.organizations.keys(owner)):
        raise NotFound("There is no such key.")
    state().ledger.organizations.revoke_key(key)
    _note(owner, f"Revoked the API key {key}.")
    return respond.redirect(f"/account/organizations/{owner}/keys", 303)


def _owner(organization: str) -> Ctid:
    record = ctid.canonical(organization)
    require(applicants().role(who(), record), Act.ISSUE_KEYS)
    return record


def _shown(owner: Ctid, key: str = "") -> Response:
    organizations = state().ledger.organizations
    return respond.page(
        "accounts/keys.html",
        owner=organizations.get(owner),
        keys=organizations.keys(owner),
        key=key,
        form=Press(),
    )


def _note(owner: Ctid, words: str) -> None:
    with state().ledger.database.writing() as connection:
        state().ledger.activities.note(
            connection, words, person=who().id, organization=owner, address=visitor().address
        )
