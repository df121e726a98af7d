"""The ledger's values, and how it writes moments and documents."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ctgraph.errors import Damaged

OPERATOR = "operator"
"""Who acts on the command line, in the place of an API key's id."""


def now() -> str:
    """Return the present time as the ledger writes it: ISO 8601, UTC, microseconds, Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def later(moment: str) -> str:
    """Return the present time, or where the clock stands before it, the moment after `moment`."""
    if not moment:
        return now()
    next = datetime.fromisoformat(moment) + timedelta(microseconds=1)
    return max(now(), next.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))


@dataclass(frozen=True)
class Organization:
    """An organization that may publish."""

    ctid: str
    name: str
    created_at: str


@dataclass(frozen=True)
class Key:
    """An API key as it is kept: its secret is not."""

    id: str
    organization: str
    created_at: str
    revoked_at: str | None


@dataclass(frozen=True)
class Envelope:
    """The registry's record of one CTID, as it stands now."""

    ctid: str
    uuid: str
    owner: str
    type: str
    name: str
    version: int
    digest: str
    created_at: str
    updated_at: str
    deleted_at: str | None


@dataclass(frozen=True)
class Version:
    """One version of an envelope, without its documents."""

    seq: int
    ctid: str
    number: int
    event: str
    actor: str
    created_at: str
    digest: str


@dataclass(frozen=True)
class Change:
    """What a projection needs to know of one version. `quads` is empty after a withdrawal, and
    where only the history was asked for."""

    seq: int
    ctid: str
    number: int
    digest: str
    modified: str
    owner: str
    issued: str
    event: str
    actor: str
    quads: bytes


def pack(data: bytes) -> bytes:
    """Compress a document for keeping."""
    return zlib.compress(data, 1)


def unpack(data: bytes | None, record: str, number: int) -> bytes:
    """Give back the kept document of a version; nothing where a tombstone keeps none.

    :raises Damaged: when it is not as it was written.
    """
    try:
        return zlib.decompress(data) if data else b""
    except zlib.error as error:
        raise _damaged(record, number, error) from error


def unpack_within(data: bytes, most: int, record: str, number: int) -> bytes | None:
    """Give back what :func:`unpack` does, or None when it has more than `most` bytes."""
    unpacking = zlib.decompressobj()
    try:
        document = unpacking.decompress(data, most + 1)
    except zlib.error as error:
        raise _damaged(record, number, error) from error
    return document if len(document) <= most else None


def _damaged(record: str, number: int, error: zlib.error) -> Damaged:
    return Damaged(
        f"The kept document of {record}, version {number}, is damaged ({error}). "
        "Who runs the registry must restore it from a backup."
    )
