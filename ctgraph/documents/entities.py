"""The entities of a document: which of its nodes have a CTID, and which one names it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ctgraph.documents.canonicaliser import Canonicaliser
from ctgraph.documents.json_text import Place, pointer
from ctgraph.documents.names import CTID
from ctgraph.documents.node_values import each, type_of
from ctgraph.errors import MalformedCtid
from ctgraph.identity import Identity, ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.problem import Problem, Severity
from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.vocab import vocabulary
from ctgraph.vocab.former_names import present_class

PARTS = (
    "ceasn:Competency",
    "skos:Concept",
    "asn:ProgressionLevel",
    "ceterms:PathwayComponent",
    "ceasn:RubricCriterion",
    "ceasn:RubricLevel",
    "ceasn:CriterionLevel",
    "ceasn:CriterionCategory",
    "qdata:DataSetProfile",
)
"""Classes of entities that may stand beside the primary one with a CTID: the parts of a framework,
a scheme, a pathway or a rubric, and the outcome data that real records carry along."""


@dataclass(frozen=True)
class Entity:
    """A thing with a CTID in a document: its class (a CURIE), and its place as submitted."""

    ctid: Ctid
    type: Curie
    pointer: str


def entities_of(
    value: dict[str, Any], walk: Canonicaliser, identity: Identity, problems: list[Problem]
) -> tuple[dict[str, Any], list[Entity]]:
    """Check the CTIDs of a document; return its primary node and all its entities.

    Where a CTID is missing or malformed, another one takes its place, so that the rest of the
    document can be checked; `walk.stand_ins` holds these.
    """
    found = walk.entities or [_without_ctid(value, walk, problems)]
    seen: set[Ctid] = set()
    for node, at in found:
        _check_ctid(node, at, walk, identity, seen, problems)
    _map_pages(found, walk, identity, problems)
    primary, at = _primary(value, found, walk, identity, problems)
    others = [(node, place) for node, place in found if node is not primary]
    for node, place in others:
        if not vocabulary().is_a(present_class(type_of(node)), *PARTS):
            problems.append(
                Problem(
                    f"{node['ceterms:ctid']} is a {type_of(node) or 'thing without a class'}: "
                    "only the parts of a framework, scheme, pathway or rubric may stand beside the "
                    "primary entity with a CTID.",
                    "Publish it in a document of its own.",
                    pointer(place),
                )
            )
    if not type_of(primary) and pointer((at, "@type")) not in {one.pointer for one in problems}:
        problems.append(
            Problem(
                "The primary entity has no @type.",
                "Name its class, such as ceterms:Certificate.",
                pointer((at, "@type")),
            )
        )
    return primary, [
        Entity(node["ceterms:ctid"], type_of(node), pointer(place))
        for node, place in ((primary, at), *others)
    ]


def _without_ctid(
    value: dict[str, Any], walk: Canonicaliser, problems: list[Problem]
) -> tuple[dict[str, Any], Place]:
    """Return the first node of a document that has no CTID, and report that."""
    node, at = walk.nodes[0]
    problems.append(
        Problem(
            "No entity in the document has a ceterms:ctid.",
            "Give the primary entity a CTID: 'ce-' and a lower-case UUID.",
            "/@graph/0/ceterms:ctid" if "@graph" in value else "/ceterms:ctid",
        )
    )
    node["ceterms:ctid"] = _stand_in(0, walk)
    node.setdefault("@id", f"_:{node['ceterms:ctid']}")
    return node, at


def _stand_in(number: int, walk: Canonicaliser) -> Ctid:
    """Return a CTID that takes the place of one that is missing or malformed, and note it."""
    record = ctid.canonical(f"ce-00000000-0000-4000-8000-{number:012x}")
    walk.stand_ins.add(record)
    return record


def _check_ctid(
    node: dict[str, Any],
    at: Place,
    walk: Canonicaliser,
    identity: Identity,
    seen: set[Ctid],
    problems: list[Problem],
) -> None:
    """Bring a node's CTID to its canonical form; report a malformed or repeated one."""
    given = _single(node["ceterms:ctid"])
    try:
        record = ctid.canonical(given) if isinstance(given, str) else None
    except MalformedCtid:
        record = None
    if record is None:
        problems.append(
            Problem(
                f"{given!r} is not a CTID."
                if not isinstance(given, list)
                else "An entity has exactly one CTID.",
                "A CTID is 'ce-' and a UUID of 36 characters, in lower case.",
                pointer((at, "ceterms:ctid")),
            )
        )
        record = _stand_in(len(seen), walk)
        node.setdefault("@id", f"_:{record}")
    elif record in seen:
        problems.append(
            Problem(
                f"The CTID {record} stands on two entities.",
                "Give every entity its own.",
                pointer((at, "ceterms:ctid")),
            )
        )
    seen.add(record)
    node["ceterms:ctid"] = record
    node.setdefault("@id", identity.resource(record))


