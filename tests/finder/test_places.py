"""The places that searches name."""

from __future__ import annotations

from typing import Any

import pytest

from ctgraph.errors import BadParameter
from ctgraph.finder.places import near
from ctgraph.web import create_app
from tests.support.finding import Finding, found_in, place


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


def lying(
    city: str, region: str, point: tuple[float, float] | None = None
) -> dict[str, list[dict[str, Any]]]:
    where = dict(zip(("ceterms:latitude", "ceterms:longitude"), point or (), strict=False))
    return {"ceterms:availableAt": [place(city, region, "") | where]}


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Finding:
    """A registry with cities that no gazetteer has."""
    found = found_in(tmp_path_factory.mktemp("valley"))
    found.publish(201, **lying("Stonebridge", "Calder Valley", (54.0, -2.0)))
    found.publish(202, **lying("Stonebridge", "Calder Valley"))
    found.publish(203, **lying("Upper Mill", "Calder Valley", (54.05, -2.0)))
    found.publish(204, **lying("Nowherton", "Calder Valley"))
    found.publish(205, **lying("Twinton", "North"))
    found.publish(206, **lying("Twinton", "South"))
    found.registry.project()
    return found


def records_near(valley: Finding, where: str, **more: str) -> list[int]:
    query = {"near": where, "format": "json", **more}
    client = create_app(valley.registry.settings).test_client()
    answer = client.get("/search", query_string=query)
    assert answer.status_code == 200, answer.text
    assert "NaN" not in answer.text
    return [int(one["ctid"][-6:]) for one in answer.json["records"]]


@pytest.mark.parametrize("where", ["Stonebridge, Calder Valley", "stonebridge"])
def test_a_city_that_only_addresses_name_is_found(valley: Finding, where: str) -> None:
    assert set(records_near(valley, where)) == {201, 202, 203}
    assert set(records_near(valley, where, within="1")) == {201, 202}
    assert records_near(valley, where, sort="distance") == [201, 203, 202]


def test_a_city_without_any_coordinates_is_found_by_its_addresses(valley: Finding) -> None:
    for sort in ("distance", "relevance"):
        assert records_near(valley, "Nowherton, Calder Valley", sort=sort) == [204]


def test_a_name_of_several_cities_is_asked_back(valley: Finding) -> None:
    client = create_app(valley.registry.settings).test_client()
    answer = client.get("/search?near=Twinton&format=json")
    assert answer.status_code == 400
    assert "Twinton, North" in answer.json["detail"]
    assert "Twinton, South" in answer.json["detail"]
