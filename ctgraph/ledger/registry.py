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
from ctgraph.settings import Settings


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


def settled(settings: Settings) -> Settings:
    """Return settings with the base URL that the ledger keeps, unless they name one.

    Where there is no ledger that can be read, they stay as they are: :meth:`Ledger.of` tells why.
    """
    if "base_url" in settings.model_fields_set:
        return settings
    database = Database(settings.ledger_url)
    try:
        return settings.with_base(_base(database))
    except sa.exc.SQLAlchemyError:
        return settings
    finally:
        database.engine.dispose()


def fix_base(connection: sa.Connection, base_url: str) -> None:
    """Give a ledger its base URL for good. One that has records keeps the base that it has."""
    none = sa.select(sequence.c.last).scalar_subquery() == 0
    connection.execute(registry.update().where(none).values(base_url=base_url))


def agree(database: Database, base_url: str) -> None:
    """Make sure that a ledger is used with the base URL that it keeps.

    :raises SettingsError: when it is another one.
    """
    kept = _base(database)
    if kept != base_url:
        raise SettingsError(
            f"The IRIs of this registry begin with {kept}, but CTGRAPH_BASE_URL is {base_url}. "
            f"Unset it, or set CTGRAPH_BASE_URL={kept}; to move to {base_url}, run `ctgraph init` "
            "while there are no records, or else make a new registry with it and load the "
            "documents there."
        )


def _base(database: Database) -> str:
    with database.engine.connect() as connection:
        return str(connection.execute(sa.select(registry.c.base_url)).scalar_one())
