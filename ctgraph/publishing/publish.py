"""The use case of a publisher: publish a document, withdraw a record, or give it away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from ctgraph.documents import Document
from ctgraph.documents.about_others import Naming
from ctgraph.errors import CtgraphError, Forbidden
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Outcome, Submission, append
from ctgraph.ledger.ownership import accounts
from ctgraph.ledger.reasons import plain_reason
from ctgraph.ledger.transfer import transfer as hand_over
from ctgraph.ledger.values import OPERATOR, Effect, Envelope, Organization
from ctgraph.problem import Problem
from ctgraph.projections.bell import Ring, ring
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.publishing.intake import accept_here
from ctgraph.settings import Settings
from ctgraph.validation.report import Report
from ctgraph.work.calls import Runner, directly


@dataclass(frozen=True)
class Receipt:
    """The answer to a publisher.

    :param queryable: whether queries already see the change.
    :param report: warnings and recommendations about the accepted document; None for a withdrawal.
    """

    envelope: Envelope
    effect: Effect
    queryable: bool
    report: Report | None


def publish(
    settings: Settings,
    ledger: Ledger,
    owner: Organization,
    data: bytes,
    actor: str,
    wait: bool = False,
    run: Runner = directly,
    publisher: Organization | None = None,
) -> Receipt:
    """Publish a document as a new version of its record. Identical content makes no new version.

    :param actor: the maker of the version, for the history. The operator may publish for others.
    :param wait: return once queries see the change, or after ``publish_wait`` seconds.
    :param run: calls the function that reads and checks the document, perhaps with a deadline.
    :param publisher: another organization that publishes it for the owner, see
        :func:`ctgraph.ledger.partnerships.require_grant`.
    :raises DocumentTooLarge: when it is too large.
    :raises InvalidDocument: with everything that is wrong with it.
    :raises Forbidden: when a CTID in it belongs to another organization, or it names others as its
        owners and the actor is not the operator.
    :raises Conflict: when a CTID in it is in another document of the organization.
    :raises ValidationLimit: when checking it takes too much time or memory.
    :raises Busy: when checking other documents takes too long.
    """
    document, report = run(accept_here, settings, data)
    if actor != OPERATOR:
        require_own(ledger, owner, document)
    outcome = _append(ledger, Submission(owner, document.ctid, document, publisher), actor)
    return _receipt(settings, ledger, outcome, wait, report)


def withdraw(
    settings: Settings,
    ledger: Ledger,
    owner: Organization | None,
    record: Ctid,
    actor: str,
    wait: bool = False,
    publisher: Organization | None = None,
    reason: str = "",
) -> Receipt:
    """Withdraw a record: its address answers with a tombstone, and its versions stay.

    :param owner: the organization that withdraws it; None means the operator.
    :param publisher: another organization that withdraws it for the owner.
    :param reason: why, for the public; empty where nobody says.
    :raises BadParameter: when the reason is too long.
    :raises NotFound: when there is no such record.
    :raises Gone: when it was withdrawn already.
    :raises Forbidden: when it belongs to another organization.
    """
    submission = Submission(owner, record, publisher=publisher, reason=plain_reason(reason))
    outcome = _append(ledger, submission, actor)
    return _receipt(settings, ledger, outcome, wait, None)


def transfer(
    settings: Settings,
    ledger: Ledger,
    record: Ctid,
    giver: Organization,
    taker: Organization,
    actor: str,
    wait: bool = False,
) -> Receipt:
    """Give a record to another organization; see :func:`ctgraph.ledger.transfer.transfer`."""
    outcome = hand_over(ledger, record, giver, taker, actor)
    return _receipt(settings, ledger, outcome, wait, None)


def envelope_json(envelope: Envelope, canonical: bytes = b"") -> dict[str, Any]:
    """Return an envelope in the form of the API, with its document if `canonical` is not empty."""
    members: dict[str, Any] = {
        "envelope_community": "ce_registry",
        "envelope_id": envelope.uuid,
        "envelope_ceterms_ctid": envelope.ctid,
        "envelope_ctdl_type": envelope.type,
        "envelope_type": "resource_data",
        "envelope_version": "1.0.0",
        "resource_format": "json",
        "resource_encoding": "utf-8",
        "owned_by": envelope.owner,
        "published_by": envelope.published_by or envelope.owner,
        "updated_at": envelope.updated_at,
        "version": envelope.version,
        "node_headers": {
            "resource_digest": envelope.digest,
            "created_at": envelope.created_at,
            "updated_at": envelope.updated_at,
            "deleted_at": envelope.deleted_at,
        },
    }
    if canonical:
        members["decoded_resource"] = orjson.Fragment(canonical)
    return members


def require_own(ledger: Ledger, owner: Organization, document: Document) -> None:
    """Make sure that an organization publishes in its own name, or that of one merged into it.

    :raises Forbidden: when a document names another organization as its owner or acting agent.
    """
    others = [one for one in document.namings if one.ctid != owner.ctid]
    if not others:
        return
    own = {owner.ctid, *ledger.mergers.into(owner.ctid)}
    others = [one for one in others if one.ctid not in own]
    with ledger.database.engine.connect() as connection:
        known = accounts(connection, {one.ctid for one in others if one.ctid})
    problems = [
        _not_own(owner, one, known)
        for one in others
        if one.acting or (one.property == "ceterms:ownedBy" and one.ctid in known)
    ]
    named = [one for one in others if one.primary and one.ctid in document.owners]
    if not problems and named and own.isdisjoint(document.owners):
        problems = [
            Problem(
                f"The document names other owners, but not {owner.name}, which publishes it.",
                "Add ceterms:ownedBy or ceterms:offeredBy with the IRI of your organization.",
                named[0].pointer,
            )
        ]
    if problems:
        raise Forbidden(problems[0].message, problems)


def _not_own(owner: Organization, naming: Naming, known: dict[Ctid, Organization]) -> Problem:
    """Return the problem that a document names another organization than its publisher."""
    other = known.get(naming.ctid) if naming.ctid else None
    name = other.name if other else naming.ctid or "somebody else"
    if naming.acting:
        return Problem(
            f"{owner.name} publishes this document, but the document names {name} as the acting "
            "agent.",
            "Name your own organization as ceterms:actingAgent. Other organizations publish their "
            "actions themselves.",
            naming.pointer,
        )
    return Problem(
        f"{owner.name} publishes this document, but the document names {name} as the owner.",
        "Name your own organization as ceterms:ownedBy, or ask that organization to publish it.",
        naming.pointer,
    )


def _append(ledger: Ledger, submission: Submission, actor: str) -> Outcome:
    outcome = append(ledger, [submission], actor)[0]
    if isinstance(outcome, CtgraphError):
        raise outcome
    return outcome


def _receipt(
    settings: Settings, ledger: Ledger, outcome: Outcome, wait: bool, report: Report | None
) -> Receipt:
    store_folder = store_folder_of(settings)
    if store_folder.sequence() < outcome.seq:
        ring(store_folder.bell, Ring.WAIT if wait else Ring.NEWS)
        if wait:
            store_folder.wait(outcome.seq, settings.publish_wait)
    return Receipt(
        outcome.envelope, outcome.effect, store_folder.shows(ledger, outcome.seq), report
    )
