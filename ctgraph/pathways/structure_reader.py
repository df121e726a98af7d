"""The structure of a pathway, read from its document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from ctgraph.documents.context import inline_prefixes
from ctgraph.documents.node_values import NAMES, shortened, type_of
from ctgraph.documents.quads import to_quads
from ctgraph.errors import NotFound
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, NodeId, NoId
from ctgraph.links.components import (
    MAX_PATHWAY_STEPS,
    class_of,
    concept_of,
    key_of,
    operator_of,
    order_of,
    proxies_of,
    required_of,
    values_of,
)
from ctgraph.links.nodes import Node, Nodes, Text, Value, names_in, nodes_of, spelling_of, texts_in
from ctgraph.pathways.levels import levels_of
from ctgraph.pathways.structure import (
    Component,
    ComponentCondition,
    Constraint,
    Order,
    OrderKind,
    Reference,
    SharedCondition,
    Structure,
)
from ctgraph.rdf.namespaces import Iri
from ctgraph.vocab import vocabulary

_KINDS = {
    "ceterms:targetComponent": OrderKind.CONDITION,
    "ceasn:hasChild": OrderKind.CHILD,
    "ceasn:isChildOf": OrderKind.CHILD,
}
"""The reason why one component comes before another, for properties other than `precedes`."""
MAX_NESTED_CONDITIONS = 50
"""Levels of conditions within conditions. JSON cannot be nested as deep as conditions can refer to
each other. The edges have the rest."""
MAX_EDGE_CHARACTERS = 20_000_000
"""Characters of the ids in all edges together, since things with long ids may have many edges."""


def structure_of(
    content: dict[str, Any], identity: Identity, progression: dict[str, Any] | None
) -> Structure:
    """Read the structure of a pathway or a set of pathways.

    :param content: the canonical JSON-LD of its document.
    :param progression: the canonical JSON-LD of its progression model, if the registry holds it.
    :raises NotFound: when the primary entity is neither of them.
    """
    primary = content["@graph"][0]
    kind = type_of(primary)
    if not vocabulary().is_a(kind, "ceterms:Pathway", "ceterms:PathwaySet"):
        label = vocabulary().label(kind) if kind else "thing without a class"
        raise NotFound(f"{primary['ceterms:ctid']} is a {label} and not a pathway.")
    model = _nodes(progression, identity) if progression else {}
    reader = _StructureReader(_nodes(content, identity), identity)
    return reader.structure(primary["ceterms:ctid"], model)


class _StructureReader:
    """Reads the nodes of a pathway's document."""

    def __init__(self, nodes: Nodes, identity: Identity) -> None:
        self._nodes = nodes
        self._identity = identity
        self._left = MAX_PATHWAY_STEPS
        self._described: set[NodeId] = set()
        self._here = {key_of(name): name for name, node in nodes.items() if class_of(node)}

    def structure(self, pathway: Ctid, model: Nodes) -> Structure:
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
            if size > MAX_EDGE_CHARACTERS:
                return
            kind = _KINDS.get(step.property, OrderKind.PRECEDES)
            yield Order(step.earlier, step.later, kind, step.condition)

    def _destination(self, pathway: Ctid) -> tuple[NodeId, ...]:
        """Return where a pathway leads. Old records that do not say so have a root instead."""
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

    def _components(self, edges: Iterable[Order], destination: set[NodeId]) -> Iterator[Component]:
        precedes: dict[NodeId, list[NodeId]] = defaultdict(list)
        children: dict[NodeId, list[NodeId]] = defaultdict(list)
        for edge in edges:
            if edge.kind == OrderKind.PRECEDES:
                precedes[edge.source].append(edge.target)
            elif edge.kind == OrderKind.CHILD:
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
        self, node: Node, seen: set[NodeId], depth: int = 1
    ) -> tuple[ComponentCondition | SharedCondition, ...]:
        """Return the conditions of a node.

        A condition that was seen further up in the same component is left out. One that another
        component has too is described once.
        """
        found: list[ComponentCondition | SharedCondition] = []
        if depth > MAX_NESTED_CONDITIONS:
            return ()
        for name in names_in(values_of(node, "ceterms:hasCondition")):
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
            constraints = list(names_in(values_of(condition, "ceterms:hasConstraint")))
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

    def _constraint(self, name: NodeId) -> Constraint:
        node = self._nodes.get(name, {})
        # Many conditions may share one constraint, so its texts must be short.
        return Constraint(
            shortened(self._text(node, "ceterms:name")),
            shortened(self._side(node, "ceterms:leftSource")),
            shortened(concept_of(self._nodes, node, "ceterms:comparator")),
            shortened(self._side(node, "ceterms:rightSource")),
        )

    def _side(self, node: Node, curie: str) -> str:
        return ", ".join(
            value.lexical if isinstance(value, Text) else vocabulary().compact(value)
            for value in values_of(node, curie)
        )

    def _reference(self, value: str | Text) -> Reference:
        name = self._id(value)
        text = self._text(self._nodes.get(name, {}), *NAMES)
        return Reference(name, self._iri(name), shortened(text))

    def _ids(self, values: Iterable[Value]) -> tuple[NodeId, ...]:
        return tuple(dict.fromkeys(map(self._id, values)))

    def _id(self, value: str | Text) -> NodeId:
        """Return the CTID of an IRI in any spelling, or the IRI where it has none."""
        text = spelling_of(value)
        return self._here.get(key_of(text)) or self._identity.ctid_of(text) or Iri(text)

    def _iri(self, name: NodeId) -> Iri | NoId:
        """Return the IRI of an id; a blank node has none."""
        return "" if name.startswith("_:") else Iri(self._identity.node(name))

    def _text(self, node: Node, *curies: str) -> str:
        return next((text for curie in curies for text in texts_in(values_of(node, curie))), "")


def _nodes(content: dict[str, Any], identity: Identity) -> Nodes:
    """Return the nodes of canonical JSON-LD."""
    _, prefixes = inline_prefixes(content.get("@context"), [])
    labelled = {**content, "@graph": _labelled(content["@graph"], count())}
    return nodes_of(to_quads(labelled, vocabulary().context, prefixes), identity)


def _labelled(value: Any, numbers: Iterator[int]) -> Any:
    """Label the nodes without an ``@id``, which the parser would label anew in every answer."""
    if isinstance(value, list):
        return [_labelled(item, numbers) for item in value]
    if not isinstance(value, dict):
        return value
    out = {key: _labelled(item, numbers) for key, item in value.items()}
    is_node = "@value" not in out and any(":" in key or key == "@type" for key in out)
    return {"@id": f"_:ctgraph.{next(numbers)}", **out} if is_node else out
