"""The outbox: e-mails that wait to be sent."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.tables import message
from ctgraph.ledger.values import now


@dataclass(frozen=True)
class Message:
    """An e-mail that waits to be sent.

    :param words: its text.
    :param page: the same in HTML.
    :param tries: how often sending it failed.
    :param ending: the address by which its recipient ends mails of its kind; empty for none.
    """

    id: int
    recipient: str
    subject: str
    words: str
    page: str
    created_at: str
    tries: int
    ending: str


_MESSAGE = (
    message.c.id,
    message.c.recipient,
    message.c.subject,
    message.c.words,
    message.c.page,
    message.c.created_at,
    message.c.tries,
    message.c.ending,
)


class Outbox:
    """The e-mails of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        connection: sa.Connection,
        recipient: str,
        subject: str,
        words: str,
        page: str,
        ending: str = "",
    ) -> None:
        """Write an e-mail in the transaction that it tells of; see :class:`Message`."""
        connection.execute(
            message.insert().values(
                recipient=recipient,
                subject=subject,
                words=words,
                page=page,
                ending=ending,
                created_at=now(),
                due_at=now(),
                tries=0,
            )
        )

    def due(self, most: int) -> list[Message]:
        """Return e-mails that are to be sent now, the oldest first."""
        query = (
            sa.select(*_MESSAGE)
            .where(message.c.sent_at.is_(None), message.c.due_at <= now())
            .order_by(message.c.id)
            .limit(most)
        )
        return [Message(**by_name(row, _MESSAGE)) for row in self._database.rows(query)]

    def note_sent(self, id: int) -> None:
        """Note that an e-mail was sent; forget its words, which may hold a link."""
        with self._database.writing() as connection:
            connection.execute(
                message.update().where(message.c.id == id).values(sent_at=now(), words="", page="")
            )

    def put_off(self, id: int, until: str) -> None:
        """Note that an e-mail could not be sent, and when to try again."""
        with self._database.writing() as connection:
            connection.execute(
                message.update()
                .where(message.c.id == id)
                .values(tries=message.c.tries + 1, due_at=until)
            )
