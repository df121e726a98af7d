"""Organizations that publish for others: who asked, what was granted, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from ctgraph.errors import Forbidden
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.tables import metadata, organization
from ctgraph.ledger.values import Organization, now

partnership = sa.Table(
    "partnership",
    metadata,
    sa.Column("publisher", sa.ForeignKey("organization.ctid"), primary_key=True),
    sa.Column("owner", sa.ForeignKey("organization.ctid"), primary_key=True, index=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("updated_at", sa.String(27), nullable=False),
    sa.Column("expires_at", sa.String(27)),
)
"""What organizations agreed on; `expires_at` is null for a grant without an end."""


class Agreement(StrEnum):
    """How far two organizations have come."""

    ASKED = "asked"
    GRANTED = "granted"
    DECLINED = "declined"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Partnership:
    """One organization that publishes for another, or wants to.

    :param words: why the publisher asks.
    :param expires_at: when the grant ends; None for never.
    """

    publisher: Ctid
    publisher_name: str
    owner: Ctid
    owner_name: str
    state: Agreement
    words: str
    updated_at: str
    expires_at: str | None

    @property
    def stands(self) -> bool:
        """Whether the publisher may publish for the owner now."""
        is_over = self.expires_at is not None and self.expires_at < now()
        return self.state is Agreement.GRANTED and not is_over


class Partnerships:
    """The partnerships of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, record: Ctid) -> list[Partnership]:
        """Return the partnerships of an organization, on either side, the newest first."""
        mine = (partnership.c.publisher == record) | (partnership.c.owner == record)
        rows = self._database.rows(_PAIRS.where(mine).order_by(partnership.c.updated_at.desc()))
        return list(map(_partnership, rows))

    def stands(self, publisher: Ctid, owner: Ctid) -> bool:
        """Tell whether an organization may publish for another one now."""
        with self._database.engine.connect() as connection:
            found = between(connection, publisher, owner)
        return found is not None and found.stands

    def ask(self, connection: sa.Connection, publisher: Ctid, owner: Ctid, words: str) -> None:
        """Note that an organization wants to publish for another one."""
        connection.execute(partnership.delete().where(_pair(publisher, owner)))
        connection.execute(
            partnership.insert().values(
                publisher=publisher,
                owner=owner,
                state=Agreement.ASKED,
                words=words,
                updated_at=now(),
            )
        )

    def settle(
        self,
        connection: sa.Connection,
        publisher: Ctid,
        owner: Ctid,
        state: Agreement,
        expires_at: str | None = None,
    ) -> None:
        """Note how a partnership stands from now on."""
        connection.execute(
            partnership.update()
            .where(_pair(publisher, owner))
            .values(state=state, expires_at=expires_at, updated_at=now())
        )


def between(connection: sa.Connection, publisher: Ctid, owner: Ctid) -> Partnership | None:
    """Return the partnership of two organizations, and keep it as it is until the commit."""
    held = _PAIRS.where(_pair(publisher, owner)).with_for_update(read=True, of=partnership)
    row = connection.execute(held).first()
    return _partnership(row) if row else None


def require_grant(connection: sa.Connection, publisher: Organization, owner: Organization) -> None:
    """Make sure that an organization may publish for another one now.

    :raises Forbidden: when not, with the remedy.
    """
    found = between(connection, publisher.ctid, owner.ctid)
    if found and found.stands:
        return
    over = "has granted no right"
    if found and found.state is Agreement.GRANTED:
        over = f"granted a right that ended on {(found.expires_at or '')[:10]}"
    elif found and found.state is Agreement.REVOKED:
        over = f"has no standing agreement: it was revoked on {found.updated_at[:10]}"
    raise Forbidden(
        f"{publisher.name} ({publisher.ctid}) may not publish for {owner.name} ({owner.ctid}), "
        f"which {over}. Ask for it at /account/organizations/{publisher.ctid}/partners."
    )


_OTHER = organization.alias()
_PAIRS = (
    sa.select(
        partnership,
        organization.c.name.label("publisher_name"),
        _OTHER.c.name.label("owner_name"),
    )
    .join(organization, organization.c.ctid == partnership.c.publisher)
    .join(_OTHER, _OTHER.c.ctid == partnership.c.owner)
)


def _pair(publisher: Ctid, owner: Ctid) -> sa.ColumnElement[bool]:
    return (partnership.c.publisher == publisher) & (partnership.c.owner == owner)


def _partnership(row: sa.Row[tuple[object, ...]]) -> Partnership:
    values = row._mapping
    columns = by_name(row, partnership.c) | {"state": Agreement(values["state"])}
    names = {name: values[name] for name in ("publisher_name", "owner_name")}
    return Partnership(**columns, **names)
