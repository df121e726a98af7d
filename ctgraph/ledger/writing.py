"""Adding versions to the ledger: one transaction for a batch, gapless sequence numbers.

This is the one place that decides who may change what.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from ctgraph.documents import Document
from ctgraph.errors import Conflict, CtgraphError, Forbidden, Gone, NotFound
from ctgraph.ledger import Ledger
from ctgraph.ledger.models import (
    entity,
    envelope,
    load_progress,
    organization,
    sequence,
    version,
)
from ctgraph.ledger.values import Envelope, Organization, later, now, pack


@dataclass(frozen=True)
class Submission:
    """What an organization wants to change: publish `document`, or withdraw `ctid` without one.

    :param owner: the organization; None lets the operator withdraw for whoever owns the record.
    """

    owner: Organization | None
    ctid: str
    document: Document | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a submission.

    :param event: ``created``, ``updated``, ``unchanged`` or ``withdrawn``.
    :param seq: the sequence number of the change; of the last one where nothing changed.
    """

    envelope: Envelope
    event: str
    seq: int


@dataclass(frozen=True)
class Progress:
    """How many documents of a load are done, once the submissions that go with it are added."""

    source: str
    done: int


def append(
    ledger: Ledger,
    submissions: Sequence[Submission],
    actor: str,
    progress: Progress | None = None,
) -> list[Outcome | CtgraphError]:
    """Add submissions to the ledger in order, in one transaction.

    A submission that may not be, or changes nothing, leaves no trace; its outcome says why. The
    others are added all the same.

    :param actor: who did it, for the history: the id of an API key, or ``operator``.
    :param progress: noted in the same transaction, so that nothing is loaded twice.
    """
    with ledger.writing() as connection:
        batch = _Batch(connection, submissions, actor)
        outcomes = [batch.add(submission) for submission in submissions]
        batch.flush()
        if progress:
            _note_progress(connection, progress)
    return outcomes


def forget_progress(ledger: Ledger, source: str) -> None:
    """Forget how far a load was, since it is complete."""
    with ledger.writing() as connection:
        connection.execute(load_progress.delete().where(load_progress.c.source == source))


def _note_progress(connection: sa.Connection, progress: Progress) -> None:
    values = {"done": progress.done, "updated_at": now()}
    mine = load_progress.c.source == progress.source
    if not connection.execute(load_progress.update().where(mine).values(values)).rowcount:
        connection.execute(load_progress.insert().values(source=progress.source, **values))


def register_organizations(ledger: Ledger, named: dict[str, str]) -> dict[str, Organization]:
    """Return the organizations with these CTIDs; those not known yet are added with the names."""
    with ledger.writing() as connection:
        known = _select(connection, organization, named)
        missing = [
            {"ctid": record, "name": name or record, "created_at": now()}
            for record, name in named.items()
            if record not in known
        ]
        if missing:
            connection.execute(organization.insert(), missing)
        return {
            record: Organization(*row)
            for record, row in _select(connection, organization, named).items()
        }


@dataclass
class _Part:
    """An entity with a CTID, and the envelope that holds it, or once did."""

    ctid: str
    envelope: str
    type: str
    current: bool


