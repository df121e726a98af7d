"""The formats of SPARQL results: their names, media types and titles."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from ctgraph.rdf.formats import GRAPHS


@dataclass(frozen=True)
class ResultFormat:
    """A format for the rows of SELECT and the answer of ASK.

    :param name: its name in ``?format=``; `title` is its name for people.
    """

    name: str
    title: str
    writer: ox.QueryResultsFormat

    @property
    def media_type(self) -> str:
        """Its media type, without parameters."""
        return self.writer.media_type.partition(";")[0]


JSON = ResultFormat("json", "JSON", ox.QueryResultsFormat.JSON)
CSV = ResultFormat("csv", "CSV", ox.QueryResultsFormat.CSV)
RESULTS = (
    JSON,
    ResultFormat("xml", "XML", ox.QueryResultsFormat.XML),
    CSV,
    ResultFormat("tsv", "TSV", ox.QueryResultsFormat.TSV),
)
"""The formats, the default first. :mod:`ctgraph.sparql.row_limit` knows where to cut each."""
RESULT_TYPES = {f.name: f.media_type for f in RESULTS}
GRAPH_TYPES = {f.name: f.media_type for f in GRAPHS}
"""The formats of the triples of CONSTRUCT and DESCRIBE: their media types by name."""
