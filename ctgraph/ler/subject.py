"""A record that is written in a vocabulary of learning and employment records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from ctgraph.documents.nesting import entity_json
from ctgraph.documents.node_values import each, type_of
from ctgraph.finder.schema_org import Reading
from ctgraph.finder.schema_org.values import iri_of
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.records import read
from ctgraph.records.read import HeldDocument

MAX_NAMES = 1_000
"""Records whose names one export looks up: no credential refers to more."""
MAX_CHARS = 100_000
"""Characters of a text in an export. Wallets show far fewer."""
OWNERS = ("ceterms:ownedBy", "ceterms:offeredBy", "ceasn:publisher", "ceasn:creator")
"""The properties that name who offers something, the first that has a value."""
CONDITIONS = ("ceterms:requires", "ceterms:entryCondition", "ceterms:corequisite")
"""The properties that state conditions."""

Node = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """One entity of a version, and what reads its values.

    :param number: the version of the document that it stands in.
    :param modified: when that version was published, ISO 8601 in UTC.
    :param owner: the record of the first organization that offers it, as it stands; empty where
        the registry has none.
    :param dids: the DIDs that this organization has proved.
    """

    node: Node
    record: Ctid
    number: int
    modified: str
    reading: Reading
    owner: Node
    dids: tuple[str, ...] = ()

    @property
    def iri(self) -> Iri:
        """The canonical address of the record."""
        return self.reading.identity.resource(self.record)

    @property
    def kind(self) -> Curie:
        """The class of the record."""
        return type_of(self.node)

    def text(self, *properties: str) -> str:
        """Return the first text of the first property that has one; else an empty text."""
        return self.reading.text(self.node, *properties)

    def name(self, value: Any) -> str:
        """Return the name of a thing that the record refers to; an empty text if none is known."""
        return self.reading.target_name(value)

    def owners(self) -> list[Any]:
        """Return the organizations that offer the record, as it names them."""
        return _owners(self.node)

    def conditions(self) -> list[Node]:
        """Return the condition profiles of the record."""
        values = [value for key in CONDITIONS for value in each(self.node.get(key))]
        return [value for value in values if isinstance(value, dict)]


def subject_of(ledger: Ledger, identity: Identity, record: Ctid, held: HeldDocument) -> Subject:
    """Return an entity of a document as something to export.

    :raises NotFound: when that version of the document does not hold the record.
    """
    try:
        node = entity_json(orjson.loads(held.canonical), identity.resource(record))
    except KeyError:
        raise read.absent(held.envelope, record, held.number) from None
    names = ledger.records.names(_mentioned(node, identity))
    reading = Reading(identity, names, max_chars=MAX_CHARS)
    iris = (iri_of(one) for one in _owners(node))
    owner = next((found for iri in iris if (found := identity.ctid_of(iri))), None)
    return Subject(
        node,
        record,
        held.number,
        held.modified,
        reading,
        _standing(ledger, identity, owner) if owner else {},
        tuple(one.did for one in ledger.issuers.of(owner)) if owner else (),
    )


def _owners(node: Node) -> list[Any]:
    return next((each(node[key]) for key in OWNERS if node.get(key)), [])


def _standing(ledger: Ledger, identity: Identity, record: Ctid) -> Node:
    """Return a record as it stands; an empty node if there is none."""
    if ledger.records.state(record) is None:
        return {}
    canonical = ledger.records.read(record).canonical
    try:
        return entity_json(orjson.loads(canonical), identity.resource(record))
    except (KeyError, ValueError):  # withdrawn, or no part of that document any more
        return {}


def _mentioned(node: Node, identity: Identity) -> set[Ctid]:
    """Return the records that an entity refers to, the first of them."""
    found: set[Ctid] = set()
    for text in _texts(node):
        if len(found) >= MAX_NAMES:
            break
        if record := identity.ctid_of(text):
            found.add(record)
    return found


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
