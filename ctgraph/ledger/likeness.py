"""Organizations that look the same: they have the same name, or a webpage on the same host."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database
from ctgraph.ledger.loads import Progress, note_progress
from ctgraph.ledger.tables import load_progress, metadata
from ctgraph.ledger.values import now

MAX_ALIKE = 20
"""Others that one organization is compared with: hundreds may share a host, such as a state's."""
_FOLLOWED = "look-alikes"

sign = sa.Table(
    "sign",
    metadata,
    sa.Column("organization", sa.String(39), primary_key=True),
    sa.Column("sign", sa.Text, primary_key=True, index=True),
)
"""What organizations are recognized by, such as ``host pine.example.org``."""

likeness = sa.Table(
    "likeness",
    metadata,
    sa.Column("one", sa.String(39), primary_key=True),
    sa.Column("other", sa.String(39), primary_key=True, index=True),
    sa.Column("sign", sa.Text, nullable=False),
    sa.Column("is_apart", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.String(27), nullable=False),
    sa.Index("likeness_open", "is_apart", "created_at"),
)
"""Pairs of organizations with a sign in common. The staff said of some that they are apart."""


class Likeness(NamedTuple):
    """Two organizations that look the same.

    :param sign: what they have in common.
    """

    one: Ctid
    other: Ctid
    sign: str


class Likenesses:
    """The organizations of a ledger that look the same."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def followed(self) -> int:
        """Return the number of the change up to which organizations were compared."""
        query = sa.select(load_progress.c.done).where(load_progress.c.source == _FOLLOWED)
        with self._database.engine.connect() as connection:
            return connection.execute(query).scalar() or 0

    def follow(
        self, connection: sa.Connection, signs: Mapping[Ctid, Collection[str]], seq: int
    ) -> None:
        """Note the signs of organizations that changed, and compare them with all others.

        :param signs: of each; none for one that was withdrawn.
        :param seq: the number of the change up to which they are known now.
        """
        for record, own in signs.items():
            connection.execute(sign.delete().where(sign.c.organization == record))
            pairs = (likeness.c.one == record) | (likeness.c.other == record)
            connection.execute(likeness.delete().where(pairs, ~likeness.c.is_apart))
            if not own:
                continue
            alike = _alike(connection, own, record)
            connection.execute(sign.insert(), [{"organization": record, "sign": s} for s in own])
            for other, common in alike.items():
                first, second = sorted((record, other))
                self._add(connection, first, second, common)
        note_progress(connection, Progress(_FOLLOWED, seq))

    def alike(self, signs: Collection[str], record: Ctid) -> dict[Ctid, str]:
        """Return other organizations with one of some signs, each with the sign."""
        with self._database.engine.connect() as connection:
            return _alike(connection, signs, record)

    def open(self, most: int) -> list[Likeness]:
        """Return pairs of which the staff has not decided, the newest first."""
        query = (
            sa.select(likeness.c.one, likeness.c.other, likeness.c.sign)
            .where(~likeness.c.is_apart)
            .order_by(likeness.c.created_at.desc(), likeness.c.one)
            .limit(most)
        )
        return [Likeness(*row) for row in self._database.rows(query)]

    def part(self, connection: sa.Connection, one: Ctid, other: Ctid) -> None:
        """Note that two organizations are not the same."""
        first, second = sorted((one, other))
        both = likeness.c.one == first, likeness.c.other == second
        if not connection.execute(likeness.update().where(*both).values(is_apart=True)).rowcount:
            self._add(connection, first, second, "", is_apart=True)

    def forget(self, connection: sa.Connection, record: Ctid) -> None:
        """Forget what an organization looked like that was merged into another one."""
        connection.execute(sign.delete().where(sign.c.organization == record))
        pairs = (likeness.c.one == record) | (likeness.c.other == record)
        connection.execute(likeness.delete().where(pairs))

    def _add(
        self, connection: sa.Connection, one: str, other: str, common: str, is_apart: bool = False
    ) -> None:
        pair = likeness.c.one == one, likeness.c.other == other
        if connection.execute(sa.select(likeness.c.one).where(*pair)).first() is None:
            values = {"one": one, "other": other, "sign": common, "is_apart": is_apart}
            connection.execute(likeness.insert().values(**values, created_at=now()))


def _alike(connection: sa.Connection, signs: Collection[str], record: Ctid) -> dict[Ctid, str]:
    query = (
        sa.select(sign.c.organization, sign.c.sign)
        .where(sign.c.sign.in_(signs), sign.c.organization != record)
        .order_by(sign.c.organization)
        .limit(MAX_ALIKE)
    )
    return {row.organization: row.sign for row in connection.execute(query)}
