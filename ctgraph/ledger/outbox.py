"""The outbox: e-mails that wait to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.tables import message, person
from ctgraph.ledger.values import MOMENT, now

DAILY_HOUR = 6
"""The hour (UTC) of the daily mails: morning in Europe, and before work in America."""


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
_SENT = {"words": "", "page": ""}
"""What is left of the words of an e-mail that was sent: they may hold a link."""


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
        *,
        is_news: bool = False,
    ) -> None:
        """Write an e-mail in the transaction that it tells of; see :class:`Message`.

        :param is_news: whether it waits for the daily mail of a recipient who chose to have one.
        """
        chosen = sa.select(person.c.is_daily).where(person.c.email == recipient)
        is_daily = is_news and bool(connection.scalar(chosen))
        connection.execute(
            message.insert().values(
                recipient=recipient,
                subject=subject,
                words=words,
                page=page,
                ending=ending,
                created_at=now(),
                due_at=_next_daily() if is_daily else now(),
                tries=0,
                is_daily=is_daily,
            )
        )

    def due(self, most: int) -> list[Message]:
        """Return e-mails that are to be sent now, the oldest first."""
        query = sa.select(*_MESSAGE).where(*_due(is_daily=False)).order_by(message.c.id).limit(most)
        return [Message(**by_name(row, _MESSAGE)) for row in self._database.rows(query)]

    def with_daily(self, most: int) -> list[str]:
        """Return addresses whose daily mail is due."""
        query = sa.select(message.c.recipient).where(*_due(is_daily=True)).distinct().limit(most)
        return [row.recipient for row in self._database.rows(query)]

    def take_daily(self, connection: sa.Connection, recipient: str, most: int) -> Sequence[Message]:
        """Take the e-mails that become the daily one of an address; it is written in their place.

        Two that take at the same time do not take the same ones.
        """
        query = (
            sa.select(*_MESSAGE)
            .where(*_due(is_daily=True), message.c.recipient == recipient)
            .order_by(message.c.id)
            .limit(most)
            .with_for_update()
        )
        found = [Message(**by_name(row, _MESSAGE)) for row in connection.execute(query)]
        taken = message.c.id.in_([one.id for one in found])
        connection.execute(message.update().where(taken).values(sent_at=now(), **_SENT))
        return found

    def readdress(self, connection: sa.Connection, old: str, new: str) -> None:
        """Let what waits for the daily mail of an address wait for that of another one."""
        waiting = message.c.is_daily, message.c.sent_at.is_(None), message.c.recipient == old
        connection.execute(message.update().where(*waiting).values(recipient=new))

    def note_sent(self, id: int) -> None:
        """Note that an e-mail was sent, and forget its words."""
        with self._database.writing() as connection:
            connection.execute(
                message.update().where(message.c.id == id).values(sent_at=now(), **_SENT)
            )

    def put_off(self, id: int, until: str) -> None:
        """Note that an e-mail could not be sent, and when to try again."""
        with self._database.writing() as connection:
            connection.execute(
                message.update()
                .where(message.c.id == id)
                .values(tries=message.c.tries + 1, due_at=until)
            )


def _due(*, is_daily: bool) -> tuple[sa.ColumnElement[bool], ...]:
    return message.c.sent_at.is_(None), message.c.due_at <= now(), message.c.is_daily == is_daily


def _next_daily() -> str:
    """Return when the next daily mails are written."""
    moment = datetime.now(UTC)
    today = moment.replace(hour=DAILY_HOUR, minute=0, second=0, microsecond=0)
    return (today if today > moment else today + timedelta(days=1)).strftime(MOMENT)
