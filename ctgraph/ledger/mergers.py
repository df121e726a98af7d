"""Organizations that were the same: one was merged into the other, which stands for both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.errors import Forbidden
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, by_name, select_in
from ctgraph.ledger.review_tables import review
from ctgraph.ledger.tables import api_key, draft, envelope, member, metadata, version
from ctgraph.ledger.values import Envelope, Event, now

merger = sa.Table(
    "merger",
    metadata,
    sa.Column("organization", sa.String(39), primary_key=True),
    sa.Column("survivor", sa.String(39), nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created_at", sa.String(27), nullable=False),
    sa.Column("ends", sa.Boolean, nullable=False),
    sa.Column("is_done", sa.Boolean, nullable=False, index=True),
)
"""The organization was merged into the survivor. Its records go there one batch after the other;
`is_done` once they have. With `ends`, the merger is being undone, and they go back."""


@dataclass(frozen=True)
class Merger:
    """An organization that was merged into another one."""

    organization: Ctid
    survivor: Ctid
    reason: str
    created_at: str
    ends: bool
    is_done: bool


class Mergers:
    """The mergers of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, record: Ctid) -> Merger | None:
        """Return the merger of an organization into another one; None where there is none."""
        with self._database.engine.connect() as connection:
            return merged(connection, [record]).get(record)

    def into(self, survivor: Ctid) -> set[Ctid]:
        """Return the organizations that were merged into one, also by way of others."""
        query = sa.select(merger.c.organization)
        found = query.where(merger.c.survivor == survivor).cte(recursive=True)
        found = found.union(query.join(found, merger.c.survivor == found.c.organization))
        return {row.organization for row in self._database.rows(sa.select(found))}

    def newest(self, most: int) -> list[Merger]:
        """Return mergers, the newest first."""
        return self._found(merger.select().order_by(merger.c.created_at.desc()).limit(most))

    def unfinished(self) -> list[Merger]:
        """Return the mergers whose records still have to go, the oldest first."""
        query = merger.select().where(~merger.c.is_done)
        return self._found(query.order_by(merger.c.created_at))

    def begin(self, connection: sa.Connection, duplicate: Ctid, survivor: Ctid, reason: str) -> str:
        """Note that an organization is merged into another one; return when."""
        moment = now()
        connection.execute(
            merger.insert().values(
                organization=duplicate,
                survivor=survivor,
                reason=reason,
                created_at=moment,
                ends=False,
                is_done=False,
            )
        )
        return moment

    def undo(self, connection: sa.Connection, duplicate: Ctid) -> None:
        """Note that a merger is to be undone."""
        mine = merger.c.organization == duplicate
        connection.execute(merger.update().where(mine).values(ends=True, is_done=False))

    def finish(self, connection: sa.Connection, one: Merger) -> None:
        """Note that all records of a merger have gone; forget one that was undone."""
        mine = merger.c.organization == one.organization
        if one.ends:
            connection.execute(merger.delete().where(mine))
        else:
            connection.execute(merger.update().where(mine).values(is_done=True))

    def batch(self, connection: sa.Connection, one: Merger, most: int) -> list[Envelope]:
        """Return records that still have to go, as a transaction sees them.

        Of a merger that is undone, they are those that are as the merger left them.
        """
        query = envelope.select().where(envelope.c.deleted_at.is_(None)).limit(most)
        if one.ends:
            newest = (version.c.ctid == envelope.c.ctid) & (version.c.number == envelope.c.version)
            query = query.join(version, newest).where(
                envelope.c.owner == one.survivor,
                envelope.c.published_by == one.organization,
                version.c.event == Event.TRANSFER,
                version.c.created_at >= one.created_at,
            )
        else:
            query = query.where(
                envelope.c.owner == one.organization, envelope.c.ctid != one.organization
            )
        return [Envelope(**by_name(row, envelope.c)) for row in connection.execute(query)]

    def take_members(self, connection: sa.Connection, one: Merger) -> None:
        """Let the members of the merged organization belong to the survivor, in their roles."""
        there = sa.select(member.c.person).where(member.c.organization == one.survivor)
        coming = sa.select(
            sa.literal(one.survivor), member.c.person, member.c.role, sa.literal(one.created_at)
        ).where(member.c.organization == one.organization, member.c.person.not_in(there))
        columns = ["organization", "person", "role", "created_at"]
        connection.execute(member.insert().from_select(columns, coming))

    def dismiss_members(self, connection: sa.Connection, one: Merger) -> None:
        """Dismiss those whom only the merger made members of the survivor."""
        connection.execute(
            member.delete().where(
                member.c.organization == one.survivor, member.c.created_at == one.created_at
            )
        )

    def take_drafts(self, connection: sa.Connection, one: Merger) -> None:
        """Give the drafts of the merged organization to the survivor, and void their reviews.

        A draft of a record of which the survivor has one already stays where it is; so does that
        of the organization itself.
        """
        there = sa.select(draft.c.ctid).where(draft.c.owner == one.survivor)
        mine = draft.c.owner == one.organization
        connection.execute(review.delete().where(review.c.owner == one.organization))
        connection.execute(
            draft.update()
            .where(mine, draft.c.ctid.not_in(there), draft.c.ctid != one.organization)
            .values(owner=one.survivor)
        )

    def revoke_keys(self, connection: sa.Connection, one: Merger) -> int:
        """Revoke the keys of the merged organization, and return how many."""
        return connection.execute(
            api_key.update()
            .where(api_key.c.organization == one.organization, api_key.c.revoked_at.is_(None))
            .values(revoked_at=now())
        ).rowcount

    def _found(self, query: sa.Select[tuple[object, ...]]) -> list[Merger]:
        return [Merger(**by_name(row, merger.c)) for row in self._database.rows(query)]


def merged(connection: sa.Connection, records: Collection[Ctid]) -> dict[Ctid, Merger]:
    """Return the mergers of those of some organizations that were merged into others."""
    rows = select_in(connection, merger.select(), merger.c.organization, records)
    return {row.organization: Merger(**by_name(row, merger.c)) for row in rows}


def gone_into(name: str, one: Merger) -> Forbidden:
    """Return the error that says that an organization writes no more, since it was merged."""
    return Forbidden(
        f"The registry merged {name} into {one.survivor} on {one.created_at[:10]}: {one.reason} "
        "Publish for that organization."
    )
