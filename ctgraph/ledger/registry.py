"""The row of a ledger about itself: its identity, and the base of its records' IRIs."""

from __future__ import annotations

import hashlib
import uuid

import sqlalchemy as sa

from ctgraph.errors import SettingsError
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database
from ctgraph.ledger.tables import registry, sequence, version
from ctgraph.ledger.values import Change


def mark_of(incarnation: str, change: Change) -> str:
    """Return the ledger's mark at a change: a text that no other ledger and no other history has.

    :param incarnation: of the ledger, see :func:`incarnation`.
    """
    return _mark(incarnation, change.ctid, change.number, change.digest, change.modified)


def mark_at(database: Database, seq: int) -> str:
    """Return the ledger's mark at a sequence number; '' when the ledger does not reach so far."""
    columns = version.c.ctid, version.c.number, version.c.digest, version.c.created_at
    query = sa.select(registry.c.incarnation, *columns).select_from(
        registry.outerjoin(version, version.c.seq == seq)
    )
    with database.engine.connect() as connection:
        row = connection.execute(query).one()
    if row.ctid is None:
        return "" if seq else f"{row.incarnation} -"
    return _mark(row.incarnation, row.ctid, row.number, row.digest, row.created_at)


def _mark(incarnation: str, ctid: Ctid, number: int, digest: str, created_at: str) -> str:
    change = f"{ctid} {number} {digest} {created_at}"
    return f"{incarnation} {hashlib.sha256(change.encode()).hexdigest()[:32]}"


def incarnation(database: Database) -> str:
    """Return the UUID of this ledger. A ledger restored from a backup has a new one."""
    with database.engine.connect() as connection:
        return str(connection.execute(sa.select(registry.c.incarnation)).scalar_one())


def renew(connection: sa.Connection) -> None:
    """Give the ledger a new incarnation, so that projections of the old one are made anew."""
    connection.execute(registry.update().values(incarnation=str(uuid.uuid4())))


def agree(database: Database, base_url: str) -> None:
    """Make sure that a ledger is used with the base URL of its records.

    A ledger without records takes the new base URL.

    :raises SettingsError: when its records have another one.
    """
    with database.engine.connect() as connection:
        kept = connection.execute(sa.select(registry.c.base_url)).scalar_one()
        last = connection.execute(sa.select(sequence.c.last)).scalar_one()
    if kept == base_url:
        return
    if kept and last:
        raise SettingsError(
            f"The records of this registry have IRIs that begin with {kept}, but CTGRAPH_BASE_URL "
            f"is {base_url}. Set CTGRAPH_BASE_URL={kept}; to move to {base_url}, make a new "
            "registry with it and load the documents there."
        )
    with database.writing() as connection:
        connection.execute(registry.update().values(base_url=base_url))
