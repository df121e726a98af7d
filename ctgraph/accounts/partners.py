"""Organizations that publish for others: asked for, granted, declined and revoked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from ctgraph import publishing
from ctgraph.accounts import throttle
from ctgraph.accounts.actors import Actor, note, require
from ctgraph.accounts.letters import Letter, tell
from ctgraph.accounts.organizations import MAX_WORDS_CHARACTERS, Applicants
from ctgraph.accounts.rights import Act, Role
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict, Forbidden, NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.partnerships import Agreement, between
from ctgraph.ledger.values import Organization
from ctgraph.publishing import Receipt
from ctgraph.settings import Settings
from ctgraph.work.calls import Runner, directly

_DONE = {
    Agreement.GRANTED: "granted",
    Agreement.DECLINED: "declined",
    Agreement.REVOKED: "revoked",
}


@dataclass(frozen=True)
class Partners:
    """The use cases of organizations that publish for others."""

    settings: Settings
    ledger: Ledger

    def ask(self, who: Actor, publisher: Ctid, owner: Ctid, words: str, visitor: Visitor) -> None:
        """Ask an organization for the right to publish for it.

        :raises Forbidden: when the person may not, or the asking organization is not approved.
        :raises NotFound: when there is no such organization.
        :raises BadParameter: when it is the same organization, or the words are too long.
        :raises Conflict: when it was asked or granted already, or nobody could answer.
        :raises TooManyAttempts: when the other one was asked too often.
        """
        self._require(who, publisher, Act.AGREE)
        if not Applicants(self.settings, self.ledger).may_publish(publisher):
            raise Forbidden("The registry has not approved your organization yet.")
        asking, asked = map(self.ledger.organizations.get, (publisher, owner))
        if publisher == owner:
            raise BadParameter("An organization publishes for itself without asking.")
        if len(words) > MAX_WORDS_CHARACTERS:
            raise BadParameter(f"Say it in {MAX_WORDS_CHARACTERS:,} characters at most.")
        if not self._administrators(owner):
            raise Conflict(
                f"Nobody signs in for {asked.name}, so nobody could answer. Ask the registry's "
                "staff to admit its administrator first."
            )
        with self.ledger.database.engine.connect() as connection:
            _require_unasked(connection, publisher, asked)
        throttle.spend(self.ledger.database, throttle.LETTER_TO, f"{owner} from {publisher}")
        with self.ledger.database.writing() as connection:
            _require_unasked(connection, publisher, asked)
            said = words.replace("\0", "").strip()
            self.ledger.partnerships.ask(connection, publisher, owner, said)
            told = f"{asking.name} asked to publish for {asked.name}."
            self._tell(connection, who, (asking, asked), told, visitor, said)

    def settle(
        self,
        who: Actor,
        pair: tuple[Ctid, Ctid],
        mine: Ctid,
        state: Agreement,
        visitor: Visitor,
        until: str = "",
    ) -> None:
        """Grant or decline what was asked, or revoke it, which either side may.

        :param pair: the publisher, and the owner.
        :param mine: the one of them for which the person acts.
        :param until: the last day of a grant, as ISO 8601; empty for one without an end.
        :raises Forbidden: when the person may not.
        :raises BadParameter: when the day is none, or is past.
        :raises Conflict: when this does not follow from how the two stand.
        """
        publisher, owner = pair
        acting = mine if state is Agreement.REVOKED and mine in pair else owner
        self._require(who, acting, Act.AGREE)
        expires_at = _end_of(until) if state is Agreement.GRANTED and until else None
        with self.ledger.database.writing() as connection:
            found = between(connection, publisher, owner)
            before = {Agreement.ASKED, Agreement.GRANTED}
            if state is not Agreement.REVOKED:
                before = {Agreement.ASKED}
            if found is None or found.state not in before:
                raise Conflict("The two organizations stand otherwise by now. Look again.")
            self.ledger.partnerships.settle(connection, publisher, owner, state, expires_at)
            names = found.publisher_name, found.owner_name
            by = names[0] if acting == publisher else names[1]
            end = f" until {until}" if expires_at else ""
            told = f"{by} {_DONE[state]} the right of {names[0]} to publish for {names[1]}{end}."
            both = Organization(publisher, names[0], ""), Organization(owner, names[1], "")
            self._tell(connection, who, both, told, visitor)

    def grant(
        self, who: Actor, publisher: Ctid, owner: Ctid, until: str | None, visitor: Visitor
    ) -> None:
        """Let an organization publish for another one, whether it asked or not.

        :param until: the last day, as ISO 8601, in the place of the end of a grant that stands;
            empty for no end; None for the end of the grant that stands, if there is one.
        :raises Forbidden: when the person may not.
        :raises NotFound: when there is no such organization.
        :raises BadParameter: when it is the same organization, or the day is none, or is past.
        :raises TooManyAttempts: when the other one was told too often.
        """
        self._require(who, owner, Act.AGREE)
        if not Applicants(self.settings, self.ledger).may_publish(owner):
            raise Forbidden("The registry has not approved your organization yet.")
        both = tuple(map(self.ledger.organizations.get, (publisher, owner)))
        if publisher == owner:
            raise BadParameter("An organization publishes for itself without asking.")
        expires_at = _end_of(until) if until else None
        with self.ledger.database.engine.connect() as connection:
            found = between(connection, publisher, owner)
        if found and found.stands and (until is None or found.expires_at == expires_at):
            return
        is_answer = found is not None and found.state is Agreement.ASKED
        if not is_answer and self._administrators(publisher):
            throttle.spend(self.ledger.database, throttle.LETTER_TO, f"{publisher} from {owner}")
        with self.ledger.database.writing() as connection:
            if between(connection, publisher, owner) is None:
                self.ledger.partnerships.ask(connection, publisher, owner, "")
            granted = Agreement.GRANTED
            self.ledger.partnerships.settle(connection, publisher, owner, granted, expires_at)
            names, end = (both[0].name, both[1].name), f" until {until}" if until else ""
            told = f"{names[1]} granted the right of {names[0]} to publish for {names[1]}{end}."
            self._tell(connection, who, (both[0], both[1]), told, visitor)

    def end(
        self, who: Actor, mine: Ctid, other: Ctid, visitor: Visitor, is_owner: bool | None = None
    ) -> None:
        """End what stands or was asked between two organizations, whatever that is.

        :param is_owner: whether the other one publishes for the own one; None for either way.
        :raises Forbidden: when the person may not.
        :raises NotFound: when nothing stands between the two.
        :raises BadParameter: when each publishes for the other one, and none is named.
        """
        self._require(who, mine, Act.AGREE)
        pairs = [(other, mine)] if is_owner in (True, None) else []
        pairs += [(mine, other)] if is_owner in (False, None) else []
        with self.ledger.database.engine.connect() as connection:
            found = [(one, between(connection, *one)) for one in pairs]
        alive = {Agreement.ASKED, Agreement.GRANTED}
        standing = [(pair, one.state) for pair, one in found if one and one.state in alive]
        if not standing:
            raise NotFound(f"Nothing stands between this organization and {other}.")
        if len(standing) > 1:
            raise BadParameter(
                "Each of the two publishes for the other one. Say with `side` which right ends: "
                "`owner` for that to publish for this organization, or `publisher`."
            )
        ((pair, state),) = standing
        is_answer = state is Agreement.ASKED and pair[1] == mine
        ending = Agreement.DECLINED if is_answer else Agreement.REVOKED
        self.settle(who, pair, mine, ending, visitor)

    def publish(
        self,
        who: Actor,
        pair: tuple[Ctid, Ctid],
        data: bytes,
        visitor: Visitor,
        run: Runner = directly,
    ) -> Receipt:
        """Publish a document for another organization. See :func:`ctgraph.publishing.publish`.

        :param pair: the publisher, and the owner.
        :raises Forbidden: when the person may not, or there is no standing grant.
        """
        self._require(who, pair[0], Act.PUBLISH)
        sender, named = map(self.ledger.organizations.get, pair)
        self.ledger.reviews.require_none(sender, named)
        receipt = publishing.publish(
            self.settings, self.ledger, named, data, who.id, run=run, publisher=sender
        )
        self._note(who, (sender, named), f"published {receipt.envelope.ctid}", visitor)
        return receipt

    def withdraw(
        self, who: Actor, pair: tuple[Ctid, Ctid], record: Ctid, reason: str, visitor: Visitor
    ) -> None:
        """Withdraw a record of another organization. See :func:`ctgraph.publishing.withdraw`.

        :raises Forbidden: when the person may not, or there is no standing grant.
        """
        self._require(who, pair[0], Act.PUBLISH)
        sender, named = map(self.ledger.organizations.get, pair)
        publishing.withdraw(
            self.settings, self.ledger, named, record, who.id, publisher=sender, reason=reason
        )
        self._note(who, (sender, named), f"withdrew {record}", visitor)

    def _note(
        self, who: Actor, both: tuple[Organization, Organization], did: str, visitor: Visitor
    ) -> None:
        words = f"{both[0].name} {did} for {both[1].name}."
        with self.ledger.database.writing() as connection:
            for one in both:
                note(self.ledger, connection, who, one.ctid, words, visitor)

    def _require(self, who: Actor, record: Ctid, act: Act) -> None:
        with self.ledger.database.engine.connect() as connection:
            require(self.ledger, connection, who, record, act)

    def _administrators(self, record: Ctid) -> set[str]:
        """Return the e-mail addresses of an organization's administrators."""
        members = self.ledger.applications.members(record)
        return {one.email for one in members if one.role == Role.ADMINISTRATOR}

    def _tell(
        self,
        connection: sa.Connection,
        who: Actor,
        both: tuple[Organization, Organization],
        told: str,
        visitor: Visitor,
        words: str = "",
    ) -> None:
        """Note what happened for both organizations, and tell their administrators."""
        for one in both:
            link = f"{self.settings.base_url}/account/organizations/{one.ctid}/partners"
            said = (f"They say: {words}",) if words else ()
            letter = Letter(told.removesuffix("."), (told, *said), link)
            for email in sorted(self._administrators(one.ctid)):
                tell(self.ledger.outbox, connection, email, letter)
            note(self.ledger, connection, who, one.ctid, told, visitor)


def _require_unasked(connection: sa.Connection, publisher: Ctid, asked: Organization) -> None:
    found = between(connection, publisher, asked.ctid)
    if found and (found.stands or found.state is Agreement.ASKED):
        raise Conflict(f"{asked.name} was asked already. Its answer comes by mail.")


def _end_of(day: str) -> str:
    """Return the last moment of a day, as the ledger writes it.

    :raises BadParameter: when it is not a date, or is past.
    """
    try:
        found = date.fromisoformat(day) if re.fullmatch(r"\d{4}-\d\d-\d\d", day) else None
    except ValueError:
        found = None
    if found is None:
        raise BadParameter("Write the last day as 2027-06-30, or leave it empty.")
    if found < date.today():
        raise BadParameter("The last day is past. Choose a later one, or leave it empty.")
    return f"{found}T23:59:59.999999Z"
