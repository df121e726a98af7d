"""People claim an organization for which nobody acts yet; the registry's staff decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from ctgraph.accounts import throttle
from ctgraph.accounts.evidence import Evidence, evidence
from ctgraph.accounts.letters import Letter, tell
from ctgraph.accounts.organizations import MAX_WORDS_CHARACTERS
from ctgraph.accounts.rights import Role, StaffAct, require_staff
from ctgraph.accounts.visitor import Visitor
from ctgraph.documents.node_values import each
from ctgraph.errors import BadParameter, Conflict, NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.claims import Claim, Standing, is_free
from ctgraph.ledger.people import Person
from ctgraph.vocab import vocabulary

_TAKEN = (
    "Somebody acts for this organization already, or for the one that publishes its record. Ask "
    "its administrator to invite you, or to transfer the record."
)


class Claimed(NamedTuple):
    """An organization that somebody may claim.

    :param webpage: as its record says it; empty where it says none.
    """

    record: Ctid
    name: str
    webpage: str

    def evidence(self, email: str) -> list[Evidence]:
        """Return what speaks for somebody with a confirmed e-mail address."""
        return evidence(self.webpage, [email])


@dataclass(frozen=True)
class Claiming:
    """The use cases of claims in one registry.

    :param site: the address of the site, without a slash at the end.
    """

    ledger: Ledger
    site: str

    def open(self, record: Ctid) -> Claimed:
        """Return an organization that may be claimed.

        :raises NotFound: when the registry knows no such organization.
        """
        kind = self.ledger.records.classes([record]).get(record)
        if kind is None or not vocabulary().is_a(kind, "ceterms:Agent", "ceterms:Organization"):
            raise NotFound(f"There is no organization {record} in this registry.")
        names = self.ledger.records.names([record])
        return Claimed(record, names.get(record) or record, self._webpage(record))

    def claim(self, who: Person, record: Ctid, words: str, visitor: Visitor) -> None:
        """Claim an organization.

        :raises NotFound: when the registry knows no such organization.
        :raises BadParameter: when nothing is said, or too much.
        :raises Conflict: when somebody acts for it, or the person claimed it already.
        :raises TooManyAttempts: after too many claims of the person.
        """
        wanted, said = self.open(record), words.replace("\0", "").strip()
        if not said or len(said) > MAX_WORDS_CHARACTERS:
            raise BadParameter(
                f"Say in {MAX_WORDS_CHARACTERS:,} characters at most how you belong to it."
            )
        with self.ledger.database.engine.connect() as connection:
            self._require_unclaimed(connection, who, record)
        throttle.spend(self.ledger.database, throttle.CLAIM, who.id)
        with self.ledger.database.writing() as connection:
            self._require_unclaimed(connection, who, record)
            number = self.ledger.claims.add(connection, record, who.id, said)
            self._note(connection, who, f"Claimed {wanted.name} ({record}).", visitor)
            letter = Letter(
                f"{who.name} claims {wanted.name}",
                (f"{who.name} ({who.email}) claims {wanted.name}.", f"They say: {said}"),
                f"{self.site}/staff/claims/{number}",
            )
            for one in self.ledger.people.staff(connection):
                tell(self.ledger.outbox, connection, one.email, letter)

    def get(self, number: int) -> Claim:
        """Return a claim.

        :raises NotFound: when there is none with this number.
        """
        with self.ledger.database.engine.connect() as connection:
            found = self.ledger.claims.get(connection, number)
        if found is None:
            raise NotFound("There is no such claim.")
        return found

    def decide(
        self, staff: Person, number: int, state: Standing, words: str, visitor: Visitor
    ) -> None:
        """Approve or decline a claim. On approval the person becomes the administrator.

        Whoever else claimed the organization is then declined.

        :raises Forbidden: when the person is not of the staff.
        :raises BadParameter: when a claim is declined without a word.
        :raises Conflict: when it was decided already, or somebody acts for the organization.
        """
        require_staff(staff.is_staff, StaffAct.DECIDE)
        said = words.replace("\0", "").strip()
        if (state is Standing.DECLINED and not said) or len(said) > MAX_WORDS_CHARACTERS:
            raise BadParameter(f"Say why, in {MAX_WORDS_CHARACTERS:,} characters at most.")
        wanted = self.open(self.get(number).organization)
        with self.ledger.database.writing() as connection:
            claims = self.ledger.claims.of(connection, wanted.record)
            waiting = {one.id: one for one in claims if one.state is Standing.WAITING}
            if number not in waiting:
                raise Conflict("This claim was decided already. Reload the page.")
            if state is Standing.DECLINED:
                self._settle(connection, staff, waiting[number], wanted, state, said, visitor)
                return
            if not is_free(connection, wanted.record):
                raise Conflict(_TAKEN)
            self.ledger.organizations.found(connection, wanted.record, wanted.name)
            self.ledger.applications.admit(
                connection, wanted.record, waiting[number].person, Role.ADMINISTRATOR
            )
            for one in waiting.values():
                decided = (state, said) if one.id == number else (Standing.DECLINED, _TAKEN)
                self._settle(connection, staff, one, wanted, *decided, visitor)

    def _require_unclaimed(self, connection: sa.Connection, who: Person, record: Ctid) -> None:
        if not is_free(connection, record):
            raise Conflict(_TAKEN)
        if any(
            one.person == who.id and one.state is Standing.WAITING
            for one in self.ledger.claims.of(connection, record)
        ):
            raise Conflict("You claimed it already. The staff's answer comes by mail.")

    def _settle(
        self,
        connection: sa.Connection,
        staff: Person,
        one: Claim,
        wanted: Claimed,
        state: Standing,
        words: str,
        visitor: Visitor,
    ) -> None:
        self.ledger.claims.settle(connection, one.id, state, words)
        told = f"The registry {state} the claim of {one.name} to {wanted.name}."
        self._note(connection, staff, told, visitor, wanted.record if state == "approved" else None)
        page = f"account/organizations/{wanted.record}/records"
        said = (f"They say: {words}",) if words else ()
        letter = Letter(
            f"{wanted.name}: the registry {state} your claim",
            (f"The registry's staff {state} your claim to {wanted.name}.", *said),
            f"{self.site}/{page if state is Standing.APPROVED else f'resources/{wanted.record}'}",
        )
        tell(self.ledger.outbox, connection, one.email, letter)

    def _webpage(self, record: Ctid) -> str:
        """Return the webpage that the newest document says of an organization."""
        if self.ledger.records.find(record) is None:
            return ""
        document = self.ledger.records.read(record).canonical
        nodes = orjson.loads(document)["@graph"] if document else []
        own = [one for one in nodes if one.get("ceterms:ctid") == record]
        pages = [page for one in own for page in each(one.get("ceterms:subjectWebpage"))]
        return str(pages[0]) if pages else ""

    def _note(
        self,
        connection: sa.Connection,
        who: Person,
        words: str,
        visitor: Visitor,
        record: Ctid | None = None,
    ) -> None:
        self.ledger.activities.note(
            connection, words, person=who.id, organization=record, address=visitor.address
        )
