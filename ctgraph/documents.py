"""Graph documents as values: read, canonicalised, hashed. No database, no HTTP.

A graph document is ``{"@context", "@id", "@graph": [primary entity, ...]}``. :func:`parse` also
takes a single entity, and an envelope that carries either as ``decoded_resource``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import orjson

from ctgraph import ctid
from ctgraph.canonical import canonical_lines, label_blank_nodes
from ctgraph.errors import DocumentTooLarge, InvalidDocument, MalformedCtid, Problem
from ctgraph.identity import Identity
from ctgraph.jsonld import Canonicaliser, inline_prefixes, to_quads
from ctgraph.settings import Settings
from ctgraph.strictjson import Place, pointer, read_json
from ctgraph.vocab import CONTEXT_URLS, vocabulary

# What may stand beside the primary entity with a CTID of its own: the parts of a framework, a
# scheme, a pathway or a rubric, and the outcome data that real records carry along.
PARTS = (
    "ceasn:Competency", "skos:Concept", "asn:ProgressionLevel", "ceterms:PathwayComponent",
    "ceasn:RubricCriterion", "ceasn:RubricLevel", "ceasn:CriterionLevel",
    "ceasn:CriterionCategory", "qdata:DataSetProfile",
)  # fmt: skip
OWNING = (
    "ceterms:ownedBy", "ceterms:offeredBy", "ceasn:publisher", "ceasn:creator", "ceasn:author",
    "ceterms:assertedBy", "ceterms:conditionManifestOf", "ceterms:costManifestOf",
    "qdata:dataProvider", "ceterms:actingAgent",
)  # fmt: skip
NAMES = (
    "ceterms:name", "ceasn:name", "skos:prefLabel", "ceasn:competencyText", "ceterms:description",
)  # fmt: skip


@dataclass(frozen=True)
class Entity:
    """A thing with a CTID in a document: its class (a CURIE), and its place as submitted."""

    ctid: str
    type: str
    pointer: str


@dataclass(frozen=True)
class Document:
    """A graph document that was read and canonicalised. Immutable.

    :param ctid: the CTID of the primary entity, which names the document.
    :param type: the class of the primary entity, as a CURIE.
    :param name: its name in one language, for lists.
    :param owners: CTIDs of the organizations that it names as owner, offerer, publisher …
    :param entities: every entity with a CTID, the primary one first.
    :param received: the bytes as they were sent.
    :param canonical: the canonical JSON-LD, in UTF-8.
    :param quads: the canonical N-Quads, with blank node labels that are unique in the registry.
    :param digest: SHA-256 of the RDFC-1.0 canonical N-Quads, in hexadecimal.
    :param warnings: what was read, but probably not as the sender meant it.
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

    @property
    def content(self) -> dict[str, Any]:
        """The canonical JSON-LD, decoded."""
        decoded: dict[str, Any] = orjson.loads(self.canonical)
        return decoded


Located = TypeVar("Located", Entity, Problem)


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


def from_json(value: Any, received: bytes, settings: Settings) -> Document:
    """Make a document of decoded JSON; `received` are the bytes it was sent in.

    :raises InvalidDocument: as :func:`parse`.
    """
    enveloped = isinstance(value, dict) and "decoded_resource" in value
    try:
        if not enveloped:
            return _read(value, received, settings)
        document = _read(value["decoded_resource"], received, settings)
        return replace(
            document,
            entities=tuple(map(_in_envelope, document.entities)),
            warnings=tuple(map(_in_envelope, document.warnings)),
        )
    except InvalidDocument as error:
        if not enveloped:
            raise
        raise InvalidDocument(error.message, [*map(_in_envelope, error.problems)]) from error
    except RecursionError as error:
        message = "The document is nested too deeply to be read."
        raise InvalidDocument(message, [Problem(message, "Flatten it.", "")]) from error


def _in_envelope(found: Located) -> Located:
    return replace(found, pointer=f"/decoded_resource{found.pointer or ''}")


def _read(value: Any, received: bytes, settings: Settings) -> Document:
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
    primary, entities = _entities(value, walk.entities, identity, problems)
    if any(problem.severity == "violation" for problem in problems):
        raise InvalidDocument(_summary(problems), problems)
    record = primary["ceterms:ctid"]
    context: list[Any] = [*(named or [CONTEXT_URLS["ctdl"]]), *([prefixes] if prefixes else [])]
    content = {
        "@context": context[0] if len(context) == 1 else context,
        "@id": identity.graph(record),
        "@graph": sorted(nodes, key=lambda node: node is not primary),
    }
    lines = canonical_lines(to_quads(content, walk.used, prefixes))
    return Document(
        ctid=record,
        type=entities[0].type,
        name=name_of(primary),
        owners=_owners(primary, entities[0].type, identity),
        entities=tuple(entities),
        received=received,
        canonical=orjson.dumps(content),
        quads=label_blank_nodes(lines, record).encode(),
        digest=hashlib.sha256(lines.encode()).hexdigest(),
        warnings=tuple(problems),
    )


def name_of(node: dict[str, Any], language: str = "en") -> str:
    """Return a node's name, label or text, in `language` where there is one, else in any."""
    for key in NAMES:
        text = node.get(key)
        if isinstance(text, dict):
            text = next((t for tag, t in text.items() if tag.lower().startswith(language)),
                        next(iter(text.values()), None))  # fmt: skip
        if isinstance(text, list):
            text = next((t for t in text if isinstance(t, str)), None)
        if isinstance(text, str) and text:
            return text
    return ""


def type_of(node: dict[str, Any]) -> str:
    """Return a node's first class, as a CURIE; empty where it has none."""
    types = node.get("@type") or ""
    return str(types[0]) if isinstance(types, list) else str(types)


