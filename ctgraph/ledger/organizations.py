"""Organizations and their API keys, as the ledger keeps them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from typing import Any, NamedTuple

import sqlalchemy as sa

from ctgraph.errors import Conflict, NotFound
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.names import Kind, note
from ctgraph.ledger.ownership import accounts, describable, lock_sequence
from ctgraph.ledger.people import in_hours
from ctgraph.ledger.tables import api_key, organization
from ctgraph.ledger.values import USUAL_SCOPES, Key, Organization, Scope, now

NOTED_HOURS = 0.1
"""How exactly the last use of a key is kept."""


class Bearer(NamedTuple):
    """Who sends an API key: the organization, and the key."""

    organization: Organization
    key: Key


class Organizations:
    """The organizations of a ledger, and their keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, record: Ctid | None = None) -> Organization:
        """Add an organization and return it; name one that a load added without a name.

        A description that another organization published stays until its own replaces it.

        :param record: its CTID; without it, a new one is made.
        :raises Conflict: when an organization that has a name, or something else, has the CTID.
        """
        added = Organization(record or ctid.mint(), name, now())
        try:
            with self._database.writing() as connection:
                lock_sequence(connection)
                if found := self._named(connection, added.ctid, name):
                    return found
                if not describable(connection, [added.ctid]):
                    raise Conflict(
                        f"{added.ctid} already names something other than an organization. "
                        "Use another CTID."
                    )
                self._insert(connection, [added])
        except sa.exc.IntegrityError as error:
            raise Conflict(f"There is already an organization {added.ctid}.") from error
        return added

    def found(self, connection: sa.Connection, record: Ctid, name: str) -> Organization:
        """Add an organization in a transaction of a use case; one that is there stays as it is."""
        if there := self._named(connection, record, name) or (
            accounts(connection, [record]).get(record)
        ):
            return there
        added = Organization(record, name, now())
        self._insert(connection, [added])
        return added

    def _insert(self, connection: sa.Connection, added: Collection[Organization]) -> None:
        connection.execute(organization.insert(), list(map(vars, added)))
        note(connection, Kind.ORGANIZATIONS, {one.ctid: one.name for one in added})

    def _named(self, connection: sa.Connection, record: Ctid, name: str) -> Organization | None:
        """Name an organization that has only its CTID for a name; None where there is none."""
        is_unnamed = (organization.c.ctid == record) & (organization.c.name == record)
        changed = connection.execute(organization.update().where(is_unnamed).values(name=name))
        if not changed.rowcount:
            return None
        note(connection, Kind.ORGANIZATIONS, {record: name})
        row = connection.execute(organization.select().where(organization.c.ctid == record)).one()
        return Organization(**by_name(row, organization.c))

    def register(self, named: dict[Ctid, str]) -> dict[Ctid, Organization]:
        """Return the organizations with these CTIDs, and add those that are not known yet.

        A CTID that already names something other than an organization is left out.

        :param named: the name for each CTID; an organization with an empty name gets its CTID.
        """
        with self._database.writing() as connection:
            lock_sequence(connection)
            missing = named.keys() - accounts(connection, named).keys()
            added = [
                Organization(record, named[record] or record, now())
                for record in sorted(describable(connection, missing))
            ]
            if added:
                self._insert(connection, added)
            return accounts(connection, named)

    def all(self) -> list[Organization]:
        """Return all organizations, in order of their names."""
        query = organization.select().order_by(organization.c.name)
        return [Organization(**by_name(row, organization.c)) for row in self._database.rows(query)]

    def get(self, record: Ctid) -> Organization:
        """Return an organization.

        :raises NotFound: when no organization has this CTID.
        """
        for row in self._database.rows(organization.select().where(organization.c.ctid == record)):
            return Organization(**by_name(row, organization.c))
        raise NotFound(f"There is no organization {record} in this registry.")

    def add_key(
        self,
        record: Ctid,
        scopes: Collection[Scope] = USUAL_SCOPES,
        expires_at: str | None = None,
        label: str = "",
    ) -> str:
        """Make an API key for an organization and return it; only its hash is kept.

        A key is ``ctg_``, its id, ``_`` and a secret. Only this method knows that.

        :param scopes: what may be done with it.
        :param expires_at: from when on it is refused; without it, it never expires.
        :param label: what its people know it by.
        :raises NotFound: when there is no such organization.
        """
        self.get(record)
        key_id = secrets.token_hex(4)
        key = f"ctg_{key_id}_{secrets.token_urlsafe(32)}"
        with self._database.writing() as connection:
            connection.execute(
                api_key.insert().values(
                    id=key_id,
                    organization=record,
                    digest=_digest(key),
                    created_at=now(),
                    label=label,
                    scopes=" ".join(sorted(scopes)),
                    expires_at=expires_at,
                )
            )
        return key

    def keys(self, record: Ctid) -> list[Key]:
        """Return an organization's keys, the oldest first."""
        query = sa.select(*_KEY).where(api_key.c.organization == record)
        rows = self._database.rows(query.order_by(api_key.c.created_at))
        return [_key(row) for row in rows]

    def valid_key(self, connection: sa.Connection, key_id: str) -> Key | None:
        """Return the key with an id; None when there is none, or it was revoked or expired."""
        query = sa.select(*_KEY).where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None))
        row: Any = connection.execute(query).first()
        found = _key(row) if row else None
        return found if found and not found.is_over else None

    def revoke_key(self, key_id: str) -> None:
        """Revoke a key by its id.

        :raises NotFound: when no valid key has this id.
        """
        with self._database.writing() as connection:
            revoked = connection.execute(
                api_key.update()
                .where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None))
                .values(revoked_at=now())
            )
        if not revoked.rowcount:
            raise NotFound(f"There is no valid key with the id {key_id}.")

    def bearer_of(self, key: str) -> Bearer | None:
        """Return whose API key this is, or None when there is none or it was revoked."""
        query = (
            sa.select(organization.c.name, organization.c.created_at.label("since"), *_KEY)
            .join(api_key)
            .where(api_key.c.digest == _digest(key), api_key.c.revoked_at.is_(None))
        )
        for row in self._database.rows(query):
            found = _key(row)
            return Bearer(Organization(found.organization, row.name, row.since), found)
        return None

    def note_use(self, key: Key) -> None:
        """Note that a key is used, to some minutes: each note is a write."""
        if (key.used_at or "") >= in_hours(-NOTED_HOURS):
            return
        with self._database.writing() as connection:
            connection.execute(api_key.update().where(api_key.c.id == key.id).values(used_at=now()))


_KEY = (
    api_key.c.id,
    api_key.c.organization,
    api_key.c.created_at,
    api_key.c.revoked_at,
    api_key.c.label,
    api_key.c.scopes,
    api_key.c.expires_at,
    api_key.c.used_at,
)


def _key(row: sa.Row[Any]) -> Key:
    values = by_name(row, _KEY)
    return Key(**values | {"scopes": frozenset(map(Scope, values["scopes"].split()))})


def _digest(key: str) -> str:
    # A key is 256 random bits, so a plain hash is as good as a slow one.
    return hashlib.sha256(key.encode()).hexdigest()
