"""Who asks, as far as nobody has to sign in for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Visitor:
    """Where a request comes from.

    :param address: the IP address.
    :param network: the network that counts as one client.
    :param agent: what the browser says of itself.
    """

    address: str
    network: str
    agent: str
