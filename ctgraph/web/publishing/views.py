"""Publishing and withdrawing over HTTP, with an API key."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph import publishing
from ctgraph.errors import Forbidden, UnsupportedMediaType
from ctgraph.identity import ctid
from ctgraph.ledger.values import Effect, Scope
from ctgraph.publishing import Receipt
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import authenticate
from ctgraph.web.http.parameters import flag, reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("publish", __name__)

BODIES = (
    "application/json",
    "application/ld+json",
    "text/plain",
    "application/x-www-form-urlencoded",
)


@blueprint.post("/resources/organizations/<organization>/documents")
@blueprint.post("/ce-registry/resources/organizations/<organization>/documents")
@reads("wait")
def publish(organization: str) -> Response:
    """Publish a document: 201 with its address, or 200 if nothing changed."""
    owner, key = authenticate(Scope.PUBLISH)
    if ctid.canonical(organization) != owner.ctid:
        raise Forbidden(f"This key belongs to {owner.name} ({owner.ctid}), not to {organization}.")
    # curl --data says that it sends a form. The body is read as JSON all the same.
    if request.mimetype and request.mimetype not in BODIES:
        raise UnsupportedMediaType(
            f"{request.mimetype} is not supported. Send application/ld+json or application/json."
        )
    data = request.get_data(cache=False, parse_form_data=False)
    receipt = publishing.publish(
        state().settings,
        state().ledger,
        owner,
        data,
        key.id,
        flag("wait"),
        state().validator_for(owner.ctid),
    )
    status = 200 if receipt.effect is Effect.UNCHANGED else 201
    response = _answer(receipt, status)
    response.headers["Location"] = f"/resources/{receipt.envelope.ctid}"
    return response


@blueprint.delete("/resources/documents/<record>")
@blueprint.delete("/ce-registry/resources/documents/<record>")
@reads("wait")
def withdraw(record: str) -> Response:
    """Withdraw a record: 204. From then on its address answers 410."""
    owner, key = authenticate(Scope.PUBLISH)
    publishing.withdraw(
        state().settings, state().ledger, owner, ctid.canonical(record), key.id, flag("wait")
    )
    return respond.empty()


def _answer(receipt: Receipt, status: int) -> Response:
    document = state().ledger.records.read(receipt.envelope.ctid).canonical
    body = publishing.envelope_json(receipt.envelope, document) | {
        "changed": receipt.effect is not Effect.UNCHANGED,
        "event": receipt.effect,
        "queryable": receipt.queryable,
        "validation": receipt.report.to_json() if receipt.report else None,
    }
    return respond.json(body, status=status)
