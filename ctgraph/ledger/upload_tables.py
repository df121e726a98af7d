"""The tables of uploads."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from ctgraph.ledger.tables import metadata

upload = Table(
    "upload",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("owner", ForeignKey("organization.ctid"), nullable=False, index=True),
    Column("person", ForeignKey("person.id")),
    Column("created_at", String(27), nullable=False),
    Column("mode", String(8), nullable=False),
    Column("choices", Text, nullable=False),
    Column("state", String(8), nullable=False, index=True),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("told", Text, nullable=False),
    Column("report", LargeBinary),
    Column("plan", LargeBinary),
    Column("api_key", String(12)),
    Column("publisher", String(39)),
)
"""Uploads of spreadsheets. `report` is compressed JSON, and `plan` as it was planned.

Each was made by a person or with an API key, whose organization is the `publisher` where it is not
the owner.
"""

upload_file = Table(
    "upload_file",
    metadata,
    Column("upload", ForeignKey("upload.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""The files of uploads."""
