"""The e-mails of accounts: plain text and HTML of the same words."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from markupsafe import escape

from ctgraph.ledger.outbox import Outbox


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
