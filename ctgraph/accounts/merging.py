"""The registry's staff merges two organizations that are the same, and undoes that again.

One of both survives. The other's record is withdrawn, and its address leads to the survivor; its
records, drafts and members go to the survivor, and its keys are revoked. Records go in batches: the
first ones at once, the rest in the background.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson
import sqlalchemy as sa

from ctgraph.accounts.letters import Letter, tell
from ctgraph.accounts.organizations import require_words
from ctgraph.accounts.rights import StaffAct, require_staff
from ctgraph.accounts.visitor import Visitor
from ctgraph.documents import Purpose, from_json
from ctgraph.documents.node_values import shortened
from ctgraph.errors import BadParameter, Conflict, CtgraphError, NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append_within
from ctgraph.ledger.applications import State
from ctgraph.ledger.claims import Standing
from ctgraph.ledger.mergers import Merger, merged
from ctgraph.ledger.news import announce
from ctgraph.ledger.ownership import lock_sequence
from ctgraph.ledger.people import Person
from ctgraph.ledger.reasons import MAX_REASON_CHARACTERS
from ctgraph.ledger.transfer import give
from ctgraph.ledger.values import OPERATOR
from ctgraph.problem import one_line
from ctgraph.projections.bell import Ring, ring
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.settings import Settings
from ctgraph.vocab import vocabulary

BATCH_RECORDS = 100
"""Records that go to the survivor in one transaction: others publish between two of them."""
AT_ONCE_BATCHES = 5
"""Batches that go while the staff waits; the background moves the rest."""
_AFTER = (
    "Its address leads to the survivor. Records, drafts and members go there, and its API keys are "
    "revoked: make new ones for the survivor. The record of the organization itself is withdrawn, "
    "and its history stays.",
)


@dataclass(frozen=True)
class Side:
    """One of two organizations that may be the same.

    :param document: of its record as it stands; empty where there is none.
    :param state: of its application; None where it never had to ask.
    """

    record: Ctid
    name: str
    document: bytes
    members: tuple[str, ...]
    state: State | None
    merger: Merger | None


@dataclass(frozen=True)
class Merging:
    """The use cases of mergers in one registry."""

    settings: Settings
    ledger: Ledger

    def side(self, record: Ctid) -> Side:
        """Return what the staff compares of an organization.

        :raises NotFound: when the registry knows no such organization.
        """
        kind = self.ledger.records.classes([record]).get(record)
        if kind is None or not vocabulary().is_a(kind, "ceterms:Agent", "ceterms:Organization"):
            raise NotFound(f"There is no organization {record} in this registry.")
        with self.ledger.database.engine.connect() as connection:
            asked = self.ledger.applications.get(connection, record)
        document = asked.document if asked else b""
        if self.ledger.records.find(record) is not None:
            document = self.ledger.records.read(record).canonical or document
        members = self.ledger.applications.members(record)
        return Side(
            record,
            self.ledger.records.names([record]).get(record) or record,
            document,
            tuple(f"{one.name}, {one.email} ({one.role})" for one in members),
            asked.state if asked else None,
            self.ledger.mergers.of(record),
        )

    def merge(
        self, staff: Person, duplicate: Ctid, survivor: Ctid, words: str, visitor: Visitor
    ) -> None:
        """Merge an organization into another one, which survives.

        :param words: the reason, which is public.
        :raises Forbidden: when the person is not of the staff.
        :raises NotFound: when the registry knows no such organization.
        :raises BadParameter: without a reason, and for one organization alone.
        :raises Conflict: when one of both was merged already, or the survivor is not approved, or
            the registry is a mirror.
        """
        require_staff(staff.is_staff, StaffAct.MERGE)
        said, old, new = require_words(words), self.side(duplicate), self.side(survivor)
        if old.record == new.record:
            raise BadParameter("An organization cannot be merged into itself.")
        if new.state not in (None, State.APPROVED):
            raise Conflict(f"{new.name} is not approved. Approve it first, or merge the other way.")
        self.ledger.organizations.register({one.record: one.name for one in (old, new)})
        with self.ledger.database.writing() as connection:
            lock_sequence(connection)
            self._require_unmerged(connection, old, new)
            moment = self.ledger.mergers.begin(connection, duplicate, survivor, said)
            one = Merger(duplicate, survivor, said, moment, ends=False, is_done=False)
            self._withdraw(connection, old, new, said, staff)
            self._take(connection, one, new, staff)
            self.ledger.likenesses.forget(connection, duplicate)
            told = f"The registry merged {old.name} ({duplicate}) into {new.name} ({survivor})."
            self._tell(connection, staff, one, (told, f"They say: {said}", *_AFTER), visitor)
            announce(connection)
        self._move_at_once(one)

    def undo(self, staff: Person, duplicate: Ctid, words: str, visitor: Visitor) -> None:
        """Undo a merger: the record stands again, and records that stand as they came go back.

        People who became members of the survivor by it are dismissed. Revoked keys stay revoked.

        :raises Forbidden: when the person is not of the staff.
        :raises BadParameter: without a reason.
        :raises NotFound: when the organization was not merged.
        :raises Conflict: when records are still on their way, or the survivor was merged itself.
        """
        require_staff(staff.is_staff, StaffAct.MERGE)
        said, old = require_words(words), self.side(duplicate)
        with self.ledger.database.writing() as connection:
            lock_sequence(connection)
            one = merged(connection, [duplicate]).get(duplicate)
            if one is None:
                raise NotFound(f"{old.name} was not merged into another organization.")
            if not one.is_done:
                raise Conflict("Its records are still on their way. Try again in a few minutes.")
            if merged(connection, [one.survivor]):
                raise Conflict(f"{one.survivor} was merged itself since. Undo that first.")
            self.ledger.mergers.undo(connection, duplicate)
            self.ledger.mergers.dismiss_members(connection, one)
            self._tell(
                connection,
                staff,
                one,
                (
                    f"The registry undid the merger of {old.name} ({duplicate}).",
                    f"They say: {said}",
                ),
                visitor,
            )
        self._move_at_once(Merger(**{**vars(one), "ends": True, "is_done": False}))

    def part(self, staff: Person, one: Ctid, other: Ctid, visitor: Visitor) -> None:
        """Note that two organizations that look the same are not.

        :raises Forbidden: when the person is not of the staff.
        """
        require_staff(staff.is_staff, StaffAct.MERGE)
        names = [self.side(record).name for record in (one, other)]
        with self.ledger.database.writing() as connection:
            self.ledger.likenesses.part(connection, one, other)
            self.ledger.activities.note(
                connection,
                f"Said that {names[0]} ({one}) and {names[1]} ({other}) are not the same.",
                person=staff.id,
                address=visitor.address,
            )

    def move(self, one: Merger) -> bool:
        """Let a batch of records go to the survivor, or back; tell whether there may be more."""
        with self.ledger.database.writing() as connection:
            last = lock_sequence(connection)
            heads = self.ledger.mergers.batch(connection, one, BATCH_RECORDS)
            taker = one.organization if one.ends else one.survivor
            for number, head in enumerate(heads):
                give(connection, head, taker, last + number, OPERATOR)
            if len(heads) < BATCH_RECORDS:
                self.ledger.mergers.finish(connection, one)
                if one.ends:
                    self._restore(connection, one.organization)
            announce(connection)
        store_folder = store_folder_of(self.settings)
        ring(store_folder.bell, Ring.NEWS)
        return len(heads) == BATCH_RECORDS

    def _move_at_once(self, one: Merger) -> None:
        for _ in range(AT_ONCE_BATCHES):
            if not self.move(one):
                return

    def _require_unmerged(self, connection: sa.Connection, old: Side, new: Side) -> None:
        for one in merged(connection, [old.record, new.record]).values():
            raise Conflict(f"{one.organization} was merged into {one.survivor} already.")
        if any(one.survivor == old.record for one in self.ledger.mergers.unfinished()):
            raise Conflict(f"Records are still on their way to {old.name}. Try again in minutes.")

    def _withdraw(
        self, connection: sa.Connection, old: Side, new: Side, said: str, staff: Person
    ) -> None:
        """Withdraw the record of an organization, whose address leads to the survivor then."""
        found = self.ledger.records.find(old.record)
        if found is None or found.ctid != old.record or found.deleted_at:
            return
        words = one_line(f"Merged into {new.name} ({new.record}): {said}")
        reason = shortened(words, MAX_REASON_CHARACTERS)
        submission = Submission(None, old.record, reason=reason, replaced_by=new.record)
        [outcome] = append_within(connection, [submission], staff.id)
        if isinstance(outcome, CtgraphError):
            raise outcome

    def _take(self, connection: sa.Connection, one: Merger, new: Side, staff: Person) -> None:
        """Let members and drafts belong to the survivor, end keys, claims and the application."""
        mergers, applications = self.ledger.mergers, self.ledger.applications
        mergers.take_members(connection, one)
        mergers.take_drafts(connection, one)
        mergers.revoke_keys(connection, one)
        told = f"It was merged into {new.name} ({new.record})."
        for claim in self.ledger.claims.of(connection, one.organization):
            if claim.state is Standing.WAITING:
                self.ledger.claims.settle(connection, claim.id, Standing.DECLINED, told)
                letter = Letter("Your claim was declined", (told, "Claim that one instead."))
                tell(self.ledger.outbox, connection, claim.email, letter)
        asked = applications.get(connection, one.organization)
        if asked and asked.state is not State.APPROVED:
            applications.move(connection, one.organization, State.DECLINED, staff.id, told)

    def _restore(self, connection: sa.Connection, record: Ctid) -> None:
        """Publish the record of an organization again whose merger was undone, as it was."""
        found = self.ledger.records.find(record)
        if found is None or found.ctid != record or not found.deleted_at:
            return
        tombstone, *before = self.ledger.records.versions(record, 2)
        if not before or not tombstone.replaced_by:
            return
        kept = self.ledger.records.version_holding(record, before[0].number, prefer_own=True)
        assert kept is not None
        document = from_json(
            orjson.loads(kept.canonical), kept.canonical, self.settings, Purpose.HARVEST
        )
        owner = self.ledger.organizations.get(found.owner)
        [outcome] = append_within(connection, [Submission(owner, record, document)], OPERATOR)
        if isinstance(outcome, CtgraphError):
            raise outcome

    def _tell(
        self,
        connection: sa.Connection,
        staff: Person,
        one: Merger,
        told: tuple[str, ...],
        visitor: Visitor,
    ) -> None:
        """Note a merger or its end with both organizations, and mail it to the people of both."""
        link = f"{self.settings.base_url}/account/organizations/{one.survivor}"
        emails = set()
        for record in (one.organization, one.survivor):
            self.ledger.activities.note(
                connection,
                " ".join(told[:2]),
                person=staff.id,
                organization=record,
                address=visitor.address,
            )
            emails |= {member.email for member in self.ledger.applications.members(record)}
        for email in sorted(emails):
            tell(self.ledger.outbox, connection, email, Letter(told[0].rstrip("."), told, link))
