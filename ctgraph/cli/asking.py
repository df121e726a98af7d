"""Asking SPARQL queries from the command line: of the local store, or of an endpoint."""

from __future__ import annotations

import csv
import io
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from http.client import HTTPException

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ctgraph.errors import NotFound, QueryError
from ctgraph.settings import Settings
from ctgraph.sparql.pool import QueryPool
from ctgraph.sparql.query import GRAPH_TYPES, RESULT_TYPES, query_form, query_in_format
from ctgraph.vocab import vocabulary

TABLE = "table"
_TIMEOUT = 300


def ask_store(settings: Settings, text: str, name: str) -> None:
    """Run a query over the newest snapshot of a registry, and print the result.

    :param name: a result format, or ``table``.
    :raises NotFound: when there is no such format.
    :raises QueryError: when the query does not parse.
    """
    pool = QueryPool(settings)
    try:
        result = pool.run(query_in_format(text, _format(text, name)))
        _print(result, text, name)
    finally:
        pool.close()
    if result.cut:
        print(f"The result was cut after {settings.query_rows:,} rows.", file=sys.stderr)


def ask_endpoint(url: str, text: str, name: str) -> None:
    """Send a query to an endpoint (SPARQL 1.1 Protocol, section 2.1.3), and print the result.

    :raises NotFound: when there is no such format.
    :raises QueryError: when the endpoint refuses the query, or does not answer.
    """
    chosen = query_in_format(text, _format(text, name))
    graphs = query_form(text) in ("CONSTRUCT", "DESCRIBE")
    accept = chosen.graph_type if graphs else chosen.result_type
    said = {"Accept": accept, "Content-Type": "application/sparql-query"}
    try:
        request = urllib.request.Request(url, text.encode(), said)
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:
            _print(iter(lambda: answer.read(1 << 16), b""), text, name)
    except urllib.error.HTTPError as error:
        answered = error.read(2000).decode("utf-8", "replace")
        raise QueryError(f"{url} answered {error.code}: {answered}") from error
    except (OSError, ValueError, HTTPException) as error:
        raise QueryError(f"{url} does not answer: {error}") from error


def _format(text: str, name: str) -> str:
    """Return the format to ask for; a table is made from CSV."""
    if name not in (TABLE, *RESULT_TYPES, *GRAPH_TYPES):
        raise NotFound(
            f"{name!r} is no result format. There are "
            f"{', '.join((TABLE, *RESULT_TYPES, *GRAPH_TYPES))}."
        )
    return "csv" if name == TABLE else name


def _print(chunks: Iterable[bytes], text: str, name: str) -> None:
    form = query_form(text)
    if name != TABLE or form in ("CONSTRUCT", "DESCRIBE", "ASK"):
        last = b""
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
            last = chunk or last
        sys.stdout.buffer.write(b"" if last.endswith(b"\n") else b"\n")
        sys.stdout.buffer.flush()
        return
    rows = list(csv.reader(io.StringIO(b"".join(chunks).decode(), newline="")))
    table = Table(caption=f"{len(rows) - 1:,} rows", caption_justify="left")
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows[1:]:
        # Values are no markup of the terminal's; known IRIs are shown short.
        table.add_row(*(Text(vocabulary().compact(cell)) for cell in row))
    Console().print(table)
