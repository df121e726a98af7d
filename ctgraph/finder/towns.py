"""Cities that only the addresses in this registry name, found in its search index."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from statistics import median
from typing import NamedTuple

from tantivy import Query

from ctgraph.finder.hits import card_at
from ctgraph.projections.search_fields import Facet, schema
from ctgraph.projections.search_reader import SearchReader, plain_place

MAX_READ_ADDRESSES = 50
"""Records of a city whose addresses are read to learn where it lies."""


class Town(NamedTuple):
    """A city that addresses name.

    :param name: as the index has it, with its region.
    :param latitude: in degrees, as `longitude`; NaN where no address says where it lies.
    """

    name: str
    latitude: float
    longitude: float


Towns = Callable[[str], list[Town]]
"""Returns the cities with a name; several regions may have one of that name."""


def towns(reader: SearchReader, name: str) -> list[Town]:
    """Return the cities that somebody may mean by a name, with or without a region."""
    return [_town(reader, term) for term in reader.cities.get(plain_place(name), ())]


def _town(reader: SearchReader, name: str) -> Town:
    query = Query.term_query(schema(), Facet.CITY, name)
    found = reader.searcher.search(query, MAX_READ_ADDRESSES, count=False).hits
    points = [
        (place.latitude, place.longitude)
        for _, at in found
        for place in card_at(reader.searcher, at).places
        if ", ".join(filter(None, (place.city, place.region))) == name
        and place.latitude is not None
        and place.longitude is not None
    ]
    if not points:
        return Town(name, nan, nan)
    return Town(name, median(p[0] for p in points), median(p[1] for p in points))
