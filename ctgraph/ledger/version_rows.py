"""Writing versions: their documents, and what the change sequence tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.documents import Document
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.change_tables import change
from ctgraph.ledger.tables import sequence, version
from ctgraph.ledger.values import Envelope, Event, pack


class NewVersion(NamedTuple):
    """A version that is to be written.

    :param envelope: the record as it stands with this version.
    :param document: None for a withdrawal.
    :param upload: the upload that it comes from, if it is one.
    :param reason: why the record is withdrawn, if somebody said so.
    :param replaced_by: the record that stands in the place of a withdrawn one, if there is one.
    """

    seq: int
    envelope: Envelope
    event: Event
    document: Document | None
    upload: str | None
    actor: str
    reason: str | None = None
    replaced_by: Ctid | None = None


def write_versions(connection: sa.Connection, added: Sequence[NewVersion]) -> None:
    """Write versions in the order of their numbers; the sequence ends with the last one then."""
    connection.execute(version.insert(), [_version(one) for one in added])
    connection.execute(change.insert(), [_change(one) for one in added])
    connection.execute(sequence.update().values(last=added[-1].seq))


def note_change(connection: sa.Connection, seq: int, stands: Envelope) -> None:
    """Note what the change sequence tells of a version that was written otherwise."""
    noted = NewVersion(seq, stands, Event.TRANSFER, None, None, "")
    connection.execute(change.insert().values(**_change(noted)))
    connection.execute(sequence.update().values(last=seq))


def _version(one: NewVersion) -> dict[str, object]:
    stands, document = one.envelope, one.document
    return {
        "seq": one.seq,
        "ctid": stands.ctid,
        "number": stands.version,
        "event": one.event.value,
        "actor": one.actor,
        "created_at": stands.updated_at,
        "digest": stands.digest,
        "received": pack(document.received) if document else None,
        "canonical": pack(document.canonical) if document else None,
        "quads": pack(document.quads) if document else None,
        "published_by": stands.published_by,
    }


def _change(one: NewVersion) -> dict[str, object]:
    stands = one.envelope
    return {
        "seq": one.seq,
        "type": stands.type,
        "owner": stands.owner,
        "published_by": stands.published_by,
        "upload": one.upload,
        "reason": one.reason,
        "replaced_by": one.replaced_by,
    }
