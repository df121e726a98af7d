"""The descriptions of the endpoint and of the dataset, in RDF and on pages."""

from __future__ import annotations

from flask import Blueprint, Response
from rdflib import Graph

from ctgraph.finder.schema_org import dataset
from ctgraph.harvest import dumps
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.projections.tally_table import tally_now
from ctgraph.rdf.formats import format_named
from ctgraph.sparql import description
from ctgraph.sparql.formats import GRAPH_TYPES
from ctgraph.web.http import respond
from ctgraph.web.http.languages import USUAL
from ctgraph.web.http.negotiation import HTML, choose
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.sparql.query_page import query_page

blueprint = Blueprint("description", __name__)
OFFERS = GRAPH_TYPES | {"html": HTML}


@blueprint.get("/void")
@reads("format")
def void() -> Response:
    """Return the description of the dataset in VoID and DCAT, with its real counts."""
    name = choose(OFFERS)
    counted = tally_now(state().settings, *description.COUNTED)
    if counted is None:
        raise store_folder_of(state().settings).unavailable()
    found = description.statistics(counted, state().ledger.changes.newest_moment())
    if name == "html":
        settings, about = state().settings, description.ABOUT
        markup = [dataset(settings.base_url, about, found.modified, USUAL)]
        return respond.page("sparql/void.html", found=found, markup=markup)
    newest = next(iter(dumps.listed(state().settings, state().ledger)), None)
    files = newest.files if newest else ()
    return _rdf(name, description.dataset_description(state().settings, found, files))


@blueprint.get("/.well-known/void")
@reads()
def well_known_void() -> Response:
    """Redirect to the description from the place where clients look for VoID."""
    return respond.redirect("/void", 302)


def endpoint_description() -> Response:
    """Return the description of the SPARQL endpoint in RDF; for browsers, the query page."""
    name = choose(OFFERS)
    if name == "html":
        return query_page()
    return _rdf(name, description.service_description(state().settings))


def _rdf(name: str, graph: Graph) -> Response:
    format = format_named(name)
    assert format  # every format that is offered has a writer
    return respond.content(description.write(graph, format), format.media_type)
