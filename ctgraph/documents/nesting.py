"""One entity of a document as JSON-LD, with the blank nodes that it leads to nested in it.

A blank node stands where it is first mentioned; every further mention refers to it. So the entity
is never much larger than its document, however often its nodes mention each other.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from ctgraph.documents.context import IRI_COERCIONS
from ctgraph.documents.node_values import each
from ctgraph.rdf.namespaces import Iri
from ctgraph.vocab import vocabulary

MAX_NESTED_LEVELS = 60
"""Levels of nesting in an entity: JSON cannot be nested without end. Deeper nodes stand in
``@included`` (JSON-LD 1.1, section 4.7), beside the properties of the entity."""

Node = dict[str, Any]


def entity_json(content: Node, iri: Iri) -> Node:
    """Return one entity of a decoded document as JSON-LD 1.1.

    :raises KeyError: when the document has no such entity.
    """
    node = _find(content["@graph"], iri)
    if node is None:
        raise KeyError(iri)
    return {"@context": content["@context"], **_Nester(content["@graph"], iri).entity(node)}


def _find(nodes: Iterable[Any], iri: Iri) -> Node | None:
    """Find the node that describes `iri`, at the top or nested."""
    for node in nodes:
        if isinstance(node, dict):
            if node.get("@id") == iri and "ceterms:ctid" in node:
                return node
            found = _find(node.values(), iri)
        else:
            found = _find(node, iri) if isinstance(node, list) else None
        if found:
            return found
    return None


class _Nester:
    """Nests the blank nodes of one document into one of its entities."""

    def __init__(self, graph: list[Any], iri: Iri) -> None:
        self._graph = graph
        self._iri = iri
        self._placed: set[str] = set()
        self._waiting: deque[str] = deque()

    def entity(self, node: Node) -> Node:
        """Return the entity with everything nested in it."""
        out = self._properties(node, 1)
        included = []
        while self._waiting:
            included.append(self._described(self._waiting.popleft(), 2))
        return out | {"@included": included} if included else out

    def _properties(self, node: Node, depth: int) -> Node:
        return {
            key: value if key.startswith("@") else self._value(key, value, depth + 1)
            for key, value in node.items()
        }

    def _value(self, key: str, value: Any, depth: int) -> Any:
        if isinstance(value, list):
            return [self._value(key, item, depth + 1) for item in value]
        if isinstance(value, str):
            return self._mentioned(value, depth) if value[:2] == "_:" and _refers(key) else value
        if not isinstance(value, dict) or "@value" in value or _is_text(key):
            return value
        label = value.get("@id")
        if isinstance(label, str) and label.startswith("_:"):
            return self._mentioned(label, depth)
        if label == self._iri and "ceterms:ctid" in value:  # a circle
            return {"@id": label}
        return self._properties(value, depth)

    def _mentioned(self, label: str, depth: int) -> Node:
        if label in self._placed or label not in self._described_nodes:
            return {"@id": label}
        self._placed.add(label)
        if depth > MAX_NESTED_LEVELS:
            self._waiting.append(label)
            return {"@id": label}
        return self._described(label, depth)

    def _described(self, label: str, depth: int) -> Node:
        return self._properties(joined(self._described_nodes[label]), depth)

    @cached_property
    def _described_nodes(self) -> dict[str, list[Node]]:
        return described_nodes(self._graph)


def described_nodes(graph: list[Any]) -> dict[str, list[Node]]:
    """Return the nodes of a document that say something, by the labels of what they describe."""
    found: dict[str, list[Node]] = defaultdict(list)
    for node in _nodes(graph):
        label = node.get("@id")
        if isinstance(label, str) and len(node) > 1:
            found[label].append(node)
    return dict(found)


def _nodes(value: Any) -> Iterator[Node]:
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += reversed(value.values())
        elif isinstance(value, list):
            waiting += reversed(value)


def joined(nodes: list[Node]) -> Node:
    """Return several nodes that describe the same thing as one node."""
    out = nodes[0]
    for node in nodes[1:]:
        twice = {
            key: [*single_values(key, out[key]), *single_values(key, value)]
            for key, value in node.items()
            if key in out and key != "@id"
        }
        out = {**out, **node, **twice}
    return out


def single_values(key: str, value: Any) -> list[Any]:
    """Return the values of a property one by one: those of a language map as value objects."""
    if not isinstance(value, dict) or not _is_text(key):
        return each(value)
    return [
        text if language == "@none" else {"@value": text, "@language": language}
        for language, texts in value.items()
        for text in each(texts)
    ]


def _refers(key: str) -> bool:
    """Tell whether the strings of a property name nodes and are not texts."""
    return _defined(key).get("@type") in IRI_COERCIONS


def _is_text(key: str) -> bool:
    return _defined(key).get("@container") == "@language"


def _defined(key: str) -> dict[str, Any]:
    definition = vocabulary().context.get(key)
    return definition if isinstance(definition, dict) else {}
