"""What a ledger says of itself: which one it is, and the base of its records' IRIs."""

from __future__ import annotations

import hashlib
import uuid

import sqlalchemy as sa

from ctgraph.errors import SettingsError
from ctgraph.ledger.tables import registry, sequence, version
from ctgraph.ledger.values import Change


def mark_of(incarnation: str, change: Change) -> str:
    """Return the ledger's mark at a change: it tells this ledger, with this history, from others.

    :param incarnation: of the ledger, see :func:`incarnation`.
    """
    return _mark(incarnation, change.ctid, change.number, change.digest, change.modified)


def mark_at(engine: sa.Engine, seq: int) -> str:
    """Return the ledger's mark at a sequence number; nothing where it does not reach so far."""
    columns = version.c.ctid, version.c.number, version.c.digest, version.c.created_at
    query = sa.select(registry.c.incarnation, *columns).select_from(
        registry.outerjoin(version, version.c.seq == seq)
    )
    with engine.connect() as connection:
        row = connection.execute(query).one()
    if row[1] is None:
        return "" if seq else f"{row[0]} -"
    return _mark(*row)


def _mark(incarnation: str, ctid: str, number: int, digest: str, created_at: str) -> str:
    said = f"{ctid} {number} {digest} {created_at}"
    return f"{incarnation} {hashlib.sha256(said.encode()).hexdigest()[:32]}"


def incarnation(engine: sa.Engine) -> str:
    """Return the UUID of this ledger; one that was restored from a backup has another."""
    with engine.connect() as connection:
        return str(connection.execute(sa.select(registry.c.incarnation)).scalar_one())


def renew(connection: sa.Connection) -> None:
    """Give the ledger another incarnation: what was made from it before does not fit any more."""
    connection.execute(registry.update().values(incarnation=str(uuid.uuid4())))


def agree(engine: sa.Engine, base_url: str) -> None:
    """Make sure that a ledger is used with the base URL that its records have.

    A ledger without records takes another one.

    :raises SettingsError: when its records have another one.
    """
    with engine.connect() as connection:
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
    with engine.execution_options(ctgraph_write=True).begin() as connection:
        connection.execute(registry.update().values(base_url=base_url))
