"""Where places lie, by the ZIP codes of the United States, without a network (PyPI `zipcodes`)."""

from __future__ import annotations

import re
from functools import cache
from statistics import median

import zipcodes

Point = tuple[float, float]
"""Latitude and longitude in degrees (WGS 84)."""
_ZIP = re.compile(r"(\d{5})(?:-?\d{4})?")
_SHORT = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}
"""Words of names of cities that people shorten."""
STATES: dict[str, str] = dict(
    re.findall(
        r"(\w+):(\w\w)",
        """
        alabama:AL alaska:AK arizona:AZ arkansas:AR california:CA colorado:CO connecticut:CT
        delaware:DE florida:FL georgia:GA hawaii:HI idaho:ID illinois:IL indiana:IN iowa:IA
        kansas:KS kentucky:KY louisiana:LA maine:ME maryland:MD massachusetts:MA michigan:MI
        minnesota:MN mississippi:MS missouri:MO montana:MT nebraska:NE nevada:NV
        newhampshire:NH newjersey:NJ newmexico:NM newyork:NY northcarolina:NC northdakota:ND
        ohio:OH oklahoma:OK oregon:OR pennsylvania:PA rhodeisland:RI southcarolina:SC
        southdakota:SD tennessee:TN texas:TX utah:UT vermont:VT virginia:VA washington:WA
        westvirginia:WV wisconsin:WI wyoming:WY districtofcolumbia:DC puertorico:PR guam:GU
        """,
    )
)
"""The two letters of each state by its name, without spaces."""


def zip_point(code: str) -> Point | None:
    """Return where a ZIP code lies; None for what is none, or is not known.

    >>> zip_point("50309")
    (41.5887, -93.6212)
    """
    found = _ZIP.fullmatch(code.strip())
    return _zips().get(found[1]) if found else None


def city_point(city: str, state: str) -> Point | None:
    """Return the middle of the ZIP codes of a city.

    :param city: its name, in any case; St. and the like may be shortened.
    :param state: its two letters or its name, in any case.
    """
    return _cities().get((_plain(city), state_code(state)))


def state_code(state: str) -> str:
    """Return the two letters of a state that is named by them or in full; others in upper case.

    >>> state_code("Iowa"), state_code("ia")
    ('IA', 'IA')
    """
    name = state.strip()
    return STATES.get(re.sub(r"[^a-z]", "", name.lower()), name.upper())


def city_names() -> dict[str, list[str]]:
    """Return the states in which there is a city of each name, the one with most codes first."""
    found: dict[str, dict[str, int]] = {}
    for one in zipcodes.list_all():
        states = found.setdefault(one["city"], {})
        states[one["state"]] = states.get(one["state"], 0) + 1
    return {name: sorted(states, key=lambda s: -states[s]) for name, states in found.items()}


@cache
def _zips() -> dict[str, Point]:
    return {one["zip_code"]: point for one in zipcodes.list_all() if (point := _point(one))}


@cache
def _cities() -> dict[tuple[str, str], Point]:
    codes: dict[tuple[str, str], list[Point]] = {}
    for one in zipcodes.list_all():
        point = _point(one)
        if point:
            codes.setdefault((_plain(one["city"]), one["state"]), []).append(point)
    return {
        city: (median(p[0] for p in points), median(p[1] for p in points))
        for city, points in codes.items()
    }


def _plain(city: str) -> str:
    """Return a name of a city without signs, its shortened words in full."""
    words = re.findall(r"[a-z]+", city.lower())
    return " ".join(_SHORT.get(word, word) for word in words)


def _point(found: dict[str, object]) -> Point | None:
    latitude, longitude = found.get("lat"), found.get("long")
    return (float(str(latitude)), float(str(longitude))) if latitude and longitude else None
