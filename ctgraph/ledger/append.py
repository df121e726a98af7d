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
from ctgraph.ledger.mergers import gone_into, merged
from ctgraph.ledger.mirrors import require_own
from ctgraph.ledger.names import rename
from ctgraph.ledger.news import announce
from ctgraph.ledger.ownership import Ownership, lock_sequence
from ctgraph.ledger.partnerships import require_grant
from ctgraph.ledger.records import heads
from ctgraph.ledger.suspensions import require_active
from ctgraph.ledger.tables import entity, envelope, version
from ctgraph.ledger.values import OPERATOR, Effect, Envelope, Event, Organization, later
from ctgraph.ledger.version_rows import NewVersion, write_versions
from ctgraph.problem import Problem
from ctgraph.rdf.namespaces import Curie


@dataclass(frozen=True)
class Submission:
    """A change that an organization wants: publish `document`, or withdraw `ctid` without one.

    :param owner: the organization; None means the operator, who may withdraw any record.
    :param publisher: another organization that does it for the owner, and needs a standing grant.
    :param upload: the upload that it comes from, if it is one.
    :param reason: of a withdrawal, see :func:`ctgraph.ledger.reasons.plain_reason`.
    :param replaced_by: the record that stands in the place of a withdrawn one from now on.
    """

    owner: Organization | None
    ctid: Ctid
    document: Document | None = None
    publisher: Organization | None = None
    upload: str | None = None
    reason: str | None = None
    replaced_by: Ctid | None = None

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
    :raises Conflict: when the ledger is a copy of another one.
    """
    with ledger.database.writing() as connection:
        outcomes = append_within(connection, submissions, actor)
        if progress:
            note_progress(connection, progress)
        announce(connection)
    return outcomes


def append_within(
    connection: sa.Connection, submissions: Sequence[Submission], actor: str
) -> list[Outcome | CtgraphError]:
    """Do what :func:`append` does within a transaction, which announces the changes at its end."""
    require_own(connection)
    batch = Batch(connection, submissions, actor)
    outcomes = [batch.add(submission) for submission in submissions]
    batch.flush()
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


class Batch:
    """The state of a write transaction: the rows that the ledger holds, and those to be written."""

    def __init__(
        self, connection: sa.Connection, submissions: Sequence[Submission], actor: str
    ) -> None:
        self._connection = connection
        self.actor = actor
        self.seq = lock_sequence(connection)
        newest = sa.select(version.c.created_at).where(version.c.seq == self.seq)
        self._moment: str = connection.execute(newest).scalar() or ""
        records = {submission.ctid for submission in submissions}
        inner = {e.ctid for s in submissions if s.document for e in s.document.entities}
        parts = select_in(connection, entity.select(), entity.c.ctid, records | inner)
        parts += select_in(connection, entity.select(), entity.c.envelope, records)
        self.entities = {row.ctid: _Part(**by_name(row, entity.c)) for row in parts}
        self._stored = {row.ctid: _Part(**by_name(row, entity.c)) for row in parts}
        documents = records | {part.envelope for part in self.entities.values()}
        self.heads = heads(connection, documents)
        self._known = set(self.heads)
        self.ownership = Ownership(connection, records | inner)
        self._holdings = Holdings(connection, records)
        self._merged = merged(connection, records | {s.owner.ctid for s in submissions if s.owner})
        self._versions: list[NewVersion] = []
        self._changed: dict[Ctid, Document | None] = {}

    def add(self, submission: Submission) -> Outcome | CtgraphError:
        """Decide on one submission and note its changes."""
        head = self.heads.get(submission.ctid)
        owner, document = submission.owner, submission.document
        try:
            self._authorize(submission)
            if document is None:
                return self._withdraw(submission, head)
            assert owner  # _authorize refuses a document without an owner
            stands = head and not head.deleted_at
            if head and stands and (head.digest, head.owner) == (document.digest, owner.ctid):
                return Outcome(head, Effect.UNCHANGED, self.seq)
            return self._publish(owner, document, head, submission)
        except CtgraphError as error:
            return error

    def _authorize(self, submission: Submission) -> None:
        """Make sure that the organization owns the CTIDs of its submission.

        :raises Forbidden: when a CTID belongs to another organization, the publisher may not act
            for the owner any more, or one of both is suspended or merged into another one.
        :raises Conflict: when a CTID in the document is in another document of the owner.
        """
        owner, document = submission.owner, submission.document
        written = {submission.ctid, owner.ctid} if owner and document else set()
        for gone in self._merged.keys() & written:
            raise gone_into(gone, self._merged[gone])
        for one in (owner, submission.publisher):
            if one and self.actor != OPERATOR:
                require_active(self._connection, one.ctid, one.name)
        if owner and submission.publisher:
            require_grant(self._connection, submission.publisher, owner)
        if owner is None:
            if document:
                raise Forbidden(f"{submission.ctid} cannot be published without an owner.")
            return
        if document is None:
            self.ownership.require(owner, [(submission.ctid, None)])
            return
        self.ownership.require(owner, [(e.ctid, e.pointer) for e in document.entities])
        for part in document.entities:
            held = self.entities.get(part.ctid)
            if held is None or not held.current or held.envelope == document.ctid:
                continue
            # If another organization holds the CTID without owning it, the owner takes it back.
            if self.heads[held.envelope].owner == owner.ctid:
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
        return self.note(changed, Event.WITHDRAW, submission, Effect.WITHDRAWN)

    def _publish(
        self,
        owner: Organization,
        document: Document,
        head: Envelope | None,
        submission: Submission,
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
            published_by=submission.published_by,
        )
        effect = Effect.UPDATED if head else Effect.CREATED
        return self.note(changed, Event.PUBLISH, submission, effect)

    def _next_moment(self) -> str:
        """Return the time of the next version, later than that of the previous one."""
        self._moment = later(self._moment)
        return self._moment

    def note(
        self, changed: Envelope, event: Event, submission: Submission, effect: Effect
    ) -> Outcome:
        """Note a version, which gets the next sequence number, and the envelope with it."""
        self.seq += 1
        document = submission.document
        self.heads[changed.ctid] = changed
        self._changed[changed.ctid] = document
        # Entities that the new version no longer has keep their row, so that they answer as gone.
        for record in (changed.ctid, *self._holdings.parts(changed.ctid)):
            part = self.entities.get(record)
            if part and part.envelope == changed.ctid:
                part.current = False
        if document:
            self._hold(changed, document)
        origin = submission.upload, self.actor, submission.reason, submission.replaced_by
        self._versions.append(NewVersion(self.seq, changed, event, document, *origin))
        return Outcome(changed, effect, self.seq)

    def _hold(self, changed: Envelope, document: Document) -> None:
        """Note the entities that a new version of a document holds."""
        for entry in document.entities:
            first = self.ownership.take(entry.ctid, changed.owner)
            self.entities[entry.ctid] = _Part(entry.ctid, changed.ctid, entry.type, True, first)
        parts = {entry.ctid for entry in document.entities} - {changed.ctid}
        self._holdings.publish(changed.ctid, changed.version, parts)

    def flush(self) -> None:
        """Write what :meth:`add` noted. Rows that did not change are not written."""
        if not self._versions:
            return
        self._write(envelope, [vars(self.heads[r]) for r in self._changed], self._known)
        changed = [
            vars(part) for part in self.entities.values() if part != self._stored.get(part.ctid)
        ]
        self._write(entity, changed, self._stored.keys())
        self._holdings.flush()
        write_versions(self._connection, self._versions)
        named = {
            r: d.name
            for r, d in self._changed.items()
            if d and d.name and self.ownership.is_account(r)
        }
        if named:
            rename(self._connection, named)

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
