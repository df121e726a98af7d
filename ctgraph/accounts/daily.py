"""The daily mail: the news of somebody who chose to get them together, once a day.

It takes the place of its parts in the outbox in one transaction, and is sent like any other e-mail:
so each part comes once, however often the postman is killed or the mail server is away.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import escape

from ctgraph.accounts.letters import PAGE, PAGE_END
from ctgraph.ledger import Ledger
from ctgraph.ledger.outbox import Message

MAX_PARTS = 200
"""Parts of a daily mail: mail servers refuse long ones. What is left comes in another one."""
BATCH_MAILS = 20
"""Daily mails that are written before waiting mail is sent."""
_CHOICE = "You chose one mail a day. Here you can choose to get each at once:"


def write_due(site: str, ledger: Ledger) -> None:
    """Write the daily mails that are due into the outbox.

    :param site: the address of the site, without a slash at the end.
    """
    for recipient in ledger.outbox.with_daily(BATCH_MAILS):
        with ledger.database.writing() as connection:
            if parts := ledger.outbox.take_daily(connection, recipient, MAX_PARTS):
                subject = f"Your daily mail: {len(parts)} new"
                choice = f"{site}/account/security"
                words, page = _words(parts, choice), _page(parts, choice)
                ledger.outbox.add(connection, recipient, subject, words, page)


def _words(parts: Sequence[Message], choice: str) -> str:
    told = (f"{_title(one)}\n\n{one.words.strip()}" for one in parts)
    return "\n\n----\n\n".join((*told, f"{_CHOICE} {choice}")) + "\n"


def _page(parts: Sequence[Message], choice: str) -> str:
    told = "".join(
        f"<h2>{escape(_title(one))}</h2>{one.page.removeprefix(PAGE).removesuffix(PAGE_END)}"
        for one in parts
    )
    return f'{PAGE}{told}<hr><p>{_CHOICE} <a href="{choice}">{choice}</a></p>{PAGE_END}'


def _title(one: Message) -> str:
    return " ".join(one.subject.split())
