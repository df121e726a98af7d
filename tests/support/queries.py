"""Queries that take long, and their answers from a store."""

from __future__ import annotations

import pyoxigraph as ox

from ctgraph.rdf.namespaces import CETERMS, CTG

HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
CROSS = "SELECT ?s ?o { ?s ?p ?o . ?a ?b ?c . ?d ?e ?f }"


def solutions(store: ox.Store, query: str) -> list[ox.QuerySolution]:
    """Return the solutions of a SELECT query over all graphs of a store."""
    found = store.query(query, prefixes={"ctg": CTG, "ceterms": CETERMS})
    assert isinstance(found, ox.QuerySolutions)
    return list(found)
