"""Identifiers of what is no record by itself: associations, and definitions of frameworks.

Such an identifier is the UUID of the record that it is read from, with some bits turned by its
place among the parts of this record. So it leads back to the record, without a table.
"""

from __future__ import annotations

import hashlib
import uuid

from ctgraph.identity.ctid import Ctid
from ctgraph.ler.case.fields import own_uuid, record_of

PLACES = 1_000
"""Places for the parts of one record. More than these have no address of their own."""
_FREE = ~((0xF << 76) | (0x3 << 62)) & ((1 << 128) - 1)
"""The bits of a UUID that do not say its version and variant (RFC 9562, section 4)."""
_TURNS = [own_uuid(str(place)).int & _FREE for place in range(PLACES)]


def identifier_of_part(iri: str, taken: set[int], kind: str, said: str) -> str:
    """Return the identifier of a part of a record. Its place depends on what it says alone.

    :param iri: the IRI of the record.
    :param taken: the places that other parts of the record have; the new one is added.
    """
    record = uuid.UUID(iri.rpartition("/ce-")[2])
    digest = hashlib.sha256(f"{kind} {said}".encode()).digest()
    first = int.from_bytes(digest[:4]) % PLACES
    places = ((first + number) % PLACES for number in range(PLACES))
    place = next((one for one in places if one not in taken), None)
    if place is None:
        return str(own_uuid(f"{iri} {kind} {said}"))
    taken.add(place)
    return str(uuid.UUID(int=record.int ^ _TURNS[place]))


def records_of(identifier: str) -> list[Ctid]:
    """Return the records that may have the part with an identifier."""
    if record_of(identifier) is None:
        return []
    number = uuid.UUID(identifier).int
    return [Ctid(f"ce-{uuid.UUID(int=number ^ turn)}") for turn in _TURNS]
