"""The places of what a search finds, gathered into the clusters of a map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import floor, log2
from typing import Any
from urllib.parse import urlencode

from ctgraph.finder.question import Box, Question
from ctgraph.finder.search import Search
from ctgraph.settings import Settings

MAX_ACROSS = 12
"""Cells of a map from one edge to the other. What lies in one cell is one cluster."""
EARTH = Box(-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True)
class Cluster:
    """Places that lie near each other.

    :param latitude: of their middle, in degrees, weighted by what is there; `longitude` likewise.
    :param records: how many records are at them; one that is at several counts at each.
    :param box: the smallest one that holds them.
    """

    latitude: float
    longitude: float
    places: int
    records: int
    box: Box


def clusters(settings: Settings, question: Question) -> list[Cluster]:
    """Return the clusters of what a search finds, in its box or on earth."""
    box = question.box or EARTH
    width = cell_degrees(box)
    cells: dict[tuple[int, int], list[tuple[float, float, int]]] = defaultdict(list)
    for latitude, longitude, number in Search(settings).places(replace(question, box=None)):
        if box.holds(latitude, longitude):
            cell = floor(latitude / width), floor(longitude / width)
            cells[cell].append((latitude, longitude, number))
    return [_cluster(places) for places in cells.values()]


def clusters_json(
    found: Iterable[Cluster], given: Iterable[tuple[str, str]], base: str
) -> dict[str, Any]:
    """Return clusters as JSON, each with the page of the search for its records.

    :param given: the parameters of the search.
    """
    kept = [(name, value) for name, value in given if name != "box"]
    return {
        "clusters": [
            {
                "latitude": round(one.latitude, 4),
                "longitude": round(one.longitude, 4),
                "places": one.places,
                "records": one.records,
                "box": _edges(one.box),
                "page": f"{base}/search?{urlencode([*kept, ('box', _written(one.box))])}",
            }
            for one in found
        ],
    }


def cell_degrees(box: Box) -> float:
    """Return the width of a cell: a power of two, so that cells stay when the map is moved."""
    span = max(box.east - box.west, box.north - box.south, 0.01)
    return float(2.0 ** -floor(log2(MAX_ACROSS / span)))


def _cluster(places: list[tuple[float, float, int]]) -> Cluster:
    latitudes, longitudes, numbers = zip(*places, strict=True)
    records = sum(numbers)
    return Cluster(
        latitude=sum(lat * number for lat, _, number in places) / records,
        longitude=sum(lon * number for _, lon, number in places) / records,
        places=len(places),
        records=records,
        box=Box(min(longitudes), min(latitudes), max(longitudes), max(latitudes)),
    )


def _edges(box: Box) -> list[float]:
    return [box.west, box.south, box.east, box.north]


def _written(box: Box) -> str:
    return ",".join(f"{edge:g}" for edge in _edges(box))
