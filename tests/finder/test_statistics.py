"""The statistics and the coverage: counts that lead to the searches for them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from flask.testing import FlaskClient

from tests.support.axe import faults

UNLISTED = {"/statistics": {"competency"}, "/coverage": {"none", "older"}}
"""What no search finds alone: with competencies, it finds the parts of frameworks, too."""
PATHS = tuple(UNLISTED)


def report(visitor: FlaskClient, path: str) -> dict[str, Any]:
    found: dict[str, Any] | None = visitor.get(f"{path}?format=json").json
    assert found
    return found


def counts(visitor: FlaskClient, path: str, chart: str) -> dict[str, int]:
    listed = report(visitor, path)["charts"][chart]["counts"]
    return {one["value"]: one["count"] for one in listed}


@pytest.mark.parametrize("path", PATHS)
def test_each_count_is_what_the_search_that_it_leads_to_finds(served: str, path: str) -> None:
    def get(path: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(urlopen(f"{served}{path}").read())
        return answer

    charts = get(f"{path}?format=json")["charts"]
    for chart in charts.values():
        for one in chart["counts"]:
            address = urlsplit(one["page"] or "")
            if address.path == "/search":
                found = get(f"/search?{address.query}&format=json")
                assert found["total"] == one["count"], one
            elif one["page"]:
                assert get(f"{address.path}?format=json")["label"] == one["label"]
    values = {one["value"] for chart in charts.values() for one in chart["counts"]}
    linked = {o["value"] for chart in charts.values() for o in chart["counts"] if o["page"]}
    assert values - linked == UNLISTED[path]


def test_records_are_counted_by_their_facets(visitor: FlaskClient) -> None:
    assert report(visitor, "/statistics")["total"] == 5
    assert counts(visitor, "/statistics", "family") == {"credential": 5}
    assert counts(visitor, "/statistics", "region") == {"IL": 2, "IA": 2}
    assert counts(visitor, "/statistics", "type")["ceterms:Certificate"] == 5


def test_every_record_has_one_range_of_completeness_and_one_age(visitor: FlaskClient) -> None:
    for chart in ("completeness", "confirmed"):
        assert sum(counts(visitor, "/coverage", chart).values()) == 5
    assert counts(visitor, "/coverage", "confirmed") == {"fresh": 5, "older": 0}


def test_what_is_missing_most_is_first(visitor: FlaskClient) -> None:
    lacking = counts(visitor, "/coverage", "lacking")
    assert 0 < len(lacking) <= 12
    assert [*lacking.values()] == sorted(lacking.values(), reverse=True)
    assert max(lacking.values()) <= 5


@pytest.mark.parametrize("path", PATHS)
def test_a_report_is_the_same_as_a_table(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path, headers={"Accept": "text/csv"})
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    listed = [o for c in report(visitor, path)["charts"].values() for o in c["counts"]]
    assert [int(row["Count"]) for row in rows] == [one["count"] for one in listed]
    assert [row["Page"] for row in rows] == [one["page"] or "" for one in listed]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_a_bar_for_each_count(
    page: Callable[..., str], visitor: FlaskClient, path: str
) -> None:
    text = page(path)
    listed = [o for c in report(visitor, path)["charts"].values() for o in c["counts"]]
    assert text.count("<meter") == len(listed)
    for name in ("statistics", "coverage"):
        assert f'<a href="/{name}">' in text.partition("<footer")[2]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("query", "status"), [("q=nurse", 400), ("format=xlsx", 406), ("format=json&page=2", 400)]
)
def test_what_a_report_does_not_read_is_refused(
    visitor: FlaskClient, path: str, query: str, status: int
) -> None:
    answer = visitor.get(f"{path}?{query}", headers={"Accept": "*/*"})
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_completeness_is_bounded_from_both_sides(visitor: FlaskClient) -> None:
    def total(query: str) -> int:
        found = visitor.get(f"/search?format=json&{query}").json
        assert found
        return int(found["total"])

    assert total("completeness-min=0&completeness-max=1") == 5
    assert total("completeness-max=0.5") + total("completeness-min=0.5001") == 5
    wrong = visitor.get("/search?format=json&completeness-min=0.5&completeness-max=0.4")
    assert wrong.status_code == 400


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_have_no_accessibility_faults(
    browser: Any, served: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 900}
    context = browser.new_context(base_url=served, viewport=size, color_scheme=scheme)
    page = context.new_page()
    for path in PATHS:
        page.goto(path)
        assert page.locator("meter").count() > 10
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()
