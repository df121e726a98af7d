"""The webhooks of an organization: registered, paused, sent back to an earlier change, deleted."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ctgraph.errors import BadParameter, Conflict, NotFound
from ctgraph.harvest.targets import target_of
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.feed import EVENTS
from ctgraph.ledger.values import Organization, now
from ctgraph.ledger.webhooks import Webhook, WebhookState
from ctgraph.problem import Problem
from ctgraph.settings import Settings

MAX_WEBHOOKS = 20
"""Webhooks of one organization: each is asked for every change."""
SECRET_BYTES = 32
"""Random bytes of a secret. Standard Webhooks asks for 24 to 64."""
SECRET_PREFIX = "whsec_"
"""What a secret begins with (Standard Webhooks, "Symmetric signatures")."""
_MEMBERS = ("url", "events", "owner", "after")


@dataclass(frozen=True)
class Hooking:
    """The use cases of webhooks for one organization."""

    settings: Settings
    ledger: Ledger
    organization: Organization

    def register(self, wanted: object) -> Webhook:
        """Register a webhook. Its secret is shown this once.

        :param wanted: the address as `url`; what is told of as `events`, whose records as `owner`,
            and after which number as `after`: without these, all that happens from now on.
        :raises BadParameter: when one of them cannot be taken, with its place.
        :raises Conflict: when the organization has too many webhooks.
        """
        members = _members(wanted, _MEMBERS)
        url = target_of(members.get("url"), self.settings.private_webhooks)
        events, owner = _events(members.get("events")), self._owner(members.get("owner"))
        newest = self.ledger.changes.last_sequence()
        after = newest if members.get("after") is None else _number(members["after"], newest)
        secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        mine = self.organization.ctid
        with self.ledger.database.writing() as connection:
            if self.ledger.webhooks.number(connection, mine) >= MAX_WEBHOOKS:
                raise Conflict(
                    f"{self.organization.name} has {MAX_WEBHOOKS} webhooks already. Delete one."
                )
            id = self.ledger.webhooks.add(connection, mine, url, secret, events, owner, after)
        return self.ledger.webhooks.get(mine, id)

    def replay(self, id: str, wanted: object) -> Webhook:
        """Send a webhook back, or forth, to the changes after the number `after`.

        One that is paused goes on.

        :raises NotFound: when the organization has no such webhook.
        :raises BadParameter: when the number cannot be taken.
        """
        newest = self.ledger.changes.last_sequence()
        after = _number(_members(wanted, ("after",)).get("after"), newest)
        one = self.ledger.webhooks.get(self.organization.ctid, id)
        return self._going_on(one, after=after, until=None, run=one.run + 1)

    def pause(self, id: str) -> None:
        """Send nothing more to a webhook until it is resumed.

        :raises NotFound: when the organization has no such webhook.
        """
        one = self.ledger.webhooks.get(self.organization.ctid, id)
        self.ledger.webhooks.redirect(one.id, state=WebhookState.PAUSED)

    def resume(self, id: str) -> Webhook:
        """Let a webhook that is paused go on where it stopped.

        :raises NotFound: when the organization has no such webhook.
        """
        return self._going_on(self.ledger.webhooks.get(self.organization.ctid, id))

    def delete(self, id: str) -> None:
        """Delete a webhook.

        :raises NotFound: when the organization has no such webhook.
        """
        self.ledger.webhooks.remove(self.ledger.webhooks.get(self.organization.ctid, id))

    def _going_on(self, one: Webhook, **values: object) -> Webhook:
        again = {"state": WebhookState.ACTIVE, "failures": 0, "told": "", "due_at": now()}
        self.ledger.webhooks.redirect(one.id, **again, **values)
        return self.ledger.webhooks.get(self.organization.ctid, one.id)

    def _owner(self, given: object) -> Ctid | None:
        if given is None:
            return None
        try:
            return self.ledger.organizations.get(ctid.canonical(str(given))).ctid
        except NotFound as error:
            raise _refused("owner", f"{error.message} Send the CTID of an organization.") from None


def webhook_json(one: Webhook, *, with_secret: bool = False) -> dict[str, Any]:
    """Return a webhook as JSON. Only the answer to its registration has the secret."""
    return {
        "id": one.id,
        "url": one.url,
        "events": one.events,
        "owner": one.owner,
        "after": one.after,
        "state": one.state,
        "failures": one.failures,
        "lastError": one.told or None,
        "createdAt": one.created_at,
        "deliveredAt": one.delivered_at,
        **({"secret": one.secret} if with_secret else {}),
    }


def _members(given: object, known: Collection[str]) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise BadParameter(f"The body is no JSON object. Send one with {', '.join(known)}.")
    for name in given:
        if name not in known:
            raise _refused(name, f"There is no member {name[:40]!r}. Use {', '.join(known)}.")
    return given


def _events(given: object) -> tuple[str, ...]:
    if given is None:
        return EVENTS
    if isinstance(given, list) and given and all(one in EVENTS for one in given):
        return tuple(event for event in EVENTS if event in given)
    wrong = [one for one in given if one not in EVENTS] if isinstance(given, list) else []
    told = f"There is no event {str(wrong[0])[:40]!r}. " if wrong else ""
    raise _refused(
        "events",
        f"{told}Send a list of some of {', '.join(EVENTS)}, or leave the member events out.",
    )


def _number(given: object, newest: int) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= newest:
        return given
    raise _refused("after", f"The member after is no sequence number from 0 to {newest}.")


def _refused(name: str, message: str) -> BadParameter:
    return BadParameter(message, [Problem(message, pointer=f"/{name}")])
