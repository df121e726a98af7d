"""The API key that a request carries (RFC 6750)."""

from __future__ import annotations

from flask import request

from ctgraph.errors import Unauthenticated
from ctgraph.ledger.organizations import Bearer
from ctgraph.ledger.suspensions import require_active
from ctgraph.web.http.registry import state

SCHEMES = ("bearer", "token", "apitoken")


def authenticate() -> Bearer:
    """Return the organization whose API key the request carries, and the key's id.

    :raises Unauthenticated: if the request has no valid key.
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
    if request.method not in ("GET", "HEAD"):
        with state().ledger.database.engine.connect() as connection:
            require_active(connection, bearer.organization.ctid, bearer.organization.name)
    return bearer
