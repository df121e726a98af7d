"""The structure of a pathway as a value: components, their conditions and order, and levels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from ctgraph.identity.ctid import Ctid, NodeId, NoId, is_ctid
from ctgraph.links.components import Operator
from ctgraph.pathways.levels import Level
from ctgraph.rdf.namespaces import Curie, Iri


class OrderKind(StrEnum):
    """The reason why one component comes before another."""

    PRECEDES = "precedes"
    """One of the two says so."""
    CONDITION = "condition"
    """A condition of the later one targets the earlier one."""
    CHILD = "child"
    """The earlier one is right below the later one."""


@dataclass(frozen=True)
class Reference:
    """Something that a pathway names. Its name is empty if the registry does not know it."""

    id: NodeId
    iri: Iri | NoId
    name: str


@dataclass(frozen=True)
class Constraint:
    """A comparison that candidate components must meet, with a comparator such as "GTEQ"."""

    name: str
    left: str
    comparator: str
    right: str


@dataclass(frozen=True)
class SharedCondition:
    """A condition that the answer describes where it first stands."""

    id: NodeId


@dataclass(frozen=True)
class ComponentCondition:
    """The components that are needed before a component.

    :param required: how many of the targets are enough; None if it does not say so.
    :param targets: ids of components, including those that the document lacks.
    """

    id: NodeId
    name: str
    description: str
    operator: Operator
    required: int | None
    targets: tuple[NodeId, ...]
    conditions: tuple[ComponentCondition | SharedCondition, ...]
    constraints: tuple[Constraint, ...]


@dataclass(frozen=True)
class Component:
    """One step of a pathway.

    :param type: its class as a CURIE.
    :param proxy_for: the things that it stands for.
    :param levels: IRIs of its progression levels.
    :param precedes: ids of the components that it precedes, whichever of the two says so.
    :param children: ids of the components right below it.
    """

    id: NodeId
    iri: Iri | NoId
    type: Curie
    type_label: str
    name: str
    description: str
    proxy_for: tuple[Reference, ...]
    levels: tuple[Iri | NoId, ...]
    destination: bool
    precedes: tuple[NodeId, ...]
    children: tuple[NodeId, ...]
    conditions: tuple[ComponentCondition | SharedCondition, ...]


@dataclass(frozen=True)
class Order:
    """The component `source` comes before `target`.

    :param condition: id of the condition; empty for the other kinds.
    """

    source: NodeId
    target: NodeId
    kind: OrderKind
    condition: NodeId | NoId


@dataclass(frozen=True)
class Structure:
    """A pathway, or a set of pathways.

    :param destination: ids of the components where the pathway leads.
    :param pathways: the pathways of a set; empty for a pathway.
    """

    id: NodeId
    iri: Iri | NoId
    name: str
    description: str
    destination: tuple[NodeId, ...]
    levels: tuple[Level, ...]
    components: tuple[Component, ...]
    edges: tuple[Order, ...]
    pathways: tuple[Reference, ...]


def with_names(structure: Structure, names: Callable[[set[Ctid]], Mapping[Ctid, str]]) -> Structure:
    """Return a structure with the names of the things that other documents describe.

    :param names: returns the names of records by their CTIDs; it leaves out unknown ones.
    """
    components = structure.components
    mentioned = [one for part in components for one in part.proxy_for] + [*structure.pathways]
    found = names({one.id for one in mentioned if not one.name and is_ctid(one.id)})

    def named(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
        return tuple(
            replace(one, name=found.get(one.id, "")) if not one.name and is_ctid(one.id) else one
            for one in references
        )

    return replace(
        structure,
        pathways=named(structure.pathways),
        components=tuple(replace(part, proxy_for=named(part.proxy_for)) for part in components),
    )


def to_json(structure: Structure) -> dict[str, Any]:
    """Return a structure as a JSON object."""
    return asdict(structure, dict_factory=_members)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    spelt = {"type_label": "typeLabel", "proxy_for": "proxyFor"}
    return {spelt.get(key, key): value for key, value in pairs}
