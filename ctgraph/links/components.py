"""The order inside of pathways: which component of a document precedes which.

Read from the nodes of one document. CTDL says it in several ways, some of them spellings of the
past that published records still use; all of them count.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice

from ctgraph import ctid
from ctgraph.jsonld import IRI
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
MOST_CONDITIONS = 1000
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

    A component that the document only refers to takes no part, nor does the pathway itself. Of a
    component at most MOST_CONDITIONS conditions count, of a document at most MOST_STEPS steps.
    """
    return islice(_steps(nodes), MOST_STEPS)


def _steps(nodes: Nodes) -> Iterator[Step]:
    components = {key_of(subject): subject for subject, node in nodes.items() if class_of(node)}
    for subject in components.values():
        for curie in FORWARD:
            for other in _known(components, values_of(nodes[subject], curie)):
                if other != subject:
                    yield Step(subject, other, curie)
        for curie in BACKWARD:
            for other in _known(components, values_of(nodes[subject], curie)):
                if other != subject:
                    yield Step(other, subject, curie)
        yield from _conditional(nodes, components, subject)


def proxies_of(nodes: Nodes, component: str) -> list[str]:
    """Return what a component stands for, spelt as in the document; texts only if they are IRIs."""
    node = nodes.get(component, {})
    found = [value for curie in PROXIES for value in values_of(node, curie)]
    return list(dict.fromkeys(
        value.removeprefix('"') for value in found if value[:1] != '"' or IRI.fullmatch(value[1:])
    ))  # fmt: skip


def _conditional(nodes: Nodes, components: dict[str, str], later: str) -> Iterator[Step]:
    """Yield the steps that the conditions of a component make, each condition once."""
    open_ = deque((name, "") for name in values_of(nodes[later], "ceterms:hasCondition"))
    seen: set[str] = set()
    while open_ and len(seen) < MOST_CONDITIONS:
        name, group = open_.popleft()
        if name in seen:
            continue
        seen.add(name)
        condition = nodes.get(name, {})
        if not group and _leaves_choice(nodes, condition):
            group = name
        required = required_of(condition)
        for earlier in _known(components, values_of(condition, "ceterms:targetComponent")):
            if earlier != later:
                yield Step(earlier, later, "ceterms:targetComponent", name, group, required)
        # What is needed in any case comes first: no choice may hide it.
        queue = open_.extend if group else open_.extendleft
        queue((inner, group) for inner in values_of(condition, "ceterms:hasCondition"))


def _leaves_choice(nodes: Nodes, condition: Mapping[str, list[str]]) -> bool:
    """Tell whether less than all of what a condition names is enough.

    A required number counts the targets; a condition without any counts its nested conditions.
    """
    targets = len(values_of(condition, "ceterms:targetComponent"))
    nested = len(values_of(condition, "ceterms:hasCondition"))
    required = required_of(condition)
    if required is not None and required < (targets or nested):
        return True
    return targets + nested > 1 and operator_of(nodes, condition) in ("Or", "OnlyOne")


def operator_of(nodes: Nodes, condition: Mapping[str, list[str]]) -> str:
    """Return the logical operator of a condition: "And", "Or", "OnlyOne", or empty without one."""
    return OPERATORS.get(concept_of(nodes, condition, "ceterms:logicalOperator").lower(), "")


def concept_of(nodes: Nodes, node: Mapping[str, list[str]], curie: str) -> str:
    """Return the local name of a node's first concept of a property, or of its alignment object."""
    value = next(iter(values_of(node, curie)), "")
    aligned = nodes.get(value, {})
    named = (values_of(aligned, "ceterms:targetNode")
             or values_of(aligned, "ceterms:targetNodeName") or [value])  # fmt: skip
    return re.split('["/#:]', named[0])[-1]


def required_of(condition: Mapping[str, list[str]]) -> int | None:
    """Return the required number of a condition, or None without one that can be used."""
    values = values_of(condition, "ceterms:requiredNumber")
    found = (match for match in map(_NUMBER.fullmatch, values) if match)
    return next((int(match[1]) for match in found), None)


def _known(components: dict[str, str], values: list[str]) -> Iterator[str]:
    """Yield the components of the document among some values, each once."""
    keys = dict.fromkeys(map(key_of, values))
    return (components[key] for key in keys if key in components)


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
