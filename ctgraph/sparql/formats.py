"""The formats of SPARQL results: their names, media types and titles."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from ctgraph.rdf.formats import GRAPHS


@dataclass(frozen=True)
class ResultFormat:
    """A format of the rows of SELECT and the truth of ASK.

    :param name: its name in ``?format=``; `title` what people call it.
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
"""The formats, the default first. Where a result is cut, :mod:`ctgraph.sparql.row_limit` says."""
RESULT_TYPES = {f.name: f.media_type for f in RESULTS}
GRAPH_TYPES = {f.name: f.media_type for f in GRAPHS}
"""The formats of the triples of CONSTRUCT and DESCRIBE: their media types by name."""
