"""The change feed as server-sent events (WHATWG HTML, section 9.2), for those who stay connected.

All followers of a process share one look at the ledger, and the events that are written of it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator

import orjson
from cachetools import LRUCache
from sqlalchemy.exc import SQLAlchemyError

from ctgraph.errors import TooManyFollowers
from ctgraph.harvest.changes import items
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger

MEDIA_TYPE = "text/event-stream"
STANDING = "registry"
"""The type of the first event; those of changes have none, so they are messages."""
MAX_FOLLOWERS = 2_000
"""Followers of one web worker: each keeps a connection, of ten thousand."""
MAX_CLIENT_FOLLOWERS = 600
"""Followers of one client (an IPv4 address, or a /64 of IPv6) with one web worker: a reading room
or a campus has one address."""
MAX_WAITING_FOLLOWERS = 32
"""Followers of a web worker of another class than our own, where each takes a thread."""
LOOK_SECONDS = 0.02
"""How often the ledger is looked at while somebody follows."""
HEARTBEAT_SECONDS = 15.0
"""After how long without a change a comment is sent, so that nobody between closes the line."""
RETRY_MILLISECONDS = 2_000
"""After how long a client connects again whose connection ended."""
BATCH_CHANGES = 200
"""Changes that are sent to a follower at once. It gets the next ones when it has read them."""
MAX_KEPT_BATCHES = 32
"""Batches that are kept in memory: followers who are equally far share them."""
_HEARTBEAT = b":\n\n"
_log = logging.getLogger("ctgraph.harvest.live")


class Live:
    """The events of a registry, for all followers in one process."""

    def __init__(self, ledger: Ledger, identity: Identity) -> None:
        self._ledger, self._base = ledger, identity.base
        self._lock = threading.RLock()
        self._batches: LRUCache[tuple[int, int], bytes] = LRUCache(MAX_KEPT_BATCHES)
        self._newest, self._incarnation = 0, ""
        self._next_look = 0.0
        self._clients = Counter[str]()

    def follow(self, client: str, after: int, most: int = MAX_FOLLOWERS) -> Follower:
        """Let a client follow the changes after a number. It is one too many until it leaves.

        :param most: how many may follow in all.
        :raises TooManyFollowers: when too many do already.
        """
        with self._lock:
            if self._clients.total() >= most:
                raise TooManyFollowers(f"More than {most:,} clients follow already.")
            if self._clients[client] >= MAX_CLIENT_FOLLOWERS:
                raise TooManyFollowers(
                    f"More than {MAX_CLIENT_FOLLOWERS} followers come from your network."
                )
            self._clients[client] += 1
        return Follower(self, client, after)

    def leave(self, client: str) -> None:
        """Note that a follower of a client has left."""
        with self._lock:
            self._clients[client] -= 1
            self._clients += Counter()  # forget clients without followers

    def beat(self) -> object:
        """Return a value that changes with each change, and every second for the heartbeats."""
        return self.newest(), int(time.monotonic())

    def newest(self) -> int:
        """Return the number of the newest change, as it was a moment ago."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            try:
                last, self._incarnation = self._ledger.feed.head()
                self._newest = max(self._newest, last)
            except SQLAlchemyError as error:  # the database is away; it will come back
                _log.info("The followers cannot be told of changes: %s", type(error).__name__)
        return self._newest

    def batch(self, after: int) -> tuple[bytes, int]:
        """Return the events of the next changes after a number, and the number of the last one."""
        until = min(after + BATCH_CHANGES, self._newest)
        with self._lock:
            found = self._batches.get((after, until))
            if found is None:
                found = self._batches[after, until] = self._written(after, until)
        return found, until

    def _written(self, after: int, until: int) -> bytes:
        of = {"incarnation": self._incarnation}
        changes = items(self._ledger.feed.between(after, until), self._base)
        return b"".join(
            b"id: %d\ndata: %b\n\n" % (one["seq"], orjson.dumps(one | of)) for one in changes
        )

    def standing(self) -> bytes:
        """Return the event that tells which ledger is followed, and its newest change.

        Numbers of another incarnation mean other changes, so the client harvests anew.
        """
        last, incarnation = self._ledger.feed.head()
        facts = {"registry": self._base, "incarnation": incarnation, "last": last}
        return b"event: %b\ndata: %b\n\n" % (STANDING.encode(), orjson.dumps(facts))


class Follower:
    """A client that follows the changes: how far it has come."""

    def __init__(self, live: Live, client: str, after: int) -> None:
        self.pulse, self._client, self._after = live, client, after
        self._beats_at = time.monotonic() + HEARTBEAT_SECONDS
        self._has_left = False

    def greeting(self, tells_number: bool) -> bytes:
        """Return what is sent at once, so that the client knows that it is heard.

        :param tells_number: whether the client has to be told the number that it follows after, so
            that it can name it when it connects again before anything happened.
        """
        number = b"id: %d\n" % self._after if tells_number else b""
        return b"retry: %d\n%b\n" % (RETRY_MILLISECONDS, number)

    def more(self) -> bytes:
        """Return what is to be sent now: events, a heartbeat, or nothing."""
        if self.pulse.newest() > self._after:
            try:
                events, self._after = self.pulse.batch(self._after)
            except SQLAlchemyError:  # it is told when the database is back
                return b""
            self._beats_at = time.monotonic() + HEARTBEAT_SECONDS
            return events
        if time.monotonic() < self._beats_at:
            return b""
        self._beats_at = time.monotonic() + HEARTBEAT_SECONDS
        return _HEARTBEAT

    def close(self) -> None:
        """Note that the client has left; again without effect."""
        if not self._has_left:
            self._has_left = True
            self.pulse.leave(self._client)

    def stream(self) -> Iterator[bytes]:
        """Yield everything that is to be sent, in a thread that waits, until the client leaves."""
        while not self._has_left:
            if said := self.more():
                yield said
            else:
                time.sleep(LOOK_SECONDS)
