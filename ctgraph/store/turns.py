"""Whose query runs next: a bounded queue that is fair between clients."""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable

from ctgraph.errors import ClientGone, QueryLimit, TooManyQueries

# How often somebody who waits looks whether its client still does, in seconds.
LOOK = 0.25
NEWCOMERS = 4


class Turns:
    """Gives places to clients: the next free one to whoever had one longest ago.

    A client that asks for much waits behind itself, and holds up nobody else.

    :param places: how many queries may run at once.
    :param per_client: how many of them may be one client's.
    :param waiting: how many queries of one client may wait; twice as many of all clients.
    """

    def __init__(self, places: int, per_client: int, waiting: int) -> None:
        self._free = places
        self._per_client = per_client
        self._most_waiting = waiting
        self._lock = threading.Lock()
        self._running: Counter[str] = Counter()
        # Clients in the order of their turns, each with those of its queries that wait.
        self._queues: OrderedDict[str, deque[threading.Lock]] = OrderedDict()

    def take(self, client: str, seconds: float, gone: Callable[[], bool]) -> None:
        """Wait for a place; :meth:`give_back` it in any case.

        :param seconds: how long to wait.
        :param gone: tells whether the client has given up.
        :raises TooManyQueries: when too many queries of this client wait already.
        :raises QueryLimit: when too many queries of all clients wait, or no place becomes free.
        :raises ClientGone: when the client has given up.
        """
        with self._lock:
            if self._free and not self._queues and self._running[client] < self._per_client:
                self._free -= 1
                self._running[client] += 1
                return
            turn = threading.Lock()  # it wakes whoever waits sooner than an event does
            turn.acquire()
            self._join(client, turn)
            self._hand_out()
        try:
            self._wait(client, turn, seconds, gone)
        except BaseException:
            # The turn may have come since: then it is given back.
            if not self._leave(client, turn):
                self.give_back(client)
            raise

    def _wait(
        self, client: str, turn: threading.Lock, seconds: float, gone: Callable[[], bool]
    ) -> None:
        deadline = time.monotonic() + seconds
        while not turn.acquire(timeout=min(LOOK, max(0.0, deadline - time.monotonic()))):
            if time.monotonic() >= deadline:
                raise QueryLimit(f"All query workers were busy for {seconds:g} seconds.")
            if gone():
                raise ClientGone("The client went away while its query waited.")

    def give_back(self, client: str) -> None:
        """Give a place back."""
        with self._lock:
            self._free += 1
            self._running[client] -= 1
            if not self._running[client]:
                del self._running[client]
            if client in self._queues:  # it had a place just now: behind those who had none
                self._queues.move_to_end(client)
            self._hand_out()

    def _join(self, client: str, turn: threading.Lock) -> None:
        waiting = sum(map(len, self._queues.values()))
        if len(self._queues.get(client, ())) >= self._most_waiting:
            raise TooManyQueries(
                f"{self._most_waiting} of your queries are waiting already; send the next one "
                "when the first is answered."
            )
        # A few more may wait whose clients have nothing waiting yet.
        more = 0 if client in self._queues else NEWCOMERS
        if waiting >= 2 * self._most_waiting + more:
            raise QueryLimit("Too many queries are waiting; try again in a moment.")
        self._queues.setdefault(client, deque()).append(turn)

    def _leave(self, client: str, turn: threading.Lock) -> bool:
        """Stop waiting; False when the turn has just come."""
        with self._lock:
            if not turn.locked():
                return False
            self._queues[client].remove(turn)
            if not self._queues[client]:
                del self._queues[client]
            return True

    def _hand_out(self) -> None:
        """Give the free places to those whose turn it is."""
        for client in list(self._queues):
            if not self._free:
                return
            if self._running[client] >= self._per_client:
                continue
            self._queues[client].popleft().release()
            self._free -= 1
            self._running[client] += 1
            if self._queues[client]:
                self._queues.move_to_end(client)
            else:
                del self._queues[client]
