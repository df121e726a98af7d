"""The counts of a whole store, by queries that read out no more than they return."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.projections.default_graph import only_in
from ctgraph.projections.tallies import (
    SCORE_PARTS,
    Measure,
    Tally,
    concepts,
    tally_of_classes,
    tally_of_triples,
)
from ctgraph.rdf.namespaces import CTG, TYPE, Iri

_PROPERTIES = "SELECT ?key (COUNT(*) AS ?number) { ?s ?key ?o } GROUP BY ?key"
_CLASSES = (
    f"SELECT ?key (COUNT(*) AS ?number) {{ ?s {TYPE} ?key FILTER isIRI(?key) }} GROUP BY ?key"
)
_CONCEPTS = (
    "SELECT ?key (COUNT(*) AS ?number) "
    f"{{ VALUES ?key {{ %s }} ?s ?p ?key FILTER (?p != {TYPE}) }} GROUP BY ?key"
)
_ENVELOPES = "FILTER STRSTARTS(STR(?envelope), %s)"
_LACKING = (
    f"SELECT ?key (COUNT(*) AS ?number) {{ GRAPH ?envelope {{ ?record <{CTG}lacks> ?key }} "
    f"{_ENVELOPES} }} GROUP BY ?key"
)
_OWNED = (
    f"SELECT ?key (COUNT(*) AS ?number) {{ GRAPH ?envelope {{ ?record <{CTG}owner> ?key }} "
    f"{_ENVELOPES} }} GROUP BY ?key"
)
_SCORES = (
    "SELECT ?owner (COUNT(*) AS ?scored) (SUM(?score) AS ?scores) "
    f"{{ GRAPH ?envelope {{ ?record <{CTG}owner> ?owner ; <{CTG}completeness> ?score }} "
    f"{_ENVELOPES} }} GROUP BY ?owner"
)
_RECORDS = (
    f"SELECT ?record ?class {{ GRAPH ?envelope {{ ?record <{CTG}about> ?entity }} "
    f"GRAPH ?record {{ ?entity {TYPE} ?class }} {_ENVELOPES} FILTER isIRI(?class) }}"
)


def tally_of_store(store: ox.Store, identity: Identity, aside: Collection[ox.NamedNode]) -> Tally:
    """Count what a store holds.

    :param aside: graphs whose triples do not count.
    """
    tally: Tally = Counter()
    for measure, query in (
        (Measure.TRIPLES, _PROPERTIES),
        (Measure.ENTITIES, _CLASSES),
        (Measure.USES, _CONCEPTS % " ".join(f"<{iri}>" for iri in sorted(concepts()))),
    ):
        tally.update(
            {(measure, key.value): int(number.value) for key, number in _rows(store, query)}
        )
    tally.subtract(tally_of_triples(only_in(store, aside)))
    tally.update(_tally_of_records(store, ox.Literal(identity.envelope(Ctid("")))))
    return Counter({key: number for key, number in tally.items() if number})


def _tally_of_records(store: ox.Store, envelopes: ox.Literal) -> Tally:
    """Count the records.

    :param envelopes: what the names of all graphs of envelopes begin with.
    """
    tally: Tally = Counter()
    for key, number in _rows(store, _LACKING % envelopes):
        tally[Measure.LACKING, key.value] = int(number.value)
    for owner, owned in _rows(store, _OWNED % envelopes):
        tally[Measure.DOCUMENTS, ""] += int(owned.value)
        tally[Measure.OWNED, owner.value] = int(owned.value)
    for owner, scored, scores in _rows(store, _SCORES % envelopes):
        tally[Measure.SCORED, owner.value] = int(scored.value)
        tally[Measure.SCORES, owner.value] = round(Decimal(scores.value) * SCORE_PARTS)
    for _, rows in groupby(_rows(store, _RECORDS % envelopes), key=lambda row: row[0]):
        tally.update(tally_of_classes({Iri(kind.value) for _, kind in rows}))
    return tally


def _rows(store: ox.Store, query: str) -> Iterator[Any]:
    yield from store.query(query)  # type: ignore[misc]
