"""Graph documents as values: read, canonicalised, hashed. No database, no HTTP.

A graph document is ``{"@context", "@id", "@graph": [primary entity, ...]}``. :func:`parse` also
takes a single entity, and an envelope that carries either as ``decoded_resource``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn, TypeVar

import orjson

from ctgraph.documents.about_others import Naming, about_others, leave_out, namings, refusal
from ctgraph.documents.canonicaliser import Canonicaliser
from ctgraph.documents.context import inline_prefixes, with_definitions
from ctgraph.documents.entities import Entity, entities_of
from ctgraph.documents.json_text import TOO_DEEP, Place, read_json
from ctgraph.documents.node_values import name_of, shortened
from ctgraph.documents.places import Places, label_nodes, placed_nodes
from ctgraph.documents.purpose import Purpose
from ctgraph.documents.quads import to_quads
from ctgraph.documents.record_classes import class_problems, supposed_class
from ctgraph.documents.requests import REQUEST, is_request
from ctgraph.documents.size import require_fitting
from ctgraph.errors import InvalidDocument
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.problem import Problem, Severity, one_line
from ctgraph.rdf.canonical import canonical_lines, label_blank_nodes
from ctgraph.rdf.namespaces import Curie
from ctgraph.settings import Settings
from ctgraph.vocab import vocabulary


@dataclass(frozen=True)
class Document:
    """A graph document that was read and canonicalised. Immutable.

    :param ctid: the CTID of the primary entity, which names the document.
    :param type: the class of the primary entity, as a CURIE.
    :param name: its name in one language, for lists.
    :param owners: CTIDs of the organizations that it names as owner, offerer, publisher …
    :param entities: every entity with a CTID, the primary one first.
    :param namings: the places where its entities name these, or an owner that is no record here.
    :param names_of_others: the names of records of others that it describes, by their CTIDs. A
        load calls new organizations by them.
    :param received: the bytes as they were sent.
    :param canonical: the canonical JSON-LD, in UTF-8.
    :param quads: the canonical N-Quads, with blank node labels that are unique in the registry.
    :param digest: SHA-256 of the RDFC-1.0 canonical N-Quads, in hexadecimal.
    :param problems: what was found while it was read. A document with a violation is only checked:
        the parts that could not be read are not in it.
    :param named: whether its CTID was sent; another one stands in where it is missing or malformed.
    :param spellings: the IRIs that were brought to another form, each with what was sent.
    :param located: its places; None once it is kept or was sent to another process.
    """

    ctid: Ctid
    type: Curie
    name: str
    owners: tuple[Ctid, ...]
    entities: tuple[Entity, ...]
    received: bytes
    canonical: bytes
    quads: bytes
    digest: str
    problems: tuple[Problem, ...] = ()
    namings: tuple[Naming, ...] = ()
    names_of_others: dict[Ctid, str] = field(default_factory=dict, compare=False, repr=False)
    named: bool = True
    located: Places | None = field(default=None, compare=False, repr=False)
    spellings: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def content(self) -> dict[str, Any]:
        """The canonical JSON-LD, decoded."""
        decoded: dict[str, Any] = orjson.loads(self.canonical)
        return decoded

    @property
    def places(self) -> Places:
        """Its nodes and statements as they were read, for the checks."""
        if self.located is None:
            raise ValueError("The document has no places any more. Read it again to check it.")
        return self.located

    def without_places(self) -> Document:
        """Return the document as the ledger keeps it: its places are many times as large."""
        return replace(self, located=None, spellings={})


Placed = TypeVar("Placed", Entity, Problem, Naming)


def parse(data: bytes, settings: Settings) -> Document:
    """Read a submitted document.

    :raises DocumentTooLarge: when it is larger than ``max_document_bytes``.
    :raises InvalidDocument: with every problem found, each with its JSON Pointer and remedy.
    """
    require_fitting(data, settings)
    return from_json(read_json(data), data, settings)


def from_json(
    value: Any, received: bytes, settings: Settings, purpose: Purpose = Purpose.PUBLISH
) -> Document:
    """Make a document of decoded JSON; `received` are the bytes it was sent in.

    :param purpose: why it is read; see :class:`Purpose`.
    :raises InvalidDocument: as :func:`parse`.
    """
    document = read(value, received, settings, purpose)
    if any(problem.severity is Severity.VIOLATION for problem in document.problems):
        raise InvalidDocument(_summary(document.problems), list(document.problems))
    return document


def read(
    value: Any, received: bytes, settings: Settings, purpose: Purpose = Purpose.PUBLISH
) -> Document:
    """Read as much of decoded JSON as can be checked. It may be kept if no problem is a violation.

    So a problem of reading does not hide those that a check finds in the rest.

    :raises InvalidDocument: when nothing is left to be checked.
    """
    enveloped = isinstance(value, dict) and "decoded_resource" in value
    try:
        if not enveloped:
            return _read(value, received, settings, purpose)
        return _in_envelope(_read(value["decoded_resource"], received, settings, purpose))
    except InvalidDocument as error:
        if not enveloped:
            raise
        raise InvalidDocument(error.message, [*map(_below_envelope, error.problems)]) from error
    except RecursionError as error:
        raise InvalidDocument(TOO_DEEP.message, [TOO_DEEP]) from error


_ENVELOPED = "/decoded_resource"


def _in_envelope(document: Document) -> Document:
    return replace(
        document,
        entities=tuple(map(_below_envelope, document.entities)),
        problems=tuple(map(_below_envelope, document.problems)),
        namings=tuple(map(_below_envelope, document.namings)),
        located=document.places.within(_ENVELOPED),
    )


def _below_envelope(found: Placed) -> Placed:
    return replace(found, pointer=_ENVELOPED + (found.pointer or ""))


def _read(value: Any, received: bytes, settings: Settings, purpose: Purpose) -> Document:
    """Read a document in one pass: its nodes, then its statements."""
    if not isinstance(value, dict):
        _refuse("A document is a JSON object.", "Send {'@context', '@id', '@graph'}.", "")
    identity = Identity.of(settings)
    problems: list[Problem] = []
    named, prefixes = inline_prefixes(value.get("@context"), problems)
    walk = Canonicaliser(identity, prefixes, settings.max_document_depth, purpose)
    walk.problems.once(value, ())
    nodes = [walk.node(node, at) for node, at in _nodes(value)]
    about = walk.beside_graph(value) if "@graph" in value else {}
    walk.close()
    problems += walk.problems.found
    primary, entities = entities_of(value, walk, identity, problems)
    problems += class_problems(primary, entities, walk.names, purpose)
    own = {entity.ctid for entity in entities}
    others = about_others(walk.nodes, own, identity)
    names = {
        record: name_of(node) for node, _ in others if (record := identity.ctid_of(node["@id"]))
    }
    if purpose is Purpose.HARVEST:
        problems += leave_out(others, nodes, walk.names.spellings)
    else:
        problems += (refusal(node, at, walk.names.spellings) for node, at in others)
    record = entities[0].ctid
    contexts = with_definitions(named, walk.names.used)
    context: list[Any] = [*contexts, *([prefixes] if prefixes else [])]
    content = {
        "@context": context[0] if len(context) == 1 else context,
        "@id": identity.graph(record),
        **about,
        "@graph": sorted(nodes, key=lambda node: node is not primary),
    }
    canonical = orjson.dumps(content)
    label_nodes(walk.nodes)  # from here on, `content` holds what the registry adds
    try:
        quads = to_quads(content, walk.names.used, prefixes)
    except InvalidDocument as error:
        raise InvalidDocument(error.message, [*error.problems, *problems]) from error
    lines = canonical_lines(quads)
    naming = namings(walk, record, own, identity)
    return Document(
        ctid=record,
        type=entities[0].type,
        name=shortened(one_line(name_of(primary)).strip()),
        owners=_owners(record, entities[0].type, naming),
        entities=tuple(entities),
        received=received,
        canonical=canonical,
        quads=label_blank_nodes(lines, record).encode(),
        digest=hashlib.sha256(lines.encode()).hexdigest(),
        problems=tuple(problems),
        namings=tuple(naming),
        named=record not in walk.stand_ins,
        located=Places(placed_nodes(walk.nodes, walk.sent), quads)
        .of_record(content["@id"], primary["@id"])
        .of_class(primary["@id"], supposed_class(primary, walk.names)),
        names_of_others=names,
        spellings=walk.names.spellings,
    )


def _refuse(message: str, remedy: str, at: str) -> NoReturn:
    raise InvalidDocument(message, [Problem(message, remedy, at)])


def _summary(problems: Sequence[Problem]) -> str:
    more = f" (and {len(problems) - 1} more problems)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}"


def _nodes(value: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Place]]:
    """Yield the top-level nodes with their places; a single entity is a graph of one."""
    if "@graph" not in value:
        if is_request(value):
            raise InvalidDocument(REQUEST.message, [REQUEST])
        if "@type" not in value:
            _refuse(
                "The document has no @graph.",
                "Put the entities in a @graph array, or send one entity.",
                "",
            )
        yield {key: item for key, item in value.items() if key != "@context"}, ()
        return
    graph = value["@graph"]
    if not isinstance(graph, list) or not graph:
        _refuse(
            "@graph must be an array of one entity or more.", "Put the entities in it.", "/@graph"
        )
    for index, node in enumerate(graph):
        if not isinstance(node, dict):
            _refuse("Every member of @graph must be an object.", "Remove it.", f"/@graph/{index}")
        yield node, (((), "@graph"), index)


def _owners(record: Ctid, kind: Curie, named: list[Naming]) -> tuple[Ctid, ...]:
    if vocabulary().is_a(kind, "ceterms:Agent", "ceterms:Organization"):
        return (record,)
    return tuple(dict.fromkeys(one.ctid for one in named if one.primary and one.ctid))
