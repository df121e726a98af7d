"""The best routes from one thing to another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

import networkx as nx

from ctgraph.errors import BadParameter
from ctgraph.links.model import Cut, Graph, Node, rank
from ctgraph.pathways.answers import Describer
from ctgraph.pathways.paging import edges_between
from ctgraph.pathways.traversal import MOST_STEPS, Pair
from ctgraph.store.linkreader import Links, Step

LONGEST = 20
MOST_ROUTES = 10
MOST_NODES = 20_000
# How many levels are read beyond the first meeting: a better route may have more steps.
BEYOND = 2
MEASURES = ("steps", "strength", "cost", "duration")
# What a step of each strength weighs: one required step is better than two of anything.
WEIGHTS = {0: 1.0, 1: 1.5, 2: 2.0, 3: 3.0, 4: 4.0}


@dataclass(frozen=True)
class Route:
    """One way from the start to the goal.

    :param nodes: what it leads through, both ends included.
    :param strength: the weakest of its steps.
    :param cost: what is stated of the cost of everything behind the start, by currency.
    :param days: what is stated of the duration, in days.
    :param unstated: how many of them state no cost, or no duration, where that is the measure.
    """

    nodes: tuple[str, ...]
    strength: str
    cost: dict[str, float]
    days: float
    unstated: int

    @property
    def steps(self) -> int:
        """How many steps it has."""
        return len(self.nodes) - 1


@dataclass(frozen=True)
class Routes:
    """The best routes, and all that stands on them as a graph."""

    graph: Graph
    routes: tuple[Route, ...]


def find_routes(
    links: Links, describer: Describer, start: str, goal: str, k: int, by: str
) -> Routes:
    """Find the `k` best routes, up to 20 steps long.

    Read are the links around both ends until they meet, and two levels beyond.

    :param by: "steps" for the fewest; "strength" for required ones before recommended ones;
        "cost" or "duration" for the lowest sum of what the records state.
    :raises BadParameter: for a measure or a number that is none of these.
    """
    if by not in MEASURES:
        raise BadParameter(f"by={by[:40]!r} is no measure; there are {', '.join(MEASURES)}.")
    if not 1 <= k <= MOST_ROUTES:
        raise BadParameter(f"k={k} is not from 1 to {MOST_ROUTES}.")
    between = _Between(links, start, goal)
    steps = between.read()
    graph: nx.DiGraph[str] = nx.DiGraph()
    for step in steps:
        known = graph.get_edge_data(step.earlier, step.later)
        if known is None or rank(step.strength) < rank(known["strength"]):
            graph.add_edge(step.earlier, step.later, strength=step.strength)
    nodes = describer.nodes(dict.fromkeys(graph, 0)) if by in ("cost", "duration") else {}
    found = list(islice(_best(graph, start, goal, _weight(by, nodes)), k))
    pairs: dict[Pair, tuple[str, ...]] = {pair: () for way in found for pair in pairwise(way)}
    depths = {start: 0, goal: 0} | {id: way.index(id) for way in reversed(found) for id in way}
    shown = describer.nodes(depths)
    return Routes(
        Graph("route", (start, goal), tuple(shown.values()),
              tuple(edges_between(pairs, (), describer)), tuple(between.cut)),
        tuple(_route(way, graph, shown, by) for way in found),
    )  # fmt: skip


class _Between:
    """Reads the links around two nodes, the smaller side first, until the sides meet."""

    def __init__(self, links: Links, start: str, goal: str) -> None:
        self._links = links
        self._seen = ({start}, {goal})
        self._frontiers = [[start], [goal]]
        self.cut: list[Cut] = []

    def read(self) -> set[Step]:
        steps: set[Step] = set()
        beyond = BEYOND
        for _ in range(LONGEST):
            if not all(self._frontiers) or self.cut:
                break
            if self._seen[0] & self._seen[1]:
                beyond -= 1
                if beyond < 0:
                    break
            side = min((0, 1), key=lambda side: len(self._frontiers[side]))
            steps |= self._advance(side)
        return steps

    def _advance(self, side: int) -> set[Step]:
        """Go one level from a side; return its steps."""
        forward = side == 0
        found = self._links.steps(self._frontiers[side], forward, MOST_STEPS)
        ahead = {step.later if forward else step.earlier for step in found} - self._seen[side]
        self._seen[side].update(ahead)
        self._frontiers[side] = sorted(ahead)
        if len(found) == MOST_STEPS or sum(map(len, self._seen)) > MOST_NODES:
            self.cut.append(Cut(f"Only about {MOST_NODES:,} things around both ends are looked at; "
                                "there may be more routes."))  # fmt: skip
        return set(found)


def _best(
    graph: nx.DiGraph[str], start: str, goal: str, weight: Callable[..., float] | None
) -> Iterator[list[str]]:
    """Yield the routes without circles, the best first."""
    if start not in graph or goal not in graph or start == goal:
        return
    try:
        yield from nx.shortest_simple_paths(graph, start, goal, weight)
    except nx.NetworkXNoPath:
        return


def _weight(by: str, nodes: dict[str, Node]) -> Callable[..., float] | None:
    """Return what a step weighs; None where each weighs the same."""
    if by == "steps":
        return None
    if by == "strength":
        return lambda _, __, edge: WEIGHTS.get(rank(edge["strength"]), 5.0)
    # A little for each step: of two routes that cost the same, the shorter one is better.
    if by == "cost":
        return lambda _, later, __: (nodes[later].cost or 0.0) + 1e-3
    return lambda _, later, __: (nodes[later].days or 0.0) + 1e-3


def _route(way: list[str], graph: nx.DiGraph[str], nodes: dict[str, Node], by: str) -> Route:
    behind = [nodes[id] for id in way[1:]]
    cost: dict[str, float] = {}
    for node in behind:
        if node.cost is not None:
            cost[node.currency] = cost.get(node.currency, 0.0) + node.cost
    weakest = max((graph.edges[pair]["strength"] for pair in pairwise(way)), key=rank)
    stated = (node.days if by == "duration" else node.cost for node in behind)
    return Route(tuple(way), weakest, cost, sum(node.days or 0.0 for node in behind),
                 sum(value is None for value in stated))  # fmt: skip