def each(value: Any) -> list[Any]:
    """Return a JSON-LD value as a list: no value is the empty list, one value a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _refuse(message: str, remedy: str, at: str) -> None:
    raise InvalidDocument(message, [Problem(message, remedy, at)])


def _summary(problems: list[Problem]) -> str:
    more = f" (and {len(problems) - 1} more problems)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}"


def _nodes(value: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Place]]:
    """Yield the top-level nodes with their places; a single entity is a graph of one."""
    if "@graph" not in value:
        if "@type" not in value:
            _refuse("The document has no @graph.",
                    "Put the entities in a @graph array, or send one entity.", "")  # fmt: skip
        yield {key: item for key, item in value.items() if key != "@context"}, ()
        return
    graph = value["@graph"]
    for key in value.keys() - {"@context", "@id", "@graph"}:
        _refuse(f"{key!r} beside @graph would be lost.", "Put it into an entity.", f"/{key}")
    if not isinstance(graph, list) or not graph:
        _refuse("@graph must be an array of one entity or more.", "Put the entities in it.",
                "/@graph")  # fmt: skip
    for index, node in enumerate(graph):
        if not isinstance(node, dict):
            _refuse("Every member of @graph must be an object.", "Remove it.", f"/@graph/{index}")
        yield node, (((), "@graph"), index)


def _entities(
    value: dict[str, Any],
    found: list[tuple[dict[str, Any], Place]],
    identity: Identity,
    problems: list[Problem],
) -> tuple[dict[str, Any], list[Entity]]:
    """Check the CTIDs of a document; return its primary node and all its entities."""
    if not found:
        problems.append(Problem(
            "No entity in the document has a ceterms:ctid.",
            "Give the primary entity a CTID: 'ce-' and a lower-case UUID.",
            "/@graph/0/ceterms:ctid" if "@graph" in value else "/ceterms:ctid",
        ))  # fmt: skip
        return {}, []
    seen: set[str] = set()
    for node, at in found:
        _check_ctid(node, at, identity, seen, problems)
    primary, at = _primary(value, found, identity, problems)
    others = [(node, place) for node, place in found if node is not primary]
    for node, place in others:
        if not vocabulary().is_a(type_of(node), *PARTS):
            problems.append(Problem(
                f"{node['ceterms:ctid']} is a {type_of(node) or 'thing without a class'}: "
                "only the parts of a framework, scheme, pathway or rubric may stand beside the "
                "primary entity with a CTID.", "Publish it in a document of its own.",
                pointer(place),
            ))  # fmt: skip
    if not type_of(primary):
        problems.append(Problem("The primary entity has no @type.",
                                "Name its class, such as ceterms:Certificate.",
                                pointer((at, "@type"))))  # fmt: skip
    return primary, [
        Entity(node["ceterms:ctid"], type_of(node), pointer(place))
        for node, place in ((primary, at), *others)
    ]


def _check_ctid(
    node: dict[str, Any], at: Place, identity: Identity, seen: set[str], problems: list[Problem]
) -> None:
    """Bring a node's CTID and ``@id`` to their canonical form, where they agree."""
    given = node["ceterms:ctid"]
    try:
        record = ctid.canonical(given) if isinstance(given, str) else ""
    except MalformedCtid:
        record = ""
    if not record:
        problems.append(Problem(
            f"{given!r} is not a CTID." if not isinstance(given, list)
            else "An entity has exactly one CTID.",
            "A CTID is 'ce-' and a UUID of 36 characters, in lower case.",
            pointer((at, "ceterms:ctid")),
        ))  # fmt: skip
        node["ceterms:ctid"] = str(given)
        return
    if record in seen:
        problems.append(Problem(f"The CTID {record} stands on two entities.",
                                "Give every entity its own.",
                                pointer((at, "ceterms:ctid"))))  # fmt: skip
    seen.add(record)
    node["ceterms:ctid"] = record
    iri = node.setdefault("@id", identity.resource(record))
    if iri != identity.resource(record):
        problems.append(Problem(
            f"The @id {iri!r} does not match the CTID {record}.",
            f"Write {identity.resource(record)}, or correct the CTID.", pointer((at, "@id")),
        ))  # fmt: skip


def _primary(
    value: dict[str, Any],
    found: list[tuple[dict[str, Any], Place]],
    identity: Identity,
    problems: list[Problem],
) -> tuple[dict[str, Any], Place]:
    """Return the entity that the document's @id names, else the first with a CTID."""
    graph = value.get("@id") if "@graph" in value else None
    if graph is None:
        return found[0]
    record = identity.ctid_of(graph) if isinstance(graph, str) else None
    for node, at in found:
        if node["ceterms:ctid"] == record:
            return node, at
    problems.append(Problem(
        f"The document's @id {graph!r} does not match the CTID of its primary entity, "
        f"{found[0][0]['ceterms:ctid']}.",
        f"Write {identity.graph(found[0][0]['ceterms:ctid'])}, or leave @id out.", "/@id",
    ))  # fmt: skip
    return found[0]


def _owners(primary: dict[str, Any], kind: str, identity: Identity) -> tuple[str, ...]:
    if vocabulary().is_a(kind, "ceterms:Agent", "ceterms:Organization"):
        return (primary["ceterms:ctid"],)
    named = (v.get("@id") if isinstance(v, dict) else v
             for key in OWNING for v in each(primary.get(key)))  # fmt: skip
    found = (identity.ctid_of(iri) for iri in named if isinstance(iri, str))
    return tuple(dict.fromkeys(filter(None, found)))
