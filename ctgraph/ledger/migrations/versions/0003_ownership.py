"""The first owner of each CTID, and the versions of documents that held each part."""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ENTITY = sa.table(
    "entity",
    sa.column("ceterms_ctid"),
    sa.column("envelope"),
    sa.column("type"),
    sa.column("current"),
    sa.column("owner"),
)
_HOLDING = sa.table(
    "holding",
    sa.column("ceterms_ctid"),
    sa.column("envelope"),
    sa.column("first"),
    sa.column("last"),
)
_ENVELOPES = sa.text("SELECT ceterms_ctid, owner, deleted_at FROM envelope")
_ACCOUNTS = sa.text("SELECT ceterms_ctid FROM organization")
_VERSIONS = sa.text(
    "SELECT seq, ceterms_ctid, number, canonical FROM version "
    "WHERE seq > :seq ORDER BY seq LIMIT 200"
)


def upgrade() -> None:
    """Add the column and the table, and fill them from the documents that are kept.

    A CTID that another organization took from its owner comes back to it.
    """
    op.add_column("entity", sa.Column("owner", sa.String(length=39), nullable=True))
    op.create_table(
        "holding",
        sa.Column("ceterms_ctid", sa.String(length=39), nullable=False),
        sa.Column("envelope", sa.String(length=39), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["envelope"], ["envelope.ceterms_ctid"]),
        sa.PrimaryKeyConstraint("ceterms_ctid", "envelope", "first"),
    )
    op.create_index("open_holding", "holding", ["envelope", "last"], unique=False)
    _fill(op.get_bind())
    with op.batch_alter_table("entity") as table:
        table.alter_column("owner", existing_type=sa.String(length=39), nullable=False)
        table.create_foreign_key("entity_owner", "organization", ["owner"], ["ceterms_ctid"])


def _fill(connection: sa.Connection) -> None:
    owners: dict[str, str] = {}
    withdrawn: set[str] = set()
    for document, owner, deleted in connection.execute(_ENVELOPES):
        owners[document] = owner
        if deleted:
            withdrawn.add(document)
    accounts = set(connection.scalars(_ACCOUNTS))
    first: dict[str, str] = {}  # the document that was the first to hold a CTID
    classes: defaultdict[str, dict[str, str]] = defaultdict(dict)  # in each, the newest last
    since: defaultdict[str, dict[str, int]] = defaultdict(dict)  # the parts of each document
    holdings: list[dict[str, Any]] = []
    for document, number, entities in _kept(connection):
        for record, kind in entities.items():
            first.setdefault(record, document)
            classes[record].pop(document, None)
            classes[record][document] = kind
        parts = entities.keys() - {document}
        for dropped in since[document].keys() - parts:
            holdings.append(_holding(dropped, document, since[document].pop(dropped), number - 1))
        for part in parts:
            since[document].setdefault(part, number)
    for document, standing in since.items():
        holdings += [_holding(part, document, number, None) for part, number in standing.items()]
    updates, taken = [], set()
    for record, documents in classes.items():
        owner = record if record in accounts else owners[first[record]]
        own = [document for document in documents if owners[document] == owner]
        if not own and record not in documents:
            taken.add(record)  # an account's CTID that only parts of others' documents bear
            continue
        # Another's description of an organization stays until the organization describes itself.
        where = own[-1] if own else record
        updates.append(
            {
                "which": record,
                "envelope": where,
                "owner": owners[where],
                "type": documents[where],
                "current": where not in withdrawn and (where == record or record in since[where]),
            }
        )
    which = _ENTITY.c.ceterms_ctid == sa.bindparam("which")
    if updates:
        names = ("envelope", "owner", "type", "current")
        connection.execute(
            _ENTITY.update().where(which).values({name: sa.bindparam(name) for name in names}),
            updates,
        )
    if taken:
        connection.execute(_ENTITY.delete().where(which), [{"which": record} for record in taken])
    kept = [row for row in holdings if row["ceterms_ctid"] not in taken]
    if kept:
        connection.execute(_HOLDING.insert(), kept)


def _holding(part: str, document: str, first: int, last: int | None) -> dict[str, Any]:
    return {"ceterms_ctid": part, "envelope": document, "first": first, "last": last}


def _kept(connection: sa.Connection) -> Iterator[tuple[str, int, dict[str, str]]]:
    """Yield every published version in order: its document, number, and entities."""
    seq = 0
    while found := connection.execute(_VERSIONS, {"seq": seq}).all():
        seq = found[-1].seq
        for version in found:
            if version.canonical:
                yield version.ceterms_ctid, version.number, _entities(version.canonical)


def _entities(canonical: bytes) -> dict[str, str]:
    """Return the classes of the entities of a document."""
    found: dict[str, str] = {}
    waiting = [json.loads(zlib.decompress(canonical))["@graph"]]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            if "ceterms:ctid" in value:
                kind = value.get("@type") or ""
                found[value["ceterms:ctid"]] = kind[0] if isinstance(kind, list) else kind
            waiting += value.values()
    return found
