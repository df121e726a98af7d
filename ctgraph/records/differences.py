"""What differs between two versions of a document, property by property.

Values are compared by what they say: the order of values and the labels of blank nodes do not
matter. A thing that is nested in both versions is compared property by property, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import orjson

from ctgraph.documents.nesting import single_values
from ctgraph.documents.node_values import name_of, shortened, type_of
from ctgraph.rdf.namespaces import Iri
from ctgraph.records.version_nodes import Node, VersionNodes

MAX_DIFFERENCES = 200
"""Differences that one answer lists. More would not be read; the versions themselves have all."""
MAX_DIFFERING_VALUES = 50
"""Values of one property that a difference lists on each side."""
MAX_COMPARED_LEVELS = 8
"""Levels of nested things that are compared property by property. Deeper ones differ as a whole."""
_UNCOMPARED = {"@id", "@context", "@included"}


@dataclass(frozen=True)
class Step:
    """A nested thing on the way to a difference: the property that leads to it, and its name."""

    property: str
    name: str


@dataclass(frozen=True)
class Difference:
    """The values of one property that only one of two versions has.

    :param path: the nested things in which the property stands, the outermost first.
    :param property: a CURIE, or `@type`.
    :param more: how many values are left out.
    """

    path: tuple[Step, ...]
    property: str
    before: tuple[Any, ...]
    after: tuple[Any, ...]
    more: int


@dataclass(frozen=True)
class Changed:
    """An entity that differs.

    :param event: `added`, `removed` or `changed`.
    """

    iri: Iri
    name: str
    event: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """What differs between two versions; `is_cut` tells whether there is more than it lists."""

    entities: tuple[Changed, ...]
    is_cut: bool


def compared(before: bytes | None, after: bytes, iri: Iri | None = None) -> Comparison:
    """Compare two versions of a document.

    :param before: the earlier one; None where there is none.
    :param iri: the entity to compare; None for all entities.
    """
    old, new = (VersionNodes(orjson.loads(one or b'{"@graph":[]}')) for one in (before, after))
    found: list[Changed] = []
    room = MAX_DIFFERENCES
    for one in [iri] if iri else dict.fromkeys((*new.entities, *old.entities)):
        changed = _changed(old, new, one, room + 1)
        if changed is None:
            continue
        if len(changed.differences) > room or not room:
            kept = replace(changed, differences=changed.differences[:room])
            return Comparison((*found, *([kept] if room else [])), True)
        room -= max(1, len(changed.differences))
        found.append(changed)
    return Comparison(tuple(found), False)


def _changed(old: VersionNodes, new: VersionNodes, iri: Iri, most: int) -> Changed | None:
    """Return how an entity differs, with at most so many differences; None where it does not."""
    was, now = old.node(iri), new.node(iri)
    name = shortened(name_of(now or was or {}))
    if was is None or now is None:
        return Changed(iri, name, "added" if now else "removed") if was or now else None
    found = tuple(islice(_Comparer(old, new).differences(was, now, ()), most))
    return Changed(iri, name, "changed", found) if found else None


class _Comparer:
    """Compares nodes of two versions."""

    def __init__(self, old: VersionNodes, new: VersionNodes) -> None:
        self._old, self._new = old, new

    def differences(self, was: Node, now: Node, path: tuple[Step, ...]) -> Iterator[Difference]:
        """Yield how two nodes differ, in the order of the later one's properties."""
        for key in {**now, **was}:
            if key not in _UNCOMPARED:
                before, after = self._only(key, was.get(key), now.get(key))
                yield from self._property(key, before, after, path)

    def _only(self, key: str, was: Any, now: Any) -> tuple[list[Any], list[Any]]:
        """Return the values that only the earlier node has, and those of the later one."""
        old = [(self._old.form(one), one) for one in single_values(key, was)]
        new = [(self._new.form(one), one) for one in single_values(key, now)]
        return _lacking(old, new), _lacking(new, old)

    def _property(
        self, key: str, before: list[Any], after: list[Any], path: tuple[Step, ...]
    ) -> Iterator[Difference]:
        pairs = self._pairs(before, after) if len(path) < MAX_COMPARED_LEVELS else []
        most = MAX_DIFFERING_VALUES
        if before or after:
            yield Difference(
                path,
                key,
                tuple(map(self._old.told, before[:most])),
                tuple(map(self._new.told, after[:most])),
                max(0, len(before) - most) + max(0, len(after) - most),
            )
        for was, now in pairs:
            step = Step(key, shortened(_name(now) or _name(was)))
            yield from self.differences(was, now, (*path, step))

    def _pairs(self, before: list[Any], after: list[Any]) -> list[tuple[Node, Node]]:
        """Take the nested things that are in both versions out of two lists of values.

        They have the same class and name, or are the only ones of their class.
        """
        found = []
        for mark in (_named, type_of):
            was, now = _by(mark, self._old, before), _by(mark, self._new, after)
            both = [one for one in now if len(now[one]) == len(was.get(one, ())) == 1]
            found += [(was[one][0][1], now[one][0][1]) for one in both]
            taken = {id(side[one][0][0]) for one in both for side in (was, now)}
            before[:] = [value for value in before if id(value) not in taken]
            after[:] = [value for value in after if id(value) not in taken]
        return found


def _by(
    mark: Callable[[Node], Any], nodes: VersionNodes, values: list[Any]
) -> dict[Any, list[tuple[Any, Node]]]:
    """Return the values that are nested things, each with its node, by a mark of them."""
    found: dict[Any, list[tuple[Any, Node]]] = {}
    for value in values:
        node = nodes.nested(value)
        if node is not None:
            found.setdefault(mark(node), []).append((value, node))
    return found


def _named(node: Node) -> tuple[str, str]:
    return type_of(node), _name(node)


def _name(node: Node) -> str:
    return name_of({"ceterms:name": node.get("ceterms:name")})


def _lacking(these: list[tuple[str, Any]], those: list[tuple[str, Any]]) -> list[Any]:
    """Return the values that stand more often among these than among those."""
    left = Counter(form for form, _ in those)
    found = []
    for form, value in these:
        if left[form]:
            left[form] -= 1
        else:
            found.append(value)
    return found
