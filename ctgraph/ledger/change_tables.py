"""The table of what the change sequence tells of each version, and a version's columns with it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from ctgraph.ledger.tables import metadata, version

change = Table(
    "change",
    metadata,
    Column("seq", Integer, ForeignKey("version.seq"), primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("owner", String(39), nullable=False),
    Column("published_by", String(39)),
    Column("upload", String(22)),
    Column("reason", Text),
    Column("replaced_by", String(39)),
)
"""Whose record it was with a version, its class, who published it, and from which upload;
of a withdrawal, why, and the record that stands in its place.

The envelope has the first two as they are now. They lie apart from the documents: SQLite reads all
of a row up to the column that is asked for, and the sequence is read by the thousand."""

VERSION_FACTS = (
    version.c.seq,
    version.c.ctid,
    version.c.number,
    version.c.event,
    version.c.actor,
    version.c.created_at,
    version.c.digest,
    version.c.published_by,
    change.c.reason,
    change.c.replaced_by,
)
"""The columns of a version without its document, in :data:`VERSIONS`."""
VERSIONS = version.join(change, change.c.seq == version.c.seq)
"""Every version with what the change sequence tells of it."""
