"""The levels of a progression model, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush

from ctgraph.documents.node_values import NAMES
from ctgraph.identity.ctid import NodeId, NoId
from ctgraph.links.components import values_of
from ctgraph.links.nodes import Nodes, Text, texts_in
from ctgraph.rdf.namespaces import Iri
from ctgraph.vocab import vocabulary


@dataclass(frozen=True)
class Level:
    """One level. Its name is empty if the registry does not know it; its order counts from 0."""

    iri: Iri | NoId
    name: str
    order: int


def levels_of(
    nodes: Nodes,
    used: Iterable[Iri | NoId],
    id_of: Callable[[str | Text], NodeId],
    iri_of: Callable[[NodeId], Iri | NoId],
) -> Iterator[Level]:
    """Yield the levels among some nodes, the lowest first, then those that are only used.

    :param used: IRIs of levels.
    :param id_of: returns the id of a value in any spelling; `iri_of` the IRI of an id.
    """
    listed = [*dict.fromkeys([*_listed(nodes, id_of), *map(id_of, used)])]
    for order, level in enumerate(_in_order(nodes, listed, id_of)):
        node = nodes.get(level, {})
        texts = (text for name in NAMES for text in texts_in(values_of(node, name)))
        yield Level(iri_of(level), next(texts, ""), order)


def _listed(nodes: Nodes, id_of: Callable[[str | Text], NodeId]) -> Iterator[NodeId]:
    """Yield the levels as the model lists them, each followed by those below it."""
    kind = vocabulary().expand("asn:ProgressionLevel")
    others = [name for name, node in nodes.items() if kind in values_of(node, "rdf:type")]
    tops = [top for node in nodes.values() for top in values_of(node, "skos:hasTopConcept")]
    waiting = [*tops, *others][::-1]
    seen: set[NodeId] = set()
    while waiting:
        level = id_of(waiting.pop())
        if level not in seen:
            seen.add(level)
            yield level
            waiting += values_of(nodes.get(level, {}), "skos:narrower")[::-1]


def _in_order(
    nodes: Nodes, listed: list[NodeId], id_of: Callable[[str | Text], NodeId]
) -> list[NodeId]:
    """Sort levels by their statements about each other, else as they are listed.

    The order of the list decides where they say nothing, and everywhere if they form a circle.
    """
    place = {level: index for index, level in enumerate(listed)}
    sorter = TopologicalSorter[NodeId]()
    for level in listed:
        node = nodes.get(level, {})
        earlier = map(id_of, values_of(node, "ceterms:precededBy"))
        sorter.add(level, *(other for other in earlier if other in place))
        for later in map(id_of, values_of(node, "ceterms:precedes")):
            if later in place:
                sorter.add(later, level)
    try:
        sorter.prepare()
    except CycleError:
        return listed
    ready: list[int] = []
    found: list[NodeId] = []
    while sorter:
        for level in sorter.get_ready():
            heappush(ready, place[level])
        found.append(listed[heappop(ready)])
        sorter.done(found[-1])
    return found
