"""What a record needs before it can be had, as far as its document says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from ctgraph.documents.node_values import shortened
from ctgraph.links import properties as ctdl
from ctgraph.links.conditions import MAX_TEXT_CHARACTERS, Conditions
from ctgraph.links.nodes import Nodes, names_in, spelling_of, texts_in
from ctgraph.links.properties import curie_of
from ctgraph.rdf.namespaces import CETERMS
from ctgraph.vocab import vocabulary

MAX_NEED_ITEMS = 20_000
"""Options, targets and texts kept of one document. Conditions that share alternatives can say many
more than the document has words."""
MAX_OPTION_TEXTS = 100
"""Texts kept of one option. The record itself has all of them."""
_ITEM_CHARACTERS = 200
"""Characters of text that take as much room as one option or target."""


@dataclass(frozen=True)
class Option:
    """One way to meet a need.

    :param words: what it asks for in words; `targets` the things that it asks for, all of them.
    """

    words: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Need:
    """What one value of one property asks for: any one of some options.

    :param property: the property, as a CURIE; `name` the name of the condition.
    """

    property: str
    name: str
    options: tuple[Option, ...]

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

    record: str
    need: Need


class RequirementReader:
    """Reads the requirements of one document, up to a bound for the whole of it."""

    def __init__(self, nodes: Nodes, conditions: Conditions) -> None:
        self._nodes = nodes
        self._conditions = conditions
        self._kept = 0

    def requirements(self, node: str) -> Iterator[Requirement]:
        """Yield what a node needs before it can be had."""
        if self._conditions.is_inner(node) or self._conditions.is_foreign(node):
            return
        for property in ctdl.NEEDED:
            for value in names_in(self._nodes[node].get(property, ())):
                if self._kept > MAX_NEED_ITEMS:
                    return
                if self._conditions.is_condition(value):
                    yield Requirement(node, self._need(property, value))
                elif linked := tuple(self._conditions.ends([value])):
                    yield Requirement(node, Need(curie_of(property), "", (Option((), linked),)))

    def _need(self, property: str, condition: str) -> Need:
        options: list[Option] = []
        for name in self._conditions.options(condition):
            option = self._option(name)
            options.append(option)
            characters = sum(map(len, option.words))
            self._kept += 1 + len(option.targets) + characters // _ITEM_CHARACTERS
            if self._kept > MAX_NEED_ITEMS:
                break
        name = shortened(self._conditions.text(condition, f"{CETERMS}name"))
        return Need(curie_of(property), name, tuple(options))

    def _option(self, condition: str) -> Option:
        here = self._nodes[condition]
        words = [self._conditions.text(condition, f"{CETERMS}description")]
        for name in ctdl.WORDS:
            label = "" if name == "condition" else f"{vocabulary().label(f'ceterms:{name}')}: "
            words += [label + text for text in texts_in(here.get(f"{CETERMS}{name}", ()))]
        for value in here.get(f"{CETERMS}targetCompetency", ()):
            spelt = spelling_of(value)
            named = self._conditions.text(spelt, f"{CETERMS}targetNodeName") or spelt
            words.append(f"Competency: {named}")
        targets = [t for p in ctdl.TARGETS for t in self._conditions.ends(here.get(p, ()))]
        return Option(
            tuple(text[:MAX_TEXT_CHARACTERS] for text in words[:MAX_OPTION_TEXTS] if text),
            tuple(targets[:MAX_NEED_ITEMS]),
        )
