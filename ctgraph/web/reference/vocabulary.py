"""The minimum data and the vocabulary, as pages and for programs."""

from __future__ import annotations

import re
from typing import Any

import orjson
from flask import Blueprint, Response

from ctgraph.errors import NotFound, QueryLimit, StoreError, TooManyQueries
from ctgraph.shapes import ClassShape, Family, Shape, shapes
from ctgraph.sparql.query import Query
from ctgraph.validation.examples import example
from ctgraph.vocab import Term, load_definitions, vocabulary
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import HTML, choose
from ctgraph.web.http.registry import state

blueprint = Blueprint("minimum", __name__)
OFFERS = {"turtle": "text/turtle", "json": "application/json", "html": HTML}
BOTH = {"json": "application/json", "html": HTML}
# A page is no reason to keep a worker from others for long.
COUNT_TIMEOUT = 2.0
SEVERITIES = {"violation": "Required", "warning": "Advised", "info": "Recommended"}
KINDS = {
    "class": "Classes",
    "property": "Properties",
    "scheme": "Concept schemes",
    "concept": "Concepts",
}
_COUNTS = {
    "class": "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a <%s> }",
    "property": "SELECT (COUNT(*) AS ?n) WHERE { ?s <%s> ?o }",
    "scheme": "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { VALUES ?concept { %s } ?s ?p ?concept }",
    "concept": "SELECT (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s ?p <%s> }",
}


@blueprint.get("/shapes")
def index() -> Response:
    """All shapes as Turtle; for people, the families of records."""
    name = choose(OFFERS)
    if name == "turtle":
        return _turtle("")
    if name == "json":
        return respond.json({"families": [_family_json(family) for family in shapes().families]})
    return respond.page("reference/shapes.html", families=shapes().families)


@blueprint.get("/shapes/<name>")
def family(name: str) -> Response:
    """The minimum data of one family: as Turtle, or as a page."""
    plain = name.removesuffix(".ttl")
    found = shapes().family(plain)
    if found is None:
        known = ", ".join(family.name for family in shapes().families)
        raise NotFound(f"There is no family of shapes {name!r}; there are {known}.")
    chosen = "turtle" if plain != name else choose(OFFERS)
    if chosen == "turtle":
        return _turtle(found.name)
    if chosen == "json":
        return respond.json(_family_json(found))
    identity = state().identity
    examples = {
        one.name: orjson.dumps(example(one, identity), option=orjson.OPT_INDENT_2).decode()
        for one in found.classes
        if one.record
    }
    return respond.page(
        "reference/family.html",
        family=found,
        severities=SEVERITIES,
        examples=examples,
        groups=shapes().groups,
        values_of=shapes().values_of,
    )


@blueprint.get("/vocab")
def terms() -> Response:
    """Every term of the vocabulary."""
    groups: dict[str, list[Term]] = {title: [] for title in KINDS.values()}
    for term in vocabulary():
        groups[KINDS[term.kind]].append(term)
    if choose(BOTH) == "json":
        listed = {title: [t.curie for t in found] for title, found in groups.items()}
        return respond.json(listed)
    return respond.page("reference/terms.html", groups=groups)


@blueprint.get("/vocab/<path:name>")
def term(name: str) -> Response:
    """One term: what it is, where the minimum data uses it, how often this registry does."""
    # A proxy may join the two slashes of an IRI's scheme.
    found = vocabulary().term(re.sub(r"^(https?):/(?!/)", r"\1://", name))
    if found is None:
        raise NotFound(f"The vocabulary has no term {name[:200]!r}. See /vocab for all of them.")
    count = _count(found)
    links = _links(found)
    uses = [
        (one, shape)
        for one in shapes().classes
        for shape in one.shapes
        if found.iri in shape.properties
    ]
    requires = shapes().of_class(found.iri) if found.kind == "class" else ()
    definition = load_definitions(state().settings.vocab_path).get(found.iri, "")
    if choose(BOTH) == "json":
        body = {
            "iri": found.iri,
            "curie": found.curie,
            "kind": found.kind,
            "label": found.label,
            "status": found.status,
            "definition": definition or None,
            "count": count,
            "minimumData": [one.name for one, _ in uses] or [one.name for one in requires],
        }
        return respond.json(
            body
            | {title: [vocabulary().compact(iri) for iri in iris] for title, iris in links.items()}
        )
    return respond.page(
        "reference/term.html",
        term=found,
        links=links,
        uses=uses,
        requires=requires,
        count=count,
        definition=definition,
        severities=SEVERITIES,
    )


def _links(term: Term) -> dict[str, list[str]]:
    """Return the other terms that a term is linked with, by what they are to it."""
    vocab = vocabulary()
    found: dict[str, Any] = {
        "Broader class": term.sub_class_of,
        "Narrower classes": vocab.children(term.iri),
        "Its properties": [t.iri for t in vocab.properties_of(term.iri)]
        if term.kind == "class"
        else (),
        "Broader property": term.sub_property_of,
        "Meant for": term.domain_includes,
        "Takes": term.range_includes,
        "Says the same from the other side": term.inverse_of,
        "Values from": term.target_scheme,
        "In the scheme": term.in_scheme,
        "Broader concept": term.broader,
        "Its concepts": [t.iri for t in vocab.concepts_of(term.iri)]
        if term.kind == "scheme"
        else (),
    }
    return {title: list(iris) for title, iris in found.items() if iris}


def _count(term: Term) -> int | None:
    """Return how often this registry uses a term; None where that takes too long to count."""
    about = term.iri
    if term.kind == "scheme":
        about = " ".join(f"<{concept.iri}>" for concept in vocabulary().concepts_of(term.iri))
    try:
        asked = Query(_COUNTS[term.kind] % about, result_type="text/csv", timeout=COUNT_TIMEOUT)
        return int(state().whole(asked).split()[1])
    except (QueryLimit, TooManyQueries, StoreError):
        return None


def _family_json(family: Family) -> dict[str, Any]:
    return {
        "name": family.name,
        "title": family.title,
        "description": family.description,
        "classes": [_class_json(one) for one in family.classes],
        "shapes": [_shape_json(shape) for shape in family.shapes],
    }


def _class_json(one: ClassShape) -> dict[str, Any]:
    return {
        "name": one.name,
        "label": one.label,
        "description": one.description,
        "classes": sorted(map(vocabulary().compact, one.reaches)),
        "record": one.record,
        "shapes": [_shape_json(shape) for shape in one.shapes],
    }


def _shape_json(shape: Shape) -> dict[str, Any]:
    return {
        "shape": shape.iri,
        "label": shape.label,
        "description": shape.description or None,
        "properties": list(map(vocabulary().compact, shape.properties)),
        "severity": shape.severity,
        "required": shape.required,
        "group": shape.group or None,
        "order": shape.order,
        "message": shape.message,
        "remedy": shape.remedy,
        "values": [
            vocabulary().compact(iri)
            for name in shape.properties
            for iri in shapes().values_of(name)
        ]
        or None,
    }


def _turtle(family: str) -> Response:
    return respond.content(shapes().turtle(family), "text/turtle")
