"""Graph documents as values: read, canonicalised, hashed. No database, no HTTP.

A graph document is ``{"@context", "@id", "@graph": [primary entity, ...]}``. :func:`parse` also
takes a single entity, and an envelope that carries either as ``decoded_resource``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import orjson
import pyoxigraph as ox

from ctgraph.documents.about_others import Naming, about_others, leave_out, namings, refusal
from ctgraph.documents.entities import Entity, entities_of
from ctgraph.documents.json_text import Place, pointer, read_json
from ctgraph.documents.jsonld import Canonicaliser, inline_prefixes, to_quads
from ctgraph.documents.node_values import name_of, shortened
from ctgraph.errors import DocumentTooLarge, InvalidDocument, Problem, one_line
from ctgraph.identity import Identity
from ctgraph.rdf.canonical import canonical_lines, label_blank_nodes
from ctgraph.settings import Settings
from ctgraph.vocab import CONTEXT_URLS, vocabulary


@dataclass(frozen=True)
class Document:
    """A graph document that was read and canonicalised. Immutable.

    :param ctid: the CTID of the primary entity, which names the document.
    :param type: the class of the primary entity, as a CURIE.
    :param name: its name in one language, for lists.
    :param owners: CTIDs of the organizations that it names as owner, offerer, publisher …
    :param entities: every entity with a CTID, the primary one first.
    :param namings: where its entities name them, or somebody who is no record here.
    :param received: the bytes as they were sent.
    :param canonical: the canonical JSON-LD, in UTF-8.
    :param quads: the canonical N-Quads, with blank node labels that are unique in the registry.
    :param digest: SHA-256 of the RDFC-1.0 canonical N-Quads, in hexadecimal.
    :param warnings: what was read, but probably not as the sender meant it.
    :param harvested: whether statements about others' records were left out, not refused.
    """

    ctid: str
    type: str
    name: str
    owners: tuple[str, ...]
    entities: tuple[Entity, ...]
    received: bytes
    canonical: bytes
    quads: bytes
    digest: str
    warnings: tuple[Problem, ...] = ()
    namings: tuple[Naming, ...] = ()
    harvested: bool = False

    @property
    def content(self) -> dict[str, Any]:
        """The canonical JSON-LD, decoded."""
        decoded: dict[str, Any] = orjson.loads(self.canonical)
        return decoded


Placed = TypeVar("Placed", Entity, Problem, Naming)


def parse(data: bytes, settings: Settings) -> Document:
    """Read a submitted document.

    :raises DocumentTooLarge: when it is larger than ``max_document_bytes``.
    :raises InvalidDocument: with every problem found, each with its JSON Pointer and remedy.
    """
    if len(data) > settings.max_document_bytes:
        raise DocumentTooLarge(
            f"The document has {len(data):,} bytes; "
            f"this registry takes {settings.max_document_bytes:,} at most."
        )
    return from_json(read_json(data), data, settings)


def from_json(value: Any, received: bytes, settings: Settings, harvested: bool = False) -> Document:
    """Make a document of decoded JSON; `received` are the bytes it was sent in.

    :param harvested: leave out what it says of others' records, with a warning; else it is refused.
    :raises InvalidDocument: as :func:`parse`.
    """
    enveloped = isinstance(value, dict) and "decoded_resource" in value
    try:
        if not enveloped:
            return _read(value, received, settings, harvested)
        document = _read(value["decoded_resource"], received, settings, harvested)
        return replace(
            document,
            entities=tuple(map(_in_envelope, document.entities)),
            warnings=tuple(map(_in_envelope, document.warnings)),
            namings=tuple(map(_in_envelope, document.namings)),
        )
    except InvalidDocument as error:
        if not enveloped:
            raise
        raise InvalidDocument(error.message, [*map(_in_envelope, error.problems)]) from error
    except RecursionError as error:
        message = "The document is nested too deeply to be read."
        raise InvalidDocument(message, [Problem(message, "Flatten it.", "")]) from error


def _in_envelope(found: Placed) -> Placed:
    return replace(found, pointer=f"/decoded_resource{found.pointer or ''}")


@dataclass(frozen=True)
class _Reading:
    """A document as far as it could be read, with everything that is wrong with it."""

    identity: Identity
    walk: Canonicaliser
    contexts: list[str]
    prefixes: dict[str, str]
    nodes: list[dict[str, Any]]
    primary: dict[str, Any]
    entities: list[Entity]
    problems: list[Problem]

    @cached_property
    def content(self) -> dict[str, Any]:
        """The canonical JSON-LD, the primary entity first."""
        named = self.contexts or [CONTEXT_URLS["ctdl"]]
        context: list[Any] = [*named, *([self.prefixes] if self.prefixes else [])]
        return {
            "@context": context[0] if len(context) == 1 else context,
            "@id": self.identity.graph(self.primary["ceterms:ctid"]),
            "@graph": sorted(self.nodes, key=lambda node: node is not self.primary),
        }

    def quads(self) -> list[ox.Quad]:
        return to_quads(self.content, self.walk.used, self.prefixes)


def _reading(value: Any, settings: Settings, harvested: bool = False) -> _Reading:
    """Walk through a document and check its entities."""
    if not isinstance(value, dict):
        _refuse("A document is a JSON object.", "Send {'@context', '@id', '@graph'}.", "")
    identity = Identity.of(settings)
    problems: list[Problem] = []
    named, prefixes = inline_prefixes(value.get("@context"), problems)
    walk = Canonicaliser(identity, prefixes, settings.max_document_depth)
    walk.once(value, ())
    nodes = [walk.node(node, at) for node, at in _nodes(value)]
    walk.finish()
    problems += walk.problems
    primary, entities = entities_of(value, walk.entities, identity, problems)
    others = about_others(walk.nodes, {entity.ctid for entity in entities}, identity)
    problems += leave_out(others, nodes) if harvested else (refusal(*found) for found in others)
    return _Reading(identity, walk, named, prefixes, nodes, primary, entities, problems)


def _read(value: Any, received: bytes, settings: Settings, harvested: bool) -> Document:
    reading = _reading(value, settings, harvested)
    primary, entities, problems = reading.primary, reading.entities, reading.problems
    if any(problem.severity == "violation" for problem in problems):
        raise InvalidDocument(_summary(problems), problems)
    record = primary["ceterms:ctid"]
    lines = canonical_lines(reading.quads())
    named = namings(reading.walk, record, {entity.ctid for entity in entities}, reading.identity)
    return Document(
        ctid=record,
        type=entities[0].type,
        name=shortened(one_line(name_of(primary)).strip()),
        owners=_owners(record, entities[0].type, named),
        entities=tuple(entities),
        received=received,
        canonical=orjson.dumps(reading.content),
        quads=label_blank_nodes(lines, record).encode(),
        digest=hashlib.sha256(lines.encode()).hexdigest(),
        warnings=tuple(problems),
        namings=tuple(named),
        harvested=harvested,
    )


@dataclass(frozen=True)
class Located:
    """A document whose nodes all have IRIs, to tell where each of them stands.

    A node without an IRI of its own gets one that begins with :data:`PLACE`.

    :param ntriples: its triples.
    :param nodes: every node by its IRI: its JSON Pointer in the document as submitted, and itself.
    """

    ntriples: str
    nodes: dict[str, tuple[str, dict[str, Any]]]


PLACE = "urn:ctgraph:place:"


def locate(document: Document, settings: Settings) -> Located:
    """Find out where each node of a document stands in the JSON that was submitted."""
    value, prefix = read_json(document.received), ""
    if isinstance(value, list):  # a file that holds one document in an array
        value, prefix = value[0], "/0"
    if "decoded_resource" in value:
        value, prefix = value["decoded_resource"], f"{prefix}/decoded_resource"
    reading = _reading(value, settings, document.harvested)
    nodes: dict[str, tuple[str, dict[str, Any]]] = {}
    for number, (node, at) in enumerate(reading.walk.nodes):
        label = node.setdefault("@id", f"_:ctgraph.{number}")
        if len(node) > 1:
            nodes.setdefault(placed(label), (prefix + pointer(at), node))
    lines = [f"{_named(q.subject)} {q.predicate} {_named(q.object)} ." for q in reading.quads()]
    return Located("\n".join(lines), nodes)


def placed(label: str) -> str:
    """Return the IRI that a node has in :class:`Located` in the place of a label."""
    return f"{PLACE}{label[2:]}" if label.startswith("_:") else label


def _named(term: Any) -> str:
    return f"<{PLACE}{term.value}>" if isinstance(term, ox.BlankNode) else str(term)


def _refuse(message: str, remedy: str, at: str) -> None:
    raise InvalidDocument(message, [Problem(message, remedy, at)])


def _summary(problems: list[Problem]) -> str:
    more = f" (and {len(problems) - 1} more problems)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}"


def _nodes(value: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Place]]:
    """Yield the top-level nodes with their places; a single entity is a graph of one."""
    if "@graph" not in value:
        if "@type" not in value:
            _refuse(
                "The document has no @graph.",
                "Put the entities in a @graph array, or send one entity.",
                "",
            )
        yield {key: item for key, item in value.items() if key != "@context"}, ()
        return
    graph = value["@graph"]
    for key in value.keys() - {"@context", "@id", "@graph"}:
        _refuse(f"{key!r} beside @graph would be lost.", "Put it into an entity.", f"/{key}")
    if not isinstance(graph, list) or not graph:
        _refuse(
            "@graph must be an array of one entity or more.", "Put the entities in it.", "/@graph"
        )
    for index, node in enumerate(graph):
        if not isinstance(node, dict):
            _refuse("Every member of @graph must be an object.", "Remove it.", f"/@graph/{index}")
        yield node, (((), "@graph"), index)


def _owners(record: str, kind: str, named: list[Naming]) -> tuple[str, ...]:
    if vocabulary().is_a(kind, "ceterms:Agent", "ceterms:Organization"):
        return (record,)
    return tuple(dict.fromkeys(one.ctid for one in named if one.primary and one.ctid))
