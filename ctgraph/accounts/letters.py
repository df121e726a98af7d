"""The e-mails of accounts: plain text and HTML of the same words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from markupsafe import escape

from ctgraph.ledger.outbox import Outbox
from ctgraph.problem import one_line
from ctgraph.translation import USUAL, speaking

_NOT_YOURS = "If you did not ask for this, ignore this mail: nothing changes."
PAGE, PAGE_END = f'<!doctype html><html lang="{USUAL}"><body>', "</body></html>"
"""How the page of an e-mail begins and ends."""


class Letter(NamedTuple):
    """An e-mail.

    :param paragraphs: its sentences.
    :param link: where it leads; empty for nowhere.
    :param ending: where its reader ends mails of its kind; empty for nowhere.
    :param language: the code of its language.
    """

    subject: str
    paragraphs: tuple[str, ...]
    link: str = ""
    ending: str = ""
    language: str = USUAL

    @property
    def text(self) -> str:
        """The e-mail as plain text."""
        ended = (f"{self._end} {self.ending}",) if self.ending else ()
        return "\n\n".join((*self.paragraphs, self.link, *ended)).strip() + "\n"

    @property
    def html(self) -> str:
        """The e-mail as a page."""
        said = "".join(f"<p>{escape(one)}</p>" for one in self.paragraphs)
        link, end = escape(self.link), escape(self.ending)
        led = f'<p><a href="{link}">{link}</a></p>' if self.link else ""
        ended = f'<p>{self._end} <a href="{end}">{end}</a></p>' if self.ending else ""
        page = PAGE.replace(f'"{USUAL}"', f'"{self.language}"')
        return f"{page}{said}{led}{ended}{PAGE_END}"

    @property
    def _end(self) -> str:
        _ = speaking(self.language)
        return _("End these mails:")


def post(outbox: Outbox, connection: sa.Connection, recipient: str, letter: Letter) -> None:
    """Write a letter into the outbox, in the transaction of what it tells."""
    outbox.add(connection, recipient, letter.subject, letter.text, letter.html, letter.ending)


def tell(outbox: Outbox, connection: sa.Connection, recipient: str, letter: Letter) -> None:
    """Do as :func:`post` with news: they wait for the daily mail of those who chose one."""
    parts = letter.subject, letter.text, letter.html, letter.ending
    outbox.add(connection, recipient, *parts, is_news=True)


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


def factor_changed(site: str, words: str) -> Letter:
    """Return the letter that tells of a change of the second factors."""
    return Letter(
        words.rstrip("."),
        (words, "If it was not you, change your password at once, and look at the second factors."),
        f"{site}/account/security",
    )


def provider_linked(site: str, provider: str) -> Letter:
    """Return the letter that says that an identity provider signs somebody in from now on."""
    return Letter(
        f"You can sign in with {provider}",
        (
            f"Your account was signed in to by {provider}, which vouches for your address. From "
            "now on it can sign you in.",
            "If it was not you, write to the registry at once.",
        ),
        f"{site}/account/security",
    )


def upload_checked(name: str, files: Sequence[str], rows: int, errors: int) -> Letter:
    """Return the letter that says what was found in an upload."""
    if errors:
        found = f"{errors:,} problems keep it from being saved. Nothing was changed."
    else:
        found = "It can be saved. Nothing was changed yet."
    said = f"The {rows:,} rows for {name} are checked."
    return Letter("Your upload is checked", (said, _listed(files), found))


def upload_saved(name: str, files: Sequence[str], told: str) -> Letter:
    """Return the letter that says that an upload was saved."""
    said = f"The upload for {name} is published: {told}."
    return Letter("Your upload is published", (said, _listed(files)))


def upload_failed(name: str, files: Sequence[str], told: str) -> Letter:
    """Return the letter that says that an upload could not be worked on."""
    said = f"The upload for {name} was not saved. {told}"
    return Letter("Your upload was not saved", (said, _listed(files)))


def _listed(files: Sequence[str]) -> str:
    return f"Files: {', '.join(one_line(file) for file in files)}."


def webhook_paused(site: str, name: str, url: str, id: str, why: str) -> Letter:
    """Return the letter that says that a webhook gets no more deliveries."""
    return Letter(
        "Your webhook is paused",
        (
            f"The webhook {id} of {name} does not take what the registry sends: {url}",
            f"The last answer: {why}",
            f"Nothing is lost. Mend the receiver, and send POST {site}/webhooks/{id}/resume with "
            "an API key: then it is told of everything since.",
        ),
    )
