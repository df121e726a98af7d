"""The order inside of pathways: which component of a document precedes which.

CTDL says it in several ways. All of them count. The nodes have the present names of properties
(:func:`ctgraph.links.nodes.nodes_of`).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from itertools import islice

from ctgraph.documents.iris import IRI
from ctgraph.identity import ctid
from ctgraph.identity.ctid import NodeId, NoId
from ctgraph.links.nodes import Node, Nodes, Text, Value, names_in, spelling_of, types_of
from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.vocab import vocabulary

_FORWARD = (Curie("ceterms:precedes"), Curie("ceasn:isChildOf"))
"""The properties by which the earlier component names the later one."""
_BACKWARD = (Curie("ceterms:precededBy"), Curie("ceterms:prerequisite"), Curie("ceasn:hasChild"))
"""The properties by which the later component names the earlier one."""
_TARGET = Curie("ceterms:targetComponent")
# The vocabulary does not say that the last two are components.
_CLASSES = ("ceterms:PathwayComponent", "ceterms:CollectionComponent", "ceterms:MultiComponent")
_PROXIES = ("ceterms:proxyFor", "ceterms:proxyForItems", "ceterms:sourceData")
"""The properties that name the thing that a component stands for."""
MAX_PATHWAY_STEPS = 100_000
"""Conditions followed in one document, and steps read of it. Components may share conditions, and
conditions targets: without a bound, a document of some megabytes takes hours to read. Real pathways
stay far below."""
_CTID = re.compile(rf"(?:^|/)({ctid.PATTERN})/?\Z", re.IGNORECASE)
_NUMBER = re.compile("0*([1-9][0-9]{0,8})")


class Operator(StrEnum):
    """How a condition joins its targets and its nested conditions."""

    AND = "And"
    OR = "Or"
    ONLY_ONE = "OnlyOne"
    NONE = ""


_OPERATORS = {operator.lower(): operator for operator in Operator}


@dataclass(frozen=True)
class Step:
    """One statement of the document that one component precedes another.

    :param earlier: the name of the earlier component among the nodes; `later` of the later one.
    :param property: the property that says it, as a CURIE.
    :param condition: the component condition that targets the earlier one; empty without one.
    :param group: the outermost condition around it that leaves a choice. Some of the steps to
        `later` with this group are enough. Empty where nothing leaves a choice.
    :param required: how many targets of `condition` are enough, if it says so.
    """

    earlier: NodeId
    later: NodeId
    property: Curie
    condition: NodeId | NoId = ""
    group: NodeId | NoId = ""
    required: int | None = None


def order_of(nodes: Nodes) -> Iterator[Step]:
    """Return the statements that one component of a document precedes another.

    Components that the document only refers to take no part, nor does the pathway itself. At most
    MAX_PATHWAY_STEPS conditions are followed and as many steps returned.
    """
    return islice(_steps(nodes), MAX_PATHWAY_STEPS)


def _steps(nodes: Nodes) -> Iterator[Step]:
    components = {key_of(subject): subject for subject, node in nodes.items() if class_of(node)}
    read = cache(partial(_condition, nodes, components))
    budget = iter(range(MAX_PATHWAY_STEPS))
    for subject in components.values():
        node = nodes[subject]
        for curie in _FORWARD:
            for other in _known(components, values_of(node, curie)):
                if other != subject:
                    yield Step(subject, other, curie)
        for curie in _BACKWARD:
            for other in _known(components, values_of(node, curie)):
                if other != subject:
                    yield Step(other, subject, curie)
        conditions = names_in(values_of(node, "ceterms:hasCondition"))
        yield from _conditional(conditions, subject, read, budget)


def proxies_of(nodes: Nodes, component: NodeId) -> list[str]:
    """Return the IRIs that a component stands for, as the document spells them."""
    node = nodes.get(component, {})
    found = [value for curie in _PROXIES for value in values_of(node, curie)]
    return list(
        dict.fromkeys(
            spelling_of(value)
            for value in found
            if not isinstance(value, Text) or IRI.fullmatch(value.lexical)
        )
    )


@dataclass(frozen=True)
class _Condition:
    """A component condition.

    :param leaves_choice: a part of its targets and nested conditions is enough.
    :param targets: names of the components that it targets; `nested` of the conditions in it.
    """

    leaves_choice: bool
    required: int | None
    targets: tuple[NodeId, ...]
    nested: tuple[NodeId, ...]


def _condition(nodes: Nodes, components: dict[str, NodeId], name: NodeId) -> _Condition:
    node = nodes.get(name, {})
    targets = values_of(node, _TARGET)
    nested = values_of(node, "ceterms:hasCondition")
    required = required_of(node)
    # A required number counts the targets, or the nested conditions where there are no targets.
    some = required is not None and required < len(targets or nested)
    chooses = operator_of(nodes, node) in (Operator.OR, Operator.ONLY_ONE)
    either = chooses and len(targets) + len(nested) > 1
    known = _known(components, targets)
    return _Condition(some or either, required, known, tuple(names_in(nested)))


def _conditional(
    conditions: Iterable[NodeId],
    later: NodeId,
    read: Callable[[NodeId], _Condition],
    budget: Iterator[int],
) -> Iterator[Step]:
    """Yield the steps that the conditions of a component make, each condition once."""
    waiting: deque[tuple[NodeId, NodeId | NoId]] = deque((name, "") for name in conditions)
    seen: set[NodeId] = set()
    while waiting and next(budget, None) is not None:
        name, group = waiting.popleft()
        if name in seen:
            continue
        seen.add(name)
        condition = read(name)
        if condition.leaves_choice and not group:
            group = name
        for earlier in condition.targets:
            if earlier != later:
                yield Step(earlier, later, _TARGET, name, group, condition.required)
        # Conditions that leave no choice come first, so that no choice hides them.
        queue = waiting.extend if group else waiting.extendleft
        queue((inner, group) for inner in condition.nested)


def operator_of(nodes: Nodes, condition: Node) -> Operator:
    """Return the logical operator of a condition."""
    concept = concept_of(nodes, condition, "ceterms:logicalOperator")
    return _OPERATORS.get(concept.lower(), Operator.NONE)


def concept_of(nodes: Nodes, node: Node, curie: str) -> str:
    """Return the local name of a node's first concept of a property, or of its alignment object."""
    value = next(iter(values_of(node, curie)), Text(""))
    aligned = nodes.get(value, {}) if isinstance(value, str) else {}
    named = (
        values_of(aligned, "ceterms:targetNode")
        or values_of(aligned, "ceterms:targetNodeName")
        or [value]
    )
    return re.split("[/#:]", spelling_of(named[0]))[-1]


