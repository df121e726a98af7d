"""The change feed: how soon it tells a change, and what those cost who stay connected."""

from __future__ import annotations

import json
import re
import socket
import statistics
import threading
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection

from benchmarks.account import Account
from benchmarks.running import Client, processor_seconds
from ctgraph.harvest.live import HEARTBEAT_SECONDS

PUBLISHES = 100
PAUSE_SECONDS = 0.05
"""Between two publishes."""
RECORDS = 10
FOLLOWERS = 500
IDLE_SECONDS = 2 * HEARTBEAT_SECONDS
LATE_SECONDS = 10
"""How long a change is waited for."""
_EVENT = re.compile(rb"^id: (\d+)", re.M)


def visible(port: int, account: Account) -> None:
    """Print how long after its publish a change is in `/changes`, and comes as an event.

    The time begins when the publisher has the answer. Events that come before it count as 0.
    """
    publisher, polled, pushed = Client(port), [], []
    with closing(_Events(port)) as events, closing(HTTPConnection("127.0.0.1", port)) as poller:
        last = _page(poller, "now")[0]
        for number in range(PUBLISHES):
            body = account.certificate(f"ce-00000000-0000-4000-8002-{number % RECORDS:012d}")
            publisher.request("POST", account.path, body, account.headers)
            published, last = time.perf_counter(), last + 1
            while not _page(poller, str(last - 1))[1]:
                if time.perf_counter() - published > LATE_SECONDS:
                    raise SystemExit(f"Change {last} is not in /changes.")
            polled.append(time.perf_counter() - published)
            pushed.append(max(0.0, events.came(last) - published))
            time.sleep(PAUSE_SECONDS)
    for name, took in (("in `/changes`", polled), ("as a server-sent event", pushed)):
        print(
            f"a change, {name}, after the answer to its publish: "
            f"p50 {statistics.median(took) * 1e3:.1f} ms, "
            f"p95 {statistics.quantiles(took, n=20)[-1] * 1e3:.1f} ms"
        )


def _page(client: HTTPConnection, after: str) -> tuple[int, int]:
    """Return the newest number of a page of changes, and how many it has."""
    client.request("GET", f"/changes?after={after}")
    page = json.loads(client.getresponse().read())
    return page["last"], len(page["changes"])


class _Events:
    """A client that stays connected, and notes when which change came."""

    def __init__(self, port: int) -> None:
        self._came: dict[int, float] = {}
        self._news = threading.Condition()
        self._socket = _following(port)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while data := self._socket.recv(1 << 16):
            now = time.perf_counter()
            with self._news:
                self._came |= {int(number): now for number in _EVENT.findall(data)}
                self._news.notify()

    def came(self, number: int) -> float:
        """Return when a change came; wait for it."""
        with self._news:
            if not self._news.wait_for(lambda: number in self._came, LATE_SECONDS):
                raise SystemExit(f"Change {number} did not come as an event.")
            return self._came[number]

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _following(port: int) -> socket.socket:
    """Return a connection that follows from now on, once it is greeted."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(
        b"GET /changes?after=now HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
    )
    greeting = b""
    while b"retry:" not in greeting:
        data = connection.recv(4096)
        greeting += data
        if not data or b" 200 " not in greeting:
            raise SystemExit(f"No events come: {greeting[:300]!r}")
    return connection


def idle_followers(port: int) -> None:
    """Print what followers cost while nothing happens, of all processes of a server."""
    before = _share()
    with ExitStack() as followers:
        for _ in range(FOLLOWERS):
            followers.enter_context(closing(_following(port)))
        share = _share()
    print(
        f"{FOLLOWERS} followers of server-sent events: {share:.3f} of a core while nothing "
        f"happens, all processes together; {before:.3f} without them"
    )


def _share() -> float:
    """Return the share of a core that all processes of the server use together."""
    time.sleep(2)
    used, began = processor_seconds(), time.monotonic()
    time.sleep(IDLE_SECONDS)
    return (processor_seconds() - used) / (time.monotonic() - began)
