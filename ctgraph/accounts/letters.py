"""The e-mails of accounts: plain text and HTML of the same words."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from markupsafe import escape

from ctgraph.ledger.outbox import Outbox

_NOT_YOURS = "If you did not ask for this, ignore this mail: nothing changes."


class Letter(NamedTuple):
    """An e-mail.

    :param paragraphs: its sentences.
    :param link: where it leads; empty for nowhere.
    """

    subject: str
    paragraphs: tuple[str, ...]
    link: str = ""

    @property
    def text(self) -> str:
        """The e-mail as plain text."""
        return "\n\n".join((*self.paragraphs, self.link)).strip() + "\n"

    @property
    def html(self) -> str:
        """The e-mail as a page."""
        said = "".join(f"<p>{escape(one)}</p>" for one in self.paragraphs)
        link = escape(self.link)
        led = f'<p><a href="{link}">{link}</a></p>' if self.link else ""
        return f'<!doctype html><html lang="en"><body>{said}{led}</body></html>'


def post(outbox: Outbox, connection: sa.Connection, recipient: str, letter: Letter) -> None:
    """Write a letter into the outbox, in the transaction of what it tells."""
    outbox.add(connection, recipient, letter.subject, letter.text, letter.html)


def confirm(site: str, path: str) -> Letter:
    """Return the letter with the link that confirms an address."""
    return Letter(
        "Confirm your e-mail address",
        ("Follow this link to confirm your e-mail address. It works for three days.", _NOT_YOURS),
        f"{site}/account/{path}",
    )


def known_already(site: str) -> Letter:
    """Return the letter to an address that has an account already."""
    return Letter(
        "You have an account already",
        (
            "Somebody, perhaps you, tried to use this address for an account. It has one already. "
            "Sign in, or choose a new password.",
            _NOT_YOURS,
        ),
        f"{site}/account/sign-in",
    )


def reset(site: str, token: str) -> Letter:
    """Return the letter with the link to a new password."""
    return Letter(
        "Choose a new password",
        ("Follow this link to choose a new password. It works once, for two hours.", _NOT_YOURS),
        f"{site}/account/reset?token={token}",
    )


def password_changed(site: str) -> Letter:
    """Return the letter that tells of a new password."""
    return Letter(
        "Your password was changed",
        ("If it was not you, choose a new password at once.",),
        f"{site}/account/forgotten",
    )


def address_changed(email: str) -> Letter:
    """Return the letter to the old address of an account."""
    return Letter(
        "Your e-mail address was changed",
        (f"Your account has the address {email} now. If it was not you, write to the registry.",),
    )


def new_device(site: str, address: str, agent: str) -> Letter:
    """Return the letter that tells of a sign-in with a browser that is new."""
    return Letter(
        "A new sign-in to your account",
        (
            f"Somebody signed in from {address} with a browser that was not used before: {agent}.",
            "If it was not you, end the session and change your password.",
        ),
        f"{site}/account/security",
    )
