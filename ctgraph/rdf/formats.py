"""The representations of RDF: their names, extensions and media types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

_PROFILE = "http://www.w3.org/ns/json-ld#"


@dataclass(frozen=True)
class Format:
    """A representation: its name in ``?format=``, extension, media type, and title for people.

    :param writer: the RDF serialization; None for the JSON-LD as it is kept.
    :param also: what else clients call it: names, and media types of the time before it had one.
    """

    name: str
    extension: str
    media_type: str
    title: str
    writer: ox.RdfFormat | None = None
    also: tuple[str, ...] = ()

    @property
    def keeps_graphs(self) -> bool:
        """Whether it is written as a dataset, with the name of each graph."""
        return self.writer is not None and self.writer.supports_datasets

    def __reduce__(self) -> Any:
        # The writer cannot be sent to another process; the name can.
        return format_named, (self.name,)


JSON_LD = Format(
    "jsonld",
    "jsonld",
    "application/ld+json",
    "JSON-LD",
    also=("json-ld", "json", "application/json", "application/x-json+ld"),
)
TURTLE = Format(
    "turtle",
    "ttl",
    "text/turtle",
    "Turtle",
    ox.RdfFormat.TURTLE,
    (
        *("n3", "text/n3", "text/rdf+n3", "application/n3", "application/rdf+n3"),
        *("text/x-turtle", "application/x-turtle", "application/turtle"),
    ),
)
FORMATS = (
    JSON_LD,
    Format("json", "json", "application/json", "JSON"),
    TURTLE,
    Format(
        "ntriples",
        "nt",
        "application/n-triples",
        "N-Triples",
        ox.RdfFormat.N_TRIPLES,
        ("n-triples", "ntriple", "text/plain", "text/ntriples", "application/ntriples"),
    ),
    Format(
        "nquads",
        "nq",
        "application/n-quads",
        "N-Quads",
        ox.RdfFormat.N_QUADS,
        ("n-quads", "text/x-nquads", "text/nquads", "application/nquads"),
    ),
    Format(
        "trig",
        "trig",
        "application/trig",
        "TriG",
        ox.RdfFormat.TRIG,
        ("application/x-trig", "text/trig"),
    ),
    Format(
        "rdfxml",
        "rdf",
        "application/rdf+xml",
        "RDF/XML",
        ox.RdfFormat.RDF_XML,
        ("xml", "rdf+xml", "rdf/xml", "rdf-xml", "application/xml", "text/xml", "text/rdf+xml"),
    ),
)
"""The formats that a document can be served in, the default first."""
PROFILES = tuple(
    Format(name, "jsonld", f'{JSON_LD.media_type}; profile="{_PROFILE}{name}"', title, writer)
    for name, title, writer in (
        ("compacted", "JSON-LD, compacted", None),
        ("expanded", "JSON-LD, expanded", ox.RdfFormat.JSON_LD),
        ("flattened", "JSON-LD, flattened", ox.RdfFormat.JSON_LD),
    )
)
"""The forms of JSON-LD that a client can ask for by a profile (JSON-LD 1.1, section 6). As it is
kept it is compacted; what is written from triples is expanded and flattened."""
GRAPHS = (*(f for f in FORMATS if f.writer and not f.keeps_graphs), JSON_LD)
"""The formats for the triples of a single graph, the default first."""
DATASETS = tuple(f for f in FORMATS if f.keeps_graphs)
"""The formats of several graphs, which can hold the triples of a single one, too."""


def format_named(name: str) -> Format | None:
    """Return the format with a name, extension or media type."""
    wanted = name.lower()
    known = (*FORMATS, *PROFILES)
    return next((f for f in known if wanted in (f.name, f.extension, f.media_type)), None)
