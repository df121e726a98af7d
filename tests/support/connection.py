"""What a server says on a connection."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress


def parts(connection: socket.socket) -> Iterator[bytes]:
    """Yield what is said until a connection ends.

    :raises ConnectionError: where it breaks.
    """
    while part := connection.recv(1 << 20):
        yield part


def received(connection: socket.socket) -> bytes:
    """Return what is said until a connection ends or breaks."""
    said = b""
    with suppress(ConnectionError):
        for part in parts(connection):
            said += part
    return said
