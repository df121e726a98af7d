"""The command that runs a SPARQL query, over the local store or at an endpoint."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from shlex import quote
from urllib.parse import unquote

import click

from ctgraph.cli.common import open_registry, project_now
from ctgraph.problem import one_line
from ctgraph.settings import Settings, load_settings
from ctgraph.sparql.formats import GRAPH_TYPES, RESULT_TYPES
from ctgraph.sparql.query import query_form, query_in_format
from ctgraph.sparql.stored_queries import SHIPPED, stored_files
from ctgraph.sparql.unknown_terms import HEADER, unknown_terms

TABLE = "table"
FORMATS = (TABLE, *RESULT_TYPES, *GRAPH_TYPES)
ENDPOINT_TIMEOUT_SECONDS = 300
"""How long an endpoint may be silent. Public endpoints give a query a minute or two; the rest is
for a slow network."""
FILE_NAME_ENDS = (".rq", ".sparql")
MAX_FILE_NAME_CHARACTERS = 1_000
"""The longest argument that may be the name of a file; a longer one is a query. No usual file
system takes a longer name, and looking for one would raise an error of its own."""
MAX_ERROR_CHARACTERS = 2_000
"""How much of an endpoint's error is shown. Some answer with a whole page."""


@click.command()
@click.argument("query", metavar="QUERY")
@click.option(
    "--format",
    "name",
    help=f"{TABLE} (the default in a terminal), csv (elsewhere), or another of "
    f"{', '.join(RESULT_TYPES)}; {', '.join(GRAPH_TYPES)}.",
)
@click.option(
    "--endpoint", metavar="URL", help="Ask this SPARQL endpoint, not the store in the home folder."
)
def query(query: str, name: str | None, endpoint: str | None) -> None:
    """Run a SPARQL query: the text itself, a file that holds it, or '-' for standard input."""
    text = _query_text(query)
    name = name or (TABLE if sys.stdout.isatty() else "csv")
    if name not in FORMATS:
        raise click.BadParameter(
            f"There is no result format {name!r}. Use {', '.join(FORMATS)}.", param_hint="--format"
        )
    if endpoint:
        _ask_endpoint(endpoint, text, name)
    else:
        settings, ledger = open_registry()
        project_now(settings, ledger)  # there may be no server that does it
        _ask_store(settings, text, name)


def _query_text(query: str) -> str:
    if query == "-":
        return sys.stdin.buffer.read().decode()
    if len(query) <= MAX_FILE_NAME_CHARACTERS and "\n" not in query:
        if Path(query).is_file():
            return Path(query).read_text("utf-8")
        if _looks_like_name(query):
            raise click.ClickException(_no_file(query))
    return os.fsencode(query).decode()


def _looks_like_name(text: str) -> bool:
    """Tell whether a text names a file or a ready-made query: no query looks like that."""
    if text.endswith(FILE_NAME_ENDS) and "{" not in text:
        return True
    is_one_word = text != "" and not any(sign in text for sign in " \t{<")
    return is_one_word and not query_form(text)


def _no_file(given: str) -> str:
    """Return that a file is not there, which ready-made query may be meant, and how to run one."""
    known = stored_files(load_settings())
    name = given.rpartition("/")[2]
    for end in FILE_NAME_ENDS:
        name = name.removesuffix(end)
    missing = f"There is no file {given!r}. "
    for near in get_close_matches(name, known, 1):
        meant = f"Did you mean the ready-made query {near!r}?"
        if near == name:
            meant = f"{name!r} is a ready-made query."
        return f"{missing}{meant} Run it by its file: ctgraph query {quote(str(known[near]))}"
    return (
        f"{missing}Give the text of a query, or a file that holds it. The ready-made queries are "
        f"files in {SHIPPED}."
    )


def _ask_store(settings: Settings, text: str, name: str) -> None:
    """Run a query over the newest snapshot of a registry, and print the result.

    :param name: a name in `FORMATS`.
    :raises QueryError: when the query does not parse.
    """
    from ctgraph.sparql.pool import QueryPool

    pool = QueryPool(settings)
    try:
        result = pool.run(query_in_format(text, _requested(name)))
        _print(result, text, name)
    finally:
        pool.close()
    if result.cut:
        click.echo(f"The result was cut after {settings.query_rows:,} rows.", err=True)
    if unknown := unknown_terms(text):
        _tell_unknown(", ".join(map(str, unknown)))


def _tell_unknown(terms: str) -> None:
    """Say which terms of a query do not exist: a misspelt one finds nothing, and nothing fails."""
    click.echo(f"Not in the vocabulary: {terms}", err=True)


def _ask_endpoint(url: str, text: str, name: str) -> None:
    """Send a query to an endpoint (SPARQL 1.1 Protocol, section 2.1.3), and print the result.

    :param name: a name in `FORMATS`.
    :raises click.ClickException: when the endpoint refuses the query, or does not answer.
    """
    import httpx

    query = query_in_format(text, _requested(name))
    headers = {
        "Accept": query.graph_type if _makes_graph(text) else query.result_type,
        "Content-Type": "application/sparql-query",
    }
    try:
        with httpx.stream(
            "POST",
            url,
            content=text.encode(),
            headers=headers,
            timeout=ENDPOINT_TIMEOUT_SECONDS,
            follow_redirects=True,
        ) as answer:
            if answer.is_error:
                answer.read()
                said = _told(answer.text, answer.reason_phrase)
                raise _failure(f"The endpoint {url} answered {answer.status_code}: {said}")
            _print(answer.iter_bytes(), text, name)
            if unknown := answer.headers.get(HEADER):
                _tell_unknown(unquote(unknown))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reached = not isinstance(
            error,
            httpx.ConnectError
            | httpx.ConnectTimeout
            | httpx.UnsupportedProtocol
            | httpx.InvalidURL,
        )
        how = "did not answer" if reached else "could not be reached"
        why = str(error).rstrip(".") or type(error).__name__
        raise _failure(
            f"The endpoint {url} {how}: {why}. Check the address after --endpoint."
        ) from error


def _failure(message: str) -> click.ClickException:
    return click.ClickException(one_line(message))


def _told(body: str, otherwise: str) -> str:
    """Return what an endpoint says of its refusal: the detail of a problem (RFC 9457), or a text.

    :param otherwise: what to return where it says nothing.
    """
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    detail = problem.get("detail") if isinstance(problem, dict) else None
    return (detail if isinstance(detail, str) else body)[:MAX_ERROR_CHARACTERS].strip() or otherwise


def _requested(name: str) -> str:
    """Return the format to ask for. A table is made from CSV."""
    return "csv" if name == TABLE else name


def _makes_graph(text: str) -> bool:
    return query_form(text) in ("CONSTRUCT", "DESCRIBE")


def _print(chunks: Iterable[bytes], text: str, name: str) -> None:
    if name == TABLE and query_form(text) == "SELECT":
        _print_table(b"".join(chunks))
        return
    last = b""
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
        last = chunk or last
    sys.stdout.buffer.write(b"" if last.endswith(b"\n") else b"\n")
    sys.stdout.buffer.flush()


def _print_table(data: bytes) -> None:
    """Print a result in CSV as a table, with known IRIs shortened."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from ctgraph.vocab import vocabulary

    heading, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
    counted = f"{len(rows):,} row{'' if len(rows) == 1 else 's'}"
    table = Table(caption=counted, caption_justify="left")
    for column in heading:
        table.add_column(column, overflow="fold")
    for row in rows:
        # A plain string would be read as markup.
        table.add_row(*(Text(vocabulary().compact(cell)) for cell in row))
    Console().print(table)
