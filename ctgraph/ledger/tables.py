"""The tables of the ledger. Portable SQL: SQLite and PostgreSQL hold the same.

Times are ISO 8601 text in UTC with a trailing Z, so that they sort and compare as they read.
Documents are kept compressed (zlib).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData()


def _ctid(*arguments: Any, **options: Any) -> Column[str]:
    """Return the column `ctid`. Its name in the database differs: PostgreSQL reserves ctid."""
    return Column("ceterms_ctid", String(39), *arguments, key="ctid", **options)


def _current_in_order(name: str, *columns: str) -> Index:
    """Return an index that has the current envelopes of each list in the order of their CTIDs."""
    current = text("deleted_at IS NULL")
    return Index(name, *columns, "ctid", sqlite_where=current, postgresql_where=current)


organization = Table(
    "organization",
    metadata,
    _ctid(primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", String(27), nullable=False),
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", String(12), primary_key=True),
    Column("organization", ForeignKey("organization.ctid"), nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", String(27), nullable=False),
    Column("revoked_at", String(27)),
    Column("label", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("expires_at", String(27)),
    Column("used_at", String(27)),
)
"""API keys. `scopes` has spaces between them."""

envelope = Table(
    "envelope",
    metadata,
    _ctid(primary_key=True),
    Column("uuid", String(36), nullable=False, unique=True),
    Column("owner", ForeignKey("organization.ctid"), nullable=False, index=True),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("updated_at", String(27), nullable=False),
    Column("deleted_at", String(27)),
    Column("published_by", String(39)),
    _current_in_order("current_of_type", "type"),
    _current_in_order("current_of_owner", "owner", "type"),
    Index(
        "withdrawn_of_owner",
        "owner",
        "ctid",
        sqlite_where=text("deleted_at IS NOT NULL"),
        postgresql_where=text("deleted_at IS NOT NULL"),
    ),
)

draft = Table(
    "draft",
    metadata,
    Column("owner", ForeignKey("organization.ctid"), primary_key=True),
    _ctid(primary_key=True),
    Column("name", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("updated_at", String(27), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("type", Text, nullable=False),
)
"""`digest` is that of the document's bytes, in SHA-256."""

version = Table(
    "version",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _ctid(ForeignKey("envelope.ctid"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("event", String(8), nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("received", LargeBinary),
    Column("canonical", LargeBinary),
    Column("quads", LargeBinary),
    Column("published_by", String(39)),
    Index("version_of_envelope", "ctid", "number", unique=True),
)

entity = Table(
    "entity",
    metadata,
    _ctid(primary_key=True),
    Column("envelope", ForeignKey("envelope.ctid"), nullable=False, index=True),
    Column("type", Text, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("owner", ForeignKey("organization.ctid"), nullable=False),
)

holding = Table(
    "holding",
    metadata,
    _ctid(primary_key=True),
    Column("envelope", ForeignKey("envelope.ctid"), primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("last", Integer),
    Index("open_holding", "envelope", "last"),
)
"""The versions of a document that held a part; `last` is null while the newest version does."""

sequence = Table(
    "sequence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

registry = Table(
    "registry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incarnation", String(36), nullable=False),
    Column("base_url", Text, nullable=False),
)

load_progress = Table(
    "load_progress",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("done", Integer, nullable=False),
    Column("updated_at", String(27), nullable=False),
)

person = Table(
    "person",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("is_staff", Boolean, nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("confirmed_at", String(27)),
    Column("is_daily", Boolean, nullable=False, server_default=false()),
)
"""The people who sign in. `email` is in its normal form; `password` is a hash of argon2."""

session = Table(
    "session",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False, index=True),
    Column("created_at", String(27), nullable=False),
    Column("seen_at", String(27), nullable=False),
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
)

ticket = Table(
    "ticket",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("person", ForeignKey("person.id"), index=True),
    Column("organization", ForeignKey("organization.ctid"), index=True),
    Column("value", Text, nullable=False),
    Column("expires_at", String(27), nullable=False),
)
"""What a link in an e-mail allows, once."""

attempt = Table(
    "attempt",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("since", String(27), nullable=False),
)
"""How often something was tried since a moment, by the address or the account that tried it."""

member = Table(
    "member",
    metadata,
    Column("organization", ForeignKey("organization.ctid"), primary_key=True),
    Column("person", ForeignKey("person.id"), primary_key=True, index=True),
    Column("role", String(16), nullable=False),
    Column("created_at", String(27), nullable=False),
)

application = Table(
    "application",
    metadata,
    Column("organization", ForeignKey("organization.ctid"), primary_key=True),
    Column("state", String(16), nullable=False, index=True),
    Column("document", LargeBinary, nullable=False),
    Column("updated_at", String(27), nullable=False),
    Column("submitted_at", String(27)),
)
"""The organizations that asked to publish. The operator or a load added those without a row."""

remark = Table(
    "remark",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organization", ForeignKey("organization.ctid"), nullable=False, index=True),
    Column("person", ForeignKey("person.id")),
    Column("created_at", String(27), nullable=False),
    Column("state", String(16), nullable=False),
    Column("words", Text, nullable=False),
)
"""The timeline of an application: what both sides said, and the state that followed."""

activity = Table(
    "activity",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", String(27), nullable=False),
    Column("person", ForeignKey("person.id"), index=True),
    Column("organization", ForeignKey("organization.ctid"), index=True),
    Column("words", Text, nullable=False),
    Column("address", Text, nullable=False),
)

message = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("created_at", String(27), nullable=False),
    Column("due_at", String(27), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent_at", String(27)),
    Column("ending", Text, nullable=False, server_default=""),
    Column("is_daily", Boolean, nullable=False, server_default=false()),
    Index("message_due", "sent_at", "due_at"),
)
"""The outbox: e-mails, written in the transaction that they tell of, and sent afterwards.

`is_daily` marks those that wait to become a part of the daily mail of their recipient.
"""

weekly = Table(
    "weekly",
    metadata,
    Column("token", String(43), primary_key=True),
    Column("email", Text, nullable=False),
    Column("search", Text, nullable=False),
    Column("since", String(10), nullable=False),
    Column("due_at", String(27), nullable=False, index=True),
    Column("language", String(2), nullable=False, server_default="en"),
    UniqueConstraint("email", "search"),
)
"""The searches whose new results go to a confirmed address by weekly mail, in its language."""

secret = Table(
    "secret",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Random values that all processes of a registry share."""
