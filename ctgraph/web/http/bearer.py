"""The API key that a request carries (RFC 6750)."""

from __future__ import annotations

from contextlib import suppress

from flask import request

from ctgraph.accounts.actors import Program, require
from ctgraph.accounts.rights import SCOPES, Act
from ctgraph.errors import Forbidden, NotFound, StoreError, Unauthenticated
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.organizations import Bearer
from ctgraph.ledger.partnerships import require_grant
from ctgraph.ledger.suspensions import require_active
from ctgraph.ledger.values import Organization, Scope
from ctgraph.web.http.registry import state

SCHEMES = ("bearer", "token", "apitoken")


def authenticate(*scopes: Scope) -> Bearer:
    """Return the organization whose API key the request carries, and the key.

    :param scopes: those that allow what is asked, any of them; without one, any key does.
    :raises Unauthenticated: if the request has no valid key.
    :raises Forbidden: if the key has none of the scopes.
    :raises Forbidden: if it would write for an organization that is suspended.
    """
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if not key:
        raise Unauthenticated("Send your API key in the header 'Authorization: Bearer <key>'.")
    if scheme.lower() not in SCHEMES:
        raise Unauthenticated(
            f"The authorization scheme {scheme[:20]!r} is not supported. "
            "Send 'Authorization: Bearer <key>'."
        )
    bearer = state().ledger.organizations.bearer_of(key.strip())
    if bearer is None:
        raise Unauthenticated(
            "This API key is not valid. It was mistyped or revoked. Ask the operator for a new one."
        )
    used = bearer.key
    if used.expires_at and used.is_over:
        raise Unauthenticated(
            f"This API key expired on {used.expires_at[:10]}. Ask an administrator of "
            f"{bearer.organization.name} for a new one."
        )
    if scopes and used.scopes.isdisjoint(scopes):
        raise Forbidden(
            f"This API key may not do that: it has the scopes {', '.join(sorted(used.scopes))}. "
            f"Use one with the scope {' or '.join(scopes)}."
        )
    if request.method not in ("GET", "HEAD"):
        with state().ledger.database.engine.connect() as connection:
            require_active(connection, bearer.organization.ctid, bearer.organization.name)
    with suppress(StoreError):  # a request that only reads is answered while nothing can be written
        state().ledger.organizations.note_use(used)
    return bearer


def program(organization: str, act: Act) -> Program:
    """Return the program behind a request, which may do something for an organization.

    :param organization: its CTID, as the address names it.
    :raises Unauthenticated: if the request has no valid key.
    :raises Forbidden: if the key belongs to another organization, or has none of the scopes.
    """
    who = Program(*authenticate(*SCOPES[act]))
    with state().ledger.database.engine.connect() as connection:
        require(state().ledger, connection, who, ctid.canonical(organization), act)
    return who


def owner_for(sender: Organization, record: Ctid) -> Organization:
    """Return the organization in whose name the bearer of a key publishes.

    :raises Forbidden: when it is neither the key's nor one that granted this.
    """
    if record == sender.ctid:
        return sender
    try:
        owner = state().ledger.organizations.get(record)
    except NotFound:
        raise Forbidden(
            f"This key belongs to {sender.name} ({sender.ctid}), not to {record}."
        ) from None
    with state().ledger.database.engine.connect() as connection:
        require_grant(connection, sender, owner)
    return owner
