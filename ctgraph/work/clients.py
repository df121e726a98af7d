"""Clients by their addresses, and the use of each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from ctgraph.errors import CtgraphError

HALF_LIFE_SECONDS = 60.0
"""The time after which half of a client's use is forgotten: a busy minute is no lasting debt."""
MAX_CLIENTS = 10_000
"""Clients whose use is remembered, about 1 MB. The half that has used the least is forgotten
first."""
Clock = Callable[[], float]


@lru_cache(maxsize=1000)
def client_of(address: str) -> str:
    """Return the client that an address belongs to.

    A site has at least a /64 of IPv6 addresses (RFC 6177), which count as one client.
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
    """The worker time that each client has used lately. Half of it is forgotten in a minute."""

    def __init__(self) -> None:
        self._used: dict[str, tuple[float, float]] = {}

    def of(self, client: str, now: float) -> float:
        """Return the seconds that a client has used."""
        seconds, since = self._used.get(client, (0.0, now))
        return float(seconds * 0.5 ** ((now - since) / HALF_LIFE_SECONDS))

    def add(self, client: str, seconds: float, now: float) -> None:
        """Charge a client for some seconds."""
        self._used[client] = self.of(client, now) + seconds, now
        if len(self._used) > MAX_CLIENTS:
            most = sorted(self._used, key=lambda one: self.of(one, now))
            self._used = {one: self._used[one] for one in most[MAX_CLIENTS // 2 :]}


class Allowance:
    """A number of uses that each client has within some seconds.

    :param most: how many uses a client has.
    :param seconds: after how long a use no longer counts.
    :param refuse: returns the error for a client that has no use left.
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
        """Count one use of a client.

        :raises CtgraphError: when it has none left.
        """
        with self._lock:
            now = self._clock()
            self._used = [(at, who) for at, who in self._used if now - at < self._seconds]
            if sum(who == client for _, who in self._used) >= self._most:
                raise self._refuse()
            self._used.append((now, client))
