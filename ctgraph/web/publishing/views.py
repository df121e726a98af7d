"""Publishing and withdrawing over HTTP, with an API key."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph import publishing
from ctgraph.errors import Forbidden, NotFound, UnsupportedMediaType
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.partnerships import require_grant
from ctgraph.ledger.values import Effect, Organization, Scope
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
    sender, key = authenticate(Scope.PUBLISH)
    owner = _owner(sender, ctid.canonical(organization))
    state().ledger.reviews.require_none(owner)
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
        state().validator_for(sender.ctid),
        None if owner == sender else sender,
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
    sender, key = authenticate(Scope.PUBLISH)
    canonical = ctid.canonical(record)
    owner = _holder(sender, canonical)
    publisher = None if owner == sender else sender
    publishing.withdraw(
        state().settings, state().ledger, owner, canonical, key.id, flag("wait"), publisher
    )
    return respond.empty()


def _owner(sender: Organization, record: Ctid) -> Organization:
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


def _holder(sender: Organization, record: Ctid) -> Organization:
    """Return the organization in whose name the bearer of a key withdraws a record."""
    ledger = state().ledger
    head = ledger.records.find(record)
    if head and ledger.partnerships.stands(sender.ctid, head.owner):
        return ledger.organizations.get(head.owner)
    return sender


def _answer(receipt: Receipt, status: int) -> Response:
    document = state().ledger.records.read(receipt.envelope.ctid).canonical
    body = publishing.envelope_json(receipt.envelope, document) | {
        "changed": receipt.effect is not Effect.UNCHANGED,
        "event": receipt.effect,
        "queryable": receipt.queryable,
        "validation": receipt.report.to_json() if receipt.report else None,
    }
    return respond.json(body, status=status)
