"""The SPARQL endpoint (SPARQL 1.1 Protocol, section 2.1), and its description."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, request
from rdflib import Graph

from ctgraph.documents.csv_cells import spreadsheet
from ctgraph.errors import DocumentTooLarge, QueryError, QueryForbidden, UnsupportedMediaType
from ctgraph.sparql import description
from ctgraph.sparql.query import GRAPH_TYPES
from ctgraph.sparql.results import Complete
from ctgraph.sparql.stored_queries import StoredQuery, all_stored, stored
from ctgraph.vocab import vocabulary
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import HTML, choose, wants_html
from ctgraph.web.http.policy import policy
from ctgraph.web.http.registry import state
from ctgraph.web.sparql.protocol import SPREADSHEET, cut_header, headers, understand
from ctgraph.web.sparql.response_cache import BEGUN

blueprint = Blueprint("sparql", __name__)

DESCRIPTIONS = GRAPH_TYPES | {"html": HTML}
MOST_CHARACTERS = 1_000_000
"""The longest query that is read."""
TABLE_STYLES = (
    "'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='",
    "'sha256-c0O6TmFAkgpNbHxKAa1BrveWHHopjEtC47i0PzMudxg='",
)
"""The digests of the two style sheets that Yasgui's table makes for the edges of its columns."""
EXAMPLE = """# Credentials with their owners
SELECT ?credential ?name ?owner WHERE {
  ?credential a ?class ; ceterms:name ?name ; ceterms:ownedBy/ceterms:name ?owner .
  FILTER EXISTS { ?credential ceterms:credentialStatusType [] }
}
ORDER BY ?name
LIMIT 50
"""


@blueprint.get("/sparql")
@blueprint.post("/sparql")
def sparql() -> Response:
    """Run a query; without one, describe the endpoint: to programs in RDF, to people on a page."""
    text = _query_text()
    if text is None:
        if request.method == "POST":
            raise QueryError(
                "There is no query. Send it as ?query=, as a form field, or as a body "
                "of type application/sparql-query."
            )
        return _description()
    if len(text) > MOST_CHARACTERS:
        raise DocumentTooLarge(
            f"The query has {len(text):,} characters; {MOST_CHARACTERS:,} are read."
        )
    return answer(text)


def answer(text: str) -> Response:
    """Run a query as the request asks for it: its dataset, its format, its deadline, its time."""
    asked = understand(
        text,
        choose,
        _timeout(),
        tuple(request.values.getlist("default-graph-uri")),
        tuple(request.values.getlist("named-graph-uri")),
    )
    as_of = request.values.get("as-of")
    snapshot = (state().past(as_of) if as_of else None) or state().pool.newest()
    tag = asked.tag(snapshot, state().settings)
    said = headers(tag, state().pool.timeout(asked.query), state().settings.query_rows)
    if tag in (known.partition(":")[0] for known in request.if_none_match.as_set(True)):
        return respond.unchanged(said)
    begun = request.environ.pop(BEGUN, None)
    result = begun() if begun else state().run(asked.query, snapshot)
    body: bytes | Iterable[bytes] = result.body if isinstance(result, Complete) else result
    said += cut_header(result)
    if asked.name == SPREADSHEET:
        body = spreadsheet([body] if isinstance(body, bytes) else body)
        said.append(("Content-Disposition", 'attachment; filename="results.csv"'))
    response = respond.content(body, asked.content_type(result))
    response.headers.update(said)
    response.call_on_close(result.close)
    return response


@blueprint.get("/queries")
def queries() -> Response:
    """The ready-made queries: listed with what they answer and the parameters they take."""
    found = all_stored(state().settings)
    if choose(respond.JSON_OR_PAGE) == "html":
        return respond.page("sparql/queries.html", queries=found)
    body = {"queries": [_stored_json(query) for query in found]}
    return respond.json(body)


@blueprint.get("/queries/<name>")
def run_stored(name: str) -> Response:
    """Run a ready-made query; browsers get its page, unless they ask for a format."""
    plain, dot, extension = name.partition(".")
    query = stored(plain, state().settings)
    if dot and extension == "rq":
        return respond.content(query.text, "application/sparql-query; charset=utf-8")
    given = request.args.to_dict()
    text = query.bound(given, state().settings)
    if not given.get("format") and wants_html():
        return _query_page(text, stored=query, given=given)
    return answer(text)


def _stored_json(query: StoredQuery) -> dict[str, Any]:
    return {
        "name": query.name,
        "title": query.title,
        "description": query.description,
        "tags": query.tags,
        "url": f"{state().settings.base_url}/queries/{query.name}",
        "parameters": [vars(parameter) for parameter in query.parameters],
        "query": query.text,
    }


@blueprint.get("/void")
def void() -> Response:
    """The dataset described in VoID and DCAT, with its real counts."""
    name = choose(DESCRIPTIONS)
    newest = state().ledger.changes.newest_moment()
    found = description.statistics(
        state().whole, sum(state().ledger.records.counts().values()), newest
    )
    if name == "html":
        return respond.page("sparql/void.html", found=found)
    return _rdf(name, description.dataset_description(state().settings, found))


@blueprint.get("/.well-known/void")
def well_known_void() -> Response:
    """Where VoID descriptions are looked for."""
    return respond.redirect("/void", 302)


def _description() -> Response:
    name = choose(DESCRIPTIONS)
    if name == "html":
        return _query_page(EXAMPLE)
    triples = description.count_triples(state().whole)
    return _rdf(name, description.service_description(state().settings, triples))


def _query_page(text: str, **more: Any) -> Response:
    """Return the page where queries are written, with what it needs to complete terms."""
    terms = {
        kind: sorted(t.curie for t in vocabulary() if t.kind == kind)
        for kind in ("class", "property")
    }
    response = respond.page(
        "sparql/sparql.html",
        query=text,
        settings=state().settings,
        examples=all_stored(state().settings),
        registry={
            "prefixes": state().pool.prefixes,
            "classes": terms["class"],
            "properties": terms["property"],
        },
        **more,
    )
    response.headers["Content-Security-Policy"] = policy(*TABLE_STYLES)
    return response


def _rdf(name: str, graph: Graph) -> Response:
    media_type = GRAPH_TYPES[name]
    return respond.content(graph.serialize(format=media_type, encoding="utf-8"), media_type)


def _timeout() -> float | None:
    """Return the deadline that the request asks for, in seconds.

    :raises QueryError: when it is no positive number.
    """
    given = request.values.get("timeout")
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if not 0 < seconds < float("inf"):
        raise QueryError(f"timeout={given[:40]!r} is no positive number of seconds.")
    return seconds


def _query_text() -> str | None:
    """Return the query of the request in any of the protocol's three forms."""
    if request.method == "POST" and request.mimetype == "application/sparql-query":
        return _decoded(request.get_data())
    if request.mimetype == "application/sparql-update" or "update" in request.values:
        raise QueryForbidden("Updates are not allowed here: records change by publishing.")
    if request.method == "POST" and request.mimetype != "application/x-www-form-urlencoded":
        raise UnsupportedMediaType(
            f"{request.mimetype or 'A body without a type'} is not read here: send "
            "application/sparql-query or application/x-www-form-urlencoded."
        )
    source = request.form if request.method == "POST" else request.args
    given = source.getlist("query")
    if len(given) > 1:
        raise QueryError("There is more than one query in the request.")
    return given[0] if given else None


def _decoded(data: bytes) -> str:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(f"The charset {charset[:40]!r} is not read here: send UTF-8.")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise QueryError(f"The query is not UTF-8 at byte {error.start}.") from error
