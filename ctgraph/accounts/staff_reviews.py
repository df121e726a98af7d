"""Reviews of records by the registry's staff, for the organizations that it chose."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from ctgraph import publishing
from ctgraph.accounts.letters import tell
from ctgraph.accounts.organizations import require_words
from ctgraph.accounts.outcomes import Done, Outcome, each, letter_of
from ctgraph.accounts.rights import ROLES, Act, Role, StaffAct, require_staff
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.drafts import MAX_DRAFTS, digest_of
from ctgraph.ledger.people import Person
from ctgraph.ledger.reviews import Review, ReviewState
from ctgraph.settings import Settings
from ctgraph.work.calls import Runner


class Decision(StrEnum):
    """What the staff decides on a record."""

    PUBLISH = "publish"
    ASK = "ask"
    DECLINE = "decline"


_SAID = {
    Decision.PUBLISH: "published by the registry",
    Decision.ASK: "asked back by the registry",
    Decision.DECLINE: "declined by the registry",
}


@dataclass(frozen=True)
class StaffReviews:
    """The use cases of the staff's reviews.

    :param checker_of: returns, for an organization, what calls the function that checks documents.
    """

    settings: Settings
    ledger: Ledger
    checker_of: Callable[[Ctid], Runner]

    def need(self, staff: Person, owner: Ctid, is_needed: bool, visitor: Visitor) -> None:
        """Let records of an organization wait for the staff from now on, or no longer.

        :raises Forbidden: when the person is not of the staff.
        :raises NotFound: when there is no such organization.
        """
        require_staff(staff.is_staff, StaffAct.REVIEW)
        self.ledger.organizations.get(owner)
        words = "From now on the registry reviews records before they are published."
        if not is_needed:
            words = "From now on records are published without the registry's review."
        with self.ledger.database.writing() as connection:
            self.ledger.reviews.let_staff(connection, owner, is_needed)
            self._note(connection, staff, owner, words, visitor)

    def decide(
        self,
        staff: Person,
        seen: Iterable[tuple[Ctid, Ctid, str]],
        decision: Decision,
        words: str,
        visitor: Visitor,
    ) -> list[Outcome]:
        """Publish drafts that wait, ask for a change, or decline them.

        :param seen: the owners, CTIDs and digests of the contents that were seen.
        :raises Forbidden: when the person is not of the staff.
        :raises BadParameter: when one is asked or declined without a word.
        """
        require_staff(staff.is_staff, StaffAct.REVIEW)
        said = "" if decision is Decision.PUBLISH else require_words(words)
        by_owner: dict[Ctid, dict[Ctid, str]] = {}
        for owner, record, digest in seen:
            by_owner.setdefault(owner, {})[record] = digest
        if not 0 < sum(map(len, by_owner.values())) <= MAX_DRAFTS:
            raise BadParameter(f"Select from 1 to {MAX_DRAFTS} records.")
        found: list[Outcome] = []
        for owner, drafts in by_owner.items():
            outcomes = self._decided(staff, owner, drafts, decision, said)
            self._tell(staff, owner, outcomes, decision, said, visitor)
            found += outcomes
        return found

    def _decided(
        self, staff: Person, owner: Ctid, seen: dict[Ctid, str], decision: Decision, said: str
    ) -> list[Outcome]:
        organization, run = self.ledger.organizations.get(owner), self.checker_of(owner)

        def step(record: Ctid, digest: str) -> Done:
            document = self.ledger.drafts.document(owner, record)
            with self.ledger.database.engine.connect() as connection:
                review = self.ledger.reviews.get(connection, owner, record)
            waits = review and review.digest == digest and review.state is ReviewState.REGISTRY
            if not review or not waits or digest_of(document) != digest:
                raise Conflict("It does not wait for you in this form any more. Reload the page.")
            if decision is Decision.PUBLISH:
                publishing.publish(
                    self.settings, self.ledger, organization, document, staff.id, run=run
                )
                with self.ledger.database.writing() as connection:
                    self.ledger.drafts.finish(connection, owner, record, digest)
                return Done("Published.", None, review.asked_by)
            state = ReviewState.RETURNED if decision is Decision.ASK else ReviewState.DECLINED
            answered = Review(state, digest, True, review.asked_by, said)
            with self.ledger.database.writing() as connection:
                self.ledger.reviews.note(connection, owner, record, answered, staff.id)
            return Done(f"{state.capitalize()}.", state, review.asked_by)

        names = {one.ctid: one.name for one in self.ledger.drafts.of(owner)}
        return each(seen, names, step)

    def _tell(
        self,
        staff: Person,
        owner: Ctid,
        found: list[Outcome],
        decision: Decision,
        said: str,
        visitor: Visitor,
    ) -> None:
        """Note what was done, and tell those who approved and those who had asked."""
        done = [one for one in found if one.done]
        if not done:
            return
        editors = {one.done.asked_by for one in done if one.done}
        site, name = self.settings.base_url, self.ledger.organizations.get(owner).name
        title = f"{name}: {len(done)} record{'s' if len(done) > 1 else ''} {_SAID[decision]}"
        words = f"They say: {said}" if said else ""
        link = f"{site}/account/organizations/{owner}/records"
        letter = letter_of(title, done, words, link, site)
        with self.ledger.database.writing() as connection:
            names = ", ".join(one.name for one in done)
            self._note(
                connection, staff, owner, f"{_SAID[decision].capitalize()}: {names}.", visitor
            )
            for member in self.ledger.applications.members(owner):
                if Role(member.role) in ROLES[Act.PUBLISH] or member.person in editors:
                    tell(self.ledger.outbox, connection, member.email, letter)

    def _note(
        self, connection: sa.Connection, staff: Person, owner: Ctid, words: str, visitor: Visitor
    ) -> None:
        self.ledger.activities.note(
            connection, words, person=staff.id, organization=owner, address=visitor.address
        )
