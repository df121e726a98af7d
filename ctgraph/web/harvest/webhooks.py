"""Webhooks over HTTP, with an API key."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from ctgraph.documents.json_text import read_json
from ctgraph.harvest.webhooks import Hooking, webhook_json
from ctgraph.ledger.values import Scope
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import authenticate
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("webhooks", __name__)
_KEEP_NOTHING = respond.Caching.NEVER


@blueprint.get("/webhooks")
@reads()
def webhooks() -> Response:
    """Return the webhooks of the organization."""
    owner, _ = authenticate()
    found = map(webhook_json, state().ledger.webhooks.of(owner.ctid))
    return respond.json({"webhooks": list(found)}, caching=_KEEP_NOTHING)


@blueprint.post("/webhooks")
@reads()
def register() -> Response:
    """Register a webhook: 201 with its secret, which is shown this once."""
    one = _hooking().register(_body())
    response = respond.json(webhook_json(one, with_secret=True), status=201, caching=_KEEP_NOTHING)
    response.headers["Location"] = f"/webhooks/{one.id}"
    return response


@blueprint.get("/webhooks/<id>")
@reads()
def webhook(id: str) -> Response:
    """Return a webhook: how far it has come, and what went wrong last."""
    owner, _ = authenticate()
    found = state().ledger.webhooks.get(owner.ctid, id)
    return respond.json(webhook_json(found), caching=_KEEP_NOTHING)


@blueprint.delete("/webhooks/<id>")
@reads()
def delete(id: str) -> Response:
    """Delete a webhook."""
    _hooking().delete(id)
    return respond.empty()


@blueprint.post("/webhooks/<id>/replay")
@reads()
def replay(id: str) -> Response:
    """Send a webhook back to the changes after a number."""
    one = _hooking().replay(id, _body())
    return respond.json(webhook_json(one), caching=_KEEP_NOTHING)


@blueprint.post("/webhooks/<id>/resume")
@reads()
def resume(id: str) -> Response:
    """Let a webhook that is paused go on."""
    return respond.json(webhook_json(_hooking().resume(id)), caching=_KEEP_NOTHING)


def _hooking() -> Hooking:
    """Return the use cases for the organization whose key the request carries."""
    owner, _ = authenticate(Scope.PUBLISH)
    return Hooking(state().settings, state().ledger, owner)


def _body() -> Any:
    return read_json(request.get_data(cache=False, parse_form_data=False))
