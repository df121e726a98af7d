"""The minimum data: its shapes as Turtle, as JSON, and on pages."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response

from ctgraph.errors import NotFound
from ctgraph.rdf.formats import TURTLE
from ctgraph.shapes import ClassShape, Family, Shape, shapes
from ctgraph.validation.examples import example
from ctgraph.validation.severity_words import WORDS
from ctgraph.vocab import vocabulary
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import HTML, choose
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("shapes", __name__)
OFFERS = {TURTLE.name: TURTLE.media_type, "json": respond.JSON, "html": HTML}


@blueprint.get("/shapes")
@reads("format")
def index() -> Response:
    """Return all shapes as Turtle, or the list of the families of shapes."""
    name = choose(OFFERS)
    if name == "turtle":
        return _turtle("")
    if name == "json":
        families = [_family_json(family) for family in shapes().families]
        return respond.unchanging(respond.json({"families": families}))
    return respond.page("reference/shapes.html", families=shapes().families)


@blueprint.get("/shapes/<name>")
@reads("format")
def family(name: str) -> Response:
    """Return the minimum data of one family."""
    plain = name.removesuffix(".ttl")
    found = shapes().family(plain)
    if found is None:
        known = ", ".join(family.name for family in shapes().families)
        raise NotFound(f"There is no family of shapes {name[:80]!r}. The families are {known}.")
    chosen = "turtle" if plain != name else choose(OFFERS)
    if chosen == "turtle":
        return _turtle(found.name)
    if chosen == "json":
        return respond.unchanging(respond.json(_family_json(found)))
    identity = state().identity
    examples = {
        one.name: orjson.dumps(example(one, identity), option=orjson.OPT_INDENT_2).decode()
        for one in found.classes
        if one.record
    }
    return respond.page(
        "reference/family.html",
        family=found,
        severities=WORDS,
        examples=examples,
        groups=shapes().groups,
        values_of=shapes().values_of,
    )


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
    return respond.unchanging(respond.content(shapes().turtle(family), TURTLE.media_type))
