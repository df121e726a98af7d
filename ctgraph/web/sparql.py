"""The SPARQL endpoint (SPARQL 1.1 Protocol, section 2.1)."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from ctgraph.errors import QueryError, QueryForbidden, UnsupportedMediaType
from ctgraph.store.queries import GRAPH_TYPES, RESULT_TYPES, Query, query_form
from ctgraph.web.negotiation import HTML, choose, wants_html
from ctgraph.web.state import state

blueprint = Blueprint("sparql", __name__)

RESULTS = RESULT_TYPES | {"any-json": "application/json", "any-xml": "application/xml"}
GRAPHS = GRAPH_TYPES | {"any-json": "application/json", "any-xml": "application/xml",
                        "nquads": "application/n-quads", "trig": "application/trig"}  # fmt: skip
PLAIN = {
    False: {"any-json": RESULT_TYPES["json"], "any-xml": RESULT_TYPES["xml"]},
    True: {"any-json": GRAPH_TYPES["jsonld"], "any-xml": GRAPH_TYPES["rdfxml"]},
}
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
    """Run a query; without one, a browser gets a form."""
    text = _query_text()
    if text is None:
        if request.method == "GET" and wants_html():
            return Response(render_template("sparql.html", query=EXAMPLE), mimetype=HTML)
        raise QueryError("There is no query. Send it as ?query=, as a form field, or as a body of "
                         "type application/sparql-query.")  # fmt: skip
    graphs = query_form(text) in ("CONSTRUCT", "DESCRIBE")
    offers = GRAPHS if graphs else RESULTS
    # A browser that submits the form gets what it can show.
    name = choose(offers | {"html": HTML})
    chosen = PLAIN[graphs].get(name, offers.get(name, "text/turtle" if graphs else "text/csv"))
    result = state().pool.run(Query(
        text,
        default_graphs=tuple(request.values.getlist("default-graph-uri")),
        named_graphs=tuple(request.values.getlist("named-graph-uri")),
        result_type=RESULT_TYPES["json"] if graphs else chosen,
        graph_type=chosen if graphs else GRAPH_TYPES["turtle"],
    ))  # fmt: skip
    shown = {"any-json": "application/json", "any-xml": "application/xml",
             "html": "text/plain; charset=utf-8"}.get(name, result.media_type)  # fmt: skip
    response = Response(iter(result), content_type=shown)
    response.call_on_close(result.close)
    response.vary.add("Accept")
    response.headers["Ctgraph-Row-Limit"] = str(state().settings.query_rows)
    response.headers["Cache-Control"] = "no-cache"
    if result.cut:
        response.headers["Ctgraph-Result-Cut"] = "true"
    return response


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
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise QueryError(f"The query is not UTF-8 at byte {error.start}.") from error
