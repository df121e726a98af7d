"""The vocabulary as a named graph beside those of the records, so that queries can use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.projections import default_graph
from ctgraph.projections.counting import put
from ctgraph.rdf.namespaces import Iri
from ctgraph.vocab.statements import all_statements


def vocabulary_quads(identity: Identity, definitions: Mapping[Iri, str]) -> Iterable[ox.Quad]:
    """Yield the quads of the vocabulary's named graph.

    :param definitions: the sentences that define terms, by IRI, where an operator imported them.
    """
    graph = ox.NamedNode(identity.vocabulary)
    return (
        ox.Quad(triple.subject, triple.predicate, triple.object, graph)
        for triple in all_statements(definitions)
    )


def keep_vocabulary(store: ox.Store, identity: Identity, definitions: Mapping[Iri, str]) -> bool:
    """Bring the vocabulary's named graph up to date; tell whether it had to change.

    :param definitions: see :func:`vocabulary_quads`.
    """
    graph = ox.NamedNode(identity.vocabulary)
    wanted = set(vocabulary_quads(identity, definitions))
    # To look quads up costs a fraction of reading them out, and every projector begins here.
    missing = [quad for quad in wanted if quad not in store]
    if not missing and default_graph.size(store, graph) == len(wanted):
        return False
    kept = set(store.quads_for_pattern(None, None, None, graph))
    default_graph.remove(store, kept - wanted)
    put(store, list(default_graph.with_default(missing)))
    return True
