"""Reviews of drafts in an organization: sent, approved or returned, published, and withdrawn.

What is said of a draft holds for the content that was seen: each act names its digest, and an edit
makes it void.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph import publishing
from ctgraph.accounts.actors import Actor, note, person_of, require
from ctgraph.accounts.letters import Letter, tell
from ctgraph.accounts.organizations import Applicants, require_words
from ctgraph.accounts.outcomes import Done, Outcome, each, letter_of
from ctgraph.accounts.rights import ROLES, Act, Role
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict, Forbidden
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.drafts import MAX_DRAFTS, digest_of
from ctgraph.ledger.reviews import Review, ReviewState
from ctgraph.ledger.values import Organization
from ctgraph.publishing.intake import accept_here
from ctgraph.settings import Settings
from ctgraph.work.calls import Runner, directly

_APPROVALS = {ReviewState.APPROVED, ReviewState.REGISTRY}
_CHANGED = "It was changed since you saw it. Look at it again."


@dataclass(frozen=True)
class Reviewing:
    """The use cases of reviews in one organization.

    Most take the digests of the contents that were seen, by CTIDs, and return what became of each.

    :param run: calls the function that checks a document, perhaps with a deadline.
    """

    settings: Settings
    ledger: Ledger
    owner: Organization
    run: Runner = directly

    def review(self, record: Ctid) -> Review | None:
        """Return the review of a draft; None when it was never sent to review."""
        with self.ledger.database.engine.connect() as connection:
            return self.ledger.reviews.get(connection, self.owner.ctid, record)

    def send(self, who: Actor, seen: Mapping[Ctid, str], visitor: Visitor) -> list[Outcome]:
        """Send drafts to review: the approvers are told.

        :raises Forbidden: when the person may not.
        """
        self._require(who, Act.DRAFT)

        def step(record: Ctid, digest: str) -> Done:
            self._check(record, digest)
            return self._noted(
                "Sent to review.",
                record,
                Review(ReviewState.WAITING, digest, True, person_of(who), ""),
            )

        found = self._each(seen, step)
        if done := [one for one in found if one.done]:
            letter = self._letter("for your review", done, "records?state=in+review")
            with self.ledger.database.writing() as connection:
                self._log(connection, who, "Sent to review", done, visitor)
                for member in self.ledger.applications.members(self.owner.ctid):
                    if Role(member.role) in ROLES[Act.PUBLISH] and member.person != who.id:
                        tell(self.ledger.outbox, connection, member.email, letter)
        return found

    def approve(self, who: Actor, seen: Mapping[Ctid, str], visitor: Visitor) -> list[Outcome]:
        """Approve drafts. Where the registry's staff reviews records, it is asked next.

        :raises Forbidden: when the person may not.
        """
        self._require(who, Act.PUBLISH)
        found = self._each(seen, lambda record, digest: self._approve(who, record, digest))
        self._tell(who, "approved", found, visitor)
        return found

    def hand_back(
        self, who: Actor, seen: Mapping[Ctid, str], words: str, visitor: Visitor
    ) -> list[Outcome]:
        """Return drafts to their editors, with words.

        :raises Forbidden: when the person may not.
        :raises BadParameter: without words, or with too many.
        """
        self._require(who, Act.PUBLISH)
        said = require_words(words)

        def step(record: Ctid, digest: str) -> Done:
            returned = Review(ReviewState.RETURNED, digest, True, self._asked_by(record), said)
            return self._noted("Returned.", record, returned, person_of(who))

        found = self._each(seen, step)
        self._tell(who, "returned", found, visitor, f"{who.name} says: {said}")
        return found

    def publish(self, who: Actor, seen: Mapping[Ctid, str], visitor: Visitor) -> list[Outcome]:
        """Publish drafts. Who may approve does so thereby; an editor needs their approval.

        :raises Forbidden: when the person may not, or the organization may not yet.
        """
        self._require(who, Act.RELEASE)
        if not Applicants(self.settings, self.ledger).may_publish(self.owner.ctid):
            raise Forbidden("The registry has not approved your organization yet. Save the draft.")
        needs_staff = self._needs_staff()

        def step(record: Ctid, digest: str) -> Done:
            document, review = self._document(record, digest), self.review(record)
            # The draft may be changed at any moment: what counts is the content that was read.
            if not (review and review.digest == digest and review.state in _APPROVALS):
                self._require(who, Act.PUBLISH)
            if needs_staff:
                return self._approve(who, record, digest)
            publishing.publish(
                self.settings, self.ledger, self.owner, document, who.id, run=self.run
            )
            with self.ledger.database.writing() as connection:
                self.ledger.drafts.finish(connection, self.owner.ctid, record, digest)
            return Done("Published.", None, review.asked_by if review else None)

        found = self._each(seen, step)
        self._tell(who, "approved" if needs_staff else "published", found, visitor)
        return found

    def withdraw(self, who: Actor, record: Ctid, words: str, visitor: Visitor) -> None:
        """Withdraw a record, perhaps with a public reason: the other administrators are told.

        :raises Forbidden: when the person may not, or it belongs to another organization.
        :raises BadParameter: when the reason is too long.
        :raises NotFound: when there is no such record.
        :raises Gone: when it was withdrawn already.
        """
        self._require(who, Act.PUBLISH)
        receipt = publishing.withdraw(
            self.settings, self.ledger, self.owner, record, who.id, reason=words
        )
        reason = f" The reason: {words.strip()}" if words.strip() else ""
        name = receipt.envelope.name or record
        letter = Letter(
            f"{self.owner.name}: a record was withdrawn",
            (f"{who.name} withdrew {name}.{reason}",),
            f"{self.settings.base_url}/resources/{record}",
        )
        with self.ledger.database.writing() as connection:
            self._note(connection, who, f"Withdrew {name}.{reason}", visitor)
            for member in self.ledger.applications.members(self.owner.ctid):
                if member.role == Role.ADMINISTRATOR and member.person != who.id:
                    tell(self.ledger.outbox, connection, member.email, letter)

    def _require(self, who: Actor, act: Act) -> None:
        with self.ledger.database.engine.connect() as connection:
            require(self.ledger, connection, who, self.owner.ctid, act)

    def _each(self, seen: Mapping[Ctid, str], step: Callable[[Ctid, str], Done]) -> list[Outcome]:
        if not 0 < len(seen) <= MAX_DRAFTS:
            raise BadParameter(f"Select from 1 to {MAX_DRAFTS} drafts.")
        names = {one.ctid: one.name for one in self.ledger.drafts.of(self.owner.ctid)}
        return each(seen, names, step)

    def _document(self, record: Ctid, digest: str) -> bytes:
        """Return the content that was seen.

        :raises NotFound: when there is no such draft.
        :raises Conflict: when it was changed.
        """
        document = self.ledger.drafts.document(self.owner.ctid, record)
        if digest_of(document) != digest:
            raise Conflict(_CHANGED)
        return document

    def _check(self, record: Ctid, digest: str) -> None:
        self.run(accept_here, self.settings, self._document(record, digest))

    def _asked_by(self, record: Ctid) -> str | None:
        review = self.review(record)
        return review.asked_by if review else None

    def _needs_staff(self) -> bool:
        with self.ledger.database.engine.connect() as connection:
            return self.ledger.reviews.needs_staff(connection, self.owner.ctid)

    def _approve(self, who: Actor, record: Ctid, digest: str) -> Done:
        """Note that a draft is approved; it waits for the staff where that is needed."""
        self._check(record, digest)
        state, next_step = ReviewState.APPROVED, ""
        if self._needs_staff():
            state, next_step = ReviewState.REGISTRY, " The registry's staff reviews it next."
        approved = Review(state, digest, True, self._asked_by(record), "")
        return self._noted(f"Approved.{next_step}", record, approved, person_of(who))

    def _noted(
        self, said: str, record: Ctid, review: Review, decided_by: str | None = None
    ) -> Done:
        with self.ledger.database.writing() as connection:
            if self.ledger.drafts.digest(connection, self.owner.ctid, record) != review.digest:
                raise Conflict(_CHANGED)
            self.ledger.reviews.note(connection, self.owner.ctid, record, review, decided_by)
        return Done(said, review.state, review.asked_by)

    def _tell(
        self, who: Actor, act: str, found: list[Outcome], visitor: Visitor, words: str = ""
    ) -> None:
        """Note what was done; tell the editors who had asked, and the staff if it is next."""
        done = [one for one in found if one.done]
        if not done:
            return
        with self.ledger.database.writing() as connection:
            self._log(connection, who, act.capitalize(), done, visitor)
            for editor in {one.done.asked_by for one in done if one.done} - {None, who.id}:
                mine = [one for one in done if one.done and one.done.asked_by == editor]
                email = self.ledger.people.get(connection, str(editor)).email
                letter = self._letter(act, mine, "records", words)
                tell(self.ledger.outbox, connection, email, letter)
            waiting = [one for one in done if one.done and one.done.state is ReviewState.REGISTRY]
            if waiting:
                letter = self._letter("for the registry's review", waiting, "")
                letter = letter._replace(link=f"{self.settings.base_url}/staff/records")
                for person in self.ledger.people.staff(connection):
                    tell(self.ledger.outbox, connection, person.email, letter)

    def _letter(self, what: str, found: list[Outcome], page: str, words: str = "") -> Letter:
        count = f"{len(found)} record{'s' if len(found) > 1 else ''}"
        site = self.settings.base_url
        link = f"{site}/account/organizations/{self.owner.ctid}/{page}"
        return letter_of(f"{self.owner.name}: {count} {what}", found, words, link, site)

    def _log(
        self,
        connection: sa.Connection,
        who: Actor,
        act: str,
        done: list[Outcome],
        visitor: Visitor,
    ) -> None:
        names = ", ".join(one.name for one in done)
        self._note(connection, who, f"{act}: {names}.", visitor)

    def _note(self, connection: sa.Connection, who: Actor, words: str, visitor: Visitor) -> None:
        note(self.ledger, connection, who, self.owner.ctid, words, visitor)
