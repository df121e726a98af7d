"""The table of webhooks."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from ctgraph.ledger.tables import metadata

webhook = Table(
    "webhook",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("organization", ForeignKey("organization.ctid"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("events", Text, nullable=False),
    Column("owner", String(39)),
    Column("state", String(8), nullable=False),
    Column("after", Integer, nullable=False),
    Column("until", Integer),
    Column("run", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("told", Text, nullable=False),
    Column("due_at", String(27), nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("delivered_at", String(27)),
    Index("webhook_behind", "state", "after"),
)
"""Who is told of changes, and how far. `until` is the end of a delivery that failed: it is sent
again as it was. `secret` signs deliveries, so it is kept as it is."""
