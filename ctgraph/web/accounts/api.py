"""What programs do for an organization with a key of the scope `admin`."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response

from ctgraph.accounts.keys import Keys
from ctgraph.accounts.rights import Act
from ctgraph.errors import BadParameter
from ctgraph.ledger.values import Key, Scope, end_of
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import program
from ctgraph.web.http.bodies import members
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import visitor

blueprint = Blueprint("api", __name__, url_prefix="/api/organizations/<organization>/keys")


@blueprint.get("")
@reads()
def keys(organization: str) -> Response:
    """Return the keys of an organization without their secrets, the oldest first."""
    found = _keys(organization)
    listed = [_told(one) for one in state().ledger.organizations.keys(found.owner)]
    return respond.json({"keys": listed}, caching=respond.Caching.NEVER)


@blueprint.post("")
@reads()
def draw(organization: str) -> Response:
    """Draw a key, and show it this once."""
    found = _keys(organization)
    body = members(scopes=list, lastDay=str, label=str)
    key = found.draw(_scopes(body.get("scopes")), _end(body.get("lastDay")), body.get("label", ""))
    kept = state().ledger.organizations.bearer_of(key)
    told = {"key": key} | (_told(kept.key) if kept else {})
    return respond.json(told, status=201, caching=respond.Caching.NEVER)


@blueprint.delete("/<key>")
@reads()
def revoke(organization: str, key: str) -> Response:
    """Revoke a key, which may be the one that is used."""
    _keys(organization).revoke(key)
    return respond.empty()


def _keys(organization: str) -> Keys:
    """Return the use cases of the organization that a key of the scope `admin` belongs to.

    :raises Forbidden: when the address names another one.
    """
    who = program(organization, Act.ISSUE_KEYS)
    return Keys(state().ledger, who.organization.ctid, who, visitor())


def _scopes(value: Any) -> set[Scope]:
    allowed = {one.value for one in Scope}
    if not isinstance(value, list) or any(
        not isinstance(one, str) or one not in allowed for one in value
    ):
        raise BadParameter(f"Send `scopes` as a list of: {', '.join(Scope)}.")
    return {Scope(one) for one in value}


def _end(day: Any) -> str | None:
    if day is None:
        return None
    try:
        found = date.fromisoformat(day)
        if found.isoformat() != day:  # a week, or without hyphens
            raise ValueError
        return end_of(found)
    except (TypeError, ValueError):
        raise BadParameter("Send `lastDay` as a date such as 2030-12-31.") from None


def _told(key: Key) -> dict[str, object]:
    return {
        "id": key.id,
        "prefix": f"ctg_{key.id}",
        "label": key.label,
        "scopes": sorted(key.scopes),
        "createdAt": key.created_at,
        "expiresAt": key.expires_at,
        "revokedAt": key.revoked_at,
        "usedAt": key.used_at,
    }
