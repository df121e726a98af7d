"""The condition profiles of a document: what each targets, and which are alternatives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctgraph.identity.ctid import is_ctid
from ctgraph.links import properties as ctdl
from ctgraph.links.components import component_classes
from ctgraph.links.model import Condition
from ctgraph.links.nodes import Nodes, Value, is_a, names_in, texts_in
from ctgraph.rdf.namespaces import CETERMS

MAX_CONDITION_VISITS = 200_000
"""Conditions looked at in one document. Conditions that share alternatives may be reached in many
more ways than there are conditions."""
MAX_TEXT_CHARACTERS = 1_000
"""Characters of a text that the link index repeats. The record itself has the whole text."""


class Conditions:
    """Reads the condition profiles among the nodes of one document."""

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        kinds = {kind for node in nodes.values() for kind in node.get(ctdl.TYPE, ())}
        self._components = component_classes() & kinds
        self._inner = ctdl.CONDITIONS | self._components
        self._visits = 0

    def has_components(self) -> bool:
        """Tell whether the document has components of a pathway."""
        return bool(self._components)

    def is_inner(self, name: str) -> bool:
        """Tell whether a node is of a class that is read as a part of others and not by itself."""
        return is_a(self._nodes, name, self._inner)

    def is_condition(self, name: str) -> bool:
        """Tell whether a node is a condition profile, by its class or by what it points with."""
        points = not ctdl.POINTING.isdisjoint(self._nodes.get(name, ()))
        return points or is_a(self._nodes, name, ctdl.CONDITIONS)

    def is_foreign(self, name: str) -> bool:
        """Tell whether a node is a record of another document, of which this one only speaks."""
        return is_ctid(name) and ctdl.CTID not in self._nodes[name]

    def ends(self, values: Iterable[Value]) -> Iterator[str]:
        """Yield the values that can be ends of links, which texts and components cannot."""
        return (name for name in names_in(values) if not is_a(self._nodes, name, self._components))

    def targets(self, values: Iterable[Value]) -> Iterator[tuple[str, Condition | None]]:
        """Yield what values point at, directly or through condition profiles."""
        for name in names_in(values):
            if self.is_condition(name):
                yield from self._through(name)
            else:
                for target in self.ends([name]):
                    yield target, None

    def _through(self, condition: str) -> Iterator[tuple[str, Condition]]:
        group = condition if ctdl.ALTERNATIVE in self._nodes[condition] else ""
        for option in self.options(condition):
            found = self.described(option, group)
            for property in ctdl.TARGETS:
                for target in self.ends(self._nodes[option].get(property, ())):
                    yield target, found

    def options(self, condition: str) -> list[str]:
        """Return a condition and its alternatives, in any depth. Any one of them is enough.

        A condition that only gathers alternatives is left out.
        """
        found = {condition: None}
        waiting = [condition]
        while waiting and self._visits < MAX_CONDITION_VISITS:
            self._visits += 1
            for alternative in names_in(self._nodes[waiting.pop()].get(ctdl.ALTERNATIVE, ())):
                if alternative in self._nodes and alternative not in found:
                    found[alternative] = None
                    waiting.append(alternative)
        return [option for option in found if not self._gathers(option)] or [condition]

    def _gathers(self, condition: str) -> bool:
        """Tell whether a condition demands nothing but one of its alternatives."""
        here = self._nodes[condition]
        return ctdl.ALTERNATIVE in here and here.keys().isdisjoint(ctdl.DEMANDS)

    def described(self, name: str, group: str = "", required: int | None = None) -> Condition:
        """Return a condition as links tell of it."""
        label, about = (self.text(name, f"{CETERMS}{p}") for p in ("name", "description"))
        return Condition(
            name, label[:MAX_TEXT_CHARACTERS], about[:MAX_TEXT_CHARACTERS], group, required
        )

    def text(self, name: str, property: str) -> str:
        """Return the first text of a node's property; empty without one."""
        return next(texts_in(self._nodes.get(name, {}).get(property, ())), "")
