"""Drafts: documents that an organization is still working on. They are no part of the record."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.errors import DraftsFull, NotFound
from ctgraph.ledger import Ledger
from ctgraph.ledger.ownership import Ownership
from ctgraph.ledger.tables import draft, organization
from ctgraph.ledger.values import Organization, now

MOST_DRAFTS = 200
MOST_BYTES = 100_000_000


@dataclass(frozen=True)
class Draft:
    """A draft in a list."""

    ctid: str
    name: str
    updated_at: str


def save_draft(
    ledger: Ledger,
    owner: Organization,
    record: str,
    name: str,
    document: bytes,
    borne: dict[str, str | None],
) -> None:
    """Keep a draft of an organization, in the place of an earlier one with the same CTID.

    Every organization has its own drafts: two may draft with one CTID that is free.

    :param borne: the CTIDs that the document bears, each with its JSON Pointer.
    :raises Forbidden: when the draft bears a CTID that belongs to another organization.
    :raises DraftsFull: when it has 200 already, or 100 million bytes of them.
    """
    mine = (draft.c.owner == owner.ctid) & (draft.c.ctid == record)
    # Two tabs may save one draft at once: an organization's drafts are saved one after another.
    turn = sa.select(organization.c.ctid).where(organization.c.ctid == owner.ctid)
    with ledger.writing() as connection:
        connection.execute(turn.with_for_update(key_share=True))
        Ownership(connection, {record, *borne}).require(owner, ({record: None} | borne).items())
        connection.execute(draft.delete().where(mine))
        count, size = connection.execute(
            sa.select(sa.func.count(), sa.func.sum(sa.func.length(draft.c.document))).where(
                draft.c.owner == owner.ctid
            )
        ).one()
        if count >= MOST_DRAFTS:
            raise DraftsFull(f"You have {MOST_DRAFTS} drafts; publish or delete one first.")
        if (size or 0) + len(document) > MOST_BYTES:
            raise DraftsFull(
                f"Your drafts would have {(size or 0) + len(document):,} bytes, and may have "
                f"{MOST_BYTES:,}; publish or delete one first."
            )
        connection.execute(
            draft.insert().values(
                owner=owner.ctid, ctid=record, name=name, document=document, updated_at=now()
            )
        )


def drafts_of(ledger: Ledger, owner: str) -> list[Draft]:
    """Return the drafts of an organization, the newest first."""
    columns = (draft.c.ctid, draft.c.name, draft.c.updated_at)
    query = sa.select(*columns).where(draft.c.owner == owner).order_by(draft.c.updated_at.desc())
    with ledger.engine.connect() as connection:
        return [Draft(*row) for row in connection.execute(query)]


def draft_of(ledger: Ledger, owner: str, record: str) -> bytes:
    """Return the document of a draft.

    :raises NotFound: when the organization has no such draft.
    """
    query = sa.select(draft.c.document).where(draft.c.owner == owner, draft.c.ctid == record)
    with ledger.engine.connect() as connection:
        found: bytes | None = connection.scalar(query)
    if found is None:
        raise NotFound(f"You have no draft {record}.")
    return found


def delete_draft(ledger: Ledger, owner: str, record: str) -> None:
    """Delete a draft.

    :raises NotFound: when the organization has no such draft.
    """
    with ledger.writing() as connection:
        gone = connection.execute(
            draft.delete().where(draft.c.owner == owner, draft.c.ctid == record)
        )
    if not gone.rowcount:
        raise NotFound(f"You have no draft {record}.")
