"""Signing in through the identity provider of an organization (OpenID Connect).

A provider speaks for the addresses of the domains that its settings list, and for no others: not
when an account is found by its address, and not when it was linked before.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from logging import getLogger
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.accounts import letters, throttle
from ctgraph.accounts.identity_provider import Agreed, Claims, Client
from ctgraph.accounts.letters import post
from ctgraph.accounts.names import is_seen, without_hidden
from ctgraph.accounts.people import MAX_NAME_CHARACTERS, normal
from ctgraph.accounts.sessions import Entry, Sessions
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import Forbidden, NotFound
from ctgraph.identity.ctid import Ctid, canonical
from ctgraph.ledger import Ledger
from ctgraph.ledger.people import Person, Purpose, Ticket
from ctgraph.ledger.values import now
from ctgraph.settings import IdentityProvider

log = getLogger(__name__)

PROVIDER_HOURS = 1 / 6
"""How long somebody may take to sign in at a provider."""
_AGAIN = "Begin again at the page where you sign in, and come back in the same browser."


class Began(NamedTuple):
    """A sign-in that goes on at a provider.

    :param state: which the browser keeps, and brings back (RFC 6749, section 10.12).
    """

    address: str
    state: str


@dataclass(frozen=True)
class ProviderSignIn:
    """The use cases of one provider in one registry.

    :param site: the address of the site, without a slash at the end.
    """

    ledger: Ledger
    site: str
    provider: IdentityProvider

    @property
    def _client(self) -> Client:
        path = f"/account/sign-in/with/{self.provider.name}/callback"
        return Client(self.provider, self.site + path)

    def begin(self, wanted: str, visitor: Visitor) -> Began:
        """Return where somebody signs in.

        :param wanted: the path where to go on afterwards.
        :raises TooManyAttempts: after too many from one network.
        :raises ProviderFailed: when the provider does not answer as it should.
        """
        throttle.spend(self.ledger.database, throttle.BEGIN_FROM, visitor.network)
        agreed = Agreed(secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        kept = asdict(agreed) | {"provider": self.provider.name, "wanted": wanted}
        with self.ledger.database.writing() as connection:
            given = Ticket(Purpose.PROVIDER, None, None, json.dumps(kept))
            state = self.ledger.people.issue(connection, given, PROVIDER_HOURS)
        return Began(self._client.address(state, agreed), state)

    def finish(self, state: str, code: str, visitor: Visitor) -> tuple[Entry, str]:
        """Sign somebody in who comes back; return the entry, and the path that was wanted.

        :param state: that the browser kept and brought back.
        :raises NotFound: when it was used already or is too old.
        :raises Unauthenticated: when what the provider says does not hold.
        :raises Forbidden: when the provider may not speak for the address.
        :raises Conflict: when the account belongs to another person of the provider.
        :raises ProviderFailed: when the provider does not answer as it should.
        """
        with self.ledger.database.writing() as connection:
            given = self.ledger.people.redeem(connection, state, Purpose.PROVIDER)
        kept = json.loads(given.value) if given else {}
        if kept.get("provider") != self.provider.name:
            raise NotFound(f"This sign-in was used already, or took too long. {_AGAIN}")
        agreed = Agreed(kept["nonce"], kept["verifier"])
        claims = self._client.claims(code, agreed)
        with self.ledger.database.writing() as connection:
            who = self._person(connection, claims, visitor)
            throttle.give_back(connection, throttle.BEGIN_FROM, visitor.network)
            entry = Sessions(self.ledger, self.site).enter(
                connection, who, visitor, has_second_factor=claims.has_second_factor
            )
        return entry, str(kept["wanted"])

    def _person(self, connection: sa.Connection, claims: Claims, visitor: Visitor) -> Person:
        email = self._email(claims)
        people, identities = self.ledger.people, self.ledger.identities
        if id := identities.person(connection, self.provider.issuer, claims.subject):
            who = people.get(connection, id)
            self._require_domain(who.email)  # it may have been changed to another one since
            return who
        found = people.with_email(connection, email)
        who = found[0] if found else self._added(connection, email, claims.name)
        if not who.confirmed_at:
            self._take_over(connection, who)
        identities.link(connection, self.provider.issuer, claims.subject, who.id)
        words = f"{self.provider.label} signs this account in from now on."
        self.ledger.activities.note(connection, words, person=who.id, address=visitor.address)
        if found:
            letter = letters.provider_linked(self.site, self.provider.label)
            post(self.ledger.outbox, connection, email, letter)
        self._admit(connection, who, visitor)
        return who

    def _email(self, claims: Claims) -> str:
        """Return the address that the provider may speak for."""
        label = self.provider.label
        if not claims.email:
            raise Forbidden(f"{label} does not tell your e-mail address. Ask your organization.")
        if not claims.is_verified:
            raise Forbidden(
                f"{label} does not say that it verified your e-mail address (email_verified). Ask "
                "your organization, or sign in with a password."
            )
        email = normal(claims.email)
        self._require_domain(email)
        return email

    def _require_domain(self, email: str) -> None:
        domain = email.rpartition("@")[2]
        if domain not in self.provider.domains:
            raise Forbidden(
                f"{self.provider.label} may not sign in addresses of {domain} here. Sign in with a "
                "password or a passkey."
            )

    def _added(self, connection: sa.Connection, email: str, name: str) -> Person:
        shown = " ".join(without_hidden(" ".join(name.split())).split())[:MAX_NAME_CHARACTERS]
        called = shown if is_seen(shown) else email.partition("@")[0]
        return self.ledger.people.add(connection, email, called, "", is_staff=False)

    def _take_over(self, connection: sa.Connection, who: Person) -> None:
        """Confirm an address for which the provider speaks.

        Somebody else may have signed up with it, so the password of then counts no more.
        """
        self.ledger.people.change(connection, who.id, password="", confirmed_at=now())
        for purpose in (Purpose.CONFIRM, Purpose.RESET, Purpose.ADDRESS):
            self.ledger.people.void(connection, who.id, purpose)

    def _admit(self, connection: sa.Connection, who: Person, visitor: Visitor) -> None:
        """Make somebody a member who is linked for the first time: a dismissed one stays away."""
        if not self.provider.organization:
            return
        record, role = canonical(self.provider.organization), self.provider.role
        if not self._is_here(record):
            log.warning("The settings of %s name no organization here.", self.provider.name)
        elif self.ledger.applications.role(connection, record, who.id) is None:
            self.ledger.applications.admit(connection, record, who.id, role)
            self.ledger.activities.note(
                connection,
                f"Became {role}, signed in by {self.provider.label}.",
                person=who.id,
                organization=record,
                address=visitor.address,
            )

    def _is_here(self, record: Ctid) -> bool:
        try:
            self.ledger.organizations.get(record)
        except NotFound:
            return False
        return True
