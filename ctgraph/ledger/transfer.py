"""Giving a record to another organization: a new version with the same document."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from ctgraph.errors import Gone, RecordNotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.append import Outcome
from ctgraph.ledger.database import by_name
from ctgraph.ledger.ledger import Ledger
from ctgraph.ledger.mirrors import require_own
from ctgraph.ledger.news import announce
from ctgraph.ledger.ownership import lock_sequence, require_giving
from ctgraph.ledger.suspensions import require_active
from ctgraph.ledger.tables import entity, envelope, version
from ctgraph.ledger.values import Effect, Envelope, Event, Organization, later
from ctgraph.ledger.version_rows import note_change


def transfer(
    ledger: Ledger, record: Ctid, giver: Organization, taker: Organization, actor: str
) -> Outcome:
    """Give a record, and the CTIDs that it holds, from its owner to another organization.

    A record that the other organization has already stays as it is.

    :param actor: the maker of the version, for the history.
    :raises RecordNotFound: when there is no such record.
    :raises Gone: when it was withdrawn.
    :raises Conflict: when the ledger is a copy of another one.
    :raises Forbidden: when one of both is suspended, and see
        :func:`ctgraph.ledger.ownership.require_giving`.
    """
    with ledger.database.writing() as connection:
        require_own(connection)
        last = lock_sequence(connection)
        row = connection.execute(envelope.select().where(envelope.c.ctid == record)).first()
        if row is None:
            raise RecordNotFound(record)
        head = Envelope(**by_name(row, envelope.c))
        if head.deleted_at:
            raise Gone(f"{record} was withdrawn on {head.deleted_at}.")
        if giver == taker and head.owner == taker.ctid:
            return Outcome(head, Effect.UNCHANGED, last)
        for one in (giver, taker):
            require_active(connection, one.ctid, one.name)
        require_giving(connection, head, giver, taker)
        stands = give(connection, head, taker.ctid, last, actor)
        announce(connection)
    return Outcome(stands, Effect.TRANSFERRED, last + 1)


def give(connection: sa.Connection, head: Envelope, taker: Ctid, last: int, actor: str) -> Envelope:
    """Give a record to another organization within a transaction; return how it stands then.

    :param last: the number of the newest change, as ``lock_sequence`` returns it.
    """
    newest = sa.select(version.c.created_at).where(version.c.seq == last)
    stands = replace(
        head,
        owner=taker,
        version=head.version + 1,
        updated_at=later(connection.execute(newest).scalar_one()),
        published_by=head.owner,
    )
    _write(connection, stands, head.owner, last + 1, actor)
    return stands


def _write(connection: sa.Connection, stands: Envelope, giver: Ctid, seq: int, actor: str) -> None:
    kept = version.c.ctid == stands.ctid, version.c.number == stands.version - 1
    new = {
        "seq": seq,
        "number": stands.version,
        "event": Event.TRANSFER.value,
        "actor": actor,
        "created_at": stands.updated_at,
        "published_by": stands.published_by,
    }
    values = [
        sa.literal(new[column.key], column.type) if column.key in new else column
        for column in version.c
    ]
    same = sa.select(*values).where(*kept)
    connection.execute(version.insert().from_select(list(version.c.keys()), same))
    note_change(connection, seq, stands)
    connection.execute(
        envelope.update().where(envelope.c.ctid == stands.ctid).values(**vars(stands))
    )
    connection.execute(
        entity.update()
        .where(entity.c.envelope == stands.ctid, entity.c.owner == giver)
        .values(owner=stands.owner)
    )
