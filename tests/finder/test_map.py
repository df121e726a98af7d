"""The map: clusters of places that each lead to the search for what is there."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.errors import BadParameter
from ctgraph.finder.map import MAX_ACROSS, cell_degrees
from ctgraph.finder.places import box
from ctgraph.finder.question import Box
from tests.support.axe import faults

IOWA = "-96.7,40.3,-90.1,43.6"
WRONG = ("1,2,3", "-90.1,40.3,-96.7,43.6", "0,0,181,1", "0,5,1,4", "nan,0,1,1", "a,b,c,d")


def body(visitor: FlaskClient, path: str) -> dict[str, Any]:
    found: dict[str, Any] | None = visitor.get(path).json
    assert found
    return found


@pytest.mark.parametrize("query", ["", "q=nurse", "type=ceterms:Certificate&box=-100,40,-80,45"])
def test_each_cluster_leads_to_the_records_that_it_counts(visitor: FlaskClient, query: str) -> None:
    clusters = body(visitor, f"/map/places?{query}")["clusters"]
    assert clusters
    for one in clusters:
        address = urlsplit(one["page"])
        total = body(visitor, f"{address.path}?{address.query}&format=json")["total"]
        assert total == one["records"] if one["places"] == 1 else total <= one["records"]


def test_clusters_part_when_one_looks_closer(visitor: FlaskClient) -> None:
    [all_in_one] = body(visitor, "/map/places")["clusters"]
    assert (all_in_one["places"], all_in_one["records"]) == (3, 4)
    closer = body(visitor, "/map/places?box=-94,41,-87,43")["clusters"]
    assert sorted(one["records"] for one in closer) == [1, 1, 2]


def test_a_box_narrows_every_search(visitor: FlaskClient) -> None:
    assert body(visitor, f"/search?format=json&box={IOWA}")["total"] == 2
    assert body(visitor, "/search?format=json&box=0,0,1,1")["total"] == 0
    assert sum(c["places"] for c in body(visitor, f"/map/places?box={IOWA}")["clusters"]) == 2
    assert body(visitor, "/map/places?box=0,0,1,1") == {"clusters": []}
    page = visitor.get(f"/search?box={IOWA}", headers={"Accept": "text/html"}).text
    assert "Part of the map" in page


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_box_is_refused(visitor: FlaskClient, wrong: str) -> None:
    for path in ("/map/places?box=", "/search?format=json&box=", "/map?format=json&box="):
        answer = visitor.get(path + wrong)
        assert answer.status_code == 400
        assert "Use its west" in answer.text


@given(st.text(max_size=60))
def test_a_text_is_a_box_or_refused(text: str) -> None:
    try:
        made = box(text)
    except BadParameter:
        return
    assert -180 <= made.west <= made.east <= 180
    assert -90 <= made.south <= made.north <= 90


def test_regions_and_countries_are_counted(visitor: FlaskClient) -> None:
    found = body(visitor, "/map?format=json")
    assert found["total"] == 5
    assert {one["value"]: one["count"] for one in found["regions"]} == {"IL": 2, "IA": 2}
    page = visitor.get("/map?q=nurse", headers={"Accept": "text/html"}).text
    assert '<a href="/search?q=nurse&amp;region=IA"' in page
    nowhere = visitor.get("/map?q=food", headers={"Accept": "text/html"}).text
    assert "None of these records says where it is." in nowhere
    assert 'id="map"' not in nowhere


@given(st.floats(-180, 179), st.floats(-90, 89), st.floats(0.01, 360), st.floats(0.01, 180))
def test_clusters_are_as_many_as_a_map_has_room_for(
    west: float, south: float, width: float, height: float
) -> None:
    part = Box(west, south, min(180.0, west + width), min(90.0, south + height))
    across = max(part.east - part.west, part.north - part.south) / cell_degrees(part)
    assert MAX_ACROSS / 2.001 < across <= MAX_ACROSS * 1.001


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_it_is_used_with_the_keyboard(browser: Any, served: str, width: int, scheme: str) -> None:
    size = {"width": width, "height": 900}
    context = browser.new_context(base_url=served, viewport=size, color_scheme=scheme)
    page = context.new_page()
    requested: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/map?q=welding")
    cluster = page.locator(".cluster").first
    cluster.wait_for()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cluster.focus()
    page.keyboard.press("Enter")
    first = page.locator(".bubble a").first
    first.wait_for()
    assert "Welding" in first.inner_text()
    assert faults(page) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/resources/*")
    assert [url for url in requested if not url.startswith(served)] == []
    assert complaints == []
    context.close()


def test_without_scripts_the_page_lists_the_places(browser: Any, served: str) -> None:
    context = browser.new_context(base_url=served, java_script_enabled=False)
    page = context.new_page()
    page.goto("/map")
    assert not page.locator("#map").is_visible()
    assert "The map needs JavaScript." in page.content()
    assert page.get_by_text(re.compile(r"\d of \d+ records have a place")).count() == 1
    page.get_by_role("link", name="Calder Valley").click()
    page.wait_for_url("**/search?region=Calder+Valley")
    context.close()
