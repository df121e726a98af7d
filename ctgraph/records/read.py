"""Records as they stand now, and as they stood in each version."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import orjson

from ctgraph.documents.node_values import name_of, shortened, type_of
from ctgraph.errors import CtgraphError, Gone, NotFound, RecordNotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import Envelope, Event, Version
from ctgraph.problem import one_line


@dataclass(frozen=True)
class HeldDocument:
    """A document that the registry holds: the record's envelope, and one of its versions.

    :param modified: when the version was published, ISO 8601 in UTC.
    :param published_by: the organization that published it for the owner; None where the owner did.
    """

    envelope: Envelope
    number: int
    digest: str
    modified: str
    canonical: bytes
    published_by: Ctid | None = None


def held(
    ledger: Ledger, record: Ctid, number: int | None = None, document: bool = False
) -> HeldDocument:
    """Return the document that holds an entity: the newest, or the one of a version.

    :param number: the version. It always means the same document, wherever the entity goes later.
    :param document: prefer the document that bears the CTID to those that held it as a part.
    :raises NotFound: when there is no such record or version.
    :raises Gone: when the record, or that version of it, was withdrawn.
    """
    if number is None:
        envelope, canonical = ledger.records.read(record)
        if envelope.deleted_at:
            raise _gone(ledger, envelope)
        return HeldDocument(
            envelope,
            envelope.version,
            envelope.digest,
            envelope.updated_at,
            canonical,
            envelope.published_by,
        )
    kept = ledger.records.version_holding(record, number, prefer_own=document)
    if kept is None:
        raise _no_version(_envelope(ledger, record), record, number)
    if kept.version.event is Event.WITHDRAW:
        raise _gone(ledger, kept.envelope, kept.version)
    return HeldDocument(
        kept.envelope,
        number,
        kept.version.digest,
        kept.version.created_at,
        kept.canonical,
        kept.version.published_by,
    )


def held_before(ledger: Ledger, later: HeldDocument) -> HeldDocument | None:
    """Return the version of a document before another one; None where there is none.

    A withdrawal has no content, so the one before it counts.
    """
    document = later.envelope.ctid
    for number in range(later.number - 1, 0, -1):
        with suppress(Gone):
            return held(ledger, document, number, document=True)
    return None


def held_at(ledger: Ledger, record: Ctid, moment: str, document: bool = False) -> HeldDocument:
    """Return the version that held an entity at a moment.

    :param moment: ISO 8601 in UTC, as the ledger writes it.
    :param document: prefer the document that bears the CTID to those that held it as a part.
    :raises NotFound: when nothing held it then.
    :raises Gone: when the record was withdrawn then.
    """
    timeline = ledger.records.timeline(record)
    own = timeline.documents & {record}
    found = replace(timeline, documents=own).at(moment) if document and own else None
    found = found or timeline.at(moment)
    if found is None:
        first = timeline.first()
        since = f"It is here since {first.created_at}." if first else ""
        raise NotFound(
            f"The registry did not hold {record} yet at {moment}. {since}",
            history=f"/resources/{record}/versions",
        )
    if found.ctid != record and timeline.had_dropped(found, moment):
        raise NotFound(
            f"{found.ctid} held {record} until its version {found.number}, and nothing did at "
            f"{moment}.",
            history=f"/resources/{record}/versions",
        )
    return held(ledger, found.ctid, found.number, document=True)


def survivor(ledger: Ledger, record: Ctid, error: CtgraphError) -> Ctid | None:
    """Return the record that stands in the place of one that is not there, since two were merged.

    :param error: what :func:`held` raised for the record as it stands.
    """
    if isinstance(error, Gone):
        found: Ctid | None = error.extra["replacedBy"]
        return found
    merger = ledger.mergers.of(record)
    return merger.survivor if merger else None


def versions(
    ledger: Ledger, record: Ctid, limit: int, before: int | None = None
) -> tuple[Envelope, list[Version]]:
    """Return the envelope that holds an entity, and versions of all documents that ever held it.

    The newest version comes first.

    :param limit: return at most this many versions.
    :param before: return only versions with a lower sequence number.
    :raises RecordNotFound: when there is no such record.
    """
    envelope = _envelope(ledger, record)
    return envelope, ledger.records.versions_holding(record, limit, before)


def last_verified(ledger: Ledger, envelope: Envelope) -> str:
    """Return when a record that stands was published or confirmed last, ISO 8601 in UTC."""
    return max(envelope.updated_at, ledger.confirmations.of(envelope.ctid) or "")


def envelope_of(held: HeldDocument) -> Envelope:
    """Return the envelope of a document as it was when one of its versions was the newest."""
    primary = orjson.loads(held.canonical)["@graph"][0]
    return replace(
        held.envelope,
        type=type_of(primary),
        name=shortened(one_line(name_of(primary)).strip()),
        version=held.number,
        digest=held.digest,
        updated_at=held.modified,
        deleted_at=None,
        published_by=held.published_by,
    )


def _envelope(ledger: Ledger, record: Ctid) -> Envelope:
    found = ledger.records.find(record)
    if found is None:
        raise RecordNotFound(record)
    return found


def _no_version(envelope: Envelope, record: Ctid, number: int) -> NotFound:
    if number > envelope.version:
        return NotFound(
            f"{envelope.ctid} has versions 1 to {envelope.version}, and no version {number}."
        )
    return absent(envelope, record, number)


def absent(envelope: Envelope, record: str, number: int) -> NotFound:
    """Return the error that says that a version of a document does not hold an entity."""
    return NotFound(
        f"{record} is not in version {number} of {envelope.ctid}.",
        history=f"/resources/{record}/versions",
    )


def _gone(ledger: Ledger, envelope: Envelope, version: Version | None = None) -> Gone:
    tombstone = version or ledger.records.versions(envelope.ctid, 1)[0]
    owner = ledger.organizations.get(envelope.owner)
    why = f" Reason: {tombstone.reason}" if tombstone.reason else ""
    return Gone(
        f"{envelope.name or envelope.ctid} was withdrawn by {owner.name} "
        f"on {tombstone.created_at[:10]}.{why}",
        ctid=envelope.ctid,
        withdrawnAt=tombstone.created_at,
        withdrawnBy={"ctid": owner.ctid, "name": owner.name},
        withdrawnReason=tombstone.reason,
        replacedBy=tombstone.replaced_by,
        lastVersion=tombstone.number - 1,
        history=f"/resources/{envelope.ctid}/versions",
    )
