"""The searches whose new results go out by weekly mail."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.tables import weekly
from ctgraph.ledger.values import now


@dataclass(frozen=True)
class WeeklyMail:
    """A search of which somebody wants to hear each week.

    :param token: names it, and ends it: only its mails hold it.
    :param search: the query of the address of the search.
    :param since: the first day whose new records no mail has told of, `2026-01-31`.
    :param language: the code of the language in which it was asked for.
    """

    token: str
    email: str
    search: str
    since: str
    language: str


_WEEKLY = (weekly.c.token, weekly.c.email, weekly.c.search, weekly.c.since, weekly.c.language)


class WeeklyMails:
    """The weekly mails of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        connection: sa.Connection,
        *,
        email: str,
        search: str,
        language: str,
        since: str,
        due_at: str,
    ) -> None:
        """Add a weekly mail; one for the same address and search goes on in this language."""
        same = weekly.c.email == email, weekly.c.search == search
        if connection.execute(weekly.update().where(*same).values(language=language)).rowcount:
            return
        connection.execute(
            weekly.insert().values(
                token=secrets.token_urlsafe(32),
                email=email,
                search=search,
                language=language,
                since=since,
                due_at=due_at,
            )
        )

    def find(self, token: str) -> WeeklyMail | None:
        """Return the weekly mail that a token names; None when it was ended."""
        query = sa.select(*_WEEKLY).where(weekly.c.token == token)
        found = self._database.rows(query)
        return WeeklyMail(**by_name(found[0], _WEEKLY)) if found else None

    def number(self, connection: sa.Connection, email: str) -> int:
        """Return how many weekly mails an address gets."""
        query = sa.select(sa.func.count()).select_from(weekly).where(weekly.c.email == email)
        return int(connection.scalar(query) or 0)

    def due(self, most: int) -> list[WeeklyMail]:
        """Return weekly mails that are to be written now, those that wait longest first."""
        query = (
            sa.select(*_WEEKLY)
            .where(weekly.c.due_at <= now())
            .order_by(weekly.c.due_at, weekly.c.token)
            .limit(most)
        )
        return [WeeklyMail(**by_name(row, _WEEKLY)) for row in self._database.rows(query)]

    def look_again(self, connection: sa.Connection, token: str, since: str, due_at: str) -> bool:
        """Note when to look again, and from which day on; tell whether it was not ended since."""
        changed = weekly.update().where(weekly.c.token == token)
        return bool(connection.execute(changed.values(since=since, due_at=due_at)).rowcount)

    def end(self, connection: sa.Connection, token: str) -> None:
        """End a weekly mail. One that was ended before stays ended."""
        connection.execute(weekly.delete().where(weekly.c.token == token))
