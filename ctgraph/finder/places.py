"""The place that a search names: a ZIP code, a city, or coordinates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache, lru_cache

from ctgraph.errors import BadParameter
from ctgraph.finder.question import Box, Near
from ctgraph.finder.towns import Town, Towns
from ctgraph.projections.gazetteer import city_names, city_point, zip_point

KILOMETRES_OF_A_MILE = 1.609344
USUAL_MILES = 25.0
MAX_MILES = 1_000.0
"""The widest circle of a search. A wider one is a search by region."""
MAX_KEPT_HINTS = 1_000
"""Misspelt places whose hints stay in memory."""
MAX_PLACE_CHARS = 100
"""Characters of a place that are read."""
_POINT = re.compile(r"(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)")
_CITY = re.compile(r"(.+?)(?:,\s*([A-Za-z .]{2,20})|\s+([A-Za-z]{2}))")
_EDGES = re.compile(",".join([r"(-?\d{1,3}(?:\.\d{1,15})?)"] * 4))


def no_towns(name: str) -> list[Town]:
    """Return no cities: what a search knows without a registry."""
    return []


def near(place: str, miles: float = USUAL_MILES, towns: Towns = no_towns) -> Near:
    """Return the circle around a place.

    :param towns: returns the cities that only this registry knows.
    :param place: `50309`, `Des Moines, IA` or `41.59,-93.62`.
    :raises BadParameter: when the place is not known; it names similar ones.
    """
    text = " ".join(place.split())[:MAX_PLACE_CHARS]
    if not 0 < miles <= MAX_MILES:
        raise BadParameter(f"Search within more than 0 and at most {MAX_MILES:,.0f} miles.")
    point = _coordinates(text) or zip_point(text) or _city(text)
    known = [] if point else towns(text)
    if len(known) == 1:
        [town] = known
        return Near(town.latitude, town.longitude, miles * KILOMETRES_OF_A_MILE, town.name)
    if known:
        named = _listed(town.name for town in known[:5])
        raise BadParameter(f"There are several places {text!r}. Did you mean {named}?")
    if point is None:
        raise BadParameter(
            f"The place {text!r} is not known.{_hint(text)} Write a ZIP code, a city with its "
            "state, such as “Des Moines, IA”, or latitude and longitude."
        )
    return Near(*point, miles * KILOMETRES_OF_A_MILE)


def box(given: str) -> Box:
    """Return the part of the earth that an address names: `-96.7,40.3,-90.1,43.6`.

    :param given: its west, south, east and north edge, in degrees.
    :raises BadParameter: when it is none.
    """
    found = _EDGES.fullmatch(given)
    made = Box(*map(float, found.groups())) if found else None
    if made and -180 <= made.west <= made.east <= 180 and -90 <= made.south <= made.north <= 90:
        return made
    raise BadParameter(
        f"Invalid box={given[:40]!r}. Use its west, south, east and north edge in degrees, such as "
        "-96.7,40.3,-90.1,43.6."
    )


def _coordinates(text: str) -> tuple[float, float] | None:
    found = _POINT.fullmatch(text)
    if not found:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _city(text: str) -> tuple[float, float] | None:
    found = _CITY.fullmatch(text)
    return city_point(found[1].strip(" ,"), found[2] or found[3]) if found else None


def _hint(text: str) -> str:
    """Return what may have been meant: the states of a city without one, or cities like it."""
    name = (found[1] if (found := _CITY.fullmatch(text)) else text).strip(" ,").title()
    states = _states().get(name)
    if states:
        return f" Did you mean {_listed(f'{name}, {state}' for state in states[:5])}?"
    close = _close(name)
    return (
        f" Did you mean {_listed(f'{one}, {_states()[one][0]}' for one in close)}?" if close else ""
    )


def _listed(places: Iterable[str]) -> str:
    return " or ".join(f"“{place}”" for place in places)


@cache
def _states() -> dict[str, list[str]]:
    return city_names()


@lru_cache(maxsize=MAX_KEPT_HINTS)
def _close(name: str) -> tuple[str, ...]:
    """Return the names of cities that resemble a name; looking takes some time."""
    return tuple(get_close_matches(name, _states(), 3, 0.8))
