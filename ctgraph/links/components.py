"""The order inside of pathways: which component of a document precedes which.

Read from the nodes of one document. CTDL says it in several ways, some of them spellings of the
past that published records still use; all of them count.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice

from ctgraph.documents.iris import IRI
from ctgraph.identity import ctid
from ctgraph.vocab import vocabulary

Nodes = Mapping[str, Mapping[str, list[str]]]
"""The nodes of a document: their properties (IRIs) with all values.

Subjects and values are CTIDs, IRIs, or blank nodes as ``_:label``; a literal is its lexical value
behind a quotation mark: ``"2`` for the number 2.
"""

FORWARD = ("ceterms:precedes", "ceterms:preceeds", "ceasn:isChildOf")
BACKWARD = ("ceterms:precededBy", "ceterms:prerequisite", "ceasn:hasChild")
# The vocabulary forgets to say that the last two are components.
CLASSES = ("ceterms:PathwayComponent", "ceterms:CollectionComponent", "ceterms:MultiComponent")
PROXIES = ("ceterms:proxyFor", "ceterms:proxyForItems", "ceterms:sourceData")
OPERATORS = {"and": "And", "or": "Or", "onlyone": "OnlyOne"}
# Components may share conditions and conditions targets: without a bound, what a document of some
# megabytes says takes hours to tell. Real pathways stay far below.
MOST_STEPS = 100_000
_CTID = re.compile(rf"(?:^|/)({ctid.PATTERN})/?\Z", re.IGNORECASE)
_NUMBER = re.compile('"0*([1-9][0-9]{0,8})')


@dataclass(frozen=True)
class Step:
    """One component preceding another, as one statement of the document has it.

    :param earlier: subject of the earlier component among the nodes; `later` of the later one.
    :param property: the property that says it, as a CURIE.
    :param condition: the component condition that the earlier one is a target of; empty without.
    :param group: the outermost condition around it that leaves a choice: of all the steps to
        `later` with this group some are enough. Empty where nothing leaves a choice.
    :param required: how many targets of `condition` are enough, where it says so.
    """

    earlier: str
    later: str
    property: str
    condition: str = ""
    group: str = ""
    required: int | None = None


def order_of(nodes: Nodes) -> Iterator[Step]:
    """Return the statements that one component of a document precedes another.

    A component that the document only refers to takes no part, nor does the pathway itself. At
    most MOST_STEPS conditions are followed, and as many steps returned.
    """
    return islice(_steps(nodes), MOST_STEPS)


def _steps(nodes: Nodes) -> Iterator[Step]:
    components = {key_of(subject): subject for subject, node in nodes.items() if class_of(node)}
    read = cache(partial(_condition, nodes, components))
    budget = iter(range(MOST_STEPS))
    for subject in components.values():
        node = nodes[subject]
        for curie in FORWARD:
            for other in _known(components, values_of(node, curie)):
                if other != subject:
                    yield Step(subject, other, curie)
        for curie in BACKWARD:
            for other in _known(components, values_of(node, curie)):
                if other != subject:
                    yield Step(other, subject, curie)
        yield from _conditional(values_of(node, "ceterms:hasCondition"), subject, read, budget)


def proxies_of(nodes: Nodes, component: str) -> list[str]:
    """Return what a component stands for, spelt as in the document; texts only if they are IRIs."""
    node = nodes.get(component, {})
    found = [value for curie in PROXIES for value in values_of(node, curie)]
    return list(
        dict.fromkeys(
            value.removeprefix('"')
            for value in found
            if value[:1] != '"' or IRI.fullmatch(value[1:])
        )
    )


@dataclass(frozen=True)
class _Condition:
    """A component condition: whether less than all of what it names is enough, and what it names.

    :param targets: subjects of the components that it targets.
    """

    leaves_choice: bool
    required: int | None
    targets: tuple[str, ...]
    nested: tuple[str, ...]


def _condition(nodes: Nodes, components: dict[str, str], name: str) -> _Condition:
    node = nodes.get(name, {})
    targets = values_of(node, "ceterms:targetComponent")
    nested = values_of(node, "ceterms:hasCondition")
    required = required_of(node)
    # A required number counts the targets; a condition without any counts its nested conditions.
    some = required is not None and required < len(targets or nested)
    either = operator_of(nodes, node) in ("Or", "OnlyOne") and len(targets) + len(nested) > 1
    return _Condition(some or either, required, _known(components, targets), tuple(nested))


def _conditional(
    conditions: Iterable[str], later: str, read: Callable[[str], _Condition], budget: Iterator[int]
) -> Iterator[Step]:
    """Yield the steps that the conditions of a component make, each condition once."""
    waiting = deque((name, "") for name in conditions)
    seen: set[str] = set()
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
                yield Step(
                    earlier, later, "ceterms:targetComponent", name, group, condition.required
                )
        # What is needed in any case comes first: no choice may hide it.
        queue = waiting.extend if group else waiting.extendleft
        queue((inner, group) for inner in condition.nested)


def operator_of(nodes: Nodes, condition: Mapping[str, list[str]]) -> str:
    """Return the logical operator of a condition: "And", "Or", "OnlyOne", or empty without one."""
    return OPERATORS.get(concept_of(nodes, condition, "ceterms:logicalOperator").lower(), "")


def concept_of(nodes: Nodes, node: Mapping[str, list[str]], curie: str) -> str:
    """Return the local name of a node's first concept of a property, or of its alignment object."""
    value = next(iter(values_of(node, curie)), "")
    aligned = nodes.get(value, {})
    named = (
        values_of(aligned, "ceterms:targetNode")
        or values_of(aligned, "ceterms:targetNodeName")
        or [value]
    )
    return re.split('["/#:]', named[0])[-1]


def required_of(condition: Mapping[str, list[str]]) -> int | None:
    """Return the required number of a condition, or None without one that can be used."""
    match = _NUMBER.fullmatch(next(iter(values_of(condition, "ceterms:requiredNumber")), ""))
    return int(match[1]) if match else None


def _known(components: dict[str, str], values: list[str]) -> tuple[str, ...]:
    """Return the components of the document among some values, each once."""
    keys = dict.fromkeys(map(key_of, values))
    return tuple(components[key] for key in keys if key in components)


def key_of(value: str) -> str:
    """Return what identifies a thing in any spelling of its IRI.

    No context defines the legacy properties, so their values are texts and not canonical.
    """
    match = _CTID.search(value)
    return match[1].lower() if match else value.removeprefix('"')


def values_of(node: Mapping[str, list[str]], curie: str) -> list[str]:
    """Return a node's values of a property."""
    return node.get(_iri(curie), [])


@cache
def _iri(curie: str) -> str:
    return vocabulary().expand(curie)


@cache
def component_classes() -> frozenset[str]:
    """Return the IRIs of the classes of pathway components."""
    return frozenset().union(*map(vocabulary().subclasses, CLASSES))


def class_of(node: Mapping[str, list[str]]) -> str:
    """Return the class (an IRI) that makes a node a component; empty for other nodes."""
    classes = component_classes()
    return next((kind for kind in values_of(node, "rdf:type") if kind in classes), "")
