"""Reading records: as they stand now, and as they were."""

from __future__ import annotations

from dataclasses import dataclass

from ctgraph.errors import Gone, NotFound
from ctgraph.ledger import Ledger
from ctgraph.ledger.holdings import version_that_held, versions_of
from ctgraph.ledger.values import Envelope, Version


@dataclass(frozen=True)
class Held:
    """A document that the registry holds: the record's envelope, and one of its versions.

    :param modified: when the version was published, ISO 8601 in UTC.
    """

    envelope: Envelope
    number: int
    digest: str
    modified: str
    canonical: bytes


def held(ledger: Ledger, record: str, number: int | None = None, document: bool = False) -> Held:
    """Return the document that holds an entity: the newest, or the one of a version.

    :param number: the version; it means the same document for ever, wherever the entity goes.
    :param document: prefer the document that bears the CTID to those that held it as a part.
    :raises NotFound: when there is no such record or version.
    :raises Gone: when the record, or that version of it, is a withdrawal.
    """
    found = ledger.find(record)
    if found is None:
        raise NotFound(f"There is no record {record} in this registry.")
    envelope, canonical = found
    if number is None:
        if envelope.deleted_at:
            raise _gone(ledger, envelope)
        return Held(envelope, envelope.version, envelope.digest, envelope.updated_at, canonical)
    kept = version_that_held(ledger, record, number, document)
    if kept is None:
        raise _no_version(envelope, record, number)
    if kept.version.event == "withdraw":
        raise _gone(ledger, kept.envelope, kept.version)
    return Held(kept.envelope, number, kept.version.digest, kept.version.created_at, kept.canonical)


def versions(
    ledger: Ledger, record: str, limit: int, before: int | None = None
) -> tuple[Envelope, list[Version]]:
    """Return the envelope that holds an entity, and versions, the newest first, of it and of every
    other document that the entity ever stood in.

    :param limit: how many versions.
    :param before: only versions with a lower sequence number.
    :raises NotFound: when there is no such record.
    """
    found = ledger.find(record)
    if found is None:
        raise NotFound(f"There is no record {record} in this registry.")
    return found[0], versions_of(ledger, record, limit, before)


def _no_version(envelope: Envelope, record: str, number: int) -> NotFound:
    if number > envelope.version:
        return NotFound(f"{envelope.ctid} has versions 1 to {envelope.version}, no {number}.")
    return NotFound(
        f"{record} is not in version {number} of {envelope.ctid}.",
        history=f"/resources/{record}/versions",
    )


def _gone(ledger: Ledger, envelope: Envelope, version: Version | None = None) -> Gone:
    tombstone = version or ledger.versions(envelope.ctid, 1)[0]
    owner = ledger.organization(envelope.owner)
    return Gone(
        f"{envelope.name or envelope.ctid} was withdrawn by {owner.name} "
        f"on {tombstone.created_at[:10]}.",
        ctid=envelope.ctid,
        withdrawnAt=tombstone.created_at,
        withdrawnBy={"ctid": owner.ctid, "name": owner.name},
        lastVersion=tombstone.number - 1,
        history=f"/resources/{envelope.ctid}/versions",
    )
