"""An authenticator as second factor of an account (TOTP, RFC 6238), and codes for its loss."""

from __future__ import annotations

import secrets
import time
from base64 import b32encode
from dataclasses import dataclass
from urllib.parse import urlsplit

import pyotp
import sqlalchemy as sa

from ctgraph.accounts import letters
from ctgraph.accounts.letters import post
from ctgraph.accounts.lost_factors import end_by_owner
from ctgraph.accounts.people import require_password
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict
from ctgraph.ledger import Ledger
from ctgraph.ledger.factors import Factors
from ctgraph.ledger.people import Person

RECOVERY_CODES = 10
"""Recovery codes, each of which works once."""
STEP_SECONDS = 30
"""How long one code of an authenticator counts (RFC 6238, section 4.1)."""
DRIFT_STEPS = (0, -1, 1)
"""The codes that are taken beside the current one: clocks differ."""


def new_secret() -> str:
    """Return a new secret for an authenticator, in base 32."""
    return pyotp.random_base32()


def address_of(secret: str, who: Person, site: str) -> str:
    """Return the address that authenticators read from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=who.email, issuer_name=urlsplit(site).hostname)


def spend_code(factors: Factors, connection: sa.Connection, person: str, code: str) -> bool:
    """Tell whether a code of somebody's authenticator, or a recovery code, is right; once only."""
    plain = code.replace(" ", "").replace("-", "").lower()
    secret = factors.secret(connection, person)
    step = _step(secret, plain) if secret else None
    if step is not None:
        return factors.spend_step(connection, person, step)
    return factors.spend_recovery(connection, person, plain)


def unix_seconds() -> int:
    """Return the time by which codes are judged, in seconds since 1970."""
    return int(time.time())


def _step(secret: str, code: str) -> int | None:
    """Return the step of time whose code this is."""
    now = unix_seconds() // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for drift in DRIFT_STEPS:
        if secrets.compare_digest(totp.generate_otp(now + drift).encode(), code.encode()):
            return now + drift
    return None


@dataclass(frozen=True)
class SecondFactor:
    """The use cases of the second factor in one registry.

    :param site: the address of the site, without a slash at the end.
    """

    ledger: Ledger
    site: str

    def is_on(self, who: Person) -> bool:
        """Tell whether somebody signs in with a second factor."""
        with self.ledger.database.engine.connect() as connection:
            return self.ledger.factors.is_on(connection, who.id)

    def has_authenticator(self, who: Person) -> bool:
        """Tell whether somebody set up an authenticator."""
        with self.ledger.database.engine.connect() as connection:
            return self.ledger.factors.secret(connection, who.id) is not None

    def turn_on(
        self, who: Person, password: str, secret: str, code: str, visitor: Visitor
    ) -> list[str]:
        """Take an authenticator; return the recovery codes, if it is the first second factor.

        :param code: of the authenticator, which shows that it has the secret.
        :raises Unauthenticated: when the password is wrong.
        :raises BadParameter: when the code is wrong.
        :raises Conflict: when there is an authenticator already.
        """
        require_password(self.ledger, who, password)
        step = _step(secret, code.replace(" ", ""))
        if step is None:
            raise BadParameter("The code is wrong. Scan the picture again, and look at the clock.")
        with self.ledger.database.writing() as connection:
            is_first = not self.ledger.factors.is_on(connection, who.id)
            self.ledger.factors.keep(connection, who.id, secret, step)
            self._tell(connection, who, "A second factor was set up.", visitor)
            end_by_owner(self.ledger, connection, who, "by a new one", visitor)
            return new_codes(self.ledger.factors, connection, who) if is_first else []

    def renew_codes(self, who: Person, password: str, visitor: Visitor) -> list[str]:
        """Return new recovery codes; the old ones are void.

        :raises Unauthenticated: when the password is wrong.
        :raises Conflict: when there is no second factor.
        """
        require_password(self.ledger, who, password)
        with self.ledger.database.writing() as connection:
            if not self.ledger.factors.is_on(connection, who.id):
                raise Conflict("Set up a second factor first: an authenticator app or a passkey.")
            self._tell(connection, who, "The recovery codes were renewed.", visitor)
            return new_codes(self.ledger.factors, connection, who)

    def turn_off(self, who: Person, password: str, visitor: Visitor) -> None:
        """Forget the authenticator.

        :raises Unauthenticated: when the password is wrong.
        """
        require_password(self.ledger, who, password)
        with self.ledger.database.writing() as connection:
            self.ledger.factors.forget(connection, who.id)
            forget_codes_of_last(self.ledger.factors, connection, who)
            self._tell(connection, who, "The second factor was removed.", visitor)

    def _tell(self, connection: sa.Connection, who: Person, words: str, visitor: Visitor) -> None:
        self.ledger.activities.note(connection, words, person=who.id, address=visitor.address)
        letter = letters.factor_changed(self.site, words)
        post(self.ledger.outbox, connection, who.email, letter)


def new_codes(factors: Factors, connection: sa.Connection, who: Person) -> list[str]:
    """Keep new recovery codes of a person in the place of earlier ones, and return them."""
    codes = [b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)]
    factors.keep_recovery(connection, who.id, codes)
    return ["-".join((code[:4], code[4:8], code[8:12], code[12:])) for code in codes]


def forget_codes_of_last(factors: Factors, connection: sa.Connection, who: Person) -> None:
    """Forget the recovery codes of a person whose last second factor was removed."""
    if not factors.is_on(connection, who.id):
        factors.forget_recovery(connection, who.id)
