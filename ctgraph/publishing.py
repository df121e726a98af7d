"""Publishing and withdrawing records: what a publisher does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from ctgraph.asked import accepted
from ctgraph.errors import CtgraphError, Problem
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import Envelope, Organization
from ctgraph.ledger.writing import Outcome, Submission, append
from ctgraph.settings import Settings
from ctgraph.store.projector import snapshots_of
from ctgraph.validation.report import Report
from ctgraph.work.calls import Runner, directly


@dataclass(frozen=True)
class Receipt:
    """What a publisher gets back.

    :param event: ``created``, ``updated``, ``unchanged`` or ``withdrawn``.
    :param queryable: whether queries see the change already.
    :param report: what was accepted, but is probably not as the publisher meant it, and what is
        recommended; None for a withdrawal.
    """

    envelope: Envelope
    event: str
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
) -> Receipt:
    """Publish a document as a new version of its record; identical content makes none.

    :param wait: answer once queries see the change, or after ``publish_wait`` seconds.
    :param run: calls what reads and checks the document, perhaps with a deadline.
    :raises DocumentTooLarge: when it is too large.
    :raises InvalidDocument: with everything that is wrong with it.
    :raises Forbidden: when the record belongs to another organization.
    :raises Conflict: when a CTID in it belongs to another record.
    :raises ValidationLimit: when checking it takes too much time or memory.
    :raises Busy: when other documents are checked for too long.
    """
    document, report = run(accepted, settings, data)
    more = []
    if document.owners and owner.ctid not in document.owners:
        more.append(Problem(
            f"The document does not name {owner.name} as its owner, which publishes it.",
            "Say ceterms:ownedBy or ceterms:offeredBy with your organization's IRI.",
            document.entities[0].pointer, "warning",
        ))  # fmt: skip
    outcome = _append(ledger, Submission(owner, document.ctid, document), actor)
    return _receipt(settings, outcome, wait, report.with_problems(more))


def withdraw(
    settings: Settings,
    ledger: Ledger,
    owner: Organization | None,
    record: str,
    actor: str,
    wait: bool = False,
) -> Receipt:
    """Withdraw a record: its address answers with a tombstone, its versions stay.

    :param owner: who withdraws it; None is the operator, for whoever owns it.
    :raises NotFound: when there is no such record.
    :raises Gone: when it was withdrawn already.
    :raises Forbidden: when it belongs to another organization.
    """
    outcome = _append(ledger, Submission(owner, record), actor)
    return _receipt(settings, outcome, wait, None)


def envelope_json(envelope: Envelope, canonical: bytes = b"") -> dict[str, Any]:
    """Return an envelope as the registry's clients know it; with its document, where given."""
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
        "published_by": envelope.owner,
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


def _append(ledger: Ledger, submission: Submission, actor: str) -> Outcome:
    outcome = append(ledger, [submission], actor)[0]
    if isinstance(outcome, CtgraphError):
        raise outcome
    return outcome


def _receipt(
    settings: Settings, outcome: Outcome, wait: bool, report: Report | None
) -> Receipt:
    snapshots = snapshots_of(settings)
    if wait and snapshots.sequence() < outcome.seq:
        snapshots.ask()
        snapshots.wait(outcome.seq, settings.publish_wait)
    return Receipt(
        outcome.envelope, outcome.event, snapshots.sequence() >= outcome.seq, report
    )
