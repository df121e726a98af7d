"""The SPARQL endpoint (SPARQL 1.1 Protocol, section 2.1)."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, request

from ctgraph.documents.csv_cells import spreadsheet
from ctgraph.errors import DocumentTooLarge, QueryError, UnsupportedMediaType
from ctgraph.sparql.query import update_refused
from ctgraph.sparql.results import Complete
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import wish_of_request
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.sparql.description import endpoint_description
from ctgraph.web.sparql.protocol import (
    IGNORED,
    PAGE,
    PARAMETERS,
    SPREADSHEET,
    QueryRequest,
    cut_header,
    headers,
    understand,
)
from ctgraph.web.sparql.query_page import query_page
from ctgraph.web.sparql.response_cache import BEGUN

blueprint = Blueprint("sparql", __name__)

MAX_QUERY_CHARACTERS = 1_000_000
"""The longest query that is accepted: a list of some ten thousand IRIs fits."""


@blueprint.get("/sparql")
@blueprint.post("/sparql")
@reads(*PARAMETERS, but_not=(*IGNORED, "update"))  # an update gets a refusal of its own
def sparql() -> Response:
    """Return the result of a query; without a query, the description of the endpoint."""
    text = _query_text()
    if text is None:
        if request.method == "POST":
            raise QueryError(
                "There is no query. Send it as ?query=, as a form field, or as a body "
                "of type application/sparql-query."
            )
        return endpoint_description()
    if len(text) > MAX_QUERY_CHARACTERS:
        raise DocumentTooLarge(
            f"The query has {len(text):,} characters. At most {MAX_QUERY_CHARACTERS:,} are "
            "accepted: ask in several queries."
        )
    asked = asked_of_request(text)
    if asked.name == PAGE and request.method != "POST":
        return query_page(text, runs=True)
    return answer(asked)


def asked_of_request(text: str) -> QueryRequest:
    """Return a query with the dataset, format and deadline of the request."""
    return understand(
        text,
        wish_of_request(),
        _timeout(),
        tuple(request.values.getlist("default-graph-uri")),
        tuple(request.values.getlist("named-graph-uri")),
    )


def answer(asked: QueryRequest) -> Response:
    """Return the result of a query at the moment that the request asks for."""
    as_of = request.values.get("as-of")
    pool = state().work.pool
    snapshot = (state().past(as_of) if as_of else None) or pool.store_folder.newest()
    tag = asked.tag(snapshot, state().settings)
    timeout, rows = pool.timeout(asked.query), state().settings.query_rows
    said = headers(asked.query.text, tag, timeout, rows)
    # A compressed answer has a tag of its own, which ends with the name of the coding.
    known = [one for one in request.if_none_match.as_set(True) if one.partition(":")[0] == tag]
    if tag and known:
        return respond.unchanged([*said, ("ETag", f'"{known[0]}"')])
    begun = request.environ.pop(BEGUN, None)
    result = begun() if begun else state().run(asked.query, snapshot)
    body: bytes | Iterable[bytes] = result.body if isinstance(result, Complete) else result
    said += cut_header(result)
    if asked.name == SPREADSHEET:
        body = spreadsheet([body] if isinstance(body, bytes) else body)
        said.append(("Content-Disposition", 'attachment; filename="results.csv"'))
    response = respond.content(body, asked.shown)
    response.headers.update(said)
    response.call_on_close(result.close)
    return response


def _timeout() -> float | None:
    """Return the deadline that the request asks for, in seconds.

    :raises QueryError: when it is not a positive number.
    """
    given = request.values.get("timeout")
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise QueryError(f"timeout={given[:40]!r} is not a positive number of seconds.")
    return seconds


def _query_text() -> str | None:
    """Return the query of the request in any of the protocol's three forms."""
    if request.method == "POST" and request.mimetype == "application/sparql-query":
        return _decoded(request.get_data())
    if request.mimetype == "application/sparql-update" or "update" in request.values:
        raise update_refused()
    if request.method == "POST" and request.mimetype != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType(
            f"{request.mimetype or 'A body without a type'} is not accepted here. Send "
            "application/sparql-query or application/x-www-form-urlencoded."
        )
    source = request.form if request.method == "POST" else request.args
    given = source.getlist("query")
    if len(given) > 1:
        raise QueryError("The request has more than one query. Send one.")
    return given[0] if given else None


def _decoded(data: bytes) -> str:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(
            f"The charset {charset[:40]!r} is not accepted here. Send UTF-8."
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise QueryError(f"The query is not UTF-8 at byte {error.start}. Send UTF-8.") from error
