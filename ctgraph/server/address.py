"""The URL of a server that listens somewhere, and whether another URL leads there."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

EVERYWHERE = ("0.0.0.0", "::")
"""The addresses that mean all addresses of a machine."""
HERE = ("127.0.0.1", *EVERYWHERE)
"""The addresses of a machine that people on it call localhost. Its `::1` is not among them: where
that alone is listened on, not every client that is given the name would try it."""


def address(host: str, port: int) -> str:
    """Return the URL of a server that listens on a host and port, as people write it."""
    name = "localhost" if host in HERE else f"[{host}]" if ":" in host else host
    return f"http://{name}" + (f":{port}" if port != 80 else "")


def leads_to(url: str, host: str, port: int) -> bool:
    """Tell whether a URL leads to a server that listens on a host and port, without a proxy."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.path or (parts.port or 80) != port:
        return False
    if host in EVERYWHERE:
        return True
    try:
        reached, heard = (
            {found[4][0] for found in socket.getaddrinfo(name, None)}
            for name in (parts.hostname, host)
        )
    except OSError:
        return False
    return bool(reached & heard)
