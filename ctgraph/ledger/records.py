"""The records that the ledger holds: as they stand, and in each of their versions."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from ctgraph.errors import RecordNotFound
from ctgraph.identity.ctid import Ctid, NoId, after_all
from ctgraph.ledger.change_tables import VERSION_FACTS, VERSIONS
from ctgraph.ledger.database import Database, Prepared, Row, by_name, select_in
from ctgraph.ledger.tables import entity, envelope, holding, organization, version
from ctgraph.ledger.timeline import Timeline
from ctgraph.ledger.values import (
    BoundedRecord,
    Envelope,
    Event,
    Record,
    RecordVersion,
    State,
    Version,
    unpack,
    unpack_within,
)
from ctgraph.rdf.namespaces import Curie

MAX_VERSION = 2**31 - 1
"""The largest number that a version can have: PostgreSQL's INTEGER holds no larger one."""
_ENVELOPE = tuple(envelope.c)
_NAMES = [column.key for column in _ENVELOPE]
_CURRENT = envelope.c.deleted_at.is_(None)
_HOLDER = (
    sa.select(*_ENVELOPE)
    .join_from(entity, envelope, entity.c.envelope == envelope.c.ctid)
    .where(entity.c.ctid == sa.bindparam("ctid"))
)
_STATE = _HOLDER.with_only_columns(*(envelope.c[name] for name in State._fields))
_RECORD = _HOLDER.add_columns(version.c.canonical).join(
    version, (version.c.ctid == envelope.c.ctid) & (version.c.number == envelope.c.version)
)


