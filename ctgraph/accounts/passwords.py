"""Passwords: the rules for new ones, and their hashes (argon2id, RFC 9106)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from ctgraph.errors import BadParameter

MIN_PASSWORD_CHARACTERS = 12
"""Characters of the shortest password. Length counts, not kinds of characters (NIST SP 800-63B)."""
MAX_PASSWORD_CHARACTERS = 200
"""Characters of the longest password, so that hashing one has a bound."""
MAX_JUDGED_CHARACTERS = 72
"""Characters of a password by which its strength is judged: the time grows with them."""
MIN_SCORE = 3
"""The least strength on zxcvbn's scale from 0 to 4: more than a hundred million guesses."""
_HASHER = PasswordHasher()


def hashed(password: str, *known: str) -> str:
    """Return the hash of a new password.

    :param known: what others know of its owner, such as the e-mail address.
    :raises BadParameter: when the password is too short, or easy to guess.
    """
    if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise BadParameter(
            f"Use a password of {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS} characters. "
            "A few words are easy to remember."
        )
    found = zxcvbn(password[:MAX_JUDGED_CHARACTERS], [*known, *" ".join(known).split("@")])
    if found["score"] < MIN_SCORE:
        why = found["feedback"]["warning"] or "It is like many others."
        raise BadParameter(
            f"This password is easy to guess. {why} Use another one, such as a few words."
        )
    return _HASHER.hash(password)


def is_right(hash: str | None, password: str) -> bool:
    """Tell whether a password is the one with a hash. Without a hash it takes as long, and is not.

    :param hash: of the password of an account; None where there is no such account.
    """
    try:
        return _HASHER.verify(hash or _nobodys(), password[:MAX_PASSWORD_CHARACTERS]) and bool(hash)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash("the password of nobody")
