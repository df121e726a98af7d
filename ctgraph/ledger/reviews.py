"""Reviews of drafts, and the organizations whose records the registry's staff reviews."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from ctgraph.errors import Forbidden
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database
from ctgraph.ledger.review_tables import review, staff_review
from ctgraph.ledger.tables import draft, organization
from ctgraph.ledger.values import Organization, now


class ReviewState(StrEnum):
    """How far the review of a draft has come."""

    WAITING = "in review"
    """An approver of the organization will look at it."""
    APPROVED = "approved"
    """It may be published."""
    REGISTRY = "with the registry"
    """It was approved, and the registry's staff will look at it."""
    RETURNED = "returned"
    """Something is to be changed."""
    DECLINED = "declined"
    """The registry's staff does not publish it."""


@dataclass(frozen=True)
class Review:
    """The review of a draft.

    :param digest: of the content that was seen.
    :param holds: whether the draft still has that content.
    :param asked_by: the id of the person who sent it to review; None for nobody.
    :param words: what was said of it last.
    """

    state: ReviewState
    digest: str
    holds: bool
    asked_by: str | None
    words: str


@dataclass(frozen=True)
class Queued:
    """A draft in the queue of the registry's staff."""

    owner: Ctid
    owner_name: str
    ctid: Ctid
    name: str
    type: str
    digest: str
    updated_at: str


class Reviews:
    """The reviews of all drafts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, connection: sa.Connection, owner: Ctid, record: Ctid) -> Review | None:
        """Return the review of a draft; None when it was never sent to review."""
        query = (
            sa.select(review, (draft.c.digest == review.c.digest).label("holds"))
            .join(draft, IS_OF_DRAFT)
            .where(review.c.owner == owner, review.c.ctid == record)
        )
        row = connection.execute(query).first()
        if row is None:
            return None
        state = ReviewState(row.state)
        return Review(state, row.digest, bool(row.holds), row.asked_by, row.words)

    def note(
        self,
        connection: sa.Connection,
        owner: Ctid,
        record: Ctid,
        given: Review,
        decided_by: str | None = None,
    ) -> None:
        """Keep the review of a draft in the place of an earlier one."""
        self.forget(connection, owner, record)
        connection.execute(
            review.insert().values(
                owner=owner,
                ctid=record,
                state=given.state,
                digest=given.digest,
                asked_by=given.asked_by,
                decided_by=decided_by,
                words=given.words,
                updated_at=now(),
            )
        )

    def forget(self, connection: sa.Connection, owner: Ctid, record: Ctid) -> None:
        """Delete the review of a draft, if there is one."""
        connection.execute(review.delete().where(review.c.owner == owner, review.c.ctid == record))

    def for_staff(self, most: int) -> list[Queued]:
        """Return the drafts that wait for the registry's staff, the oldest first."""
        query = (
            sa.select(review, draft.c.name, draft.c.type, organization.c.name.label("owner_name"))
            .join(draft, IS_OF_DRAFT & (draft.c.digest == review.c.digest))
            .join(organization, organization.c.ctid == review.c.owner)
            .where(review.c.state == ReviewState.REGISTRY)
            .order_by(review.c.updated_at)
            .limit(most)
        )
        return [
            Queued(
                row.owner,
                row.owner_name,
                row._mapping[review.c.ctid],
                row.name,
                row.type,
                row.digest,
                row.updated_at,
            )
            for row in self._database.rows(query)
        ]

    def needs_staff(self, connection: sa.Connection, owner: Ctid) -> bool:
        """Tell whether the staff reviews the records of an organization before publication."""
        query = sa.select(staff_review.c.since).where(staff_review.c.organization == owner)
        return connection.scalar(query) is not None

    def require_none(self, *owners: Organization) -> None:
        """Make sure that the records of some organizations are published without a review.

        :param owners: whose records they are, and who publishes them.
        :raises Forbidden: when the staff reviews those of one.
        """
        with self._database.engine.connect() as connection:
            for owner in owners:
                if self.needs_staff(connection, owner.ctid):
                    raise Forbidden(
                        f"The registry's staff reviews the records of {owner.name}. Save a draft, "
                        "and send it to review on the page of the organization."
                    )

    def let_staff(self, connection: sa.Connection, owner: Ctid, is_needed: bool) -> None:
        """Let the staff review the records of an organization from now on, or no longer."""
        mine = staff_review.c.organization == owner
        connection.execute(staff_review.delete().where(mine))
        if is_needed:
            connection.execute(staff_review.insert().values(organization=owner, since=now()))


IS_OF_DRAFT = (draft.c.owner == review.c.owner) & (draft.c.ctid == review.c.ctid)
"""The condition that a review is that of a draft, whatever the draft holds now."""
