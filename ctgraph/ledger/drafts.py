"""Drafts: documents that an organization is still working on. They are not published."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.errors import DraftsFull, NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.ownership import Ownership
from ctgraph.ledger.review_tables import review
from ctgraph.ledger.tables import draft, organization
from ctgraph.ledger.values import Organization, now

MAX_DRAFTS = 200
"""Drafts of one organization: more than people work on at once, and a list that fits a page."""
MAX_DRAFTS_BYTES = 100_000_000
"""Bytes of all drafts of one organization, so that no key can fill the disk with them."""


@dataclass(frozen=True)
class Draft:
    """A draft in a list.

    :param digest: of its content, see :func:`digest_of`.
    """

    ctid: Ctid
    name: str
    updated_at: str
    digest: str


class Drafts:
    """The drafts of all organizations. Two organizations may draft with one CTID that is free."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        owner: Organization,
        record: Ctid,
        name: str,
        document: bytes,
        borne: dict[Ctid, str | None],
        kind: str,
        over: str | None = None,
    ) -> bool:
        """Keep a draft of an organization, in the place of an earlier one with the same CTID.

        Tell whether it was kept: it is not in the place of another one than was meant.

        :param borne: the CTIDs that the document bears, each with its JSON Pointer.
        :param kind: the class of its primary entity; empty while it has none.
        :param over: the digest of the draft in whose place it is, empty for none; without it, of
            whichever there is.
        :raises Forbidden: when the draft bears a CTID that belongs to another organization.
        :raises DraftsFull: when the organization would have more than :data:`MAX_DRAFTS` drafts, or
            more than :data:`MAX_DRAFTS_BYTES` of them.
        :raises NotFound: when the organization was discarded meanwhile.
        """
        mine = (draft.c.owner == owner.ctid) & (draft.c.ctid == record)
        with self._database.writing() as connection:
            self.hold(connection, owner.ctid)  # two tabs may save one draft at once
            Ownership(connection, {record, *borne}).require(owner, ({record: None} | borne).items())
            if over is not None and (self.digest(connection, owner.ctid, record) or "") != over:
                return False
            connection.execute(draft.delete().where(mine))
            _require_room(connection, owner, len(document))
            connection.execute(
                draft.insert().values(
                    owner=owner.ctid,
                    ctid=record,
                    name=name,
                    document=document,
                    updated_at=now(),
                    digest=digest_of(document),
                    type=kind,
                )
            )
        return True

    def hold(self, connection: sa.Connection, owner: Ctid) -> None:
        """Let nobody else save drafts of an organization until the commit.

        :raises NotFound: when there is no such organization.
        """
        turn = sa.select(organization.c.ctid).where(organization.c.ctid == owner)
        if connection.scalar(turn.with_for_update(key_share=True)) is None:
            raise NotFound(f"There is no organization {owner} in this registry.")

    def of(self, owner: Ctid) -> list[Draft]:
        """Return the drafts of an organization, the newest first."""
        columns = (draft.c.ctid, draft.c.name, draft.c.updated_at, draft.c.digest)
        query = sa.select(*columns).where(draft.c.owner == owner)
        rows = self._database.rows(query.order_by(draft.c.updated_at.desc()))
        return [Draft(**by_name(row, columns)) for row in rows]

    def document(self, owner: Ctid, record: Ctid) -> bytes:
        """Return the document of a draft.

        :raises NotFound: when the organization has no such draft.
        """
        query = sa.select(draft.c.document).where(draft.c.owner == owner, draft.c.ctid == record)
        with self._database.engine.connect() as connection:
            found: bytes | None = connection.scalar(query)
        if found is None:
            raise _no_draft(record)
        return found

    def digest(self, connection: sa.Connection, owner: Ctid, record: Ctid) -> str | None:
        """Return the digest of a draft; None when the organization has no such draft."""
        query = sa.select(draft.c.digest).where(draft.c.owner == owner, draft.c.ctid == record)
        found: str | None = connection.scalar(query)
        return found

    def finish(self, connection: sa.Connection, owner: Ctid, record: Ctid, digest: str) -> None:
        """Delete a draft that was published, and its review, unless it was changed meanwhile."""
        mine = (draft.c.owner == owner) & (draft.c.ctid == record) & (draft.c.digest == digest)
        if connection.execute(draft.delete().where(mine)).rowcount:
            connection.execute(_reviews(owner, record))

    def delete(self, owner: Ctid, record: Ctid, seen: str | None = None) -> bool:
        """Delete a draft, and its review; tell whether it was the one that was meant.

        :param seen: the digest of the draft that is meant; without it, whichever there is.
        :raises NotFound: when the organization has no such draft.
        """
        mine = (draft.c.owner == owner) & (draft.c.ctid == record)
        meant = mine if seen is None else mine & (draft.c.digest == seen)
        with self._database.writing() as connection:
            deleted = connection.execute(draft.delete().where(meant)).rowcount
            if deleted:
                connection.execute(_reviews(owner, record))
            elif self.digest(connection, owner, record) is None:
                raise _no_draft(record)
        return bool(deleted)


def digest_of(document: bytes) -> str:
    """Return the digest of a draft: what is said of it holds for these bytes alone."""
    return hashlib.sha256(document).hexdigest()


def _require_room(connection: sa.Connection, owner: Organization, added: int) -> None:
    """Make sure that an organization may keep one more draft, of `added` bytes.

    :raises DraftsFull: when it may not.
    """
    size = sa.func.coalesce(sa.func.sum(sa.func.length(draft.c.document)), 0).label("size")
    query = sa.select(sa.func.count().label("number"), size).where(draft.c.owner == owner.ctid)
    kept = connection.execute(query).one()
    if kept.number >= MAX_DRAFTS:
        raise DraftsFull(f"You have {MAX_DRAFTS} drafts; publish or delete one first.")
    total = int(kept.size) + added
    if total > MAX_DRAFTS_BYTES:
        raise DraftsFull(
            f"Your drafts would have {total:,} bytes, and may have {MAX_DRAFTS_BYTES:,}; "
            "publish or delete one first."
        )


def _reviews(owner: Ctid, record: Ctid) -> sa.Delete:
    return review.delete().where(review.c.owner == owner, review.c.ctid == record)


def _no_draft(record: Ctid) -> NotFound:
    return NotFound(f"You have no draft {record}.")
