"""The best routes from one thing to another."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice, pairwise, takewhile
from typing import Any

import networkx as nx

from ctgraph.errors import BadParameter, QueryLimit
from ctgraph.links.model import Strength
from ctgraph.pathways.answers import Describer
from ctgraph.pathways.graph_json import to_json
from ctgraph.pathways.model import Cut, Graph, Node, Question
from ctgraph.pathways.paging import edges_between
from ctgraph.pathways.traversal import MOST_STEPS, Pair
from ctgraph.projections.link_reader import Links

LONGEST = 20
MOST_ROUTES = 10
MOST_NODES, MOST_EDGES = 20_000, 50_000
SECONDS = 10.0
"""How long routes may be compared."""
MEASURES = ("steps", "strength", "cost", "duration")
# What a step of each strength weighs: one required step is better than two of anything. No step
# weighs less than 1, so that a route weighs no less than it has steps.
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
    strength: Strength
    cost: dict[str, float]
    days: float
    unstated: int

    @property
    def steps(self) -> int:
        """How many steps it has."""
        return len(self.nodes) - 1


@dataclass(frozen=True)
class Routes:
    """The best routes by a measure, and all that stands on them as a graph."""

    graph: Graph
    routes: tuple[Route, ...]
    by: str


def routes_json(found: Routes) -> dict[str, Any]:
    """Return routes as a JSON object: that of their graph, and each of them."""
    routes = [asdict(one) | {"steps": one.steps} for one in found.routes]
    return to_json(found.graph) | {"by": found.by, "routes": routes}


def find_routes(
    links: Links, describer: Describer, start: str, goal: str, k: int, by: str
) -> Routes:
    """Find the `k` best routes, up to 20 steps long.

    :param by: "steps" for the fewest; "strength" for required ones before recommended ones;
        "cost" or "duration" for the lowest sum of what the records state.
    :raises BadParameter: for any other measure or number.
    :raises QueryLimit: when comparing them takes longer than ten seconds.
    """
    if by not in MEASURES:
        raise BadParameter(f"by={by[:40]!r} is no measure; there are {', '.join(MEASURES)}.")
    if not 1 <= k <= MOST_ROUTES:
        raise BadParameter(f"k={k} is not from 1 to {MOST_ROUTES}.")
    around = _Around(links, start, goal, by)
    while around.advance():
        if by in ("steps", "strength") and around.holds_the_best(k):
            break
    graph = around.between()
    if by in ("cost", "duration"):
        _weigh_by_facts(graph, links, by)
    found = list(islice(_best(graph, start, goal, around.deadline), k))
    pairs: dict[Pair, tuple[str, ...]] = {pair: () for way in found for pair in pairwise(way)}
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
        tuple(_route(way, graph, shown, by) for way in found),
        by,
    )


class _Around:
    """Reads the links around two nodes, level by level, the smaller side first.

    Once some levels are read, all routes of as many steps are.
    """

    def __init__(self, links: Links, start: str, goal: str, by: str) -> None:
        self._links = links
        self._ends = (start, goal)
        self._by = by
        self._seen = ({start}, {goal})
        self._frontiers = [[start], [goal]]
        self._levels = 0
        self._graph: nx.DiGraph[str] = nx.DiGraph()
        self._graph.add_nodes_from(self._ends)
        self.deadline = time.monotonic() + SECONDS
        self.cut: list[Cut] = []

    def advance(self) -> bool:
        """Read one level more; tell whether there was one."""
        if self.cut or not all(self._frontiers):
            return False
        if self._levels == LONGEST:
            self.cut.append(Cut(f"Only routes of up to {LONGEST} steps are looked for."))
            return False
        self._levels += 1
        side = min((0, 1), key=lambda side: len(self._frontiers[side]))
        forward = side == 0
        found = self._links.steps(self._frontiers[side], forward, MOST_STEPS)
        ahead = {step.later if forward else step.earlier for step in found} - self._seen[side]
        self._seen[side].update(ahead)
        self._frontiers[side] = sorted(ahead)
        # The strongest comes last, and counts.
        for step in sorted(found, key=lambda step: (-step.strength.rank, step)):
            weight = WEIGHTS.get(step.strength.rank, 5.0) if self._by == "strength" else 1.0
            self._graph.add_edge(*step[:2], strength=step.strength, weight=weight)
        if (
            len(found) == MOST_STEPS
            or sum(map(len, self._seen)) > MOST_NODES
            or self._graph.number_of_edges() > MOST_EDGES
        ):
            self.cut.append(
                Cut(
                    f"Only about {MOST_NODES:,} things and {MOST_EDGES:,} links around "
                    "both ends are looked at; there may be more routes."
                )
            )
        return True

    def between(self) -> nx.DiGraph[str]:
        """Return what lies on ways from the start to the goal."""
        start, goal = self._ends
        behind = nx.descendants(self._graph, start)
        before = nx.ancestors(self._graph, goal)
        return self._graph.subgraph({start, goal} | (behind & before)).copy()

    def holds_the_best(self, k: int) -> bool:
        """Tell whether the `k` best routes are read: the others have more steps than levels."""
        if self._seen[0].isdisjoint(self._seen[1]):
            return False
        graph = self.between()

        def is_sure(way: list[str]) -> bool:
            weight: float = sum(graph.edges[step]["weight"] for step in pairwise(way))
            return weight <= self._levels

        best = _best(graph, *self._ends, self.deadline)
        return len(list(islice(takewhile(is_sure, best), k))) == k


def _weigh_by_facts(graph: nx.DiGraph[str], links: Links, by: str) -> None:
    """Let a step weigh what the later of the two costs, or how long it takes."""
    known = links.nodes(graph)
    for _, later, edge in graph.edges(data=True):
        row = known.get(later)
        stated = row and (row.cost if by == "cost" else row.days)
        # A little for each step: of two routes that cost the same, the shorter one is better.
        edge["weight"] = (stated or 0.0) + 1e-3


def _best(graph: nx.DiGraph[str], start: str, goal: str, deadline: float) -> Iterator[list[str]]:
    """Yield the routes without circles, the best first."""

    def weight(_: str, __: str, edge: Any) -> float:
        if time.monotonic() > deadline:
            raise QueryLimit("There are too many ways between these two to compare them in time.")
        found: float = edge["weight"]
        return found

    if start == goal:
        return
    try:
        yield from nx.shortest_simple_paths(graph, start, goal, weight)
    except nx.NetworkXNoPath:
        return


def _route(way: list[str], graph: nx.DiGraph[str], nodes: dict[str, Node], by: str) -> Route:
    behind = [nodes[id] for id in way[1:]]
    cost: dict[str, float] = {}
    for node in behind:
        if node.cost is not None:
            cost[node.currency] = cost.get(node.currency, 0.0) + node.cost
    strengths: Iterator[Strength] = (graph.edges[pair]["strength"] for pair in pairwise(way))
    weakest = max(strengths, key=lambda strength: strength.rank)
    stated = (node.days if by == "duration" else node.cost for node in behind)
    return Route(
        tuple(way),
        weakest,
        cost,
        sum(node.days or 0.0 for node in behind),
        sum(value is None for value in stated),
    )
