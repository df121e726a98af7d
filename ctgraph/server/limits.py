"""Limits for the clients of the server: on time, bytes and connections."""

from __future__ import annotations

import resource
from dataclasses import dataclass

# Files of a web worker that are not connections: pipes, databases, modules.
_OTHER_FILES = 500


@dataclass(frozen=True)
class Limits:
    """Deadlines and sizes of a web worker; how long an idle connection stays is gunicorn's."""

    first_byte_seconds: float = 20
    """How long a new connection may stay silent."""
    head_seconds: float = 10
    """How long the head of a request may take from its first byte on."""
    body_seconds: float = 30
    """How long a body may come more slowly than `slowest_body`."""
    slowest_body: float = 10_000
    """The bytes a second that a body has to come at in the long run."""
    write_seconds: float = 30
    """How long a client may read nothing of its answer."""
    slowest_reader: float = 10_000
    """The bytes a second that a client has to read of its answer in the long run."""
    close_seconds: float = 2
    """How long a client has to close its side after the last answer."""
    stop_seconds: float = 2
    """How long idle connections stay when the worker ends."""
    half_closed_seconds: float = 1
    """How long a client that has ended its side waits before it is asked whether it still reads."""
    patience_seconds: float = 0.1
    """How long a thread waits, in one answer, for a client to read."""
    head_bytes: int = 65_536
    """The longest head of a request."""
    memory_bytes: int = 16_384
    """The most of a body or an answer that waits in memory; the rest waits in a file."""
    answer_bytes: int = 256_000_000
    """The most of one answer that waits for its client to read."""
    waiting_bytes: int = 1_000_000_000
    """The most that waits for all clients of a worker, of requests and of answers."""
    per_address: int = 256
    """The most connections of one address that wait, each with one worker."""


def open_files(connections: int) -> int:
    """Let this process open the files that many connections need; return how many it may serve.

    A connection needs its socket and, while it is slow, a file for the bytes that wait.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections + _OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return connections
    return max(1, min(connections, (soft - _OTHER_FILES) // 2))
