"""The DIDs of organizations: found by anybody, proved and removed with an API key."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from ctgraph.documents.json_text import read_json
from ctgraph.errors import BadParameter, InvalidDocument
from ctgraph.identity import ctid
from ctgraph.ledger.values import Scope
from ctgraph.ler.issuers import Proving, issuer_json
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import authenticate
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads, words
from ctgraph.web.http.registry import state

blueprint = Blueprint("issuers", __name__, url_prefix="/issuers")


@blueprint.get("")
@reads("format", "did", "organization")
def issuers() -> Response:
    """Return the organizations that have proved a DID, or the DIDs of an organization."""
    did, organization = words("did"), words("organization")
    name = choose(respond.JSON_OR_PAGE, usual="" if did or organization else "html")
    if did:
        found = state().ledger.issuers.with_did(did)
    elif organization:
        found = state().ledger.issuers.of(ctid.canonical(organization))
    elif name == "html":
        return respond.page("ler/issuers.html", issuers=None, did="")
    else:
        raise BadParameter("Name a DID, or an organization by its CTID: /issuers?did=did:key:…")
    if name == "html":
        return respond.page("ler/issuers.html", issuers=found, did=did)
    listed = [issuer_json(one, state().identity) for one in found]
    return respond.json({"issuers": listed}, caching=respond.Caching.REVALIDATE)


@blueprint.post("/challenges")
@reads()
def challenge() -> Response:
    """Return a challenge by which the organization of the key proves a DID."""
    proving = _proving()
    made = proving.challenge(_member("did"))
    return respond.json(made, status=201, caching=respond.Caching.NEVER)


@blueprint.post("")
@reads()
def prove() -> Response:
    """Keep the DID that a JWT proves: 201 with what is kept."""
    proving = _proving()
    kept = issuer_json(proving.prove(_proof()), state().identity)
    return respond.json(kept, status=201, caching=respond.Caching.NEVER)


@blueprint.delete("")
@reads("did")
def remove() -> Response:
    """Forget a DID of the organization of the key: 204."""
    _proving().remove(words("did"))
    return respond.empty()


def _proving() -> Proving:
    owner, _ = authenticate(Scope.PUBLISH)
    return Proving(state().settings, state().ledger, owner.ctid)


def _proof() -> str:
    """Return the JWT of the request: its body as application/jwt, or a member of its JSON."""
    if request.mimetype == "application/jwt":
        return request.get_data(cache=False).decode("ascii", "replace").strip()
    return _member("proof")


def _member(name: str) -> str:
    remedy = f'Send JSON such as {{"{name}": "…"}}.'
    try:
        body: Any = read_json(request.get_data(cache=False, parse_form_data=False))
    except InvalidDocument as error:
        raise BadParameter(f"{error.message} {remedy}", error.problems) from error
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str) or not value:
        raise BadParameter(f"The body has no {name}. {remedy}")
    return value