def _single(value: Any) -> Any:
    """Return the one text of a property as expanded JSON-LD writes it; else the value itself."""
    only = value[0] if isinstance(value, list) and len(value) == 1 else value
    return only["@value"] if isinstance(only, dict) and only.keys() == {"@value"} else only


def _map_pages(
    found: list[tuple[dict[str, Any], Place]],
    walk: Canonicaliser,
    identity: Identity,
    problems: list[Problem],
) -> None:
    """Name entities by their address in this registry; report names that do not fit the CTID.

    An entity that was named by its page elsewhere is the same as that page, and references to it
    lead to the entity.
    """
    moved: dict[str, Iri] = {}
    for node, at in found:
        record, iri = node["ceterms:ctid"], node["@id"]
        address = identity.resource(record)
        if iri == address or record in walk.stand_ins:
            continue
        sent = walk.names.spellings.get(iri, iri)
        if iri.startswith("_:") or identity.holds(iri):
            message = f"The @id {sent!r} does not match the CTID {record}."
            remedy = f"Write {address}, or correct the CTID."
            problems.append(Problem(message, remedy, pointer((at, "@id"))))
            continue
        moved[iri] = address
        problems.append(
            Problem(
                f"The entity is named by {sent}, which is not its address in this registry. "
                f"It is kept as {address}, the same as {sent} (ceterms:sameAs).",
                "Nothing has to be done. Write that address as @id to have it so.",
                pointer((at, "@id")),
                Severity.WARNING,
            )
        )
        node["ceterms:sameAs"] = [*each(node.get("ceterms:sameAs")), iri]
    if moved:
        walk.rename(moved)


def _primary(
    value: dict[str, Any],
    found: list[tuple[dict[str, Any], Place]],
    walk: Canonicaliser,
    identity: Identity,
    problems: list[Problem],
) -> tuple[dict[str, Any], Place]:
    """Return the entity that the document's @id names, or the first with a CTID."""
    graph = value.get("@id") if "@graph" in value else None
    if graph is None or found[0][0]["ceterms:ctid"] in walk.stand_ins:
        return found[0]
    record = identity.ctid_of(graph) if isinstance(graph, str) else None
    for node, at in found:
        if node["ceterms:ctid"] == record:
            return node, at
    if isinstance(graph, str) and not identity.holds(graph):
        name = identity.graph(found[0][0]["ceterms:ctid"])
        message = f"The document is named by {graph}. It is kept as {name}."
        remedy = "Nothing has to be done. Write that address as @id, or leave @id out."
        problems.append(Problem(message, remedy, "/@id", Severity.WARNING))
        return found[0]
    problems.append(
        Problem(
            f"The document's @id {graph!r} does not match the CTID of its primary entity, "
            f"{found[0][0]['ceterms:ctid']}.",
            f"Write {identity.graph(found[0][0]['ceterms:ctid'])}, or leave @id out.",
            "/@id",
        )
    )
    return found[0]


def ctids_in(value: dict[str, Any], identity: Identity) -> dict[Ctid, str | None]:
    """Return the CTIDs that an unfinished document bears, in its entities or as its own name.

    :returns: each CTID with its JSON Pointer.
    """
    found: dict[Ctid, str | None] = {}
    waiting: list[tuple[Any, Place]] = [(value, ())]
    while waiting:
        item, at = waiting.pop()
        if isinstance(item, list):
            waiting += ((member, (at, index)) for index, member in enumerate(item))
        elif isinstance(item, dict):
            for key, member in item.items():
                if isinstance(member, (dict, list)):
                    waiting.append((member, (at, key)))
                named = isinstance(member, str) and key == "@id" and ("@graph" in item or not at)
                if named and (record := identity.ctid_of(member)):
                    found.setdefault(record, pointer((at, key)))
                for text in each(member) if vocabulary().expand(key) == CTID else ():
                    with suppress(MalformedCtid):
                        found.setdefault(ctid.canonical(str(text)), pointer((at, key)))
    return found
