"""Keeps the counts of a triple store, and the graph that states them, in line with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.projections import default_graph
from ctgraph.projections.default_graph import with_default
from ctgraph.projections.statistics_graph import (
    Described,
    all_statistics,
    described,
    is_about,
    node_of,
    statistics_quads,
)
from ctgraph.projections.store_tally import tally_of_store
from ctgraph.projections.tallies import Tally, tally_of_triples
from ctgraph.projections.tally_table import TallyTable

MIN_BULK_QUADS = 20_000
"""Minimum number of quads for a bulk write into files of its own; a transaction is faster for
fewer."""


def put(store: ox.Store, quads: Collection[ox.Quad]) -> None:
    """Write quads in the way that is faster for as many."""
    if len(quads) > MIN_BULK_QUADS:
        store.bulk_extend(quads)
    else:
        store.extend(quads)


class Counting:
    """The counts of one store, which is given to each call.

    :param table: keeps them.
    """

    def __init__(self, identity: Identity, table: TallyTable) -> None:
        self._identity = identity
        self._table = table
        self._tally: Tally | None = None
        self._due: set[Described] | None = None  # None: everything may differ from the graph
        own = (identity.vocabulary, identity.statistics, identity.registry)
        self.aside = frozenset(ox.NamedNode(iri) for iri in own)

    def before_change(self, store: ox.Store) -> None:
        """Make sure of the counts; note that they are in doubt until :meth:`add` ends a change."""
        if self._table.is_doubtful():
            self.recount(store)
        self._table.doubt()

    def add(self, tally: Tally) -> None:
        """Note what a change adds to the counts, in the transaction that completes it."""
        self._table.add(tally)
        if self._tally is not None:
            self._tally.update(tally)
            for key in [key for key in tally if not self._tally[key]]:
                del self._tally[key]
        if self._due is not None:
            self._due |= described(tally)

    def recount(self, store: ox.Store) -> None:
        """Count everything anew."""
        self._tally = self.counted(store)
        self._table.replace(self._tally)
        self._due = None

    def counted(self, store: ox.Store) -> Tally:
        """Count what a store holds."""
        return tally_of_store(store, self._identity, self.aside)

    def remove(self, store: ox.Store, quads: Iterable[ox.Quad]) -> Tally:
        """Remove quads; return what they counted."""
        return tally_of_triples(default_graph.remove(store, quads, self.aside))

    def write(self, store: ox.Store, quads: Collection[ox.Quad]) -> Tally:
        """Write quads, and their triples into the default graph; return what they add."""
        fresh = default_graph.fresh(store, quads, self.aside)
        put(store, [*quads, *fresh])
        return tally_of_triples(fresh)

    def state(self, store: ox.Store) -> None:
        """Bring the graph of the counts up to date."""
        if self._table.is_doubtful():
            self.recount(store)
        if self._tally is None:
            self._tally = self._table.read()
        graph = ox.NamedNode(self._identity.statistics)
        if self._due is None:
            kept, wanted = set(_in(store, graph)), set(all_statistics(self._identity, self._tally))
        else:
            kept = {quad for thing in self._due for quad in self._kept(store, thing)}
            wanted = {
                quad
                for thing in self._due
                for quad in statistics_quads(self._identity, self._tally, thing)
            }
        default_graph.remove(store, kept - wanted)
        store.extend(with_default(wanted - kept))
        self._due = set()

    def _kept(self, store: ox.Store, thing: Described) -> set[ox.Quad]:
        """Return what the graph says of a thing, and that it is a part of the dataset."""
        graph, node = ox.NamedNode(self._identity.statistics), node_of(self._identity, thing)
        about = store.quads_for_pattern(node, None, None, graph)
        part = store.quads_for_pattern(None, None, node, graph)
        return {quad for quads in (about, part) for quad in quads if is_about(quad, thing)}


def _in(store: ox.Store, graph: Any) -> Iterable[ox.Quad]:
    return store.quads_for_pattern(None, None, None, graph)
