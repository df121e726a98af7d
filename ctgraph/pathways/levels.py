"""The levels of a progression model, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

from ctgraph.documents.node_values import NAMES
from ctgraph.links.components import Nodes, values_of
from ctgraph.vocab import vocabulary

LATER = ("ceterms:precedes", "ceterms:preceeds")


@dataclass(frozen=True)
class Level:
    """One level: its IRI, its name as far as it is known, and its place, counted from 0."""

    iri: str
    name: str
    order: int


def levels_of(
    nodes: Nodes, used: Iterable[str], id_of: Callable[[str], str], iri_of: Callable[[str], str]
) -> Iterator[Level]:
    """Yield the levels among some nodes, the lowest first, then those used but not described.

    :param used: IRIs of levels.
    :param id_of: returns the id of a value in any spelling; `iri_of` the IRI of an id.
    """
    listed = [*dict.fromkeys([*_listed(nodes, id_of), *map(id_of, used)])]
    for order, level in enumerate(_in_order(nodes, listed, id_of)):
        texts = (v for name in NAMES for v in values_of(nodes.get(level, {}), name))
        yield Level(iri_of(level), next((v[1:] for v in texts if v[:1] == '"'), ""), order)


def _listed(nodes: Nodes, id_of: Callable[[str], str]) -> Iterator[str]:
    """Yield the levels as the model lists them, each followed by those below it."""
    kind = vocabulary().expand("asn:ProgressionLevel")
    others = [name for name, node in nodes.items() if kind in values_of(node, "rdf:type")]
    tops = [top for node in nodes.values() for top in values_of(node, "skos:hasTopConcept")]
    waiting = [*tops, *others][::-1]
    seen: set[str] = set()
    while waiting:
        level = id_of(waiting.pop())
        if level not in seen:
            seen.add(level)
            yield level
            waiting += values_of(nodes.get(level, {}), "skos:narrower")[::-1]


def _in_order(nodes: Nodes, listed: list[str], id_of: Callable[[str], str]) -> list[str]:
    """Sort levels by what they say of each other; as listed where nothing or a circle is said."""
    place = {level: index for index, level in enumerate(listed)}
    sorter = TopologicalSorter[str]()
    for level in listed:
        node = nodes.get(level, {})
        earlier = map(id_of, values_of(node, "ceterms:precededBy"))
        sorter.add(level, *(other for other in earlier if other in place))
        for later in (id_of(value) for curie in LATER for value in values_of(node, curie)):
            if later in place:
                sorter.add(later, level)
    try:
        sorter.prepare()
    except CycleError:
        return listed
    ready: list[int] = []
    found: list[str] = []
    while sorter:
        for level in sorter.get_ready():
            heappush(ready, place[level])
        found.append(listed[heappop(ready)])
        sorter.done(found[-1])
    return found
