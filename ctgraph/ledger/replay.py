"""Versions that another ledger has numbered and dated, appended as they are: copies of a history.

Nobody decides anew who may publish what: the other ledger did.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ctgraph.documents import Document
from ctgraph.errors import Conflict, Damaged
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.append import Batch, Submission
from ctgraph.ledger.ledger import Ledger
from ctgraph.ledger.names import Kind, note
from ctgraph.ledger.news import announce
from ctgraph.ledger.ownership import accounts
from ctgraph.ledger.tables import organization, version
from ctgraph.ledger.values import Effect, Envelope, Event, Organization, is_moment

MAX_AHEAD_SECONDS = 300
"""How far a version may lie in the future: the clocks of two machines differ."""
_AHEAD = timedelta(seconds=MAX_AHEAD_SECONDS)


@dataclass(frozen=True)
class Replayed:
    """A version as the other ledger has it.

    :param digest: that of the other ledger. With another base, its document has another one here.
    :param uuid: that of its envelope; '' where it is not known.
    :param upload: the upload that it comes from, if it is one.
    :param document: None for a withdrawal.
    :param reason: why the record was withdrawn, if somebody said so.
    :param replaced_by: the record that stands in the place of a withdrawn one, if there is one.
    """

    seq: int
    ctid: Ctid
    number: int
    event: Event
    actor: str
    time: str
    owner: Ctid
    published_by: Ctid | None
    digest: str
    uuid: str
    upload: str | None
    document: Document | None
    reason: str | None
    replaced_by: Ctid | None

    @property
    def submission(self) -> Submission:
        """What was sent."""
        return Submission(
            None,
            self.ctid,
            self.document,
            upload=self.upload,
            reason=self.reason,
            replaced_by=self.replaced_by,
        )


def replay(ledger: Ledger, versions: Sequence[Replayed]) -> None:
    """Append versions in one transaction.

    Organizations that are new get the names that the documents give them.

    :raises Conflict: when a number does not follow the newest change, or version, that is here.
    :raises Damaged: when no ledger can have made a version; `seq` in its `extra` is the number.
    """
    with ledger.database.writing() as connection:
        _add_owners(connection, versions)
        batch = _Copy(connection, [one.submission for one in versions], "")
        for one in versions:
            batch.copy(one)
        batch.flush()
        announce(connection)


def name_organizations(ledger: Ledger, organizations: Iterable[Organization]) -> None:
    """Give organizations the names and times that another ledger has; add those that are new."""
    with ledger.database.writing() as connection:
        for one in organizations:
            mine = organization.c.ctid == one.ctid
            if not connection.execute(organization.update().where(mine).values(vars(one))).rowcount:
                connection.execute(organization.insert().values(vars(one)))
            note(connection, Kind.ORGANIZATIONS, {one.ctid: one.name})


def holds(ledger: Ledger, seq: int, told: list[object]) -> bool:
    """Tell whether the version with a sequence number has this CTID, number and time."""
    query = sa.select(version.c.ctid, version.c.number, version.c.created_at)
    found = ledger.database.rows(query.where(version.c.seq == seq))
    return [list(row) for row in found] == [told]


def _add_owners(connection: sa.Connection, versions: Sequence[Replayed]) -> None:
    """Add the organizations that own or published something and are new."""
    named: dict[Ctid, str] = {}
    since: dict[Ctid, str] = {}
    for one in versions:
        for who in (one.owner, *([one.published_by] if one.published_by else [])):
            since.setdefault(who, one.time)
        if one.document:
            named |= one.document.names_of_others
    named |= {one.document.ctid: one.document.name for one in versions if one.document}
    missing = sorted(since.keys() - accounts(connection, since).keys())
    added = [
        {"ctid": who, "name": named.get(who) or who, "created_at": since[who]} for who in missing
    ]
    if added:
        connection.execute(organization.insert(), added)
        note(connection, Kind.ORGANIZATIONS, {one["ctid"]: one["name"] for one in added})


class _Copy(Batch):
    def copy(self, one: Replayed) -> None:
        """Note a version that is already numbered and dated."""
        head = self.heads.get(one.ctid)
        expected = (self.seq + 1, head.version + 1 if head else 1)
        if (one.seq, one.number) != expected:
            raise Conflict(
                f"Number {one.seq}, version {one.number} of {one.ctid}, does not follow what is "
                f"here: number {expected[0]}, version {expected[1]} would."
            )
        if fault := self._fault(one, head):
            raise Damaged(f"No ledger can have made number {one.seq}: {fault}", seq=one.seq)
        self._moment = one.time
        self.actor = one.actor
        document = one.document
        described = document or head
        assert described  # a withdrawal without a record is a fault
        changed = Envelope(
            ctid=one.ctid,
            uuid=head.uuid if head else one.uuid or str(uuid.uuid4()),
            owner=one.owner,
            type=described.type,
            name=described.name,
            version=one.number,
            digest=document.digest if document else "",
            created_at=head.created_at if head else one.time,
            updated_at=one.time,
            deleted_at=None if document else one.time,
            published_by=one.published_by,
        )
        if head and one.event is Event.TRANSFER:
            self._give(one.ctid, head.owner, one.owner)
        self.note(changed, one.event, one.submission, Effect.UPDATED if head else Effect.CREATED)

    def _fault(self, one: Replayed, head: Envelope | None) -> str:
        """Return why no ledger can have made a version; '' if one can."""
        stands = head is not None and not head.deleted_at
        if not is_moment(one.time):
            return f"{one.time[:40]!r} is no time of a ledger."
        if one.time <= self._moment:
            return f"its time {one.time} is not after that of the change before, {self._moment}."
        if datetime.fromisoformat(one.time) > datetime.now(UTC) + _AHEAD:
            return f"its time {one.time} lies in the future."
        if one.event is not Event.PUBLISH and not stands:
            return f"there is no record {one.ctid} for the event {one.event}."
        if head and one.event is Event.TRANSFER:
            if one.published_by != head.owner:
                return f"{one.published_by} does not own {one.ctid} and cannot give it."
        elif head and one.owner not in (head.owner, self.ownership.owner(one.ctid)):
            return f"{one.ctid} belongs to {head.owner}, not to {one.owner}."
        return ""

    def _give(self, record: Ctid, giver: Ctid, taker: Ctid) -> None:
        for part in self.entities.values():
            if part.envelope == record and part.owner == giver:
                self.ownership.give(part.ctid, taker)
                part.owner = taker
