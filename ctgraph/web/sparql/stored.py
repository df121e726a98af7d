"""The ready-made queries: their list, and running one by its name."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, request

from ctgraph.sparql.stored_queries import StoredQuery, all_stored, stored
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose, wants_html
from ctgraph.web.http.parameters import ANY, reads, require_known
from ctgraph.web.http.registry import state
from ctgraph.web.sparql.protocol import LINK_TITLES, WISHES
from ctgraph.web.sparql.query_page import query_page
from ctgraph.web.sparql.views import answer

blueprint = Blueprint("stored", __name__)


@blueprint.get("/queries")
@reads("format")
def queries() -> Response:
    """Return the list of ready-made queries, with their descriptions and parameters."""
    found = all_stored(state().settings)
    if choose(respond.JSON_OR_PAGE, usual="html") == "html":
        return respond.page("sparql/queries.html", queries=found, formats=LINK_TITLES)
    return respond.json({"queries": list(map(_stored_json, found))})


@blueprint.get("/queries/<name>")
@reads(ANY)
def run_stored(name: str) -> Response:
    """Return the result of a ready-made query; its page for browsers that ask for no format."""
    plain, dot, extension = name.partition(".")
    query = stored(plain, state().settings)
    require_known((*WISHES, *(parameter.name for parameter in query.parameters)))
    if dot and extension == "rq":
        return respond.content(query.text, "application/sparql-query; charset=utf-8")
    given = request.args.to_dict()
    text = query.bound(given, state().settings)
    if not given.get("format") and wants_html():
        return query_page(text, query, given)
    return answer(text)


def _stored_json(query: StoredQuery) -> dict[str, Any]:
    return {
        "name": query.name,
        "title": query.title,
        "description": query.description,
        "tags": query.tags,
        "url": f"{state().settings.base_url}/queries/{query.name}",
        "parameters": list(map(asdict, query.parameters)),
        "query": query.text,
    }