def required_of(condition: Node) -> int | None:
    """Return the required number of a condition, or None without one that can be used."""
    value = next(iter(values_of(condition, "ceterms:requiredNumber")), None)
    match = _NUMBER.fullmatch(value.lexical) if isinstance(value, Text) else None
    return int(match[1]) if match else None


def _known(components: dict[str, NodeId], values: list[Value]) -> tuple[NodeId, ...]:
    """Return the components of the document among some values, each once."""
    keys = dict.fromkeys(map(key_of, values))
    return tuple(components[key] for key in keys if key in components)


def key_of(value: str | Text) -> str:
    """Return a key that is the same for all spellings of the IRI of a thing.

    No context defines the legacy properties, so their values are texts and not canonical.
    """
    spelt = spelling_of(value)
    match = _CTID.search(spelt)
    return match[1].lower() if match else spelt


def values_of(node: Node, curie: str) -> list[Value]:
    """Return a node's values of a property."""
    return node.get(_iri(curie), [])


@cache
def _iri(curie: str) -> Iri:
    return vocabulary().expand(curie)


@cache
def component_classes() -> frozenset[Iri]:
    """Return the IRIs of the classes of pathway components."""
    return frozenset().union(*map(vocabulary().subclasses, _CLASSES))


def class_of(node: Node) -> Iri:
    """Return the class (an IRI) that makes a node a component; empty for other nodes."""
    classes = component_classes()
    return next((kind for kind in types_of(node) if kind in classes), Iri(""))
