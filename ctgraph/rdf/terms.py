"""RDF terms as values: IRIs, blank nodes and literals are told apart by their types."""

from __future__ import annotations

import pyoxigraph as ox

RdfTerm = ox.NamedNode | ox.BlankNode | ox.Literal
Value = ox.NamedNode | ox.Literal
"""A term of a graph in which every node has an IRI."""


def term_of(text: str) -> RdfTerm:
    """Return the term that a text in N-Triples syntax means."""
    line = f"<x:> <x:> {text} .".encode()
    quad = next(iter(ox.parse(line, format=ox.RdfFormat.N_TRIPLES, lenient=True)))
    term: RdfTerm = quad.object
    return term
