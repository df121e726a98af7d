"""The tables of code lists."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from ctgraph.ledger.tables import metadata

code_list = Table(
    "code_list",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(40), nullable=False),
    Column("edition", Integer, nullable=False),
    Column("framework", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("properties", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", String(27), nullable=False),
    UniqueConstraint("key", "edition"),
)
"""Lists of codes; each import of another content is an edition. `source` names its file."""

code = Table(
    "code",
    metadata,
    Column("list", ForeignKey("code_list.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("code", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("parent", String(40), nullable=False),
    Column("words", Text, nullable=False),
    Column("others", Text, nullable=False),
    UniqueConstraint("list", "code"),
)
"""The codes of an edition. `words` are those of code and name, `others` those of other titles.

They are folded, with a blank before each.
"""
