"""Webhooks: the addresses to which changes are sent, and how far each has come."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from ctgraph.errors import NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, Prepared, Row, by_name
from ctgraph.ledger.tables import sequence
from ctgraph.ledger.values import now
from ctgraph.ledger.webhook_tables import webhook


class WebhookState(StrEnum):
    """Whether anything is sent to a webhook."""

    ACTIVE = "active"
    PAUSED = "paused"
    """Too many deliveries failed one after the other, or the registry was restored from a backup.
    Its organization resumes it."""


@dataclass(frozen=True)
class Webhook:
    """An address to which changes are sent.

    :param organization: whose key registered it.
    :param secret: what its deliveries are signed with.
    :param events: what is told of, of :data:`ctgraph.ledger.feed.EVENTS`.
    :param owner: whose records are told of; None for those of everybody.
    :param after: the number of the last change that was delivered, or was not to be.
    :param until: the end of a delivery that failed, and is sent again as it was; None without one.
    :param run: how often the webhook was sent back to an earlier number.
    :param failures: deliveries that failed since the last one that did not.
    :param told: why the last delivery failed; empty if it did not.
    """

    id: str
    organization: Ctid
    url: str
    secret: str
    events: tuple[str, ...]
    owner: Ctid | None
    state: WebhookState
    after: int
    until: int | None
    run: int
    failures: int
    told: str
    due_at: str
    created_at: str
    delivered_at: str | None


class Webhooks:
    """The webhooks of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database
        is_behind = webhook.c.after < sequence.c.last
        query = sa.select(webhook.c.id).join_from(webhook, sequence, is_behind)
        # Written out, so that the query has no parameters and finds the index.
        is_active = sa.text(f"webhook.state = '{WebhookState.ACTIVE}'")
        self._waits = Prepared(database, query.where(is_active))

    def add(
        self,
        connection: sa.Connection,
        organization: Ctid,
        url: str,
        secret: str,
        events: Collection[str],
        owner: Ctid | None,
        after: int,
    ) -> str:
        """Add a webhook and return its identifier; see :class:`Webhook`."""
        id = secrets.token_urlsafe(16)
        connection.execute(
            webhook.insert().values(
                id=id,
                organization=organization,
                url=url,
                secret=secret,
                events=" ".join(events),
                owner=owner,
                state=WebhookState.ACTIVE,
                after=after,
                run=0,
                failures=0,
                told="",
                due_at=now(),
                created_at=now(),
            )
        )
        return id

    def number(self, connection: sa.Connection, organization: Ctid) -> int:
        """Return how many webhooks an organization has."""
        query = sa.select(sa.func.count()).select_from(webhook)
        return int(connection.scalar(query.where(webhook.c.organization == organization)) or 0)

    def of(self, organization: Ctid) -> list[Webhook]:
        """Return the webhooks of an organization, the oldest first."""
        query = webhook.select().where(webhook.c.organization == organization)
        rows = self._database.rows(query.order_by(webhook.c.created_at, webhook.c.id))
        return list(map(_webhook, rows))

    def get(self, organization: Ctid, id: str) -> Webhook:
        """Return a webhook of an organization.

        :raises NotFound: when it has none of that identifier.
        """
        mine = webhook.c.organization == organization, webhook.c.id == id
        found = self._database.rows(webhook.select().where(*mine))
        if not found:
            raise NotFound(f"There is no webhook {id[:40]!r} here. GET /webhooks lists yours.")
        return _webhook(found[0])

    def wait(self) -> bool:
        """Tell at little cost whether a change waits for any webhook, due or not."""
        return self._waits.first() is not None

    def behind(
        self, last: int, most: int, but: Collection[str], told: Collection[tuple[str, int]]
    ) -> list[Webhook]:
        """Return active webhooks that a change waits for, those due longest first.

        :param last: the number of the newest change.
        :param but: the identifiers of those to leave out.
        :param told: the identifiers and runs of those that nothing waits for up to that number.
        """
        query = webhook.select().where(
            webhook.c.state == WebhookState.ACTIVE,
            webhook.c.after < last,
            webhook.c.due_at <= now(),
            webhook.c.id.not_in(but),
            sa.tuple_(webhook.c.id, webhook.c.run).not_in(told),
        )
        rows = self._database.rows(query.order_by(webhook.c.due_at, webhook.c.id).limit(most))
        return list(map(_webhook, rows))

    def change(self, one: Webhook, **values: object) -> bool:
        """Change a webhook; tell whether nobody deleted it or changed its course meanwhile."""
        with self._database.writing() as connection:
            return self.change_within(connection, one, **values)

    def change_within(self, connection: sa.Connection, one: Webhook, **values: object) -> bool:
        """Change a webhook as :meth:`change` does, in a transaction."""
        same = (
            webhook.c.id == one.id,
            webhook.c.after == one.after,
            webhook.c.run == one.run,
            webhook.c.state == one.state,
            webhook.c.due_at == one.due_at,
        )
        return bool(connection.execute(webhook.update().where(*same).values(**values)).rowcount)

    def redirect(self, id: str, **values: object) -> None:
        """Change a webhook, whatever is being delivered: that is not noted any more."""
        with self._database.writing() as connection:
            connection.execute(webhook.update().where(webhook.c.id == id).values(**values))

    def skip(self, passed: Mapping[Webhook, int]) -> None:
        """Note in one transaction that some webhooks have nothing to be told up to a number."""
        if passed:
            with self._database.writing() as connection:
                for one, until in passed.items():
                    # Those that wait longer than this one come first from now on.
                    self.change_within(connection, one, after=until, due_at=now())

    def remove(self, one: Webhook) -> None:
        """Delete a webhook."""
        with self._database.writing() as connection:
            connection.execute(webhook.delete().where(webhook.c.id == one.id))


def pause_all(connection: sa.Connection, why: str) -> None:
    """Pause all webhooks, for a reason that their organizations are told."""
    connection.execute(webhook.update().values(state=WebhookState.PAUSED, told=why))


def _webhook(row: Row) -> Webhook:
    values = by_name(row, webhook.c)
    parsed = {
        "events": tuple(values["events"].split()),
        "state": WebhookState(values["state"]),
    }
    return Webhook(**values | parsed)
