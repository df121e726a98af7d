"""The records of one organization: worked on, published, and withdrawn."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid, NoId
from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.review_tables import review
from ctgraph.ledger.reviews import IS_OF_DRAFT
from ctgraph.ledger.tables import draft, envelope
from ctgraph.ledger.values import Envelope

DRAFT, CHANGED, PUBLISHED, WITHDRAWN = "draft", "changed", "published", "withdrawn"
"""The states of a record beside those of a review, which a draft has while its review holds."""


@dataclass(frozen=True)
class Drafted:
    """A record that is worked on.

    :param digest: of the draft.
    :param state: that of its review, or whether something is published.
    :param published_type: the class of the record that the organization has published; empty where
        it has none.
    """

    ctid: Ctid
    name: str
    type: str
    digest: str
    updated_at: str
    state: str
    published_type: str


@dataclass(frozen=True)
class Wanted:
    """What a list shows.

    :param words: that the names hold, in any order; ASCII letters in either case.
    :param kind: the class of the records; empty for all.
    """

    words: tuple[str, ...] = ()
    kind: str = ""

    def takes(self, one: Drafted) -> bool:
        """Tell whether a list shows a draft."""
        name = one.name.lower()
        return self.kind in ("", one.type) and all(word.lower() in name for word in self.words)


class Portfolio:
    """The records of each organization."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def drafted(self, owner: Ctid) -> list[Drafted]:
        """Return the records that an organization works on, the newest first. They are bounded."""
        current = _IS_DRAFTED & envelope.c.deleted_at.is_(None)
        columns = (draft.c.ctid, draft.c.name, draft.c.type, draft.c.digest, draft.c.updated_at)
        query = (
            sa.select(*columns, review.c.state, envelope.c.type.label("stands"))
            .outerjoin(review, IS_OF_DRAFT & (review.c.digest == draft.c.digest))
            .outerjoin(envelope, current)
            .where(draft.c.owner == owner)
            .order_by(draft.c.updated_at.desc())
        )
        return [
            Drafted(
                **by_name(row, columns),
                state=row.state or (CHANGED if row.stands else DRAFT),
                published_type=row.stands or "",
            )
            for row in self._database.rows(query)
        ]

    def published(
        self,
        owner: Ctid,
        wanted: Wanted,
        most: int,
        after: Ctid | NoId = "",
        but: Collection[Ctid] = (),
    ) -> list[Envelope]:
        """Return the records of an organization that stand, in order of their CTIDs.

        :param but: those that are not wanted.
        """
        condition = envelope.c.deleted_at.is_(None) & envelope.c.ctid.not_in(but)
        return self._envelopes(owner, condition, wanted, most, after)

    def withdrawn(
        self, owner: Ctid, wanted: Wanted, most: int, after: Ctid | NoId = ""
    ) -> list[Envelope]:
        """Return the withdrawn records of an organization, in order of their CTIDs."""
        return self._envelopes(owner, envelope.c.deleted_at.is_not(None), wanted, most, after)

    def kinds(self, owner: Ctid) -> dict[str, int]:
        """Return how many records of each class an organization has published."""
        return self._kinds(owner)

    def kinds_without_draft(self, owner: Ctid) -> dict[str, int]:
        """Return how many records of each class an organization has published as they stand."""
        return self._kinds(owner, ~sa.exists().where(_IS_DRAFTED))

    def withdrawn_count(self, owner: Ctid) -> int:
        """Return how many records an organization has withdrawn."""
        query = sa.select(sa.func.count()).where(
            envelope.c.owner == owner, envelope.c.deleted_at.is_not(None)
        )
        with self._database.engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def _kinds(self, owner: Ctid, *conditions: sa.ColumnElement[bool]) -> dict[str, int]:
        query = (
            sa.select(envelope.c.type, sa.func.count().label("number"))
            .where(envelope.c.owner == owner, envelope.c.deleted_at.is_(None), *conditions)
            .group_by(envelope.c.type)
        )
        return {row.type: row.number for row in self._database.rows(query)}

    def _envelopes(
        self,
        owner: Ctid,
        condition: sa.ColumnElement[bool],
        wanted: Wanted,
        most: int,
        after: Ctid | NoId,
    ) -> list[Envelope]:
        query = envelope.select().where(
            envelope.c.owner == owner, condition, envelope.c.ctid > after
        )
        if wanted.kind:
            query = query.where(envelope.c.type == wanted.kind)
        for word in wanted.words:
            query = query.where(envelope.c.name.icontains(word, autoescape=True))
        rows = self._database.rows(query.order_by(envelope.c.ctid).limit(most))
        return [Envelope(**by_name(row, envelope.c)) for row in rows]


_IS_DRAFTED = (draft.c.ctid == envelope.c.ctid) & (draft.c.owner == envelope.c.owner)
"""The condition that a draft is that of a record, and not of another organization."""
