"""How many records stand at once: who holds them, and what their documents say."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, select_in
from ctgraph.ledger.tables import entity, envelope, version
from ctgraph.ledger.values import unpack
from ctgraph.rdf.namespaces import Curie


class Standing(NamedTuple):
    """An entity that the ledger holds or held.

    :param document: the record whose document holds it, or held it last.
    :param owner: of that document.
    :param digest: of that document; empty when it was withdrawn.
    :param is_current: whether the newest version of the document holds it.
    """

    ctid: Ctid
    document: Ctid
    type: Curie
    name: str
    owner: Ctid
    digest: str
    is_current: bool


_COLUMNS = (
    entity.c.ctid,
    entity.c.envelope,
    entity.c.type,
    envelope.c.name,
    envelope.c.owner,
    envelope.c.digest,
    entity.c.current,
)
_QUERY = sa.select(*_COLUMNS).join_from(entity, envelope, entity.c.envelope == envelope.c.ctid)


def standing(database: Database, records: Collection[Ctid]) -> dict[Ctid, Standing]:
    """Return how some entities stand, as far as the ledger ever held them."""
    with database.engine.connect() as connection:
        rows = select_in(connection, _QUERY, entity.c.ctid, records)
    return {row[0]: Standing(*row) for row in rows}


def standing_of(database: Database, owner: Ctid) -> list[Standing]:
    """Return the records of an organization that stand, in the order of their CTIDs."""
    mine = _QUERY.where(
        envelope.c.owner == owner,
        envelope.c.deleted_at.is_(None),
        entity.c.ctid == entity.c.envelope,
    )
    return [Standing(*row) for row in database.rows(mine.order_by(entity.c.ctid))]


def newest_of(database: Database, owner: Ctid, most: int) -> list[Ctid]:
    """Return the records of an organization that stand, those first that were changed last."""
    query = (
        sa.select(envelope.c.ctid)
        .where(envelope.c.owner == owner, envelope.c.deleted_at.is_(None))
        .order_by(envelope.c.updated_at.desc(), envelope.c.ctid)
        .limit(most)
    )
    return [row.ctid for row in database.rows(query)]


def documents(database: Database, records: Collection[Ctid]) -> dict[Ctid, bytes]:
    """Return the canonical documents of some records that stand, by their CTIDs."""
    newest = (version.c.ctid == envelope.c.ctid) & (version.c.number == envelope.c.version)
    query = (
        sa.select(envelope.c.ctid, envelope.c.version, version.c.canonical)
        .join_from(envelope, version, newest)
        .where(envelope.c.deleted_at.is_(None))
    )
    with database.engine.connect() as connection:
        rows = select_in(connection, query, envelope.c.ctid, records)
    return {row[0]: unpack(row[2], row[0], row[1]) for row in rows}
