"""Append versions to the ledger: one transaction for a batch, gapless sequence numbers.

:mod:`ctgraph.ledger.ownership` decides which organization may change which CTID.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from ctgraph.documents import Document
from ctgraph.errors import Conflict, CtgraphError, Forbidden, Gone, RecordNotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import by_name, select_in
from ctgraph.ledger.holdings import Holdings
from ctgraph.ledger.ledger import Ledger
from ctgraph.ledger.loads import Progress, note_progress
from ctgraph.ledger.news import announce
from ctgraph.ledger.ownership import Ownership, lock_sequence
from ctgraph.ledger.partnerships import require_grant
from ctgraph.ledger.suspensions import require_active
from ctgraph.ledger.tables import entity, envelope, organization, sequence, version
from ctgraph.ledger.values import OPERATOR, Effect, Envelope, Event, Organization, later, pack
from ctgraph.problem import Problem
from ctgraph.rdf.namespaces import Curie


@dataclass(frozen=True)
class Submission:
    """A change that an organization wants: publish `document`, or withdraw `ctid` without one.

    :param owner: the organization; None means the operator, who may withdraw any record.
    :param publisher: another organization that does it for the owner, and needs a standing grant.
    """

    owner: Organization | None
    ctid: Ctid
    document: Document | None = None
    publisher: Organization | None = None

    @property
    def published_by(self) -> Ctid | None:
        """The CTID of another organization that does it for the owner."""
        return self.publisher.ctid if self.publisher else None


@dataclass(frozen=True)
class Outcome:
    """The result of a submission.

    :param seq: the sequence number of the change; of the last change if nothing changed.
    """

    envelope: Envelope
    effect: Effect
    seq: int


def append(
    ledger: Ledger, submissions: Sequence[Submission], actor: str, progress: Progress | None = None
) -> list[Outcome | CtgraphError]:
    """Add submissions to the ledger in order, in one transaction.

    A submission that is refused or changes nothing leaves no trace, and its outcome says why. The
    other submissions are added.

    :param actor: the maker of the change, for the history: an id of an API key, or ``operator``.
    :param progress: noted in the same transaction, so that nothing is loaded twice.
    """
    with ledger.database.writing() as connection:
        batch = _Batch(connection, submissions, actor)
        outcomes = [batch.add(submission) for submission in submissions]
        batch.flush()
        if progress:
            note_progress(connection, progress)
        announce(connection)
    return outcomes


@dataclass
class _Part:
    """An entity with a CTID, and the envelope that holds it or held it last.

    :param owner: the organization that first held it.
    """

    ctid: Ctid
    envelope: Ctid
    type: Curie
    current: bool
    owner: Ctid


class _Batch:
    """The state of a write transaction: the rows that the ledger holds, and those to be written."""

    def __init__(
        self, connection: sa.Connection, submissions: Sequence[Submission], actor: str
    ) -> None:
        self._connection = connection
        self._actor = actor
        self._seq = lock_sequence(connection)
        newest = sa.select(version.c.created_at).where(version.c.seq == self._seq)
        self._moment: str = connection.execute(newest).scalar() or ""
        records = {submission.ctid for submission in submissions}
        inner = {e.ctid for s in submissions if s.document for e in s.document.entities}
        parts = select_in(connection, entity.select(), entity.c.ctid, records | inner)
        parts += select_in(connection, entity.select(), entity.c.envelope, records)
        self._entities = {row.ctid: _Part(**by_name(row, entity.c)) for row in parts}
        self._stored = {row.ctid: _Part(**by_name(row, entity.c)) for row in parts}
        documents = records | {part.envelope for part in self._entities.values()}
        heads = select_in(connection, envelope.select(), envelope.c.ctid, documents)
        self._heads = {row.ctid: Envelope(**by_name(row, envelope.c)) for row in heads}
        self._known = set(self._heads)
        self._ownership = Ownership(connection, records | inner)
        self._holdings = Holdings(connection, records)
        self._versions: list[dict[str, Any]] = []
        self._changed: dict[Ctid, Document | None] = {}

    def add(self, submission: Submission) -> Outcome | CtgraphError:
        """Decide on one submission and note its changes."""
        head = self._heads.get(submission.ctid)
        owner, document = submission.owner, submission.document
        try:
            self._authorize(submission)
            if document is None:
                return self._withdraw(submission, head)
            assert owner  # _authorize refuses a document without an owner
            if (
                head
                and not head.deleted_at
                and (head.digest, head.owner) == (document.digest, owner.ctid)
            ):
                return Outcome(head, Effect.UNCHANGED, self._seq)
            return self._publish(owner, document, head, submission.published_by)
        except CtgraphError as error:
            return error

    def _authorize(self, submission: Submission) -> None:
        """Make sure that the organization owns the CTIDs of its submission.

        :raises Forbidden: when a CTID belongs to another organization, the publisher may not act
            for the owner any more, or one of both is suspended.
        :raises Conflict: when a CTID in the document is in another document of the owner.
        """
        owner, document = submission.owner, submission.document
        for one in (owner, submission.publisher):
            if one and self._actor != OPERATOR:
                require_active(self._connection, one.ctid, one.name)
        if owner and submission.publisher:
            require_grant(self._connection, submission.publisher, owner)
        if owner is None:
            if document:
                raise Forbidden(f"{submission.ctid} cannot be published without an owner.")
            return
        if document is None:
            self._ownership.require(owner, [(submission.ctid, None)])
            return
        self._ownership.require(owner, [(e.ctid, e.pointer) for e in document.entities])
        for part in document.entities:
            held = self._entities.get(part.ctid)
            if held is None or not held.current or held.envelope == document.ctid:
                continue
            # If another organization holds the CTID without owning it, the owner takes it back.
            if self._heads[held.envelope].owner == owner.ctid:
                message = f"{part.ctid} is already published as part of {held.envelope}."
                remedy = "Remove it there first, or change it there."
                raise Conflict(message, [Problem(message, remedy, part.pointer)], ctid=part.ctid)

    def _withdraw(self, submission: Submission, head: Envelope | None) -> Outcome:
        if head is None:
            raise RecordNotFound(submission.ctid)
        if head.deleted_at:
            raise Gone(f"{submission.ctid} was already withdrawn on {head.deleted_at}.")
        moment = self._next_moment()
        changed = replace(
            head,
            version=head.version + 1,
            digest="",
            updated_at=moment,
            deleted_at=moment,
            published_by=submission.published_by,
        )
        return self._note(changed, Event.WITHDRAW, None, Effect.WITHDRAWN)

    def _publish(
        self,
        owner: Organization,
        document: Document,
        head: Envelope | None,
        published_by: Ctid | None,
    ) -> Outcome:
        moment = self._next_moment()
        changed = Envelope(
            ctid=document.ctid,
            uuid=head.uuid if head else str(uuid.uuid4()),
            owner=owner.ctid,
            type=document.type,
            name=document.name,
            version=head.version + 1 if head else 1,
            digest=document.digest,
            created_at=head.created_at if head else moment,
            updated_at=moment,
            deleted_at=None,
            published_by=published_by,
        )
        effect = Effect.UPDATED if head else Effect.CREATED
        return self._note(changed, Event.PUBLISH, document, effect)

    def _next_moment(self) -> str:
        """Return the time of the next version, later than that of the previous one."""
        self._moment = later(self._moment)
        return self._moment

    def _note(
        self, changed: Envelope, event: Event, document: Document | None, effect: Effect
    ) -> Outcome:
        self._seq += 1
        self._heads[changed.ctid] = changed
        self._changed[changed.ctid] = document
        # Entities that the new version no longer has keep their row, so that they answer as gone.
        for record in (changed.ctid, *self._holdings.parts(changed.ctid)):
            part = self._entities.get(record)
            if part and part.envelope == changed.ctid:
                part.current = False
        if document:
            self._hold(changed, document)
        self._versions.append(
            {
                "seq": self._seq,
                "ctid": changed.ctid,
                "number": changed.version,
                "event": event.value,
                "actor": self._actor,
                "created_at": changed.updated_at,
                "digest": changed.digest,
                "received": pack(document.received) if document else None,
                "canonical": pack(document.canonical) if document else None,
                "quads": pack(document.quads) if document else None,
                "published_by": changed.published_by,
            }
        )
        return Outcome(changed, effect, self._seq)

    def _hold(self, changed: Envelope, document: Document) -> None:
        """Note the entities that a new version of a document holds."""
        for entry in document.entities:
            first = self._ownership.take(entry.ctid, changed.owner)
            self._entities[entry.ctid] = _Part(entry.ctid, changed.ctid, entry.type, True, first)
        parts = {entry.ctid for entry in document.entities} - {changed.ctid}
        self._holdings.publish(changed.ctid, changed.version, parts)

    def flush(self) -> None:
        """Write what :meth:`add` noted. Rows that did not change are not written."""
        if not self._versions:
            return
        self._write(envelope, [vars(self._heads[r]) for r in self._changed], self._known)
        changed = [
            vars(part) for part in self._entities.values() if part != self._stored.get(part.ctid)
        ]
        self._write(entity, changed, self._stored.keys())
        self._holdings.flush()
        self._connection.execute(version.insert(), self._versions)
        self._connection.execute(sequence.update().values(last=self._seq))
        named = [
            {"key": r, "name": d.name}
            for r, d in self._changed.items()
            if d and d.name and self._ownership.is_account(r)
        ]
        if named:
            self._connection.execute(
                organization.update()
                .where(organization.c.ctid == sa.bindparam("key"))
                .values(name=sa.bindparam("name")),
                named,
            )

    def _write(self, table: sa.Table, rows: list[dict[str, Any]], known: Collection[str]) -> None:
        added = [row for row in rows if row["ctid"] not in known]
        if added:
            self._connection.execute(table.insert(), added)
        changed = [row | {"key": row["ctid"]} for row in rows if row["ctid"] in known]
        if changed:
            columns = [column.key for column in table.c if column.key != "ctid"]
            self._connection.execute(
                table.update()
                .where(table.c.ctid == sa.bindparam("key"))
                .values({name: sa.bindparam(name) for name in columns}),
                changed,
            )
