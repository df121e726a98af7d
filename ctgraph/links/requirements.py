"""The requirements of a record: the things and words that its document asks for before it.

What the other conditions of a record say only in words is kept in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from ctgraph.documents.node_values import shortened
from ctgraph.identity.ctid import NodeId
from ctgraph.links import properties as ctdl
from ctgraph.links.conditions import MAX_TEXT_CHARACTERS, Conditions
from ctgraph.links.nodes import Nodes, names_in, spelling_of, texts_in
from ctgraph.links.properties import ceterms, curie_of
from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.vocab import vocabulary

MAX_NEED_ITEMS = 20_000
"""Options, targets and texts kept of one document. Conditions that share alternatives can make many
more of them than the document has words."""
MAX_OPTION_TEXTS = 100
"""Texts kept of one option. The record itself has all of them."""
_WORDED = [*(iri for iri in ctdl.REVERSE if iri not in ctdl.NEEDED), *ctdl.FORWARD]
"""The other properties with conditions. Their conditions are kept where they name nothing."""
_INNER = {ctdl.HAS_CONDITION, ceterms("targetComponent")}
"""The properties of conditions that name their targets, or leave them to the conditions in them."""
_ITEM_CHARACTERS = 200
"""Characters of text that take as much room as one option or target."""


@dataclass(frozen=True)
class Option:
    """One way to meet a need.

    :param words: the demands in words; `targets` are the things that it asks for, all of them.
    """

    words: tuple[str, ...]
    targets: tuple[NodeId, ...]


@dataclass(frozen=True)
class Need:
    """A demand of one value of one property: any one of some options.

    The demand of a property that names later things is one of these things.

    :param property: the property, as a CURIE; `name` the name of the condition.
    """

    property: Curie
    name: str
    options: tuple[Option, ...]

    def is_worded(self) -> bool:
        """Tell whether some option names nothing, and says only in words what it asks for."""
        return any(not option.targets for option in self.options)

    @classmethod
    def from_json(cls, data: bytes) -> Need:
        """Return a need that was kept as JSON."""
        kept = orjson.loads(data)
        options = (Option(tuple(one["words"]), tuple(one["targets"])) for one in kept["options"])
        return cls(kept["property"], kept["name"], tuple(options))

    def to_json(self) -> bytes:
        """Return the need as the link index keeps it."""
        return orjson.dumps(self)


@dataclass(frozen=True)
class Requirement:
    """One need of one record, or of all records that have the conditions of a manifest."""

    record: NodeId
    need: Need


class RequirementReader:
    """Reads the requirements of one document, up to a bound for the whole of it."""

    def __init__(self, nodes: Nodes, conditions: Conditions) -> None:
        self._nodes = nodes
        self._conditions = conditions
        self._kept = 0

    def requirements(self, node: NodeId) -> Iterator[Requirement]:
        """Yield the requirements of a node."""
        if self._conditions.is_foreign(node):
            return
        if self._conditions.is_inner(node):
            yield from self._of_component(node)
            return
        for property in (*ctdl.NEEDED, *_WORDED):
            for value in names_in(self._nodes[node].get(property, ())):
                if self._kept > MAX_NEED_ITEMS:
                    return
                if self._conditions.is_condition(value):
                    need = self._need(property, value)
                    if property in ctdl.NEEDED or need.is_worded():
                        yield Requirement(node, need)
                elif property not in ctdl.NEEDED:
                    continue
                elif linked := tuple(self._conditions.ends([value])):
                    yield Requirement(node, Need(curie_of(property), "", (Option((), linked),)))

    def _of_component(self, component: NodeId) -> Iterator[Requirement]:
        """Yield what the conditions of a component of a pathway say only in words."""
        if ctdl.CTID not in self._nodes[component]:
            return
        waiting = [component]
        seen: set[NodeId] = set()
        while waiting and self._kept <= MAX_NEED_ITEMS:
            for name in names_in(self._nodes.get(waiting.pop(), {}).get(ctdl.HAS_CONDITION, ())):
                if name in seen or name not in self._nodes:
                    continue
                seen.add(name)
                waiting.append(name)
                if _INNER.isdisjoint(self._nodes[name]):
                    yield Requirement(component, self._need(ctdl.HAS_CONDITION, name))

    def _need(self, property: Iri, condition: NodeId) -> Need:
        options: list[Option] = []
        for way in self._conditions.options(condition):
            option = self._option(way)
            options.append(option)
            characters = sum(map(len, option.words))
            self._kept += 1 + len(option.targets) + characters // _ITEM_CHARACTERS
            if self._kept > MAX_NEED_ITEMS:
                break
        name = shortened(self._conditions.text(condition, ceterms("name")))
        return Need(curie_of(property), name, tuple(options))

    def _option(self, condition: NodeId) -> Option:
        here = self._nodes[condition]
        words = [self._conditions.text(condition, ceterms("description"))]
        for name in ctdl.WORDS:
            label = "" if name == "condition" else f"{vocabulary().label(f'ceterms:{name}')}: "
            words += [label + text for text in texts_in(here.get(ceterms(name), ()))]
        for value in here.get(ceterms("targetCompetency"), ()):
            spelt = Iri(spelling_of(value))
            named = self._conditions.text(spelt, ceterms("targetNodeName")) or spelt
            words.append(f"Competency: {named}")
        targets = [t for p in ctdl.TARGETS for t in self._conditions.ends(here.get(p, ()))]
        return Option(
            tuple(text[:MAX_TEXT_CHARACTERS] for text in words[:MAX_OPTION_TEXTS] if text),
            tuple(targets[:MAX_NEED_ITEMS]),
        )
