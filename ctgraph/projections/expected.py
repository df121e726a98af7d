"""The named graphs that a store should have, as Oxigraph keeps them: numbers and times by value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Change
from ctgraph.projections.link_graphs import link_quads
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.link_rows import IndexedDocument
from ctgraph.projections.record_quads import read_record
from ctgraph.projections.registry_graphs import history_quads
from ctgraph.projections.statistics_graph import all_statistics
from ctgraph.projections.tallies import Tally
from ctgraph.projections.vocabulary_graph import vocabulary_quads
from ctgraph.rdf.namespaces import Iri

Graphs = dict[Iri, set[ox.Quad]]
"""Quads by the IRI of their graph."""


def graphs_of(change: Change, identity: Identity) -> tuple[Graphs, IndexedDocument]:
    """Return the graphs of a record's document and envelope, and its links."""
    quads, said = read_record(change, identity)
    return _as_kept(quads), said


def links_of(document: Ctid, links: LinkIndex, identity: Identity) -> Graphs:
    """Return the graph of the links that a document should have by an index."""
    return _as_kept(link_quads(*links.links(document), identity))


def history_of(changes: Iterable[Change], identity: Identity) -> Graphs:
    """Return the history graph of a record that had these changes."""
    return _as_kept([quad for change in changes for quad in history_quads(change, identity)])


def vocabulary_graph(definitions: Mapping[Iri, str], identity: Identity) -> Graphs:
    """Return the graph of the vocabulary."""
    return _as_kept(vocabulary_quads(identity, definitions))


def statistics_graph(tally: Tally, identity: Identity) -> Graphs:
    """Return the graph that states some counts."""
    return _as_kept(all_statistics(identity, tally))


def _as_kept(quads: Iterable[ox.Quad]) -> Graphs:
    scratch = ox.Store()
    scratch.extend(quads)
    return {
        Iri(graph.value): set(scratch.quads_for_pattern(None, None, None, graph))
        for graph in scratch.named_graphs()
    }
