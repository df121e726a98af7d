"""The places that searches name."""

from __future__ import annotations

import pytest

from ctgraph.errors import BadParameter
from ctgraph.finder.places import near


@pytest.mark.parametrize(
    "place",
    [
        "50309",
        "50309-1234",
        "Des Moines, IA",
        "des moines ia",
        "Des Moines, Iowa",
        " 41.59 , -93.62 ",
    ],
)
def test_a_place_is_found_in_the_ways_people_write_it(place: str) -> None:
    circle = near(place, 10)
    assert circle.latitude == pytest.approx(41.59, abs=0.1)
    assert circle.longitude == pytest.approx(-93.62, abs=0.1)
    assert circle.kilometres == pytest.approx(16.09, abs=0.01)


@pytest.mark.parametrize(
    ("place", "hint"),
    [
        ("Atlantis", "Atlanta, GA"),
        ("Springfield", "Springfield, IL"),
        ("Des Moins, IA", "Des Moines, IA"),
        ("00000", "ZIP code"),
        ("95,200", "latitude"),
        ("\x00", "ZIP code"),
        ("x" * 5000, "ZIP code"),
    ],
)
def test_an_unknown_place_says_what_may_have_been_meant(place: str, hint: str) -> None:
    with pytest.raises(BadParameter, match=hint):
        near(place)


@pytest.mark.parametrize("miles", [0, -1, 5000, float("nan"), float("inf")])
def test_the_radius_has_bounds(miles: float) -> None:
    with pytest.raises(BadParameter, match="miles"):
        near("50309", miles)


@pytest.mark.parametrize(
    "place", ["St. Louis, MO", "saint louis MO", "O'Fallon, IL", "Winston-Salem, North Carolina"]
)
def test_names_of_cities_are_known_however_they_are_spelt(place: str) -> None:
    assert near(place).latitude > 30
