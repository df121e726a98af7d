"""Documents and entities in every RDF format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from ctgraph.rdf.formats import Format
from ctgraph.rdf.namespaces import Iri
from ctgraph.rdf.writing import write
from ctgraph.vocab import vocabulary


def document(quads: bytes, format: Format) -> bytes:
    """Return a whole graph document, given as N-Quads, in an RDF format."""
    return _write(ox.parse(quads, format=ox.RdfFormat.N_QUADS, lenient=True), quads, format)


def entity(quads: bytes, iri: Iri, format: Format) -> bytes:
    """Return one entity of a document, with everything nested in it, in an RDF format.

    That is the entity's concise bounded description within the document: its statements, and
    those of the blank nodes that they lead to.

    :param quads: the document, as N-Quads.
    :raises KeyError: when the document has no such entity.
    """
    by_subject: dict[Any, list[ox.Quad]] = defaultdict(list)
    for quad in ox.parse(quads, format=ox.RdfFormat.N_QUADS, lenient=True):
        by_subject[quad.subject].append(quad)
    found: list[ox.Quad] = []
    reached: list[Any] = [ox.NamedNode(iri)]
    seen = set(reached)
    while reached:
        for quad in by_subject[reached.pop()]:
            found.append(quad)
            if isinstance(quad.object, ox.BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                reached.append(quad.object)
    if not found:
        raise KeyError(iri)
    # Who asks for a thing looks for it in the default graph; the address of a graph names one.
    return _write((_in_default_graph(quad) for quad in found), quads, format)


def _in_default_graph(quad: ox.Quad) -> ox.Quad:
    return ox.Quad(quad.subject, quad.predicate, quad.object)


def _write(quads: Iterable[ox.Quad], source: bytes, format: Format) -> bytes:
    if not format.keeps_graphs:
        quads = map(_in_default_graph, quads)
    used = vocabulary().prefixes_in(source.decode())
    assert format.writer
    return write(quads, format.writer, used)
