"""The map of what a search finds, and the same by states and countries."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from ctgraph.finder import address
from ctgraph.finder.map import EARTH, clusters, clusters_json
from ctgraph.finder.question import Facet
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("map", __name__)
COUNTED = (Facet.FAMILY, Facet.REGION, Facet.COUNTRY)
LISTED = {Facet.REGION: "regions", Facet.COUNTRY: "countries"}


@blueprint.get("/map")
@reads(*address.PARAMETERS, "format", many=address.REPEATABLE)
def regions() -> Response:
    """Return how many of the records that fit a search are in each state and country."""
    kind = choose(respond.JSON_OR_PAGE, usual="html")
    asked = address.asked(request.args.items(multi=True), COUNTED, towns=state().finder.towns)
    found = state().search(replace(asked.question, size=0, page=1))
    if kind == "json":
        lists = {
            name: [{"value": one.value, "label": one.label, "count": one.count} for one in counts]
            for facet, name in LISTED.items()
            for counts in (found.facets[facet],)
        }
        return respond.json({"total": found.total, **lists})
    placed = replace(asked.question, box=asked.question.box or EARTH, size=0, page=1, counted=())
    return respond.page(
        "finder/map.html",
        asked=asked,
        placed=state().search(placed).total,
        total=found.total,
        families=found.facets[Facet.FAMILY],
        regions=found.facets[Facet.REGION],
        countries=found.facets[Facet.COUNTRY],
        encode=urlencode,
    )


@blueprint.get("/map/places")
@reads(*address.PARAMETERS, many=address.REPEATABLE)
def places() -> Response:
    """Return where the records that fit a search are, in clusters for a map."""
    asked = address.asked(request.args.items(multi=True), towns=state().finder.towns)
    found = state().ask(clusters, asked.question)
    return respond.json(clusters_json(found, asked.given, state().settings.base_url))
