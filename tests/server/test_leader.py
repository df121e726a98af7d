"""The thread that leads keeps the connections whose requests came while it was busy."""

from __future__ import annotations

import socket
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from ctgraph.server import leader
from ctgraph.server.leader import LINGER_SECONDS, Leader
from ctgraph.server.phases import Next

OTHERS = 12


def test_a_request_that_came_while_the_leader_was_busy_stays_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leader, "MAX_LINGER_SECONDS", 60)  # however busy the machine is
    pairs = [socket.socketpair() for _ in range(OTHERS + 1)]
    for theirs, _ in pairs:
        theirs.send(b"?")
    connections: list[Any] = [SimpleNamespace(sock=ours) for _, ours in pairs]
    first, *others = connections
    ended: list[tuple[Any, Next]] = []

    def serve(conn: Any) -> tuple[bool, Next]:
        if conn is first:
            for other in others:
                leading.keep(other)
        time.sleep(2 * LINGER_SECONDS / OTHERS)
        return False, Next.CLOSE

    leading = Leader(
        serve,
        lambda conn, then: ended.append((conn, then)),
        lambda lead: threading.Thread(target=lead).start(),
        lambda: True,
    )
    leading.keep(first)
    deadline = time.monotonic() + 20
    while len(ended) < len(connections) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [then for _, then in ended] == [Next.CLOSE] * len(connections), "one was handed back"
    for pair in pairs:
        for end in pair:
            end.close()
