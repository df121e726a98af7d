"""Statements about the records of others, and the owners that a document names.

A document describes its own entities, their fragments, blank nodes, and things outside of this
registry. It may refer to whatever else has an address in this registry, but not describe it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ctgraph.documents.canonicaliser import Canonicaliser, Found
from ctgraph.documents.json_text import Place, pointer
from ctgraph.documents.node_values import each
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.problem import Problem, Severity
from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab import vocabulary

OWNING = (
    "ceterms:ownedBy",
    "ceterms:offeredBy",
    "ceasn:publisher",
    "ceasn:creator",
    "ceasn:author",
    "ceterms:assertedBy",
    "ceterms:conditionManifestOf",
    "ceterms:costManifestOf",
    "qdata:dataProvider",
    "ceterms:actingAgent",
)
_OWNING = {vocabulary().expand(name): Curie(name) for name in OWNING}
_REMEDY = (
    "Refer to it by its @id alone. To say something about it, publish a statement of your own, "
    "such as a ceterms:RecognizeAction that has it as its ceterms:object."
)


@dataclass(frozen=True)
class Naming:
    """A place where an entity names its owner, offerer, publisher or the like.

    :param property: one of :data:`OWNING`.
    :param ctid: the CTID that it names; None for a value that is not a record of this registry.
    :param primary: whether the entity is the primary one.
    :param acting: whether it names the agent of an action.
    """

    property: Curie
    ctid: Ctid | None
    pointer: str
    primary: bool
    acting: bool


def about_others(nodes: Iterable[Found], own: set[Ctid], identity: Identity) -> list[Found]:
    """Return the nodes that describe things which are not the document's own.

    :param own: the CTIDs of the document's entities.
    """
    return [
        (node, at)
        for node, at in nodes
        if len(node) > 1
        and "ceterms:ctid" not in node  # an entity: the ledger decides who may bear its CTID
        and isinstance(iri := node.get("@id"), str)
        and identity.holds(iri)
        and identity.ctid_of(iri.partition("#")[0]) not in own
    ]


def refusal(node: dict[str, Any], at: Place, spellings: dict[str, str]) -> Problem:
    """Return the problem of a statement about the record of another.

    :param spellings: the IRIs that were brought to another form, each with what was sent.
    """
    sent = spellings.get(node["@id"], node["@id"])
    return Problem(f"This document may not describe {sent}.", _REMEDY, pointer(at))


def leave_out(
    found: list[Found], nodes: list[dict[str, Any]], spellings: dict[str, str]
) -> list[Problem]:
    """Reduce nodes of a document to bare references; return a warning for each.

    Nodes with names of their own that are nested in such a node move to the top level.

    :param nodes: the top-level nodes of the document; those that were nested are added.
    :param spellings: the IRIs that were brought to another form, each with what was sent.
    """
    others = {id(node) for node, _ in found}
    warnings = []
    for node, at in found:
        iri = node["@id"]
        sent = spellings.get(iri, iri)
        message = f"The description of {sent} was left out: it is not this document's own."
        warnings.append(Problem(message, _REMEDY, pointer(at), Severity.WARNING))
        nodes += _named_in(list(node.values()), others)
        node.clear()
        node["@id"] = iri
    return warnings


def _named_in(value: Any, others: set[int]) -> Iterator[dict[str, Any]]:
    """Yield the described nodes with a name, except those that are left out themselves."""
    if isinstance(value, list):
        for item in value:
            yield from _named_in(item, others)
    elif isinstance(value, dict) and id(value) not in others:
        if "@id" in value and len(value) > 1:
            yield value
        else:
            yield from _named_in(list(value.values()), others)


def namings(walk: Canonicaliser, primary: Ctid, own: set[Ctid], identity: Identity) -> list[Naming]:
    """Return the places where entities name owners, those of the primary one first.

    :param primary: the CTID of the primary entity.
    :param own: the CTIDs of all entities.
    """
    iris = {identity.resource(record): record for record in own}
    spoken = [(node, at, iris[node["@id"]]) for node, at in walk.nodes if node.get("@id") in iris]
    acts = any(
        vocabulary().is_a(str(kind), "ceterms:CredentialingAction")
        for node, _, record in spoken
        if record == primary
        for kind in each(node.get("@type"))
    )
    found = [
        Naming(
            name,
            _named(value, identity),
            pointer(place),
            record == primary,
            acts and record == primary and name == "ceterms:actingAgent",
        )
        for node, at, record in spoken
        for key in node
        if (name := _OWNING.get(walk.names.expanded(key)))
        for value, place in _values(node[key], (at, walk.sent.get(id(node), {}).get(key, key)))
    ]
    return sorted(found, key=lambda one: (not one.primary, OWNING.index(one.property)))


def _values(value: Any, at: Place) -> Iterator[tuple[Any, Place]]:
    """Yield the values of a property with their places; arrays in arrays are one array."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _values(item, (at, index))
    elif value is not None:
        yield value, at


def _named(value: Any, identity: Identity) -> Ctid | None:
    iri = value.get("@id") if isinstance(value, dict) else value
    return identity.leads_to(iri) if isinstance(iri, str) else None
