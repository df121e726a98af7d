"""The best routes from one thing to another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import islice, pairwise, takewhile
from typing import TYPE_CHECKING, Any

from ctgraph.errors import BadParameter, QueryLimit
from ctgraph.identity.ctid import NodeId
from ctgraph.links.model import Strength
from ctgraph.pathways.answers import Describer
from ctgraph.pathways.graph_json import to_json
from ctgraph.pathways.model import Cut, Graph, Node, Question
from ctgraph.pathways.paging import edges_between
from ctgraph.pathways.traversal import MAX_LEVEL_LINKS, Pair
from ctgraph.projections.link_reader import Links

if TYPE_CHECKING:
    import networkx as nx

MAX_ROUTE_STEPS = 20
"""Steps of a route. Nobody plans farther ahead."""
MAX_ROUTES = 10
"""Routes of one answer. Each further one has to be compared with all others."""
MAX_ROUTE_NODES = 20_000
"""Nodes read around both ends, about. networkx keeps them all in memory."""
MAX_ROUTE_LINKS = 50_000
"""Links read around both ends, about. networkx keeps these in memory too."""
MAX_COMPARING_SECONDS = 10.0
"""Time for comparing routes. A dense web has more routes than can ever be compared."""


class Measure(StrEnum):
    """The measure by which one route is better than another."""

    STEPS = "steps"
    STRENGTH = "strength"
    COST = "cost"
    DURATION = "duration"


_WEIGHTS = {
    Strength.REQUIRED: 1.0,
    Strength.ADVANCED: 1.5,
    Strength.PREPARATION: 2.0,
    Strength.RECOMMENDED: 3.0,
    Strength.WEAK: 4.0,
    Strength.NONE: 5.0,
}
"""The weight of a step by its strength. One required step is better than two of any other strength.
No step weighs less than 1, so the weight of a route is at least the number of its steps."""
_BY_STEPS = (Measure.STEPS, Measure.STRENGTH)
"""The measures in which every step weighs at least 1. Long routes need not be read for these."""
_BY_FACTS = (Measure.COST, Measure.DURATION)
"""The measures that add up figures of the records."""


@dataclass(frozen=True)
class Route:
    """One way from the start to the goal.

    :param nodes: ids of the nodes that it leads through, both ends included.
    :param strength: the strength of its weakest step.
    :param cost: the sums of the costs that the nodes after the start state, by currency.
    :param days: the sum of the durations that they state, in days.
    :param unstated: how many of them state no duration, if that is the measure, or else no cost.
    """

    nodes: tuple[NodeId, ...]
    strength: Strength
    cost: dict[str, float]
    days: float
    unstated: int

    @property
    def steps(self) -> int:
        """The number of its steps."""
        return len(self.nodes) - 1


@dataclass(frozen=True)
class Routes:
    """The best routes by a measure, and a graph of their nodes and edges."""

    graph: Graph
    routes: tuple[Route, ...]
    by: Measure


def routes_json(found: Routes) -> dict[str, Any]:
    """Return the JSON object of the graph, with the routes in it."""
    routes = [asdict(one) | {"steps": one.steps} for one in found.routes]
    return to_json(found.graph) | {"by": found.by, "routes": routes}


def find_routes(
    links: Links, describer: Describer, start: NodeId, goal: NodeId, count: int, by: str
) -> Routes:
    """Return the `count` best routes of up to MAX_ROUTE_STEPS steps.

    :param by: a `Measure`: the fewest steps, the strongest steps, or the lowest sum of the costs or
        durations that the records state.
    :raises BadParameter: for any other measure or number.
    :raises QueryLimit: when comparing them takes longer than MAX_COMPARING_SECONDS.
    """
    if by not in [*Measure]:
        raise BadParameter(f"Unknown measure by={by[:40]!r}. Use one of {', '.join(Measure)}.")
    if not 1 <= count <= MAX_ROUTES:
        raise BadParameter(f"Invalid k={count}. Use a number from 1 to {MAX_ROUTES}.")
    measure = Measure(by)
    around = _Around(links, start, goal, measure)
    while around.advance():
        if measure in _BY_STEPS and around.holds_the_best(count):
            break
    graph = around.between()
    if measure in _BY_FACTS:
        _weigh_by_facts(graph, links, measure)
    found = list(islice(_best(graph, start, goal, around.deadline), count))
    pairs: dict[Pair, tuple[NodeId, ...]] = {pair: () for way in found for pair in pairwise(way)}
    depths = {start: 0, goal: 0} | {id: way.index(id) for way in reversed(found) for id in way}
    shown = describer.nodes(depths)
    return Routes(
        Graph(
            Question.ROUTE,
            (start, goal),
            tuple(shown.values()),
            tuple(edges_between(pairs, (), describer)),
            tuple(around.cut),
        ),
        tuple(_route(way, graph, shown, measure) for way in found),
        measure,
    )


class _Around:
    """Reads the links around two nodes, level by level, the smaller side first.

    Once n levels are read, all routes of up to n steps are read.
    """

    def __init__(self, links: Links, start: NodeId, goal: NodeId, by: Measure) -> None:
        self._links = links
        self._ends = (start, goal)
        self._by = by
        self._seen = ({start}, {goal})
        self._frontiers = [[start], [goal]]
        self._levels = 0
        # Every process imports this module, and few look for routes: it takes a while to load.
        import networkx as nx

        self._graph: nx.DiGraph[NodeId] = nx.DiGraph()
        self._graph.add_nodes_from(self._ends)
        self.deadline = time.monotonic() + MAX_COMPARING_SECONDS
        self.cut: list[Cut] = []

    def advance(self) -> bool:
        """Read one more level. Return whether there was one."""
        if self.cut or not all(self._frontiers):
            return False
        if self._levels == MAX_ROUTE_STEPS:
            self.cut.append(Cut(f"Only routes of up to {MAX_ROUTE_STEPS} steps are looked for."))
            return False
        self._levels += 1
        side = min((0, 1), key=lambda side: len(self._frontiers[side]))
        forward = side == 0
        found = self._links.steps(self._frontiers[side], forward, MAX_LEVEL_LINKS)
        ahead = {step.later if forward else step.earlier for step in found} - self._seen[side]
        self._seen[side].update(ahead)
        self._frontiers[side] = sorted(ahead)
        # The strongest link of a pair comes last and replaces the others.
        for step in sorted(found, key=lambda step: (-step.strength.rank, step)):
            weight = _WEIGHTS[step.strength] if self._by == Measure.STRENGTH else 1.0
            self._graph.add_edge(*step[:2], strength=step.strength, weight=weight)
        if (
            len(found) == MAX_LEVEL_LINKS
            or sum(map(len, self._seen)) > MAX_ROUTE_NODES
            or self._graph.number_of_edges() > MAX_ROUTE_LINKS
        ):
            self.cut.append(
                Cut(
                    f"Only about {MAX_ROUTE_NODES:,} things and {MAX_ROUTE_LINKS:,} links around "
                    "both ends are looked at; there may be more routes."
                )
            )
        return True

    def between(self) -> nx.DiGraph[NodeId]:
        """Return the nodes on ways from the start to the goal."""
        import networkx as nx

        start, goal = self._ends
        behind = nx.descendants(self._graph, start)
        before = nx.ancestors(self._graph, goal)
        return self._graph.subgraph({start, goal} | (behind & before)).copy()

    def holds_the_best(self, count: int) -> bool:
        """Tell whether the `count` best routes are read; others have more steps than levels."""
        if self._seen[0].isdisjoint(self._seen[1]):
            return False
        graph = self.between()

        def is_sure(way: list[NodeId]) -> bool:
            weight: float = sum(graph.edges[step]["weight"] for step in pairwise(way))
            return weight <= self._levels

        best = _best(graph, *self._ends, self.deadline)
        return len(list(islice(takewhile(is_sure, best), count))) == count


def _weigh_by_facts(graph: nx.DiGraph[NodeId], links: Links, by: Measure) -> None:
    """Let a step weigh the cost or the duration of its later end."""
    known = links.nodes(graph)
    for _, later, edge in graph.edges(data=True):
        row = known.get(later)
        stated = row and (row.cost if by == Measure.COST else row.days)
        # A little more for each step makes the shorter of two routes at one cost the better one.
        edge["weight"] = (stated or 0.0) + 1e-3


def _best(
    graph: nx.DiGraph[NodeId], start: NodeId, goal: NodeId, deadline: float
) -> Iterator[list[NodeId]]:
    """Yield the routes without circles, the best first."""
    import networkx as nx

    def weight(_: NodeId, __: NodeId, edge: Any) -> float:
        if time.monotonic() > deadline:
            raise QueryLimit(
                "There are too many routes between these two records to compare in time. "
                "Ask for fewer routes, or by=steps."
            )
        found: float = edge["weight"]
        return found

    if start == goal:
        return
    try:
        yield from nx.shortest_simple_paths(graph, start, goal, weight)
    except nx.NetworkXNoPath:
        return


def _route(
    way: list[NodeId], graph: nx.DiGraph[NodeId], nodes: dict[NodeId, Node], by: Measure
) -> Route:
    behind = [nodes[id] for id in way[1:]]
    cost: dict[str, float] = {}
    for node in behind:
        if node.cost is not None:
            cost[node.currency] = cost.get(node.currency, 0.0) + node.cost
    strengths: Iterator[Strength] = (graph.edges[pair]["strength"] for pair in pairwise(way))
    weakest = max(strengths, key=lambda strength: strength.rank)
    stated = (node.days if by == Measure.DURATION else node.cost for node in behind)
    return Route(
        tuple(way),
        weakest,
        cost,
        sum(node.days or 0.0 for node in behind),
        sum(value is None for value in stated),
    )
