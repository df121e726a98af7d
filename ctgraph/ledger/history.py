"""The whole history of a ledger as one state of the database shows it, for dumps."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.change_tables import change
from ctgraph.ledger.database import by_name, select_in
from ctgraph.ledger.feed import COMES, PRECEDING
from ctgraph.ledger.tables import envelope, organization, registry, sequence, version
from ctgraph.ledger.values import Change, Envelope, Event, Organization, unpack
from ctgraph.rdf.namespaces import Curie

FETCH_ROWS = 50
"""Versions that are in memory at once, each with three forms of its document."""


@dataclass(frozen=True)
class LedgerState:
    """What a ledger is at one moment.

    :param time: when its newest change was made, ISO 8601 in UTC.
    """

    incarnation: str
    sequence: int
    time: str


@dataclass(frozen=True)
class KeptVersion:
    """A version with all forms of its document, which are empty for a withdrawal.

    :param type: the class of the record with this version.
    :param uuid: that of its envelope.
    :param comes: whether there was no such record before, or a withdrawn one.
    :param is_current: whether it is the newest version of a record that is not withdrawn.
    """

    change: Change
    type: Curie
    uuid: str
    comes: bool
    is_current: bool
    received: bytes
    canonical: bytes


def state_of(connection: sa.Connection) -> LedgerState:
    """Return the state of a ledger, as a transaction sees it."""
    last = int(connection.execute(sa.select(sequence.c.last)).scalar_one())
    newest = sa.select(version.c.created_at).where(version.c.seq == last)
    incarnation = connection.execute(sa.select(registry.c.incarnation)).scalar_one()
    return LedgerState(str(incarnation), last, connection.execute(newest).scalar() or "")


def kept_versions(connection: sa.Connection) -> Iterator[KeptVersion]:
    """Yield every version in the order of the sequence.

    :raises Damaged: when a document is not as it was written.
    """
    query = (
        sa.select(
            version,
            change.c.owner,
            change.c.type,
            change.c.upload,
            change.c.reason,
            change.c.replaced_by,
            envelope.c.uuid,
            envelope.c.version.label("newest"),
            envelope.c.created_at.label("issued"),
            COMES.label("comes"),
        )
        .select_from(version.join(envelope).join(change, change.c.seq == version.c.seq))
        .outerjoin(*PRECEDING)
        .order_by(version.c.seq)
    )
    for row in connection.execution_options(yield_per=FETCH_ROWS).execute(query):
        received, canonical, quads = (
            unpack(kept, row.ctid, row.number) for kept in (row.received, row.canonical, row.quads)
        )
        event = Event(row.event)
        yield KeptVersion(
            Change(
                seq=row.seq,
                ctid=row.ctid,
                number=row.number,
                digest=row.digest,
                modified=row.created_at,
                owner=row.owner,
                issued=row.issued,
                event=event,
                actor=row.actor,
                quads=quads,
                published_by=row.published_by,
                upload=row.upload,
                reason=row.reason,
                replaced_by=row.replaced_by,
            ),
            row.type,
            row.uuid,
            row.comes,
            event is not Event.WITHDRAW and row.number == row.newest,
            received,
            canonical,
        )


def envelopes(connection: sa.Connection) -> Iterator[Envelope]:
    """Yield every envelope, also of withdrawn records, in the order of their CTIDs."""
    query = envelope.select().order_by(envelope.c.ctid)
    for row in connection.execution_options(yield_per=FETCH_ROWS).execute(query):
        yield Envelope(**by_name(row, envelope.c))


def organizations_among(
    connection: sa.Connection, records: Collection[Ctid]
) -> Iterator[Organization]:
    """Yield the organizations with some CTIDs, in the order of these."""
    query = organization.select().order_by(organization.c.ctid)
    for row in select_in(connection, query, organization.c.ctid, records):
        yield Organization(**by_name(row, organization.c))
