"""The nodes that several records all lead to."""

from __future__ import annotations

from ctgraph.identity.ctid import Ctid, NodeId
from ctgraph.pathways.answers import Describer
from ctgraph.pathways.model import Cut, Graph, Question
from ctgraph.pathways.paging import edges_between
from ctgraph.pathways.traversal import Asked, Pair, Walk, walk
from ctgraph.projections.link_reader import Links


def common_of(links: Links, describer: Describer, start: tuple[Ctid, ...], asked: Asked) -> Graph:
    """Return the nodes that all of `start` lead to.

    The depth of a node is its distance in steps from the farthest start. An edge from a start to a
    node goes through the nodes of a shortest way.
    """
    walks = {id: walk(links, [id], True, asked) for id in dict.fromkeys(start)}
    reached = [found.depths for found in walks.values()]
    common = set(reached[0]).intersection(*reached[1:]) - walks.keys()
    depths = {id: max(found[id] for found in reached) for id in common}
    order = sorted(common, key=lambda id: (depths[id], id))[: asked.limit]
    pairs: dict[Pair, tuple[NodeId, ...]] = {}
    for id, found in walks.items():
        ways = _ways(id, found)
        pairs |= {(id, end): ways[end] for end in order}
    nodes = describer.nodes(dict.fromkeys(walks, 0) | {id: depths[id] for id in order})
    cut = tuple(dict.fromkeys(cut for found in walks.values() for cut in found.cut))
    if len(common) > asked.limit:
        cut += (Cut(f"Only the nearest {asked.limit:,} of {len(common):,} are shown."),)
    return Graph(
        Question.COMMON,
        tuple(walks),
        tuple(nodes.values()),
        tuple(edges_between(pairs, asked.strengths, describer)),
        cut,
    )


def _ways(start: NodeId, found: Walk) -> dict[NodeId, tuple[NodeId, ...]]:
    """Return the nodes between a start and each node, on a shortest way."""
    ways: dict[NodeId, tuple[NodeId, ...]] = {start: ()}
    for (earlier, later), through in found.edges.items():
        # Edges come level by level, so the first one that reaches a node is on a shortest way.
        if later not in ways and earlier in ways:
            between = () if earlier == start else (*ways[earlier], earlier)
            ways[later] = (*between, *through)
    return ways
