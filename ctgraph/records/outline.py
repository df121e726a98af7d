"""The parts of a framework, a concept scheme or the like as an outline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ctgraph.documents.node_values import each, name_of, shortened
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid

MAX_ITEMS = 500
"""Parts that an outline shows. A page with more of them helps nobody."""
MAX_OPEN_ITEMS = 60
"""Parts of an outline whose branches are open at first: about two screens."""
MAX_LEVELS = 8
"""Levels of an outline. Deeper ones have no room in a narrow window."""
_TOP = ("ceasn:hasTopChild", "skos:hasTopConcept", "asn:hasTopConcept")
_CHILDREN = ("ceasn:hasChild", "skos:narrower", "ceasn:hasCriterion", "ceasn:hasCriterionLevel")
_CODES = ("ceasn:codedNotation", "skos:notation", "ceasn:listID")
Node = dict[str, Any]


@dataclass
class Item:
    """One part: its name, its code if it has one, and the parts below it."""

    record: Ctid
    name: str
    code: str
    children: list[Item] = field(default_factory=list)

    @property
    def below(self) -> int:
        """How many parts are below it, on all levels."""
        return len(self.children) + sum(child.below for child in self.children)


@dataclass(frozen=True)
class Outline:
    """The parts of a document in their order.

    :param more: how many parts of the document it leaves out.
    """

    items: list[Item]
    more: int
    tops: ClassVar = _TOP
    """The properties whose values it begins with."""

    @property
    def is_long(self) -> bool:
        """Whether its branches are folded at first."""
        return len(self.items) + sum(item.below for item in self.items) > MAX_OPEN_ITEMS


def outline(content: Node, record: Ctid, identity: Identity) -> Outline | None:
    """Return the outline of a document; None where its entity names no parts at the top.

    Each part stands once, where it is first named, however its document refers to it.

    :param content: the whole document.
    :param record: the CTID of its primary entity.
    """
    nodes = {node["ceterms:ctid"]: node for node in content["@graph"] if "ceterms:ctid" in node}
    if not any(key in nodes.get(record, {}) for key in _TOP):
        return None
    reader = _Reader(nodes, identity, record)
    items = reader.below(nodes[record], (*_TOP, *_CHILDREN), 1)
    return Outline(items, len(nodes) - 1 - reader.shown) if items else None


class _Reader:
    def __init__(self, nodes: dict[Ctid, Node], identity: Identity, record: Ctid) -> None:
        self._nodes = nodes
        self._identity = identity
        self._seen: set[Ctid] = {record}

    @property
    def shown(self) -> int:
        """How many parts stand in the outline."""
        return len(self._seen) - 1

    def below(self, node: Node, properties: Iterable[str], level: int) -> list[Item]:
        """Return the parts that a node names, with those below them."""
        found = []
        for value in (value for key in properties for value in each(node.get(key))):
            record = self._identity.ctid_of(_iri(value))
            part = self._nodes.get(record) if record else None
            if record is None or part is None or record in self._seen:
                continue
            if self.shown >= MAX_ITEMS:
                break
            self._seen.add(record)
            found.append(_item(record, part))
        if level < MAX_LEVELS:
            for item in found:
                item.children = self.below(self._nodes[item.record], _CHILDREN, level + 1)
        return found


def _item(record: Ctid, node: Node) -> Item:
    code = next((str(value) for key in _CODES for value in each(node.get(key))), "")
    return Item(record, shortened(name_of(node)) or record, shortened(code, 40))


def _iri(value: Any) -> str:
    return str(value.get("@id", "") if isinstance(value, dict) else value)
