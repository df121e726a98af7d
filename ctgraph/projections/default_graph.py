"""The default graph of a store: every current triple once, however many named graphs state it.

Queries that name no graph run on it. The union of all named graphs, made while a query runs, would
be slower, and would count a triple as often as it is stated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

import pyoxigraph as ox

_DEFAULT = ox.DefaultGraph()
_SHARED = (
    "SELECT ?s ?p ?o { VALUES ?own { %s } GRAPH ?own { ?s ?p ?o } "
    "FILTER EXISTS { GRAPH ?other { ?s ?p ?o } FILTER (?other NOT IN (%s)) } }"
)


def with_default(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield quads of named graphs, and each of their triples in the default graph."""
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def fresh(
    store: ox.Store, quads: Iterable[ox.Quad], aside: Collection[ox.NamedNode]
) -> list[ox.Quad]:
    """Return the triples of quads to be added that no named graph states yet, each once.

    They are quads of the default graph.

    :param aside: graphs whose statements do not matter here.
    """
    found: dict[ox.Quad, None] = {}
    # A look-up that finds nothing costs most, and in a large store more than all else. Most quads
    # are about something new, so their subject is looked up once, instead of each of them twice.

    @cache
    def is_new_graph(graph: Any) -> bool:
        return not store.contains_named_graph(graph)

    @cache
    def is_new_subject(subject: Any) -> bool:
        return next(store.quads_for_pattern(subject, None, None, _DEFAULT), None) is None

    for quad in quads:
        # Each part is made anew whenever it is asked for, so all are taken at once.
        subject, predicate, value, graph = quad
        in_default = ox.Quad(subject, predicate, value)
        if in_default in found:
            continue
        if is_new_graph(graph) and is_new_subject(subject):
            found[in_default] = None
            continue
        if quad in store:
            continue
        if in_default not in store or _others(store, quad) <= set(aside):
            found[in_default] = None
    return list(found)


def remove(
    store: ox.Store, quads: Iterable[ox.Quad], aside: Collection[ox.NamedNode] = ()
) -> list[ox.Triple]:
    """Remove quads of named graphs, and the triples that no other named graph states.

    A graph that becomes empty goes, too. A process that is killed meanwhile may leave triples out
    of the default graph that are still stated, never the opposite: doing it again puts it right.

    :param aside: graphs whose statements keep a triple in the default graph, and do not matter to
        the caller.
    :returns: the triples that no other graph states any more.
    """
    graphs, gone = set(), []
    for quad in quads:
        others = _others(store, quad)
        if not others:
            store.remove(ox.Quad(quad.subject, quad.predicate, quad.object))
        if others <= set(aside):
            gone.append(quad.triple)
        store.remove(quad)
        graphs.add(quad.graph_name)
    for graph in graphs:
        if next(store.quads_for_pattern(None, None, None, graph), None) is None:
            store.remove_graph(graph)
    return gone


def size(store: ox.Store, graph: ox.NamedNode) -> int:
    """Return the number of triples that a named graph states."""
    ((number,),) = _rows(store, f"SELECT (COUNT(*) AS ?n) {{ GRAPH {graph} {{ ?s ?p ?o }} }}")
    return int(number.value)


def only_in(store: ox.Store, graphs: Collection[ox.NamedNode]) -> set[ox.Triple]:
    """Return the triples that some named graphs state and no other does."""
    these = {
        quad.triple for graph in graphs for quad in store.quads_for_pattern(None, None, None, graph)
    }
    # The engine finds the few that others state, too, much faster than a look at each.
    own = [str(graph) for graph in graphs]
    shared = _rows(store, _SHARED % (" ".join(own), ", ".join(own)))
    return these - {ox.Triple(*row) for row in shared}


def _rows(store: ox.Store, query: str) -> Iterator[Any]:
    yield from store.query(query)  # type: ignore[misc]


def _others(store: ox.Store, quad: ox.Quad) -> set[Any]:
    """Return the other named graphs that state the triple of a quad."""
    stated = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
    return {other.graph_name for other in stated} - {quad.graph_name, _DEFAULT}
