"""Who the clients are, and what each has had lately."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from ctgraph.errors import CtgraphError

HALF_LIFE = 60.0
MOST_CLIENTS = 10_000
Clock = Callable[[], float]


@lru_cache(maxsize=1000)
def client_of(address: str) -> str:
    """Return whose turns the requests from an address take.

    Whoever has one address of IPv6 has a whole /64 of them (RFC 6177), and they count as one.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found)


class Costs:
    """How much of the workers' time each client has used lately; half is forgotten in a minute."""

    def __init__(self) -> None:
        self._used: dict[str, tuple[float, float]] = {}

    def of(self, client: str, now: float) -> float:
        """Return the seconds that a client has used."""
        seconds, since = self._used.get(client, (0.0, now))
        return float(seconds * 0.5 ** ((now - since) / HALF_LIFE))

    def add(self, client: str, seconds: float, now: float) -> None:
        """Charge a client for some seconds."""
        self._used[client] = self.of(client, now) + seconds, now
        if len(self._used) > MOST_CLIENTS:
            most = sorted(self._used, key=lambda one: self.of(one, now))
            self._used = {one: self._used[one] for one in most[MOST_CLIENTS // 2 :]}


class Allowance:
    """How often each client may have something done: a few times in a while.

    :param seconds: how long a time counts.
    :param refuse: makes what is raised when a client has used up its times.
    """

    def __init__(
        self,
        most: int,
        seconds: float,
        refuse: Callable[[], CtgraphError],
        clock: Clock = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._refuse = refuse
        self._clock = clock
        self._lock = threading.Lock()
        self._used: list[tuple[float, str]] = []

    def use(self, client: str) -> None:
        """Note that a client has something done.

        :raises CtgraphError: when it has had that too often.
        """
        with self._lock:
            now = self._clock()
            self._used = [(at, who) for at, who in self._used if now - at < self._seconds]
            if sum(who == client for _, who in self._used) >= self._most:
                raise self._refuse()
            self._used.append((now, client))
