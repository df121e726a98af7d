"""Organizations and their API keys, as the ledger keeps them."""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa

from ctgraph.errors import Conflict, NotFound
from ctgraph.identity import ctid
from ctgraph.ledger.database import Database
from ctgraph.ledger.ownership import accounts, describable, lock_sequence
from ctgraph.ledger.tables import api_key, organization
from ctgraph.ledger.values import Key, Organization, now


class Organizations(Database):
    """The organizations of a ledger, and their keys."""

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
                    raise Conflict(
                        f"{added.ctid} already names something else than an organization."
                    )
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


def register_organizations(ledger: Database, named: dict[str, str]) -> dict[str, Organization]:
    """Return the organizations with these CTIDs; those not known yet are added with the names.

    A CTID that already names something else than an organization is left out.
    """
    with ledger.writing() as connection:
        lock_sequence(connection)
        missing = named.keys() - accounts(connection, named).keys()
        added = [
            {"ctid": record, "name": named[record] or record, "created_at": now()}
            for record in sorted(describable(connection, missing))
        ]
        if added:
            connection.execute(organization.insert(), added)
        return accounts(connection, named)


def _digest(key: str) -> str:
    # A key is 256 random bits, so a plain hash is as good as a slow one.
    return hashlib.sha256(key.encode()).hexdigest()
