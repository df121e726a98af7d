"""The courier: delivers changes to webhooks, each in order, and again until they arrive.

Deliveries follow Standard Webhooks (standardwebhooks.com, 1.0): the headers `webhook-id`,
`webhook-timestamp` and `webhook-signature`. A delivery that is tried again has the same identifier
and content. Nothing is lost when the process is killed, but what was just sent may be sent again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import orjson

from ctgraph import __version__
from ctgraph.accounts import letters
from ctgraph.accounts.letters import post
from ctgraph.harvest.changes import items
from ctgraph.harvest.targets import send
from ctgraph.harvest.webhooks import SECRET_PREFIX
from ctgraph.ledger import Ledger
from ctgraph.ledger.feed import Happened
from ctgraph.ledger.people import in_hours
from ctgraph.ledger.values import now
from ctgraph.ledger.webhooks import Webhook, WebhookState
from ctgraph.projections.process import in_a_line
from ctgraph.settings import Settings

LOOK_SECONDS = 0.5
"""How often the courier looks for changes that nobody was told of."""
PAUSE_SECONDS = 2.0
"""How long the courier waits when it cannot work, such as while the database is away."""
MAX_DELIVERED_CHANGES = 200
"""Changes of one delivery: about 70 kB. Many receivers read 100 kB at most."""
MAX_LOOKED_CHANGES = 20_000
"""Changes among which those for one webhook are looked for at once."""
MAX_PASSED = 500
"""Webhooks that have nothing to be told, of which the courier knows that before it is written."""
NOTE_SECONDS = 30.0
"""How often that is written: who matches nothing costs no transaction for each change."""
ID_DIGITS = 8
"""Digits of the incarnation in the identifier of a delivery: a restored ledger reuses numbers."""
MAX_SENDERS = 16
"""Deliveries that are sent at once; each webhook has one."""
FIRST_PAUSE_SECONDS = 2.0
"""The pause after the first delivery that failed; it doubles each time."""
MAX_PAUSE_SECONDS = 3_600.0
"""The longest pause before a delivery is tried again."""
MAX_FAILURES = 20
"""Deliveries that may fail one after the other, over about ten hours: then the webhook pauses."""
GONE = 410
"""The status by which a receiver says that it wants nothing more."""
_log = logging.getLogger("ctgraph.harvest.courier")


def run(settings: Settings, ledger: Ledger) -> None:
    """Deliver changes as long as the process lives."""
    courier = Courier(settings, ledger)
    while True:
        try:
            if not courier.work():
                time.sleep(LOOK_SECONDS)
        except Exception as error:  # such as a database that is away; it will come back
            _log.warning("Webhooks cannot be served: %s", in_a_line(error))
            time.sleep(PAUSE_SECONDS)


class _Hold(NamedTuple):
    """Until when a webhook is left alone, on the monotonic clock, and how long that pause is."""

    until: float
    pause: float


class Courier:
    """Sends what webhooks have not been told of yet, to several of them at once."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings, self._ledger = settings, ledger
        self._senders = ThreadPoolExecutor(MAX_SENDERS, thread_name_prefix="courier")
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._held: dict[str, _Hold] = {}
        self._passed: dict[Webhook, int] = {}
        self._notes_at = time.monotonic() + NOTE_SECONDS

    def work(self) -> bool:
        """Begin the deliveries that are due; tell whether there was anything to do."""
        if not self._ledger.webhooks.wait():
            return False
        last, incarnation = self._ledger.feed.head()
        with self._lock:
            busy, room = set(self._busy), MAX_SENDERS - len(self._busy)
            busy |= {id for id, hold in self._held.items() if hold.until > time.monotonic()}
        told = {(one.id, one.run) for one, until in self._passed.items() if until >= last}
        behind = self._ledger.webhooks.behind(last, room, busy, told)
        for one in behind:
            changes, until = self._next(one, last)
            if changes:
                self._passed.pop(one, None)
                with self._lock:
                    self._busy.add(one.id)
                id = f"{one.id}.{incarnation[:ID_DIGITS]}.{one.run}.{until}"
                body = _body(self._settings, incarnation, one, until, changes)
                self._senders.submit(self._deliver, one, until, id, body)
            else:
                self._passed[one] = until
        if len(self._passed) > MAX_PASSED or time.monotonic() > self._notes_at:
            self._note_passed()
        return bool(behind)

    def finish(self) -> None:
        """Wait for the deliveries that were begun, and begin no more."""
        self._senders.shutdown()
        self._note_passed()

    def _next(self, one: Webhook, last: int) -> tuple[list[Happened], int]:
        """Return what a webhook is to be told of next, and up to which number that is all."""
        after = max(one.after, self._passed.get(one, 0))
        until = one.until or min(after + MAX_LOOKED_CHANGES, last)
        changes = self._ledger.feed.between(
            after, until, events=one.events, owner=one.owner, most=MAX_DELIVERED_CHANGES
        )
        is_full = len(changes) == MAX_DELIVERED_CHANGES
        return changes, changes[-1].seq if is_full else until

    def _note_passed(self) -> None:
        """Write how far webhooks are that had nothing to be told: not each time, but at times."""
        self._ledger.webhooks.skip(self._passed)
        self._passed = {}
        self._notes_at = time.monotonic() + NOTE_SECONDS

    def _hold(self, id: str) -> None:
        """Leave a webhook alone for a while, longer each time: its delivery cannot be noted."""
        with self._lock:
            pause = self._held[id].pause * 2 if id in self._held else PAUSE_SECONDS
            pause = min(pause, MAX_PAUSE_SECONDS)
            self._held[id] = _Hold(time.monotonic() + pause, pause)

    def _deliver(self, one: Webhook, until: int, id: str, body: bytes) -> None:
        try:
            headers = _signed(one, id, int(time.time()), body)
            failure, is_gone = _answered(self._settings, one.url, body, headers)
            if failure:
                self._failed(one, until, failure, is_gone)
            else:
                told = {"failures": 0, "told": "", "due_at": now(), "delivered_at": now()}
                self._ledger.webhooks.change(one, after=until, until=None, **told)
            with self._lock:
                self._held.pop(one.id, None)
        except Exception:  # it is delivered again when the database is back
            self._hold(one.id)
            _log.exception("A delivery could not be noted")
        finally:
            with self._lock:
                self._busy.discard(one.id)

    def _failed(self, one: Webhook, until: int, why: str, is_gone: bool) -> None:
        failures = one.failures + 1
        pause = min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(one.failures, 20))
        values = {"until": until, "failures": failures, "told": why}
        if not is_gone and failures < MAX_FAILURES:
            self._ledger.webhooks.change(one, **values, due_at=in_hours(pause / 3600))
            return
        members = self._ledger.applications.members(one.organization)
        name = self._ledger.organizations.get(one.organization).name
        letter = letters.webhook_paused(self._settings.base_url, name, one.url, one.id, why)
        with self._ledger.database.writing() as connection:
            paused = self._ledger.webhooks.change_within(
                connection, one, **values, state=WebhookState.PAUSED
            )
            for email in sorted({member.email for member in members}) if paused else ():
                post(self._ledger.outbox, connection, email, letter)