class _Batch:
    """The state of a write transaction: what stands, and what is to be written."""

    def __init__(
        self, connection: sa.Connection, submissions: Sequence[Submission], actor: str
    ) -> None:
        self._connection = connection
        self._actor = actor
        # Locks the sequence until the commit, so that numbers are given in the order of commits.
        locked = sa.select(sequence.c.last).with_for_update()
        self._seq: int = connection.execute(locked).scalar_one()
        newest = sa.select(version.c.created_at).where(version.c.seq == self._seq)
        self._moment: str = connection.execute(newest).scalar() or ""
        records = {submission.ctid for submission in submissions}
        inner = {e.ctid for s in submissions if s.document for e in s.document.entities}
        rows = _select(connection, envelope, records)
        self._heads = {record: Envelope(*row) for record, row in rows.items()}
        self._entities = {
            part: _Part(*row) for part, row in _select(connection, entity, records | inner).items()
        }
        self._accounts = _select(connection, organization, records)
        self._known = set(self._heads), set(self._entities)
        self._versions: list[dict[str, Any]] = []
        self._changed: dict[str, Document | None] = {}
        self._parts: dict[str, _Part] = {}

    def add(self, submission: Submission) -> Outcome | CtgraphError:
        """Decide on one submission, and note what it changes."""
        head = self._heads.get(submission.ctid)
        document = submission.document
        try:
            self._authorize(submission, head)
            if document is None:
                return self._withdraw(submission, head)
            if head and not head.deleted_at and head.digest == document.digest:
                return Outcome(head, "unchanged", self._seq)
            return self._publish(submission, document, head)
        except CtgraphError as error:
            return error

    def _authorize(self, submission: Submission, head: Envelope | None) -> None:
        """Let an organization change only what it owns.

        :raises Forbidden: for the record of another organization, or about one.
        :raises Conflict: when a CTID in the document belongs to another record.
        """
        owner, record = submission.owner, submission.ctid
        if owner is None:
            if submission.document:
                raise Forbidden(f"{record} cannot be published without an owner.")
            return
        if head and head.owner != owner.ctid:
            raise Forbidden(f"{record} belongs to another organization than {owner.name}.")
        if head is None and record in self._accounts and record != owner.ctid:
            raise Forbidden(f"{record} is an organization that describes itself.")
        for part in submission.document.entities if submission.document else ():
            held = self._entities.get(part.ctid)
            if held and held.current and held.envelope != record:
                raise Conflict(
                    f"{part.ctid} is already published as part of {held.envelope}.",
                    ctid=part.ctid,
                )

    def _withdraw(self, submission: Submission, head: Envelope | None) -> Outcome:
        if head is None:
            raise NotFound(f"There is no record {submission.ctid} in this registry.")
        if head.deleted_at:
            raise Gone(f"{submission.ctid} was already withdrawn on {head.deleted_at}.")
        moment = self._next_moment()
        changed = replace(
            head, version=head.version + 1, digest="", updated_at=moment, deleted_at=moment
        )
        return self._note(changed, "withdraw", None, "withdrawn")

    def _publish(
        self, submission: Submission, document: Document, head: Envelope | None
    ) -> Outcome:
        assert submission.owner  # or it would not have been authorized
        moment = self._next_moment()
        changed = Envelope(
            ctid=document.ctid,
            uuid=head.uuid if head else str(uuid.uuid4()),
            owner=submission.owner.ctid,
            type=document.type,
            name=document.name,
            version=head.version + 1 if head else 1,
            digest=document.digest,
            created_at=head.created_at if head else moment,
            updated_at=moment,
            deleted_at=None,
        )
        return self._note(changed, "publish", document, "updated" if head else "created")

    def _next_moment(self) -> str:
        """Return the time of the next version: later than the one before, whatever clocks say."""
        self._moment = later(self._moment)
        return self._moment

    def _note(
        self, changed: Envelope, event: str, document: Document | None, outcome: str
    ) -> Outcome:
        self._seq += 1
        self._heads[changed.ctid] = changed
        self._changed[changed.ctid] = document
        # Parts that the new version no longer has keep their row: they answer as gone.
        for part in self._parts.values():
            part.current &= part.envelope != changed.ctid
        for entry in document.entities if document else ():
            part = _Part(entry.ctid, changed.ctid, entry.type, True)
            self._entities[entry.ctid] = self._parts[entry.ctid] = part
        self._versions.append({
            "seq": self._seq, "ctid": changed.ctid, "number": changed.version, "event": event,
            "actor": self._actor, "created_at": changed.updated_at, "digest": changed.digest,
            "received": pack(document.received) if document else None,
            "canonical": pack(document.canonical) if document else None,
            "quads": pack(document.quads) if document else None,
        })  # fmt: skip
        return Outcome(changed, outcome, self._seq)

    def flush(self) -> None:
        """Write what :meth:`add` noted."""
        if not self._versions:
            return
        known_heads, known_entities = self._known
        self._write(envelope, [vars(self._heads[r]) for r in self._changed], known_heads)
        older = [record for record in self._changed if record in known_heads]
        for chunk in _chunks(older):
            retire = entity.update().where(entity.c.envelope.in_(chunk)).values(current=False)
            self._connection.execute(retire)
        self._write(entity, [vars(part) for part in self._parts.values()], known_entities)
        self._connection.execute(version.insert(), self._versions)
        self._connection.execute(sequence.update().values(last=self._seq))
        named = [{"who": r, "name": d.name} for r, d in self._changed.items()
                 if d and d.name and r in self._accounts]  # fmt: skip
        if named:
            self._connection.execute(
                organization.update()
                .where(organization.c.ctid == sa.bindparam("who"))
                .values(name=sa.bindparam("name")),
                named,
            )

    def _write(self, table: sa.Table, rows: list[dict[str, Any]], known: set[str]) -> None:
        added = [row for row in rows if row["ctid"] not in known]
        if added:
            self._connection.execute(table.insert(), added)
        changed = [row | {"who": row["ctid"]} for row in rows if row["ctid"] in known]
        if changed:
            columns = [column.key for column in table.c if column.key != "ctid"]
            self._connection.execute(
                table.update()
                .where(table.c.ctid == sa.bindparam("who"))
                .values({name: sa.bindparam(name) for name in columns}),
                changed,
            )


def _chunks(records: Collection[str]) -> Iterator[list[str]]:
    """Split CTIDs so that each part fits the parameters of one statement."""
    ordered = sorted(records)
    for start in range(0, len(ordered), 5000):
        yield ordered[start : start + 5000]


def _select(
    connection: sa.Connection, table: sa.Table, records: Collection[str]
) -> dict[str, Any]:
    return {
        row[0]: row
        for chunk in _chunks(records)
        for row in connection.execute(table.select().where(table.c.ctid.in_(chunk)))
    }
