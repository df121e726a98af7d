"""The representations of RDF: their names, extensions and media types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox


@dataclass(frozen=True)
class Format:
    """A representation: its name in ``?format=``, extension, media type, and title for people.

    :param writer: the RDF serialization; None for the JSON-LD as it is kept.
    """

    name: str
    extension: str
    media_type: str
    title: str
    writer: ox.RdfFormat | None = None

    @property
    def keeps_graphs(self) -> bool:
        """Whether it is written as a dataset, with the name of each graph."""
        return self.writer is not None and self.writer.supports_datasets

    def __reduce__(self) -> Any:
        # The writer cannot be sent to another process; the name can.
        return format_named, (self.name,)


JSON_LD = Format("jsonld", "jsonld", "application/ld+json", "JSON-LD")
TURTLE = Format("turtle", "ttl", "text/turtle", "Turtle", ox.RdfFormat.TURTLE)
FORMATS = (
    JSON_LD,
    Format("json", "json", "application/json", "JSON"),
    TURTLE,
    Format("ntriples", "nt", "application/n-triples", "N-Triples", ox.RdfFormat.N_TRIPLES),
    Format("nquads", "nq", "application/n-quads", "N-Quads", ox.RdfFormat.N_QUADS),
    Format("trig", "trig", "application/trig", "TriG", ox.RdfFormat.TRIG),
    Format("rdfxml", "rdf", "application/rdf+xml", "RDF/XML", ox.RdfFormat.RDF_XML),
)
"""The formats that a document can be served in, the default first."""
GRAPHS = (*(f for f in FORMATS if f.writer and not f.keeps_graphs), JSON_LD)
"""The formats for the triples of a single graph, the default first."""
DATASETS = tuple(f for f in FORMATS if f.keeps_graphs)
"""The formats of several graphs, which can hold the triples of a single one, too."""


def format_named(name: str) -> Format | None:
    """Return the format with a name, extension or media type."""
    wanted = name.lower()
    return next((f for f in FORMATS if wanted in (f.name, f.extension, f.media_type)), None)
