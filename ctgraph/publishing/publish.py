"""Publishing and withdrawing records: what a publisher does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from ctgraph.documents import Document
from ctgraph.documents.about_others import Naming
from ctgraph.errors import CtgraphError, Forbidden, Problem
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Outcome, Submission, append
from ctgraph.ledger.ownership import accounts
from ctgraph.ledger.values import OPERATOR, Envelope, Organization
from ctgraph.projections.bell import Ring
from ctgraph.projections.snapshots import snapshots_of
from ctgraph.publishing.link_checks import accepted
from ctgraph.settings import Settings
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
    :raises Forbidden: when a CTID in it belongs to another organization, or it names others as its
        owners; an operator vouches for the latter.
    :raises Conflict: when a CTID in it stands in another document of the organization.
    :raises ValidationLimit: when checking it takes too much time or memory.
    :raises Busy: when other documents are checked for too long.
    """
    document, report = run(accepted, settings, data)
    if actor != OPERATOR:
        _require_own(ledger, owner, document)
    outcome = _append(ledger, Submission(owner, document.ctid, document), actor)
    return _receipt(settings, ledger, outcome, wait, report)


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
    return _receipt(settings, ledger, outcome, wait, None)


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


def _require_own(ledger: Ledger, owner: Organization, document: Document) -> None:
    """Let an organization publish in its own name only.

    :raises Forbidden: when a document names others as its owners, or as those who act in it.
    """
    others = [one for one in document.namings if one.ctid != owner.ctid]
    with ledger.engine.connect() as connection:
        known = accounts(connection, {one.ctid for one in others if one.ctid})
    problems = [
        Problem(
            f"{owner.name} publishes this, and {_whom(one, known)} acts in it.",
            "Let the ceterms:actingAgent be your own organization: others speak for themselves.",
            one.pointer,
        )
        if one.acting
        else Problem(
            f"{owner.name} publishes this, and it says that {_whom(one, known)} owns it.",
            "Name your own organization, or let that one publish it.",
            one.pointer,
        )
        for one in others
        if one.acting or (one.property == "ceterms:ownedBy" and one.ctid in known)
    ]
    named = [one for one in others if one.primary and one.ctid in document.owners]
    if not problems and named and owner.ctid not in document.owners:
        problems = [
            Problem(
                f"The document names others, and not {owner.name}, which publishes it.",
                "Say ceterms:ownedBy or ceterms:offeredBy with your organization's IRI.",
                named[0].pointer,
            )
        ]
    if problems:
        raise Forbidden(problems[0].message, problems)


def _whom(naming: Naming, known: dict[str, Organization]) -> str:
    found = known.get(naming.ctid or "")
    return found.name if found else naming.ctid or "somebody else"


def _append(ledger: Ledger, submission: Submission, actor: str) -> Outcome:
    outcome = append(ledger, [submission], actor)[0]
    if isinstance(outcome, CtgraphError):
        raise outcome
    return outcome


def _receipt(
    settings: Settings, ledger: Ledger, outcome: Outcome, wait: bool, report: Report | None
) -> Receipt:
    snapshots = snapshots_of(settings)
    if snapshots.sequence() < outcome.seq:
        snapshots.ring(Ring.WAIT if wait else Ring.NEWS)
        if wait:
            snapshots.wait(outcome.seq, settings.publish_wait)
    return Receipt(outcome.envelope, outcome.event, snapshots.shows(ledger, outcome.seq), report)
