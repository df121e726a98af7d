"""A question in the terms of the search index."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import asin, cos, radians, sin, sqrt

import tantivy
from tantivy import Occur, Query

from ctgraph.finder.found import Fit
from ctgraph.finder.question import Near, Question
from ctgraph.identity import Identity
from ctgraph.identity.ctid import is_ctid
from ctgraph.projections.search_fields import CODED, Facet, Measure, code_field, schema
from ctgraph.projections.search_query import words_query
from ctgraph.projections.search_reader import SearchReader
from ctgraph.projections.search_words import pieces_of

EARTH_KILOMETRES = 6371.0
PARTS = ("competency",)
"""Asking for one of these families, or for a class that has no records of its own, shows parts."""
GROUP_SCORE = 1_000.0
"""How much more a record of one group scores than those of the next: more than by all its words."""
_CODE = re.compile(r"[\d.\-]+")


def attempts(identity: Identity, typed: str) -> list[tuple[Fit, Query]]:
    """Return ever wider queries for what was typed; a CTID or an address names its record."""
    text = typed.strip()
    record = identity.ctid_of(text) or text.lower()
    if is_ctid(record):
        return [(Fit.ALL, Query.term_query(schema(), "entity", record))]
    if not pieces_of(typed):
        return [(Fit.NONE if text else Fit.ALL, words_query(""))]
    return [
        (Fit.ALL, words_query(typed)),
        (Fit.ALMOST, words_query(typed, is_fuzzy=True)),
        (Fit.ANY, words_query(typed, is_fuzzy=True, needs_all=False)),
    ]


def filter_queries(question: Question, reader: SearchReader) -> dict[Facet | None, Query]:
    """Return the query of each facet that a question filters by, and of all else under None."""
    found: dict[Facet | None, Query] = {
        facet: any_of(facet, values) for facet, values in question.filters.items() if values
    }
    rest = [_range(measure, *bounds) for measure, bounds in question.ranges.items()]
    if question.near:
        rest.append(_near(question.near, reader))
    if question.box:
        here = [term for term, *point in reader.points if question.box.holds(*point)]
        rest.append(Query.term_set_query(schema(), "place", here))
    if question.initial:
        rest.append(Query.regex_query(schema(), "label", f"{re.escape(question.initial)}.*"))
    if question.among is not None:
        rest.append(_among(question.among))
    if not shows_parts(question):
        rest.append(Query.term_query(schema(), "is-part", 0))
    found[None] = Query.boolean_query([(Occur.Must, query) for query in (ALL, *rest)])
    return found


ALL = Query.const_score_query(Query.exists_query("is-part"), 0.0)
"""All entities, without the document that holds the sequence number."""


def shows_parts(question: Question) -> bool:
    """Tell whether parts of documents, such as competencies, are among the results."""
    chosen = {*question.filters.get(Facet.FAMILY, ()), *question.filters.get(Facet.KIND, ())}
    return not chosen.isdisjoint({"competency", "ceasn:Competency", "skos:Concept"}) or any(
        value.endswith("Component") for value in chosen
    )


def any_of(facet: Facet, values: Iterable[str]) -> Query:
    """Return the query for records that have one of some values of a facet, or their codes."""
    values = list(values)
    query = Query.term_set_query(schema(), facet, values)
    codes = [value for value in values if _CODE.fullmatch(value)] if facet in CODED else []
    if codes:
        coded = Query.term_set_query(schema(), code_field(facet), codes)
        query = Query.boolean_query([(Occur.Should, query), (Occur.Should, coded)])
    return Query.const_score_query(query, 0.0)


def _among(groups: Sequence[Collection[str]]) -> Query:
    """Return the query for the records of some groups: those of the first ones score highest."""
    return Query.boolean_query(
        [
            (
                Occur.Should,
                Query.const_score_query(
                    Query.term_set_query(schema(), "entity", list(group)),
                    GROUP_SCORE * (len(groups) - number),
                ),
            )
            for number, group in enumerate(groups)
        ]
    )


def _near(near: Near, reader: SearchReader) -> Query:
    here = Query.term_set_query(schema(), "place", list(within(near, reader)))
    if not near.city:
        return here
    return Query.boolean_query(
        [(Occur.Should, here), (Occur.Should, Query.term_query(schema(), Facet.CITY, near.city))]
    )


def _range(measure: Measure, least: float | None, most: float | None) -> Query:
    query = Query.range_query(
        schema(), measure, tantivy.FieldType.Float, lower_bound=least, upper_bound=most
    )
    return Query.const_score_query(query, 0.0)


def joined(words: Query, filters: Mapping[Facet | None, Query], but: Facet | None = None) -> Query:
    """Return the query for the words and all filters, but for one facet."""
    kept = (query for facet, query in filters.items() if facet is None or facet is not but)
    return Query.boolean_query([(Occur.Must, words), *((Occur.Must, query) for query in kept)])


def within(near: Near, reader: SearchReader) -> dict[str, float]:
    """Return the places in a circle, and how far each is from its middle, in kilometres."""
    if not near.is_placed:
        return {}
    far = ((term, distance(near, lat, lon)) for term, lat, lon in reader.points)
    return {term: km for term, km in far if km <= near.kilometres}


def distance(near: Near, latitude: float, longitude: float) -> float:
    """Return the distance of a point from the middle of a circle (haversine), in kilometres."""
    lat1, lat2 = radians(near.latitude), radians(latitude)
    half_lat, half_lon = (lat2 - lat1) / 2, radians(longitude - near.longitude) / 2
    chord = sin(half_lat) ** 2 + cos(lat1) * cos(lat2) * sin(half_lon) ** 2
    return 2 * EARTH_KILOMETRES * asin(sqrt(min(1.0, max(0.0, chord))))
