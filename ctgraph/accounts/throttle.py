"""Limits on what strangers try, counted in the ledger, so that they hold over all web workers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ctgraph.errors import TooManyAttempts
from ctgraph.ledger.database import Database
from ctgraph.ledger.tables import attempt
from ctgraph.ledger.values import now


@dataclass(frozen=True)
class Limit:
    """How often something may be tried.

    :param what: what is tried, as a message says it: "sign in".
    """

    what: str
    most: int
    minutes: int


SIGN_IN = Limit("sign in", 10, 15)
"""Wrong passwords for one account. Ten guesses in a quarter of an hour find no sound password."""
SIGN_IN_FROM = Limit("sign in", 50, 15)
"""Wrong passwords from one network, behind which a whole college may sit."""
BEGIN_FROM = Limit("begin to sign in", 100, 15)
"""Sign-ins by passkey or identity provider that one network begins, each of which is a row."""
SECOND_FACTOR = Limit("enter a code", 10, 60)
"""Wrong codes for one account. Whoever knows the password guesses right within a day by a chance of
one in a thousand: three codes of a million count at a time."""
SIGN_UP_FROM = Limit("sign up", 20, 60)
"""New accounts from one network."""
LETTER_TO = Limit("have mail sent to this address", 5, 60)
"""E-mails to one address that strangers may cause."""
WEEKLY_FROM = Limit("ask for weekly mails", 20, 60)
"""Wishes for weekly mails from one network, each of which is a mail."""
WEEKLY_TO = Limit("have links for weekly mails sent to this address", 5, 60)
"""Links to one address; a limit of its own, so that nobody's new password waits for them."""
INVITE = Limit("invite people", 30, 60)
"""Invitations of one person, each of which is a mail to a stranger."""
REPORT_FROM = Limit("report problems", 10, 60)
"""Reports of readers from one network, each of which is a mail."""
LOOK_UP = Limit("look this domain up", 10, 60)
"""Looks at the domain of one organization, each of which keeps a thread for seconds."""
CLAIM = Limit("claim an organization", 10, 60)
"""Claims of one person, each of which is a mail to the staff."""


def spend(database: Database, limit: Limit, subject: str) -> None:
    """Count one attempt.

    :param subject: the account or the network that the limit is for.
    :raises TooManyAttempts: when there were as many within the time as the limit allows.
    """
    key = f"{limit.what}:{limit.most}:{subject}"
    begin = datetime.now(UTC) - timedelta(minutes=limit.minutes)
    oldest = begin.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    with database.writing() as connection:
        connection.execute(attempt.delete().where(attempt.c.since < _a_day_ago()))
        row = connection.execute(
            sa.select(attempt.c.count.label("number"), attempt.c.since)
            .where(attempt.c.subject == key)
            .with_for_update()
        ).first()
        if row is None:
            connection.execute(attempt.insert().values(subject=key, count=1, since=now()))
            return
        if row.since < oldest:
            changed = {"count": 1, "since": now()}
        elif row.number < limit.most:
            changed = {"count": row.number + 1}
        else:
            raise TooManyAttempts(
                f"Too many attempts to {limit.what}. Try again in {limit.minutes} minutes."
            )
        connection.execute(attempt.update().where(attempt.c.subject == key).values(changed))


def forgive(connection: sa.Connection, limit: Limit, subject: str) -> None:
    """Forget the attempts of a subject, after one that succeeded."""
    key = f"{limit.what}:{limit.most}:{subject}"
    connection.execute(attempt.delete().where(attempt.c.subject == key))


def give_back(connection: sa.Connection, limit: Limit, subject: str) -> None:
    """Count one attempt less, after one that succeeded: those of others behind it stay."""
    key = f"{limit.what}:{limit.most}:{subject}"
    mine = attempt.c.subject == key, attempt.c.count > 0
    connection.execute(attempt.update().where(*mine).values(count=attempt.c.count - 1))


def _a_day_ago() -> str:
    return (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
