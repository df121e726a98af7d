"""The pages of an answer: nodes in the order of their distance, each edge once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import islice, pairwise

from ctgraph.errors import BadParameter
from ctgraph.identity.ctid import NodeId
from ctgraph.links.model import Relation
from ctgraph.pathways.answers import Describer
from ctgraph.pathways.model import Cut, Edge, Graph, Question, Side
from ctgraph.pathways.traversal import Asked, Pair, Walk

MAX_PAGE_EDGES = 5_000
"""Edges of one page. A thousand nodes may have a million edges between them."""
_DEPTH = re.compile("-?[0-9]{1,2}")


def page_of(
    question: Question, start: tuple[NodeId, ...], walk: Walk, asked: Asked, describer: Describer
) -> Graph:
    """Return the page of an answer that was asked for.

    A page has the edges whose farther end stands on it, so all pages together have each edge once.

    :raises BadParameter: for a cursor that no page gave.
    """
    order = sorted(walk.depths, key=lambda id: _place(walk.depths[id], id))
    position = {id: number for number, id in enumerate(order)}
    begin = _begin(asked.cursor, walk.depths, order)
    end = begin + asked.limit
    pairs = {
        pair: through
        for pair, through in walk.edges.items()
        if begin <= max(position[pair[0]], position[pair[1]]) < end
    }
    cut = list(walk.cut)
    if len(pairs) > MAX_PAGE_EDGES:
        cut.append(
            Cut(f"Only {MAX_PAGE_EDGES:,} of the {len(pairs):,} edges of this page are shown.")
        )
        pairs = dict(islice(pairs.items(), MAX_PAGE_EDGES))
    edges = edges_between(pairs, asked.strengths, describer, walk.relation)
    nodes = describer.nodes({id: walk.depths[id] for id in order[begin:end]})
    following = order[end] if end < len(order) else None
    return Graph(
        question,
        start,
        tuple(nodes.values()),
        tuple(edges),
        tuple(cut),
        f"{walk.depths[following]}.{following}" if following else None,
    )


def edges_between(
    pairs: Mapping[Pair, tuple[NodeId, ...]],
    strengths: Collection[str],
    describer: Describer,
    relation: Relation = Relation.PRECEDES,
) -> list[Edge]:
    """Return edges with all that is said about them.

    :param pairs: the ends of each edge, with the hidden nodes between them.
    :param strengths: the strengths that count; empty for all.
    """
    ways = {
        pair: list(pairwise((pair[0], *through, pair[1])))
        for pair, through in pairs.items()
        if through
    }
    steps = {step for way in ways.values() for step in way}
    steps.update(pair for pair, through in pairs.items() if not through)
    said = describer.edges(steps, strengths, relation)
    edges = []
    for pair, through in pairs.items():
        if not through:
            if pair in said:
                edges.append(said[pair])
        elif all(step in said for step in ways[pair]):
            edges.append(_joined(pair, [said[step] for step in ways[pair]], through))
    return edges


def _joined(pair: Pair, way: list[Edge], through: tuple[NodeId, ...]) -> Edge:
    """Return one edge for the steps that lead from one end to the other."""
    weakest = max(way, key=lambda edge: edge.strength.rank)
    agreed = {edge.agreed for edge in way}
    return Edge(
        *pair,
        weakest.strength,
        agreed.pop() if len(agreed) == 1 else Side.MIXED,
        any(edge.alternative for edge in way),
        tuple(a for edge in way for a in edge.assertions),
        through,
    )


def _place(depth: int, id: str) -> tuple[int, int, str]:
    return abs(depth), depth, id


def _begin(cursor: str, depths: Mapping[NodeId, int], order: list[NodeId]) -> int:
    """Return the position where the page of a cursor begins."""
    if not cursor:
        return 0
    depth, dot, id = cursor.partition(".")
    if not dot or not _DEPTH.fullmatch(depth):
        raise BadParameter(
            f"Invalid cursor {cursor[:60]!r}. Use the value of 'next' from the previous page."
        )
    place = _place(int(depth), id)
    return sum(1 for other in order if _place(depths[other], other) < place)
