"""The vocabulary as a named graph beside those of the records, so that queries can use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from ctgraph.identity import Identity
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
