"""The registry's own terms, dereferenced: as a page, and for programs in RDF and JSON."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pyoxigraph as ox
from flask import Blueprint, Response

from ctgraph.errors import NotFound
from ctgraph.rdf.formats import format_named
from ctgraph.rdf.namespaces import CTG
from ctgraph.sparql.formats import GRAPH_TYPES
from ctgraph.vocab.own_terms import OwnTerm, own_terms
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import HTML, choose
from ctgraph.web.http.parameters import reads

blueprint = Blueprint("terms", __name__)
OFFERS = GRAPH_TYPES | {"json": respond.JSON, "html": HTML}
TITLES = {name: found.title for name in OFFERS if (found := format_named(name))}
"""The names of the formats for programs, for people."""


@blueprint.get("/terms")
@reads("format")
def index() -> Response:
    """Return the ontology of all terms, to which the namespace of `ctg:` leads."""
    name = choose(OFFERS)
    terms = own_terms()
    if name == "html":
        subjects = {
            subject: list(found) for subject, found in groupby(terms, key=lambda term: term.subject)
        }
        return respond.page(
            "reference/own_terms.html",
            subjects=subjects,
            namespace=CTG,
            compact=terms.compact,
            formats=TITLES,
        )
    if name == "json":
        return respond.json(
            {"namespace": CTG, "prefix": "ctg", "terms": list(map(_term_json, terms))}
        )
    if name == "turtle":  # as it was written, which reads best
        return respond.content(terms.turtle, GRAPH_TYPES[name])
    return _rdf(name)


@blueprint.get("/terms/<name>")
@reads("format")
def term(name: str) -> Response:
    """Return one term; redirect browsers to its place on the page of all terms."""
    found = own_terms().term(name)
    if found is None:
        raise NotFound(f"There is no term ctg:{name[:80]}. See /terms for all terms.")
    chosen = choose(OFFERS)
    if chosen == "html":
        return respond.redirect(f"/terms#{found.name}", 303)
    return respond.json(_term_json(found)) if chosen == "json" else _rdf(chosen, found)


def _term_json(term: OwnTerm) -> dict[str, Any]:
    return {
        "iri": term.iri,
        "name": term.name,
        "kind": term.kind,
        "label": term.label,
        "comment": term.comment,
        "subject": term.subject,
        "domain": term.domain,
        "range": term.range,
        "inverseOf": term.inverse_of,
        "example": term.example,
    }


def _rdf(name: str, term: OwnTerm | None = None) -> Response:
    format = ox.RdfFormat.from_media_type(GRAPH_TYPES[name])
    assert format
    return respond.content(own_terms().serialize(format, term), format.media_type)
