"""Passkeys (Web Authentication, level 3): a second factor, or a sign-in without a password.

A challenge is the token of a ticket: the ledger holds it until it is answered, once, or is too old.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import sqlalchemy as sa
import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from ctgraph.accounts import letters, throttle
from ctgraph.accounts.factors import forget_codes_of_last, new_codes
from ctgraph.accounts.letters import post
from ctgraph.accounts.lost_factors import end_by_owner
from ctgraph.accounts.names import hidden, is_seen
from ctgraph.accounts.people import require_password
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict, NotFound, Unauthenticated
from ctgraph.ledger import Ledger
from ctgraph.ledger.passkeys import Passkey
from ctgraph.ledger.people import Person, Purpose, Ticket
from ctgraph.ledger.values import now

MAX_PASSKEYS = 20
"""Passkeys of one person: their ids are sent with each challenge."""
MAX_PASSKEY_NAME_CHARACTERS = 100
"""Characters of the name that a person gives a passkey."""
MAX_ANSWER_CHARACTERS = 20_000
"""Characters of what a browser answers a challenge with. It holds a key or a signature."""
CHALLENGE_HOURS = 1 / 12
"""How long a challenge waits for its answer."""
_MILLISECONDS = round(CHALLENGE_HOURS * 3_600_000)
_PREFERRED, _REQUIRED = UserVerificationRequirement.PREFERRED, UserVerificationRequirement.REQUIRED
_REFUSED = "The passkey was not taken. Try again, or sign in another way."
_UNREADABLE = "The answer of the browser cannot be read. Press the button of the page."
_OLD = "The passkey came too late, or was sent twice. Try again."

Given = TypeVar("Given", str, bytes)
Read = TypeVar("Read")


@dataclass(frozen=True)
class Passkeys:
    """The use cases of passkeys in one registry.

    :param site: the address of the site, without a slash at the end.
    """

    ledger: Ledger
    site: str

    @property
    def _host(self) -> str:
        """The relying party: passkeys work at this host alone."""
        return urlsplit(self.site).hostname or ""

    @property
    def _origin(self) -> str:
        """The origin as browsers tell it: without the port that the scheme has anyway."""
        found = urlsplit(self.site)
        usual = {"http": 80, "https": 443}[found.scheme]
        port = f":{found.port}" if found.port not in (None, usual) else ""
        return f"{found.scheme}://{self._host}{port}"

    def of(self, person: str) -> list[Passkey]:
        """Return the passkeys of a person, the oldest first."""
        with self.ledger.database.engine.connect() as connection:
            return self.ledger.passkeys.of(connection, person)

    def options_to_add(self, who: Person) -> str:
        """Return the options for a new passkey, as JSON (Web Authentication, section 5.4).

        :raises Conflict: when there are too many.
        """
        kept = self.of(who.id)
        if len(kept) >= MAX_PASSKEYS:
            raise Conflict(f"You have {MAX_PASSKEYS} passkeys, which is the most. Remove one.")
        options = webauthn.generate_registration_options(
            rp_id=self._host,
            rp_name=self._host,
            user_id=who.id.encode(),
            user_name=who.email,
            user_display_name=who.name,
            challenge=self._challenge(Purpose.NEW_PASSKEY, who.id),
            timeout=_MILLISECONDS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=_PREFERRED
            ),
            exclude_credentials=_named(kept),
        )
        return webauthn.options_to_json(options)

    def add(
        self, who: Person, password: str, name: str, answer: str, visitor: Visitor
    ) -> list[str]:
        """Keep a new passkey; return the recovery codes, if it is the first second factor.

        :param answer: of the browser to :meth:`options_to_add`, as JSON.
        :raises Unauthenticated: when the password is wrong, or the answer does not fit.
        :raises BadParameter: when the name is too long, or the answer cannot be read.
        :raises Conflict: when the passkey is kept already, or there are too many.
        """
        require_password(self.ledger, who, password)
        name = " ".join(name.split())
        if not is_seen(name) or len(name) > MAX_PASSKEY_NAME_CHARACTERS:
            raise BadParameter(f"Use a name of 1 to {MAX_PASSKEY_NAME_CHARACTERS} characters.")
        if sign := hidden(name):
            raise BadParameter(f"The name has the invisible character {sign}. Leave it out.")
        added = self._verified(answer, who)
        with self.ledger.database.writing() as connection:
            is_first = not self.ledger.factors.is_on(connection, who.id)
            if len(self.ledger.passkeys.of(connection, who.id)) >= MAX_PASSKEYS:
                raise Conflict(f"You have {MAX_PASSKEYS} passkeys, which is the most. Remove one.")
            id, key = bytes_to_base64url(added.credential_id), added.credential_public_key
            new = Passkey(id, who.id, name, key, added.sign_count, now(), None)
            self.ledger.passkeys.keep(connection, new)
            self._tell(connection, who, f"The passkey {name!r} was set up.", visitor)
            end_by_owner(self.ledger, connection, who, "by a new one", visitor)
            return new_codes(self.ledger.factors, connection, who) if is_first else []

    def remove(self, who: Person, password: str, id: str, visitor: Visitor) -> None:
        """Remove a passkey.

        :raises Unauthenticated: when the password is wrong.
        :raises NotFound: when the person has no such passkey.
        """
        require_password(self.ledger, who, password)
        with self.ledger.database.writing() as connection:
            gone = self.ledger.passkeys.remove(connection, who.id, id)
            if gone is None:
                raise NotFound("You have no such passkey. It may be removed already.")
            forget_codes_of_last(self.ledger.factors, connection, who)
            self._tell(connection, who, f"The passkey {gone.name!r} was removed.", visitor)

    def options_to_use(self, person: str | None, visitor: Visitor) -> str:
        """Return the options for a passkey that is used, as JSON (the same, section 5.5).

        :param person: whose passkeys serve as second factor; None for a sign-in without password.
        :raises TooManyAttempts: after too many from one network.
        """
        throttle.spend(self.ledger.database, throttle.BEGIN_FROM, visitor.network)
        options = webauthn.generate_authentication_options(
            rp_id=self._host,
            challenge=self._challenge(Purpose.PASSKEY, person),
            timeout=_MILLISECONDS,
            allow_credentials=_named(self.of(person)) if person else None,
            user_verification=_PREFERRED if person else _REQUIRED,
        )
        return webauthn.options_to_json(options)

    def used(self, answer: str, person: str | None, visitor: Visitor) -> str:
        """Return the id of the person who used a passkey.

        :param answer: of the browser to :meth:`options_to_use`, as JSON.
        :param person: who has to be the one; None for anybody, whom the authenticator verified.
        :raises Unauthenticated: when it does not fit, was sent before, or is a copy's.
        :raises BadParameter: when it cannot be read.
        """
        credential = _read(answer, parse_authentication_credential_json)
        challenge = self._redeemed(credential, Purpose.PASSKEY, person)
        with self.ledger.database.engine.connect() as connection:
            kept = self.ledger.passkeys.get(connection, bytes_to_base64url(credential.raw_id))
        if kept is None or person not in (None, kept.person) or _is_of_other(credential, kept):
            raise Unauthenticated(_REFUSED)
        try:
            found = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=kept.public_key,
                credential_current_sign_count=0,  # note_use compares, with no use in between
                require_user_verification=person is None,
            )
        except Exception as error:  # what strangers send meets decoders of several libraries
            raise Unauthenticated(_REFUSED) from error
        with self.ledger.database.writing() as connection:
            if self.ledger.passkeys.note_use(connection, kept.id, found.new_sign_count):
                throttle.give_back(connection, throttle.BEGIN_FROM, visitor.network)
                return kept.person
            who = self.ledger.people.get(connection, kept.person)
            words = f"The passkey {kept.name!r} was refused: its counter went back, as a copy's."
            self._tell(connection, who, words, visitor)
        raise Unauthenticated(_REFUSED)

    def _verified(self, answer: str, who: Person) -> VerifiedRegistration:
        credential = _read(answer, parse_registration_credential_json)
        challenge = self._redeemed(credential, Purpose.NEW_PASSKEY, who.id)
        try:
            return webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
            )
        except Exception as error:  # as above
            raise Unauthenticated(_REFUSED) from error

    def _challenge(self, purpose: Purpose, person: str | None) -> bytes:
        with self.ledger.database.writing() as connection:
            given = Ticket(purpose, person, None, "")
            return base64url_to_bytes(self.ledger.people.issue(connection, given, CHALLENGE_HOURS))

    def _redeemed(
        self,
        credential: AuthenticationCredential | RegistrationCredential,
        purpose: Purpose,
        person: str | None,
    ) -> bytes:
        """Return the challenge that was answered, which nobody can answer again."""
        challenge = _read(credential.response.client_data_json, parse_client_data_json).challenge
        with self.ledger.database.writing() as connection:
            token = bytes_to_base64url(challenge)
            given = self.ledger.people.redeem(connection, token, purpose)
        if given is None or given.person != person:
            raise Unauthenticated(_OLD)
        return challenge

    def _tell(self, connection: sa.Connection, who: Person, words: str, visitor: Visitor) -> None:
        self.ledger.activities.note(connection, words, person=who.id, address=visitor.address)
        letter = letters.factor_changed(self.site, words)
        post(self.ledger.outbox, connection, who.email, letter)


def _named(kept: list[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.id)) for one in kept]


def _is_of_other(credential: AuthenticationCredential, kept: Passkey) -> bool:
    """Tell whether an authenticator says that its credential is for another person."""
    handle = credential.response.user_handle
    return handle is not None and handle != kept.person.encode()


def _read(answer: Given, parse: Callable[[Given], Read]) -> Read:
    """Return what a browser answered.

    :raises BadParameter: when it is too long, or cannot be read.
    """
    try:
        if len(answer) <= MAX_ANSWER_CHARACTERS:
            return parse(answer)
    except (WebAuthnException, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadParameter(_UNREADABLE) from error
    raise BadParameter(_UNREADABLE)
