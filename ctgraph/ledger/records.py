"""The ledger: opening it, and reading the records that it holds.

The ledger is the truth. Nothing in it is updated in place or deleted: a change is a new version,
and a withdrawal is a version too.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import islice

import sqlalchemy as sa

from ctgraph.errors import StoreError
from ctgraph.ledger.changes import Changes
from ctgraph.ledger.database import ledger_error, must_be_newest, upgrade
from ctgraph.ledger.organizations import Organizations
from ctgraph.ledger.registry import agree
from ctgraph.ledger.tables import VERSION_FACTS, entity, envelope, organization, version
from ctgraph.ledger.values import Envelope, Version, unpack, unpack_within
from ctgraph.settings import Settings

# What SQLite takes in one statement, by default.
MOST_AT_ONCE = 30_000
_FIND = (
    sa.select(*envelope.c, version.c.canonical)
    .join_from(entity, envelope, entity.c.envelope == envelope.c.ctid)
    .join(version, (version.c.ctid == envelope.c.ctid) & (version.c.number == envelope.c.version))
    .where(entity.c.ctid == sa.bindparam("ctid"))
)


class Ledger(Organizations, Changes):
    """The ledger behind one database URL. Safe to share between threads."""

    @classmethod
    def of(cls, settings: Settings) -> Ledger:
        """Open the ledger that the settings name.

        :raises StoreError: when it was never initialised, or is of another version.
        :raises SettingsError: when its records have another base URL.
        """
        if not settings.database_url and not (settings.home / "ledger.sqlite").exists():
            raise StoreError(f"There is no registry in {settings.home}. Run: ctgraph init")
        ledger = cls(settings.ledger_url)
        try:
            with ledger.engine.connect() as connection:
                must_be_newest(connection)
            agree(ledger.engine, settings.base_url)
        except sa.exc.SQLAlchemyError as error:
            raise ledger_error(error) or error from error
        return ledger

    @classmethod
    def initialise(cls, settings: Settings) -> Ledger:
        """Create the home folder and the tables, or bring older tables up to date.

        :raises StoreError: when the ledger cannot be used, or was made by a newer ctgraph.
        :raises SettingsError: when its records have another base URL.
        """
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not settings.database_url:
            (settings.home / "ledger.sqlite").touch(0o600)
        ledger = cls(settings.ledger_url)
        try:
            with ledger.writing() as connection:
                upgrade(connection)
            agree(ledger.engine, settings.base_url)
        except sa.exc.SQLAlchemyError as error:
            raise ledger_error(error) or error from error
        return ledger

    def find(self, record: str) -> tuple[Envelope, bytes] | None:
        """Return the envelope that holds an entity, and its canonical document."""
        with self.engine.connect() as connection:
            row = connection.execute(_FIND, {"ctid": record}).first()
        if row is None:
            return None
        found = Envelope(*row[:-1])
        return found, unpack(row.canonical, found.ctid, found.version)

    def find_within(self, record: str, most: int) -> tuple[Envelope, bytes | None] | None:
        """Return what :meth:`find` does, but None for a document of more than `most` bytes."""
        kept = version.c.canonical
        # What is longer even compressed is not read at all.
        short = sa.case((sa.func.length(kept) <= most, kept)).label("canonical")
        query = _FIND.with_only_columns(*envelope.c, kept.is_(None), short)
        with self.engine.connect() as connection:
            row = connection.execute(query, {"ctid": record}).first()
        if row is None:
            return None
        *members, withdrawn, packed = row
        found = Envelope(*members)
        if packed:
            return found, unpack_within(packed, most, found.ctid, found.version)
        return found, b"" if withdrawn else None

    def envelopes(
        self, limit: int, after: str = "", kind: str | None = None, owner: str | None = None
    ) -> list[Envelope]:
        """Return current envelopes in order of their CTIDs, from the one behind `after`."""
        query = envelope.select().where(envelope.c.deleted_at.is_(None), envelope.c.ctid > after)
        if kind:
            query = query.where(envelope.c.type == kind)
        if owner:
            query = query.where(envelope.c.owner == owner)
        return [Envelope(*row) for row in self._rows(query.order_by(envelope.c.ctid).limit(limit))]

    def counts(self) -> dict[str, int]:
        """Return how many current envelopes there are of each class."""
        query = (
            sa.select(envelope.c.type, sa.func.count())
            .where(envelope.c.deleted_at.is_(None))
            .group_by(envelope.c.type)
        )
        with self.engine.connect() as connection:
            return dict(map(tuple, connection.execute(query)))

    def names(self, records: set[str]) -> dict[str, str]:
        """Return the names of those envelopes and organizations among `records` that exist."""
        found: dict[str, str] = {}
        waiting = iter(records)
        while some := list(islice(waiting, MOST_AT_ONCE)):
            for table in (organization, envelope):
                query = sa.select(table.c.ctid, table.c.name).where(table.c.ctid.in_(some))
                found |= dict(map(tuple, self._rows(query)))
        return found

    def standing(self, records: Collection[str]) -> dict[str, str]:
        """Return which of `records` there ever were: when each was withdrawn, or nothing.

        A part that the newest version of its record no longer holds counts as withdrawn then.
        """
        query = sa.select(
            entity.c.ctid, entity.c.current, envelope.c.deleted_at, envelope.c.updated_at
        ).join_from(entity, envelope, entity.c.envelope == envelope.c.ctid)
        rows = self._rows(query.where(entity.c.ctid.in_(records)))
        return {r: deleted or ("" if current else updated) for r, current, deleted, updated in rows}

    def versions(self, record: str, limit: int | None = None) -> list[Version]:
        """Return the versions of an envelope, the newest first; all of them without a limit."""
        query = sa.select(*VERSION_FACTS).where(version.c.ctid == record)
        query = query.order_by(version.c.number.desc()).limit(limit)
        return [Version(*row) for row in self._rows(query)]

    def quads(self, record: str, number: int) -> bytes:
        """Return the canonical N-Quads of a version."""
        return self._kept(version.c.quads, record, number)

    def received(self, record: str, number: int) -> bytes:
        """Return the bytes of a version exactly as they were sent."""
        return self._kept(version.c.received, record, number)

    def _kept(self, column: sa.Column[bytes], record: str, number: int) -> bytes:
        query = sa.select(column).where(version.c.ctid == record, version.c.number == number)
        with self.engine.connect() as connection:
            return unpack(connection.execute(query).scalar(), record, number)
