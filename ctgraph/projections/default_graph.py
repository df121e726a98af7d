"""The default graph of a store: every current triple once, however many named graphs state it.

Queries that name no graph run on it. The union of all named graphs, made while a query runs, would
be slower, and would count a triple as often as it is stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

_DEFAULT = ox.DefaultGraph()
_MISSING = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } }"
_EXCESS = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }"


def with_default(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield quads of named graphs, and each of their triples in the default graph."""
    for quad in quads:
        yield quad
        yield ox.Quad(quad.subject, quad.predicate, quad.object)


def remove(store: ox.Store, quads: Iterable[ox.Quad]) -> None:
    """Remove quads of named graphs, and the triples that no other named graph states.

    A graph that becomes empty goes, too. A process that is killed meanwhile may leave triples out
    of the default graph that are still stated, never the opposite: doing it again puts it right.
    """
    graphs = set()
    for quad in quads:
        if not _is_stated_elsewhere(store, quad):
            store.remove(ox.Quad(quad.subject, quad.predicate, quad.object))
        store.remove(quad)
        graphs.add(quad.graph_name)
    for graph in graphs:
        if next(store.quads_for_pattern(None, None, None, graph), None) is None:
            store.remove_graph(graph)


def differences(store: ox.Store) -> tuple[int, int]:
    """Return how many quads have no triple in the default graph, and how many triples no quad."""
    return _number(store, _MISSING), _number(store, _EXCESS)


def _is_stated_elsewhere(store: ox.Store, quad: ox.Quad) -> bool:
    stated = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
    return any(other.graph_name not in (quad.graph_name, _DEFAULT) for other in stated)


def _number(store: ox.Store, query: str) -> int:
    found = store.query(query)
    assert isinstance(found, ox.QuerySolutions)
    return int(next(found)["n"].value)
