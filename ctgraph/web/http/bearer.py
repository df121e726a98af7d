"""The API key that a request carries (RFC 6750)."""

from __future__ import annotations

from contextlib import suppress

from flask import request

from ctgraph.errors import Forbidden, StoreError, Unauthenticated
from ctgraph.ledger.organizations import Bearer
from ctgraph.ledger.suspensions import require_active
from ctgraph.ledger.values import Scope, now
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
    if used.expires_at and used.expires_at <= now():
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
