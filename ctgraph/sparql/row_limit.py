"""Cutting a SPARQL result at a row limit while it is being written.

The rows are counted in the serialized bytes, at the speed of the serializer: passing every row
through Python costs nine times as much. Each format has a mark between rows that, by
its escaping rules, occurs nowhere else. A row may be empty: then no variable is bound.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import IO

from ctgraph.sparql.formats import RESULT_TYPES

# Each mark ends one row and is followed by the beginning of another. In JSON and CSV it counts only
# outside strings, which the pattern passes over; in XML, the angle bracket would be escaped. Groups
# are not possessive, because Python matches such groups wrongly before 3.11.5 (gh-106052).
_JSON = re.compile(
    rb"""(?:[^"}]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*"|\}(?!,\{)))*  # strings, and other brackets
        (?:[^"}]*+(\})(?=,\{)|.*)""",
    re.DOTALL | re.VERBOSE,
)
_XML = re.compile(rb"(</result>)(?=\s*<result>)")
_TSV = re.compile(rb"(\n)(?=.)", re.DOTALL)
_CSV = re.compile(rb'"[^"]*(?:"|\Z)|(\n)(?=.)', re.DOTALL)

FORMATS = {
    RESULT_TYPES["json"]: (_JSON, b"]}}", 0),
    RESULT_TYPES["xml"]: (_XML, b"</results></sparql>", 0),
    RESULT_TYPES["tsv"]: (_TSV, b"", 1),
    RESULT_TYPES["csv"]: (_CSV, b"", 1),
}
"""For each media type: the mark between rows, the end of a cut result, the heading lines."""
SCAN_BYTES = 1 << 16
"""The least size of the pieces in which marks are searched: small writes are put together."""


class Cut(Exception):
    """The result was cut. Its bytes up to the cut and its end are written."""


class CuttingWriter:
    """A file for a serializer that raises :class:`Cut` where a row beyond the limit begins.

    :param output: where the bytes go.
    :param media_type: the media type of the result format.
    :param limit: how many rows may pass.
    """

    def __init__(self, output: IO[bytes], media_type: str, limit: int) -> None:
        self._output = output
        self._mark, self._end, headings = FORMATS[media_type.partition(";")[0]]
        self._left = limit + headings
        self._pending = bytearray()
        self._scan_at = SCAN_BYTES

    def write(self, data: bytes) -> int:
        """Take serialized bytes."""
        self._pending += data
        if len(self._pending) >= self._scan_at:
            self._scan()
        return len(data)

    def flush(self) -> None:
        """Write the pending bytes. The serializer calls this once, at its end."""
        if len(self._pending) >= self._left:  # fewer bytes are fewer rows
            self._scan()
        self._output.write(self._pending)
        self._pending.clear()

    def _scan(self) -> None:
        """Write all complete rows; the last, perhaps incomplete one stays pending."""
        end = 0
        for match in self._mark.finditer(self._pending):
            if match[1] is None:
                continue
            end = match.end()
            self._left -= 1
            if not self._left:
                self._output.write(self._pending[:end] + self._end)
                # The serializer's buffer still writes its rest while it is being dropped.
                self._output = BytesIO()
                raise Cut
        self._output.write(self._pending[:end])
        del self._pending[:end]
        # A row longer than the scan is not scanned again and again.
        self._scan_at = max(SCAN_BYTES, 2 * len(self._pending))
