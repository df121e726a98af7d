"""The formats of SPARQL results: their names, media types and titles."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from ctgraph.rdf.formats import GRAPHS


@dataclass(frozen=True)
class ResultFormat:
    """A format for the rows of SELECT and the answer of ASK.

    :param name: its name in ``?format=``; `title` is its name for people.
    :param extension: that of its files.
    :param also: what else clients call it: names, and media types of the time before it had one.
    """

    name: str
    title: str
    extension: str
    writer: ox.QueryResultsFormat
    also: tuple[str, ...] = ()

    @property
    def media_type(self) -> str:
        """Its media type, without parameters."""
        return self.writer.media_type.partition(";")[0]


JSON = ResultFormat(
    "json", "JSON", "srj", ox.QueryResultsFormat.JSON, ("application/json", "text/json")
)
CSV = ResultFormat("csv", "CSV", "csv", ox.QueryResultsFormat.CSV, ("text/plain",))
RESULTS = (
    JSON,
    ResultFormat("xml", "XML", "srx", ox.QueryResultsFormat.XML, ("application/xml", "text/xml")),
    CSV,
    ResultFormat("tsv", "TSV", "tsv", ox.QueryResultsFormat.TSV),
)
"""The formats, the default first. :mod:`ctgraph.sparql.row_limit` knows where to cut each."""
RESULT_TYPES = {f.name: f.media_type for f in RESULTS}
GRAPH_TYPES = {f.name: f.media_type for f in GRAPHS}
"""The formats of the triples of CONSTRUCT and DESCRIBE: their media types by name."""
