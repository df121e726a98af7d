"""Reading records: as they stand now, and as they were."""

from __future__ import annotations

from dataclasses import dataclass

from ctgraph.errors import Gone, NotFound
from ctgraph.ledger import Ledger
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


def held(ledger: Ledger, record: str, number: int | None = None) -> Held:
    """Return the document that holds an entity: the newest, or version `number` of it.

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
    past = ledger.version(envelope.ctid, number) if number <= envelope.version else None
    if past is None:
        raise NotFound(f"{envelope.ctid} has versions 1 to {envelope.version}, no {number}.")
    version, canonical = past
    if version.event == "withdraw":
        raise _gone(ledger, envelope, version)
    return Held(envelope, number, version.digest, version.created_at, canonical)


def versions(
    ledger: Ledger, record: str, limit: int, before: int | None = None
) -> tuple[Envelope, list[Version]]:
    """Return the envelope that holds an entity, and some of its versions, the newest first.

    :param before: only versions with a lower number.
    :raises NotFound: when there is no such record.
    """
    found = ledger.find(record)
    if found is None:
        raise NotFound(f"There is no record {record} in this registry.")
    return found[0], ledger.versions(found[0].ctid, limit, before)


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
