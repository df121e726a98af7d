"""The ready-made queries: their list, and running one by its name."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, request

from ctgraph.errors import QueryError
from ctgraph.pathways.families import FAMILIES
from ctgraph.pathways.picking import NOTHING, Pick
from ctgraph.sparql.stored_queries import Parameter, StoredQuery, all_stored, stored
from ctgraph.web.http import questions, respond
from ctgraph.web.http.negotiation import choose, extension
from ctgraph.web.http.parameters import ANY, reads, require_known
from ctgraph.web.http.registry import state
from ctgraph.web.sparql.protocol import LINK_TITLES, PAGE, WISHES
from ctgraph.web.sparql.query_page import query_page
from ctgraph.web.sparql.views import answer, asked_of_request

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
    query = stored(name, state().settings)
    require_known((*WISHES, *(parameter.name for parameter in query.parameters)))
    if extension() == "rq":
        return respond.content(query.text, "application/sparql-query; charset=utf-8")
    given = request.args.to_dict()
    if asked_of_request(query.text).name == PAGE:
        return _page(query, given)
    return answer(asked_of_request(query.bound(given, state().settings)))


def _page(query: StoredQuery, given: dict[str, str]) -> Response:
    """Return the page of a query, with the records that its parameters name.

    Where words name one, the page offers the records to choose from.
    """
    picks = {p.name: _pick(p, given.get(p.name, "")) for p in query.parameters if p.takes_record}
    # The address of a thing elsewhere is a value as it stands.
    picks = {name: pick for name, pick in picks.items() if pick.record or "://" not in pick.text}
    named = {name: pick.record for name, pick in picks.items() if pick.record}
    open_ones = {name for name, pick in picks.items() if pick.text and not pick.record}
    bound = {name: value for name, value in given.items() if name not in picks} | named
    text = query.bound(bound, state().settings)
    return query_page(text, query, given, picks, runs=bool(given) and not open_ones)


def _pick(parameter: Parameter, text: str) -> Pick:
    """Return the record that a parameter names; without a text, that of its default.

    :raises QueryError: when it names several.
    """
    found = state().ask(questions.picks, [text or parameter.default_record], FAMILIES)
    if len(found) > 1:
        raise QueryError(f"{parameter.name} takes one record. Name one.")
    return found[0] if found else NOTHING


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
