"""The structure of a published pathway: components, their conditions and order, and levels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Any

from ctgraph.documents.context import inline_prefixes
from ctgraph.documents.node_values import NAMES, shortened, type_of
from ctgraph.documents.quads import to_quads
from ctgraph.errors import NotFound
from ctgraph.identity import Identity
from ctgraph.identity.ctid import is_ctid
from ctgraph.links.components import (
    MOST_STEPS,
    Nodes,
    class_of,
    concept_of,
    key_of,
    operator_of,
    order_of,
    proxies_of,
    required_of,
    values_of,
)
from ctgraph.links.nodes import nodes_of
from ctgraph.pathways.levels import Level, levels_of
from ctgraph.vocab import vocabulary

KINDS = {
    "ceterms:targetComponent": "condition",
    "ceasn:hasChild": "child",
    "ceasn:isChildOf": "child",
}
# JSON cannot be nested as deep as conditions can refer to each other; the edges tell the rest,
# as they do of what exceeds MOST_STEPS.
DEEPEST = 50
MOST_CHARACTERS = 20_000_000
"""Of the names in all edges: things with long names may have many."""


@dataclass(frozen=True)
class Reference:
    """Something that a pathway names; its name is empty where nobody knows it."""

    id: str
    iri: str
    name: str


@dataclass(frozen=True)
class Constraint:
    """A comparison that candidate components must meet; `comparator` is such as "GTEQ"."""

    name: str
    left: str
    comparator: str
    right: str


@dataclass(frozen=True)
class SharedCondition:
    """A condition that the answer describes elsewhere, where it first stands."""

    id: str


@dataclass(frozen=True)
class ComponentCondition:
    """What of other components somebody needs before a component.

    :param operator: "And", "Or", "OnlyOne", or empty without one.
    :param required: how many of the targets are enough, where it says so.
    :param targets: ids of components, also of those that the document lacks.
    """

    id: str
    name: str
    description: str
    operator: str
    required: int | None
    targets: tuple[str, ...]
    conditions: tuple[ComponentCondition | SharedCondition, ...]
    constraints: tuple[Constraint, ...]


@dataclass(frozen=True)
class Component:
    """One step of a pathway.

    :param type: its class as a CURIE.
    :param proxy_for: what it stands for.
    :param levels: IRIs of its progression levels.
    :param precedes: ids of the components it says to precede, or that say so.
    :param children: ids of the components right below it.
    """

    id: str
    iri: str
    type: str
    type_label: str
    name: str
    description: str
    proxy_for: tuple[Reference, ...]
    levels: tuple[str, ...]
    destination: bool
    precedes: tuple[str, ...]
    children: tuple[str, ...]
    conditions: tuple[ComponentCondition | SharedCondition, ...]


@dataclass(frozen=True)
class Order:
    """The component `source` comes before `target`.

    :param kind: why: it "precedes", a "condition" targets it, or it is a "child".
    :param condition: id of the condition; empty for other kinds.
    """

    source: str
    target: str
    kind: str
    condition: str


@dataclass(frozen=True)
class Structure:
    """A pathway, or a set of pathways.

    :param destination: ids of the components where the pathway leads.
    :param pathways: the pathways of a set; empty for a pathway.
    """

    id: str
    iri: str
    name: str
    description: str
    destination: tuple[str, ...]
    levels: tuple[Level, ...]
    components: tuple[Component, ...]
    edges: tuple[Order, ...]
    pathways: tuple[Reference, ...]


def structure_of(
    content: dict[str, Any], identity: Identity, progression: dict[str, Any] | None
) -> Structure:
    """Read the structure of a pathway or a set of pathways.

    :param content: the canonical JSON-LD of its document.
    :param progression: the canonical JSON-LD of its progression model's, if the registry holds it.
    :raises NotFound: when the primary entity is neither.
    """
    primary = content["@graph"][0]
    kind = type_of(primary)
    if not vocabulary().is_a(kind, "ceterms:Pathway", "ceterms:PathwaySet"):
        label = vocabulary().label(kind) if kind else "thing without a class"
        raise NotFound(f"{primary['ceterms:ctid']} is no pathway but a {label}.")
    model = _nodes(progression, identity) if progression else {}
    return _Reader(_nodes(content, identity), identity).structure(primary["ceterms:ctid"], model)


def with_names(structure: Structure, names: Callable[[set[str]], Mapping[str, str]]) -> Structure:
    """Return a structure with the names of what stands in other documents.

    :param names: returns the names of records by their CTIDs, as far as there are any.
    """
    components = structure.components
    found = names(
        {one.id for part in components for one in part.proxy_for if not one.name}
        | {one.id for one in structure.pathways if not one.name}
    )

    def named(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
        return tuple(replace(one, name=one.name or found.get(one.id, "")) for one in references)

    return replace(
        structure,
        pathways=named(structure.pathways),
        components=tuple(replace(part, proxy_for=named(part.proxy_for)) for part in components),
    )


def to_json(structure: Structure) -> dict[str, Any]:
    """Return a structure as it is published in JSON."""
    return asdict(structure, dict_factory=_members)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    spelt = {"type_label": "typeLabel", "proxy_for": "proxyFor"}
    return {spelt.get(key, key): value for key, value in pairs}


class _Reader:
    """Reads the nodes of a pathway's document."""

    def __init__(self, nodes: Nodes, identity: Identity) -> None:
        self._nodes = nodes
        self._identity = identity
        self._left = MOST_STEPS
        self._described: set[str] = set()
        self._here = {key_of(name): name for name, node in nodes.items() if class_of(node)}

    def structure(self, pathway: str, model: Nodes) -> Structure:
        """Return the structure of a pathway that stands among the nodes."""
        node = self._nodes[pathway]
        edges = tuple(dict.fromkeys(self._edges()))
        destination = self._destination(pathway)
        components = tuple(self._components(edges, set(destination)))
        used = [level for component in components for level in component.levels]
        return Structure(
            pathway,
            self._iri(pathway),
            self._text(node, *NAMES),
            self._text(node, "ceterms:description"),
            destination,
            tuple(levels_of({**self._nodes, **model}, used, self._id, self._iri)),
            components,
            edges,
            tuple(map(self._reference, values_of(node, "ceterms:hasPathway"))),
        )

    def _edges(self) -> Iterator[Order]:
        size = 0
        for step in order_of(self._nodes):
            size += len(step.earlier) + len(step.later) + len(step.condition)
            if size > MOST_CHARACTERS:
                return
            yield Order(
                step.earlier, step.later, KINDS.get(step.property, "precedes"), step.condition
            )

    def _destination(self, pathway: str) -> tuple[str, ...]:
        """Return where a pathway leads; of old records that do not say so, the root."""
        node = self._nodes[pathway]
        said_here = self._ids(values_of(node, "ceterms:hasDestinationComponent"))
        said_there = (
            name
            for name in self._here.values()
            if pathway
            in self._ids(values_of(self._nodes[name], "ceterms:isDestinationComponentOf"))
        )
        found = tuple(dict.fromkeys([*said_here, *said_there]))
        return found or self._ids(values_of(node, "ceterms:hasRootComponent"))

    def _components(self, edges: Iterable[Order], destination: set[str]) -> Iterator[Component]:
        precedes: dict[str, list[str]] = defaultdict(list)
        children: dict[str, list[str]] = defaultdict(list)
        for edge in edges:
            if edge.kind == "precedes":
                precedes[edge.source].append(edge.target)
            elif edge.kind == "child":
                children[edge.target].append(edge.source)
        for name in self._here.values():
            node = self._nodes[name]
            kind = class_of(node)
            yield Component(
                name,
                self._iri(name),
                vocabulary().compact(kind),
                vocabulary().label(kind),
                self._text(node, *NAMES),
                self._text(node, "ceterms:description"),
                tuple(map(self._reference, proxies_of(self._nodes, name))),
                tuple(map(self._iri, self._ids(values_of(node, "asn:hasProgressionLevel")))),
                name in destination,
                tuple(precedes[name]),
                tuple(children[name]),
                self._conditions(node, set()),
            )

    def _conditions(
        self, node: Mapping[str, list[str]], seen: set[str], depth: int = 1
    ) -> tuple[ComponentCondition | SharedCondition, ...]:
        """Return the conditions of a node.

        One that was seen further up in the same component is left out, and one that another
        component has too is described once.
        """
        found: list[ComponentCondition | SharedCondition] = []
        for name in values_of(node, "ceterms:hasCondition") if depth <= DEEPEST else ():
            condition = self._nodes.get(name)
            if condition is None or name in seen or self._left <= 0:
                continue
            seen.add(name)
            if name in self._described:
                self._left -= 1
                found.append(SharedCondition(name))
                continue
            self._described.add(name)
            targets = self._ids(values_of(condition, "ceterms:targetComponent"))
            constraints = values_of(condition, "ceterms:hasConstraint")
            self._left -= 1 + len(targets) + len(constraints)
            found.append(
                ComponentCondition(
                    name,
                    self._text(condition, "ceterms:name"),
                    self._text(condition, "ceterms:description"),
                    operator_of(self._nodes, condition),
                    required_of(condition),
                    targets,
                    self._conditions(condition, seen, depth + 1),
                    tuple(map(self._constraint, constraints)),
                )
            )
        return tuple(found)

    def _constraint(self, name: str) -> Constraint:
        node = self._nodes.get(name, {})
        # Conditions may share it.
        return Constraint(
            *map(
                shortened,
                (
                    self._text(node, "ceterms:name"),
                    self._side(node, "ceterms:leftSource"),
                    concept_of(self._nodes, node, "ceterms:comparator"),
                    self._side(node, "ceterms:rightSource"),
                ),
            )
        )

    def _side(self, node: Mapping[str, list[str]], curie: str) -> str:
        return ", ".join(
            value[1:] if value[:1] == '"' else vocabulary().compact(value)
            for value in values_of(node, curie)
        )

    def _reference(self, value: str) -> Reference:
        name = self._id(value)
        text = self._text(self._nodes.get(name, {}), *NAMES)
        return Reference(name, self._iri(name), shortened(text))

    def _ids(self, values: Iterable[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(self._id, values)))

    def _id(self, value: str) -> str:
        """Return the CTID of an IRI in any spelling, or the IRI where it has none."""
        text = value.removeprefix('"')
        return self._here.get(key_of(text)) or self._identity.ctid_of(text) or text

    def _iri(self, name: str) -> str:
        """Return the IRI of an id; a blank node has none."""
        if name.startswith("_:"):
            return ""
        return self._identity.resource(name) if is_ctid(name) else name

    def _text(self, node: Mapping[str, list[str]], *curies: str) -> str:
        values = (value for curie in curies for value in values_of(node, curie))
        return next((value[1:] for value in values if value[:1] == '"'), "")


def _nodes(content: dict[str, Any], identity: Identity) -> Nodes:
    """Return the nodes of canonical JSON-LD."""
    _, prefixes = inline_prefixes(content.get("@context"), [])
    labelled = {**content, "@graph": _labelled(content["@graph"], count())}
    return nodes_of(to_quads(labelled, vocabulary().context, prefixes), identity)


def _labelled(value: Any, numbers: Iterator[int]) -> Any:
    """Label the nodes without an ``@id``: the parser would label them anew in every answer."""
    if isinstance(value, list):
        return [_labelled(item, numbers) for item in value]
    if not isinstance(value, dict):
        return value
    out = {key: _labelled(item, numbers) for key, item in value.items()}
    is_node = "@value" not in out and any(":" in key or key == "@type" for key in out)
    return {"@id": f"_:ctgraph.{next(numbers)}", **out} if is_node else out