class Records:
    """The records of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._state = Prepared(database, _STATE)
        self._record = Prepared(database, _RECORD)

    def state(self, ctid: Ctid) -> State | None:
        """Return the state of the document that holds an entity.

        It is None when the ledger never held the entity.
        """
        row = self._state.first(ctid=ctid)
        return State(*row) if row else None

    def find(self, ctid: Ctid) -> Envelope | None:
        """Return the envelope that holds an entity, or None when the ledger never held it."""
        with self._database.engine.connect() as connection:
            row = connection.execute(_HOLDER, {"ctid": ctid}).first()
        return _envelope(row) if row else None

    def read(self, ctid: Ctid) -> Record:
        """Return the envelope that holds an entity, with its canonical document.

        :raises RecordNotFound: when the ledger never held the entity.
        """
        row = self._record.first(ctid=ctid)
        if row is None:
            raise RecordNotFound(ctid)
        *columns, canonical = row
        found = Envelope(**dict(zip(_NAMES, columns, strict=True)))
        return Record(found, unpack(canonical, found.ctid, found.version))

    def read_within(self, ctid: Ctid, max_bytes: int) -> BoundedRecord | None:
        """Return what :meth:`read` returns, without a document that is too long.

        :returns: None when the ledger never held the entity.
        """
        kept = version.c.canonical
        # A document that is too long even compressed is not fetched.
        short = sa.case((sa.func.length(kept) <= max_bytes, kept)).label("packed")
        query = _RECORD.with_only_columns(*envelope.c, kept.is_(None).label("withdrawn"), short)
        with self._database.engine.connect() as connection:
            row = connection.execute(query, {"ctid": ctid}).first()
        if row is None:
            return None
        found = _envelope(row)
        if row.packed:
            document = unpack_within(row.packed, max_bytes, found.ctid, found.version)
            return BoundedRecord(found, document)
        return BoundedRecord(found, b"" if row.withdrawn else None)

    def envelopes(
        self,
        limit: int,
        after: Ctid | NoId = "",
        kinds: Collection[Curie] = (),
        owner: Ctid | None = None,
    ) -> list[Envelope]:
        """Return current envelopes in order of their CTIDs, starting after the CTID `after`.

        :param kinds: the classes to return; empty for all.
        """
        listed = sa.select(envelope.c.ctid).where(_CURRENT, envelope.c.ctid > after)
        if owner:
            listed = listed.where(envelope.c.owner == owner)
            kinds = kinds or self.kinds()
        listed = listed.order_by(envelope.c.ctid).limit(limit)
        # An index has those of one class in order, so no more of each are read than are listed.
        pages = [listed.where(envelope.c.type == kind) for kind in kinds] or [listed]
        among = sa.union_all(*(sa.select(page.subquery()) for page in pages))
        query = envelope.select().where(envelope.c.ctid.in_(among))
        rows = self._database.rows(query.order_by(envelope.c.ctid).limit(limit))
        return [_envelope(row) for row in rows]

    def kinds(self) -> list[Curie]:
        """Return the classes of the current envelopes. Each takes one look into the index."""
        first = sa.select(sa.func.min(envelope.c.type).label("type")).where(_CURRENT)
        found = first.cte(recursive=True)
        following = first.where(envelope.c.type > found.c.type).scalar_subquery()
        found = found.union_all(sa.select(following).where(found.c.type.is_not(None)))
        rows = self._database.rows(sa.select(found.c.type).where(found.c.type.is_not(None)))
        return [row.type for row in rows]

    def counts(self) -> dict[Curie, int]:
        """Return the number of current envelopes of each class."""
        query = (
            sa.select(envelope.c.type, sa.func.count().label("number"))
            .where(_CURRENT)
            .group_by(envelope.c.type)
        )
        return {row.type: row.number for row in self._database.rows(query)}

    def names(self, records: Collection[Ctid]) -> dict[Ctid, str]:
        """Return the names of the envelopes and organizations among `records` that exist."""
        found: dict[Ctid, str] = {}
        with self._database.engine.connect() as connection:
            for table in (organization, envelope):
                query = sa.select(table.c.ctid, table.c.name)
                rows = select_in(connection, query, table.c.ctid, records)
                found |= {row.ctid: row.name for row in rows}
        return found

    def current(self, begin: str, most: int) -> list[tuple[Ctid, str]]:
        """Return the current records whose CTIDs begin so, and the time of each one's last change.

        :param begin: the first letters of a CTID, such as ``ce-4``.
        """
        query = (
            sa.select(envelope.c.ctid, envelope.c.updated_at)
            .where(_CURRENT, envelope.c.ctid >= begin, envelope.c.ctid < after_all(begin))
            .order_by(envelope.c.ctid)
            .limit(most)
        )
        return [(row.ctid, row.updated_at) for row in self._database.rows(query)]

    def classes(self, records: Collection[Ctid]) -> dict[Ctid, Curie]:
        """Return the classes of the entities among `records` that the ledger ever held.

        An organization that has an account and no record is a ``ceterms:Organization``.
        """
        found: dict[Ctid, Curie] = {}
        with self._database.engine.connect() as connection:
            accounts = select_in(
                connection, sa.select(organization.c.ctid), organization.c.ctid, records
            )
            found |= {row.ctid: Curie("ceterms:Organization") for row in accounts}
            query = sa.select(entity.c.ctid, entity.c.type)
            rows = select_in(connection, query, entity.c.ctid, records)
            return found | {row.ctid: row.type for row in rows}

    def withdrawn_at(self, records: Collection[Ctid]) -> dict[Ctid, str | None]:
        """Map each CTID that was ever held to the time of its withdrawal, or to None if current.

        A part that the newest version of its record no longer holds counts as withdrawn then.
        """
        query = sa.select(
            entity.c.ctid, entity.c.current, envelope.c.deleted_at, envelope.c.updated_at
        ).join_from(entity, envelope, entity.c.envelope == envelope.c.ctid)
        with self._database.engine.connect() as connection:
            rows = select_in(connection, query, entity.c.ctid, records)
        return {
            row.ctid: row.deleted_at or (None if row.current else row.updated_at) for row in rows
        }

    def versions(self, ctid: Ctid, limit: int | None = None) -> list[Version]:
        """Return the versions of an envelope, the newest first; all of them without a limit."""
        query = sa.select(*VERSION_FACTS).select_from(VERSIONS).where(version.c.ctid == ctid)
        rows = self._database.rows(query.order_by(version.c.number.desc()).limit(limit))
        return [_version(row) for row in rows]

    def versions_holding(self, ctid: Ctid, limit: int, before: int | None = None) -> list[Version]:
        """Return versions of the documents that ever held an entity, the newest first.

        :param before: return only versions with a lower sequence number.
        """
        holders = sa.select(holding.c.envelope).where(holding.c.ctid == ctid)
        query = (
            sa.select(*VERSION_FACTS)
            .select_from(VERSIONS)
            .where((version.c.ctid == ctid) | version.c.ctid.in_(holders))
        )
        if before is not None:
            query = query.where(version.c.seq < before)
        rows = self._database.rows(query.order_by(version.c.seq.desc()).limit(limit))
        return [_version(row) for row in rows]

    def version_holding(
        self, ctid: Ctid, number: int, prefer_own: bool = False
    ) -> RecordVersion | None:
        """Return version `number` of the document that held an entity then.

        If several documents held it in a version of that number, the earliest version is returned,
        so that the answer never changes.

        :param prefer_own: prefer the document that bears the CTID to those that hold it as a part.
        """
        if not 0 < number <= MAX_VERSION:
            return None
        holders = sa.select(holding.c.envelope).where(
            holding.c.ctid == ctid,
            holding.c.first <= number,
            holding.c.last.is_(None) | (holding.c.last >= number),
        )
        own = version.c.ctid == ctid
        order = [sa.case((own, 0), else_=1), version.c.seq] if prefer_own else [version.c.seq]
        query = (
            sa.select(*envelope.c, *VERSION_FACTS, version.c.canonical)
            .select_from(VERSIONS.join(envelope, version.c.ctid == envelope.c.ctid))
            .where(own | version.c.ctid.in_(holders), version.c.number == number)
            .order_by(*order)
            .limit(1)
        )
        with self._database.engine.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        found = _version(row)
        return RecordVersion(_envelope(row), found, unpack(row.canonical, found.ctid, found.number))

    def documents_holding(self, ctid: Ctid) -> set[Ctid]:
        """Return the CTIDs of the documents that ever held an entity."""
        query = sa.union(
            sa.select(envelope.c.ctid).where(envelope.c.ctid == ctid),
            sa.select(holding.c.envelope).where(holding.c.ctid == ctid),
        )
        with self._database.engine.connect() as connection:
            return set(connection.scalars(query))

    def timeline(self, ctid: Ctid) -> Timeline:
        """Return the versions that held an entity, by their times.

        :raises RecordNotFound: when the ledger never held the entity.
        """
        documents = frozenset(self.documents_holding(ctid))
        if not documents:
            raise RecordNotFound(ctid)
        return Timeline(self._database, ctid, documents)

    def quads(self, ctid: Ctid, number: int) -> bytes:
        """Return the canonical N-Quads of a version."""
        return self._kept(version.c.quads, ctid, number)

    def received(self, ctid: Ctid, number: int) -> bytes:
        """Return the bytes of a version exactly as they were sent."""
        return self._kept(version.c.received, ctid, number)

    def _kept(self, column: sa.Column[bytes], ctid: Ctid, number: int) -> bytes:
        query = sa.select(column).where(version.c.ctid == ctid, version.c.number == number)
        with self._database.engine.connect() as connection:
            return unpack(connection.execute(query).scalar(), ctid, number)


def heads(connection: sa.Connection, records: Collection[Ctid]) -> dict[Ctid, Envelope]:
    """Return the envelopes of those of some records that the ledger holds."""
    rows = select_in(connection, envelope.select(), envelope.c.ctid, records)
    return {row.ctid: _envelope(row) for row in rows}


def _envelope(row: Row) -> Envelope:
    return Envelope(**by_name(row, _ENVELOPE))


def _version(row: Row) -> Version:
    columns = by_name(row, VERSION_FACTS)
    return Version(**columns | {"event": Event(columns["event"])})
