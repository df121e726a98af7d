"""The ledger's values, and the form in which it keeps times and documents."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from ctgraph.errors import Damaged
from ctgraph.identity.ctid import Ctid
from ctgraph.rdf.namespaces import Curie

MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
"""The form of a time in the ledger: ISO 8601, UTC, microseconds, Z."""

OPERATOR = "operator"
"""The actor of whatever is done on the command line, in the place of an API key's id."""


class Event(StrEnum):
    """The act that made a version."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    TRANSFER = "transfer"
    """The record goes to another organization, with the same document (`ctg:transfer`)."""


class Effect(StrEnum):
    """The effect of a submission on its record."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"


class Status(StrEnum):
    """The registry's knowledge of a thing that something refers to."""

    CURRENT = "current"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    """It has a CTID, but this registry never held it."""
    EXTERNAL = "external"
    """It has no CTID: it lies outside of the registry."""


def now() -> str:
    """Return the present time as the ledger writes it: ISO 8601, UTC, microseconds, Z."""
    return datetime.now(UTC).strftime(MOMENT)


def is_moment(text: str) -> bool:
    """Tell whether a text is a time as the ledger writes it; see :func:`now`."""
    try:
        return datetime.strptime(text, MOMENT).strftime(MOMENT) == text
    except ValueError:
        return False


def end_of(day: date) -> str:
    """Return the end of a day in UTC, as the ledger writes times."""
    return f"{day:%Y-%m-%d}T23:59:59.999999Z"


def later(moment: str) -> str:
    """Return the present time, but at least one microsecond after `moment` if the clock is behind.

    :param moment: a time of the ledger, or '' for none.
    """
    if not moment:
        return now()
    earliest = datetime.fromisoformat(moment) + timedelta(microseconds=1)
    return max(now(), earliest.strftime(MOMENT))


@dataclass(frozen=True)
class Organization:
    """An organization that may publish."""

    ctid: Ctid
    name: str
    created_at: str


class Scope(StrEnum):
    """What a program may do with an API key."""

    PUBLISH = "publish"
    """Publish and withdraw records, also by uploads."""
    BULK = "bulk"
    """Upload spreadsheets, and publish what they hold."""
    DRAFTS = "drafts"
    """Save, read and delete drafts."""
    READ = "read"
    """Read drafts."""
    ADMIN = "admin"
    """What administrators do: keys, members, the organization, and who publishes for whom."""


USUAL_SCOPES = frozenset({Scope.PUBLISH, Scope.DRAFTS, Scope.READ})
"""What a key may do unless something else is asked for: all but what administrators do."""
INCLUDED = {Scope.PUBLISH: frozenset({Scope.BULK})}
"""The scopes whose use another one includes."""


@dataclass(frozen=True)
class Key:
    """An API key as it is kept, without its secret.

    :param label: what its people know it by.
    :param scopes: what may be done with it.
    :param expires_at: from when on it is refused; None for never.
    :param used_at: when it was last used, to some minutes; None for never.
    """

    id: str
    organization: Ctid
    created_at: str
    revoked_at: str | None
    label: str
    scopes: frozenset[Scope]
    expires_at: str | None
    used_at: str | None

    @property
    def is_over(self) -> bool:
        """Whether it has expired."""
        return self.expires_at is not None and self.expires_at <= now()


class State(NamedTuple):
    """What differs after each change of a document, and when another one holds an entity."""

    ctid: Ctid
    version: int
    digest: str
    updated_at: str


@dataclass(frozen=True)
class Envelope:
    """The registry's account of one record, as it stands now.

    :param published_by: the organization that published the newest version for the owner; None
        where the owner did.
    """

    ctid: Ctid
    uuid: str
    owner: Ctid
    type: Curie
    name: str
    version: int
    digest: str
    created_at: str
    updated_at: str
    deleted_at: str | None
    published_by: Ctid | None = None

    @property
    def state(self) -> State:
        """The state of the document."""
        return State(self.ctid, self.version, self.digest, self.updated_at)


@dataclass(frozen=True)
class Version:
    """One version of a record, without its document.

    :param published_by: the organization that published it for the owner; None where the owner did.
    :param reason: why the record was withdrawn, if somebody said so.
    :param replaced_by: the record that stands in the place of a withdrawn one, if there is one.
    """

    seq: int
    ctid: Ctid
    number: int
    event: Event
    actor: str
    created_at: str
    digest: str
    published_by: Ctid | None = None
    reason: str | None = None
    replaced_by: Ctid | None = None


class Record(NamedTuple):
    """A record as it stands: its envelope, and the canonical document, empty if withdrawn."""

    envelope: Envelope
    canonical: bytes


class BoundedRecord(NamedTuple):
    """A record whose document is None when it is longer than the caller wanted."""

    envelope: Envelope
    canonical: bytes | None


class RecordVersion(NamedTuple):
    """A version of a record with its document, which is empty for a withdrawal."""

    envelope: Envelope
    version: Version
    canonical: bytes


@dataclass(frozen=True)
class Change:
    """One version as a projection reads it.

    :param modified: when the version was made, ISO 8601 in UTC.
    :param issued: when the first version of the record was made.
    :param quads: the canonical N-Quads; empty for a withdrawal, and in a history.
    :param owner: whose record it was with this version.
    :param published_by: the organization that published it for the owner; None where the owner did.
    :param upload: the upload that it comes from, if it is one.
    :param reason: why the record was withdrawn, if somebody said so.
    :param replaced_by: the record that stands in the place of a withdrawn one, if there is one.
    :param confirmed_at: when the record was confirmed last; None for one that never was.
    """

    seq: int
    ctid: Ctid
    number: int
    digest: str
    modified: str
    owner: Ctid
    issued: str
    event: Event
    actor: str
    quads: bytes
    published_by: Ctid | None = None
    upload: str | None = None
    reason: str | None = None
    replaced_by: Ctid | None = None
    confirmed_at: str | None = None


def pack(data: bytes) -> bytes:
    """Compress a document for keeping."""
    return zlib.compress(data, 1)


def unpack(data: bytes | None, ctid: Ctid, number: int) -> bytes:
    """Return the kept document of a version; it is empty for a tombstone.

    :raises Damaged: when the document is not as it was written.
    """
    try:
        return zlib.decompress(data) if data else b""
    except zlib.error as error:
        raise _damaged(ctid, number, error) from error


def unpack_within(data: bytes, max_bytes: int, ctid: Ctid, number: int) -> bytes | None:
    """Return what :func:`unpack` returns, or None when it is longer than `max_bytes`."""
    unpacking = zlib.decompressobj()
    try:
        document = unpacking.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise _damaged(ctid, number, error) from error
    return document if len(document) <= max_bytes else None


def _damaged(ctid: Ctid, number: int, error: zlib.error) -> Damaged:
    return Damaged(
        f"The kept document of {ctid}, version {number}, is damaged ({error}). "
        "The operator of the registry must restore it from a backup."
    )
