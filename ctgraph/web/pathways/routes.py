"""The routes from one record to another."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.errors import BadParameter
from ctgraph.pathways import LINKED, Pathways
from ctgraph.pathways.formats import FORMATS
from ctgraph.pathways.picking import NOTHING, Pick
from ctgraph.pathways.routes import MAX_ROUTES, Measure, Routes, routes_json
from ctgraph.web.http import questions, respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import number, reads
from ctgraph.web.http.registry import state
from ctgraph.web.pathways.views import OFFERS_AND_PAGE, written

blueprint = Blueprint("routes", __name__)
ENDS = ("from", "to")


@blueprint.get("/pathways/route")
@reads("format", *ENDS, "by", "k")
def route() -> Response:
    """Return the best routes from one record to another."""
    name = choose(OFFERS_AND_PAGE)
    start, goal = (request.args.get(end, "").strip() for end in ENDS)
    by, k = request.args.get("by", Measure.STEPS), number("k", 3)
    if name == "html":
        return _page(start, goal, by, k)
    if not (start and goal):
        raise BadParameter("Name both ends: ?from=CTID&to=CTID.")
    found: Routes = state().ask(questions.pathways, Pathways.route, start, goal, k, by)
    if name == "json":
        return respond.json(routes_json(found))
    return written(FORMATS[name].write(found.graph, state().identity), found.graph.next, name)


def _page(start: str, goal: str, by: str, k: int) -> Response:
    """Return the page with the routes, or with what is still to be chosen."""
    ends = [_pick(text) for text in (start, goal)]
    form = {"start": ends[0], "goal": ends[1], "by": by, "k": k}
    form |= {"measures": [*Measure], "most": MAX_ROUTES}
    records = [end.record for end in ends if end.record]
    if len(records) < len(ends):
        return respond.page("pathways/route.html", found=None, **form)
    found: Routes = state().ask(questions.pathways, Pathways.route, *records, k, by)
    return respond.page(
        "pathways/route.html",
        found=found,
        **form,
        nodes={node.id: node for node in found.graph.nodes},
        edges={(edge.source, edge.target): edge for edge in found.graph.edges},
    )


def _pick(text: str) -> Pick:
    """Return what the field of one end holds.

    :raises BadParameter: when it holds several records.
    """
    found = state().ask(questions.picks, [text], LINKED)
    if len(found) > 1:
        raise BadParameter("A route has one record at each end. Name one.")
    return found[0] if found else NOTHING