def tried(settings: Settings, one: Webhook) -> str:
    """Send a delivery of the type `test` at once; return why it failed, empty if it did not.

    It is signed as all are, and changes nothing about what the webhook was told.
    """
    moment = now()
    body = {"type": "test", "timestamp": moment, "registry": settings.base_url, "webhook": one.id}
    headers = _signed(one, f"{one.id}.test.{moment}", int(time.time()), orjson.dumps(body))
    return _answered(settings, one.url, orjson.dumps(body), headers)[0]


def _answered(
    settings: Settings, url: str, body: bytes, headers: list[tuple[str, str]]
) -> tuple[str, bool]:
    """Send a delivery; return why it failed, empty if it did not, and whether for good."""
    try:
        status = send(url, body, headers, settings.private_webhooks)
    except OSError as error:
        return str(error)[:500], False
    failure = "" if 200 <= status < 300 else f"The answer has the status {status}."
    return failure, status == GONE


def _body(
    settings: Settings, incarnation: str, one: Webhook, until: int, changes: list[Happened]
) -> bytes:
    """Return what a delivery says. It is the same each time that it is tried."""
    return orjson.dumps(
        {
            "type": "changes",
            "timestamp": changes[-1].created_at,
            "registry": settings.base_url,
            "incarnation": incarnation,
            "webhook": one.id,
            "after": one.after,
            "last": until,
            "changes": items(changes, settings.base_url),
        }
    )


def _signed(one: Webhook, id: str, timestamp: int, body: bytes) -> list[tuple[str, str]]:
    """Return the headers of a delivery."""
    key = base64.b64decode(one.secret.removeprefix(SECRET_PREFIX))
    content = b"%b.%d.%b" % (id.encode(), timestamp, body)
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return [
        ("Content-Type", "application/json"),
        ("User-Agent", f"ctgraph/{__version__}"),
        ("webhook-id", id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", f"v1,{signature}"),
    ]
