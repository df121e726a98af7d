"""Documents and entities in every RDF format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from ctgraph.vocab import vocabulary


@dataclass(frozen=True)
class Format:
    """A representation: its name in ``?format=``, extension, media type.

    :param writer: the RDF serialization; None for the JSON-LD as it is kept.
    """

    name: str
    extension: str
    media_type: str
    writer: ox.RdfFormat | None = None

    def __reduce__(self) -> Any:
        # The writer cannot be sent to another process; the name can.
        return format_named, (self.name,)


FORMATS = (
    Format("jsonld", "jsonld", "application/ld+json"),
    Format("json", "json", "application/json"),
    Format("turtle", "ttl", "text/turtle", ox.RdfFormat.TURTLE),
    Format("ntriples", "nt", "application/n-triples", ox.RdfFormat.N_TRIPLES),
    Format("nquads", "nq", "application/n-quads", ox.RdfFormat.N_QUADS),
    Format("trig", "trig", "application/trig", ox.RdfFormat.TRIG),
    Format("rdfxml", "rdf", "application/rdf+xml", ox.RdfFormat.RDF_XML),
)
"""What a document can be served as, the default first."""

_DATASETS = {ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG}


def format_named(name: str) -> Format | None:
    """Return the format with a name, extension or media type."""
    wanted = name.lower()
    return next((f for f in FORMATS if wanted in (f.name, f.extension, f.media_type)), None)


def document(quads: bytes, format: Format) -> bytes:
    """Return a whole graph document, given as N-Quads, in an RDF format."""
    return _write(ox.parse(quads, format=ox.RdfFormat.N_QUADS, lenient=True), quads, format)


def entity(quads: bytes, iri: str, format: Format) -> bytes:
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
    return _write(found, quads, format)


def _write(quads: Iterable[ox.Quad], source: bytes, format: Format) -> bytes:
    if format.writer not in _DATASETS:
        quads = (ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    used = vocabulary().prefixes_in(source.decode())
    return ox.serialize(quads, format=format.writer, prefixes=used) or b""
