"""RDF terms as values: IRIs, blank nodes and literals are told apart by their types."""

from __future__ import annotations

import pyoxigraph as ox

Term = ox.NamedNode | ox.BlankNode | ox.Literal


def term_of(text: str) -> Term:
    """Return the term that a text in N-Triples syntax means."""
    line = f"<x:> <x:> {text} .".encode()
    quad = next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES, lenient=True)))
    term: Term = quad.object
    return term
