"""The ledger: organizations, keys, envelopes, every version, and the change sequence, in SQL.

The ledger is the truth. Nothing in it is updated in place or deleted: a change is a new version,
and a withdrawal is a version too.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import islice
from math import inf
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from ctgraph import ctid
from ctgraph.errors import Conflict, NotFound, StoreError
from ctgraph.ledger.database import ledger_error, migrations, prepare_sqlite
from ctgraph.ledger.models import (
    api_key,
    entity,
    envelope,
    load_progress,
    organization,
    sequence,
    version,
)
from ctgraph.ledger.ownership import describable, lock_sequence
from ctgraph.ledger.registry import agree
from ctgraph.ledger.values import (
    Change,
    Envelope,
    Key,
    Organization,
    Version,
    now,
    unpack,
    unpack_within,
)
from ctgraph.settings import Settings

# What SQLite takes in one statement, by default.
MOST_AT_ONCE = 30_000


def _digest(key: str) -> str:
    # A key is 256 random bits, so a plain hash is as good as a slow one.
    return hashlib.sha256(key.encode()).hexdigest()


def known_revisions() -> list[str]:
    """Return the migrations that this ctgraph knows, the newest first."""
    script = ScriptDirectory.from_config(migrations())
    return [found.revision for found in script.walk_revisions()]


def upgrade(connection: sa.Connection) -> None:
    """Bring the tables behind a connection up to date.

    :raises StoreError: when they were made by a newer ctgraph.
    """
    config = migrations()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        revision = MigrationContext.configure(connection).get_current_revision()
        raise _other_revision(revision) from error


def _other_revision(revision: str | None) -> StoreError:
    if revision is None or revision in known_revisions():
        return StoreError("The ledger's tables are not those of this ctgraph. Run: ctgraph init")
    return StoreError("The ledger was made by a newer ctgraph; upgrade ctgraph to use it.")


_VERSION = (version.c.seq, version.c.ctid, version.c.number, version.c.event, version.c.actor,
            version.c.created_at, version.c.digest)  # fmt: skip
# So many documents, packed, are fetched at a time.
AT_ONCE = 20
_CHANGE = (version.c.seq, version.c.ctid, version.c.number, version.c.digest, version.c.created_at,
           envelope.c.owner, envelope.c.created_at, version.c.event, version.c.actor)  # fmt: skip
_FIND = (
    sa.select(*envelope.c, version.c.canonical)
    .join_from(entity, envelope, entity.c.envelope == envelope.c.ctid)
    .join(version, (version.c.ctid == envelope.c.ctid) & (version.c.number == envelope.c.version))
    .where(entity.c.ctid == sa.bindparam("ctid"))
)


class Ledger:
    """The ledger behind one database URL. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        is_file = sa.make_url(url).get_backend_name() == "sqlite"
        # A server that was started anew has ended the connections; a file has none to end.
        self.engine = sa.create_engine(url, pool_size=20, max_overflow=20,
                                       pool_pre_ping=not is_file)  # fmt: skip
        if is_file:
            prepare_sqlite(self.engine)

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
            revision = ledger.revision()
            if revision != known_revisions()[0]:
                raise _other_revision(revision)
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

    def revision(self) -> str | None:
        """Return which migration the ledger's tables are at; None before the first."""
        with self.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection in a write transaction, committed at the end of the block."""
        writer = self.engine.execution_options(ctgraph_write=True)
        with writer.begin() as connection:
            yield connection

    # Organizations and keys

    def add_organization(self, name: str, record: str | None = None) -> Organization:
        """Add an organization; without `record` its CTID is minted.

        A description of it that another organization published stays until its own replaces it.

        :raises Conflict: when the CTID is taken, by an organization or something else.
        """
        added = Organization(record or ctid.mint(), name, now())
        try:
            with self.writing() as connection:
                lock_sequence(connection)
                if not describable(connection, [added.ctid]):
                    raise Conflict(f"{added.ctid} already names something else than an "
                                   "organization.")  # fmt: skip
                connection.execute(organization.insert().values(**vars(added)))
        except sa.exc.IntegrityError as error:
            raise Conflict(f"There already is an organization {added.ctid}.") from error
        return added

    def organizations(self) -> list[Organization]:
        """Return all organizations, in order of their names."""
        return [
            Organization(*row)
            for row in self._rows(organization.select().order_by(organization.c.name))
        ]

    def organization(self, record: str) -> Organization:
        """Return an organization.

        :raises NotFound: when there is none with this CTID.
        """
        for row in self._rows(organization.select().where(organization.c.ctid == record)):
            return Organization(*row)
        raise NotFound(f"There is no organization {record} in this registry.")

    def add_key(self, record: str) -> str:
        """Make an API key for an organization and return it; only its hash is kept.

        :raises NotFound: when there is no such organization.
        """
        self.organization(record)
        key_id = secrets.token_hex(4)
        key = f"ctg_{key_id}_{secrets.token_urlsafe(32)}"
        with self.writing() as connection:
            connection.execute(
                api_key.insert().values(
                    id=key_id, organization=record, digest=_digest(key), created_at=now()
                )
            )
        return key

    def keys(self, record: str) -> list[Key]:
        """Return an organization's keys, the oldest first."""
        columns = (api_key.c.id, api_key.c.organization, api_key.c.created_at, api_key.c.revoked_at)
        query = sa.select(*columns).where(api_key.c.organization == record)
        return [Key(*row) for row in self._rows(query.order_by(api_key.c.created_at))]

    def revoke_key(self, key_id: str) -> None:
        """Revoke a key by its id, the eight characters after ``ctg_``.

        :raises NotFound: when no valid key has this id.
        """
        with self.writing() as connection:
            revoked = connection.execute(
                api_key.update()
                .where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None))
                .values(revoked_at=now())
            )
        if not revoked.rowcount:
            raise NotFound(f"There is no valid key with the id {key_id}.")

    def key_owner(self, key: str) -> Organization | None:
        """Return the organization that a key belongs to, or None for a key that is not valid."""
        query = (
            sa.select(organization)
            .join(api_key)
            .where(api_key.c.digest == _digest(key), api_key.c.revoked_at.is_(None))
        )
        return next((Organization(*row) for row in self._rows(query)), None)

    # Reading records

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
        query = sa.select(*_VERSION).where(version.c.ctid == record)
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

    # The change sequence

    def last_sequence(self) -> int:
        """Return the number of the newest change; 0 before the first."""
        with self.engine.connect() as connection:
            return int(connection.execute(sa.select(sequence.c.last)).scalar() or 0)

    def newest_change(self) -> str:
        """Return when the newest change was made, ISO 8601 in UTC; nothing before the first."""
        newest = sa.select(version.c.created_at).order_by(version.c.seq.desc()).limit(1)
        with self.engine.connect() as connection:
            return str(connection.execute(newest).scalar() or "")

    def changes(
        self, after: int, limit: int, standing: int | None = None, size: float = inf
    ) -> list[Change]:
        """Return the changes behind sequence number `after`, in order.

        :param standing: leave out changes that a later one, up to this number, replaced.
        :param size: stop when the documents have so many bytes together; one is always returned.
        """
        query = (
            sa.select(*_CHANGE, version.c.quads)
            .join(envelope)
            .where(version.c.seq > after)
            .order_by(version.c.seq)
            .limit(limit)
        )  # fmt: skip
        if standing is not None:
            later = version.alias()
            query = query.where(
                version.c.seq <= standing,
                ~sa.exists().where(
                    later.c.ctid == version.c.ctid,
                    later.c.number == version.c.number + 1,
                    later.c.seq <= standing,
                ),
            )
        found: list[Change] = []
        with self.engine.connect() as connection:
            for row in connection.execution_options(yield_per=AT_ONCE).execute(query):
                found.append(Change(*[*row[:-1], unpack(row[-1], row.ctid, row.number)]))
                size -= len(found[-1].quads)
                if size <= 0:
                    break
        return found

    def history(self, until: int) -> Iterator[Change]:
        """Yield every change up to sequence number `until`, without documents, by record."""
        query = (
            sa.select(*_CHANGE)
            .join(envelope)
            .where(version.c.seq <= until)
            .order_by(version.c.ctid, version.c.number)
        )
        with self.engine.connect() as connection:
            rows = connection.execution_options(yield_per=1000).execute(query)
            yield from (Change(*[*row, b""]) for row in rows)

    def sequence_at(self, moment: str) -> int:
        """Return the number of the last change up to a moment (ISO 8601, UTC, microseconds, Z)."""
        query = sa.select(sa.func.max(version.c.seq)).where(version.c.created_at <= moment)
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)

    def progress(self, source: str) -> int:
        """Return how many documents of an interrupted load from `source` are done."""
        with self.engine.connect() as connection:
            query = sa.select(load_progress.c.done).where(load_progress.c.source == source)
            return connection.execute(query).scalar() or 0

    def _rows(self, query: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(query))
