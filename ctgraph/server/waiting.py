"""The connections that wait for their clients, and the ones to close when they are too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ctgraph.server.connection import Connection


class Waiting:
    """Connections by the network at their other end, the one first that has waited longest.

    It also knows the bytes that connections hold, whether they wait or are being answered.
    """

    def __init__(self) -> None:
        self.held_bytes = 0
        self._by_network: dict[str, dict[Connection, None]] = {}
        self._held: dict[Connection, int] = {}

    def __iter__(self) -> Iterator[Connection]:
        for some in list(self._by_network.values()):
            yield from list(some)

    def __contains__(self, conn: Connection) -> bool:
        return conn in self._by_network.get(conn.network, ())

    def add(self, conn: Connection) -> None:
        """Add a connection, or let one that was there wait anew."""
        self.remove(conn)
        self._by_network.setdefault(conn.network, {})[conn] = None

    def remove(self, conn: Connection) -> None:
        """Remove a connection, if it is there."""
        some = self._by_network.get(conn.network, {})
        some.pop(conn, None)
        if not some:
            self._by_network.pop(conn.network, None)

    def weigh(self, conn: Connection, held: int) -> None:
        """Note how many bytes a connection holds now."""
        self.held_bytes += held - self._held.pop(conn, 0)
        if held:
            self._held[conn] = held

    def surplus(self, conn: Connection, most: int) -> list[Connection]:
        """Return the oldest connection of the same network, if there are more than `most`."""
        some = self._by_network.get(conn.network, {})
        return [next(iter(some))] if len(some) > most else []

    def most_numerous(self) -> list[Connection]:
        """Return the connections of the network that has the most, the oldest first."""
        return list(max(self._by_network.values(), key=len, default=()))

    def heaviest(self) -> list[Connection]:
        """Return the connections with bytes of the network that holds most, the oldest first."""
        weights = Counter[str]()
        for conn, held in self._held.items():
            if conn in self:
                weights[conn.network] += held
        for network, _ in weights.most_common(1):
            return [conn for conn in self._by_network[network] if conn in self._held]
        return []
