"""The tables of reviews: what was said of drafts before they are published."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from ctgraph.ledger.tables import metadata

review = Table(
    "review",
    metadata,
    Column("owner", ForeignKey("organization.ctid"), primary_key=True),
    Column("ceterms_ctid", String(39), primary_key=True, key="ctid"),
    Column("state", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("asked_by", ForeignKey("person.id")),
    Column("decided_by", ForeignKey("person.id")),
    Column("words", Text, nullable=False),
    Column("updated_at", String(27), nullable=False),
    Index("review_in_state", "state", "updated_at"),
)
"""The review of a draft. It holds for the content with this digest alone."""

staff_review = Table(
    "staff_review",
    metadata,
    Column("organization", ForeignKey("organization.ctid"), primary_key=True),
    Column("since", String(27), nullable=False),
)
"""The organizations whose records the registry's staff reviews before they are published."""
