"""Publishing, withdrawing and giving away over HTTP, with an API key."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, request

from ctgraph import publishing
from ctgraph.documents.json_text import read_json
from ctgraph.errors import BadParameter, UnsupportedMediaType
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Effect, Organization, Scope
from ctgraph.ler.case.imports import imported_here, is_package
from ctgraph.publishing import Receipt
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import authenticate, owner_for
from ctgraph.web.http.bodies import sent_document
from ctgraph.web.http.parameters import flag, reads, words
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
    """Publish a document: 201 with its address, or 200 if nothing changed.

    A package of CASE is published as the framework of CTDL-ASN that says the same.
    """
    sender, key = authenticate(Scope.PUBLISH)
    owner = owner_for(sender, ctid.canonical(organization))
    state().ledger.reviews.require_none(owner, sender)
    # curl --data says that it sends a form. The body is read as JSON all the same.
    if request.mimetype and request.mimetype not in BODIES:
        raise UnsupportedMediaType(
            f"{request.mimetype} is not supported. Send application/ld+json or application/json."
        )
    data = sent_document()
    run = state().validator_for(sender.ctid)
    left_out: dict[str, int] = {}
    if is_package(data):
        made = run(imported_here, state().settings, data, owner.ctid)
        data, left_out = orjson.dumps(made.content), made.left_out
    receipt = publishing.publish(
        state().settings,
        state().ledger,
        owner,
        data,
        key.id,
        flag("wait"),
        run,
        None if owner == sender else sender,
    )
    status = 200 if receipt.effect is Effect.UNCHANGED else 201
    response = _answer(receipt, status, left_out)
    response.headers["Location"] = f"/resources/{receipt.envelope.ctid}"
    return response


@blueprint.delete("/resources/documents/<record>")
@blueprint.delete("/ce-registry/resources/documents/<record>")
@reads("reason", "wait")
def withdraw(record: str) -> Response:
    """Withdraw a record, perhaps with a reason: 204. From then on its address answers 410."""
    sender, key = authenticate(Scope.PUBLISH)
    canonical = ctid.canonical(record)
    owner = _holder(sender, canonical)
    publisher = None if owner == sender else sender
    publishing.withdraw(
        state().settings,
        state().ledger,
        owner,
        canonical,
        key.id,
        flag("wait"),
        publisher,
        _reason(),
    )
    return respond.empty()


@blueprint.patch("/resources/documents/<record>/transfer")
@blueprint.patch("/ce-registry/resources/documents/<record>/transfer")
@reads("organization_id", "wait")
def transfer(record: str) -> Response:
    """Give a record to another organization, which lets the owner publish for it."""
    giver, key = authenticate(Scope.PUBLISH)
    taker = state().ledger.organizations.get(ctid.canonical(words("organization_id")))
    state().ledger.reviews.require_none(giver, taker)
    receipt = publishing.transfer(
        state().settings,
        state().ledger,
        ctid.canonical(record),
        giver,
        taker,
        key.id,
        flag("wait"),
    )
    return _answer(receipt, 200, {})


def _reason() -> str:
    """Return why a record is withdrawn, as a parameter or the body says; '' where neither does."""
    given = request.args.get("reason", "")
    data = request.get_data(cache=False, parse_form_data=False)
    if not data:
        return given
    body = read_json(data)
    if not isinstance(body, dict) or body.keys() - {"reason"}:
        raise BadParameter('The body of a withdrawal is empty, or such as {"reason": "It ended."}.')
    told = body.get("reason", "")
    if not isinstance(told, str) or (given and told and given != told):
        raise BadParameter("The reason of a withdrawal is one text. Send it once.")
    return told or given


def _holder(sender: Organization, record: Ctid) -> Organization:
    """Return the organization in whose name the bearer of a key withdraws a record."""
    ledger = state().ledger
    head = ledger.records.find(record)
    if head and ledger.partnerships.stands(sender.ctid, head.owner):
        return ledger.organizations.get(head.owner)
    return sender


def _answer(receipt: Receipt, status: int, left_out: dict[str, int]) -> Response:
    document = state().ledger.records.read(receipt.envelope.ctid).canonical
    body = publishing.envelope_json(receipt.envelope, document) | {
        "changed": receipt.effect is not Effect.UNCHANGED,
        "event": receipt.effect,
        "queryable": receipt.queryable,
        "validation": receipt.report.to_json() if receipt.report else None,
    }
    if left_out:
        body["leftOut"] = left_out
    return respond.json(body, status=status)
