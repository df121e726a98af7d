"""Many records at once: whether the ledger holds them, and what their newest versions are."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.change_tables import change
from ctgraph.ledger.database import Database, select_in
from ctgraph.ledger.tables import entity, envelope, holding, organization, version
from ctgraph.rdf.namespaces import Curie


class Looked(NamedTuple):
    """What the ledger knows of an entity that it ever held.

    :param document: the CTID of the document that holds it, or held it last.
    :param name: the name of that document.
    :param number: the newest version of the document with this entity in it.
    :param withdrawn_at: when the document was withdrawn or left the entity out; None if it stands.
    :param reason: why the document was withdrawn, if somebody said so.
    :param replaced_by: the record that the registry merged it into.
    """

    record: Ctid
    type: Curie
    document: Ctid
    name: str
    owner: Ctid
    owner_name: str
    number: int
    digest: str
    time: str
    withdrawn_at: str | None
    reason: str | None
    replaced_by: Ctid | None


_LAST_HELD = (
    sa.select(sa.func.max(holding.c.last))
    .where(holding.c.ctid == entity.c.ctid, holding.c.envelope == entity.c.envelope)
    .scalar_subquery()
)
_NUMBER = sa.case(
    (entity.c.current, envelope.c.version),
    else_=sa.func.coalesce(_LAST_HELD, envelope.c.version - 1),
)
_ENDED = sa.case(
    (entity.c.current, sa.null()),
    else_=sa.func.coalesce(envelope.c.deleted_at, envelope.c.updated_at),
)
_TOMBSTONE = version.alias()


def _of_tombstone(column: sa.Column[str]) -> sa.ScalarSelect[str]:
    """Return what the withdrawal of the document says, null where it stands."""
    return (
        sa.select(column)
        .join_from(change, _TOMBSTONE, _TOMBSTONE.c.seq == change.c.seq)
        .where(
            _TOMBSTONE.c.ctid == envelope.c.ctid,
            _TOMBSTONE.c.number == envelope.c.version,
            envelope.c.deleted_at.is_not(None),
        )
        .scalar_subquery()
    )


_LOOKED = (
    sa.select(
        entity.c.ctid,
        entity.c.type,
        entity.c.envelope,
        envelope.c.name,
        entity.c.owner,
        organization.c.name.label("owner_name"),
        version.c.number,
        version.c.digest,
        version.c.created_at,
        _ENDED.label("withdrawn_at"),
        _of_tombstone(change.c.reason).label("reason"),
        sa.case(
            (entity.c.ctid == envelope.c.ctid, _of_tombstone(change.c.replaced_by)),
            else_=sa.null(),
        ).label("replaced_by"),
    )
    .join_from(entity, envelope, entity.c.envelope == envelope.c.ctid)
    .join(organization, organization.c.ctid == entity.c.owner)
    .join(version, (version.c.ctid == envelope.c.ctid) & (version.c.number == _NUMBER))
)


def look_up(database: Database, records: Collection[Ctid]) -> dict[Ctid, Looked]:
    """Return those of some entities that the ledger ever held, by their CTIDs, in one question."""
    with database.engine.connect() as connection:
        rows = select_in(connection, _LOOKED, entity.c.ctid, records)
    return {row[0]: Looked._make(row) for row in rows}
