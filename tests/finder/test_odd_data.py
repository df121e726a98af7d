"""What odd data and odd places must not do to the Finder."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.finder.query import distance
from ctgraph.finder.question import Near
from ctgraph.mail import written
from ctgraph.records.highlights import costs, highlights, total_cost
from tests.support.finding import Finding, cost
from tests.support.registry import Registry

degrees = st.floats(-180, 180)


@given(degrees, degrees, degrees, degrees)
def test_every_distance_is_a_number(one: float, two: float, three: float, four: float) -> None:
    assert 0 <= distance(Near(one, two, 1.0), three, four) <= 20_100


@pytest.mark.parametrize(
    "jurisdiction",
    [
        [{"@type": "ceterms:Place", "ceterms:name": {"en": "Iowa"}}],
        "https://www.geonames.org/4862182",
        {"@type": "ceterms:Place"},
    ],
)
def test_a_jurisdiction_of_any_form_has_its_page(
    registry: Registry, client: FlaskClient, jurisdiction: Any
) -> None:
    profile = {"@type": "ceterms:JurisdictionProfile", "ceterms:mainJurisdiction": jurisdiction}
    record = Finding(registry).publish(1, **{"ceterms:jurisdiction": [profile]})
    answer = client.get(f"/resources/{record}", headers={"Accept": "text/html"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("profiles", "words"),
    [
        ([cost(-5)], ""),
        ([{"ceterms:price": "NaN"}], ""),
        ([{"ceterms:price": "1e400"}], ""),
        ([cost(0)], "free"),
        ([cost(100), {"ceterms:price": 5000}], ""),
        ([cost(100), cost(90)], "$90"),
    ],
)
def test_only_prices_make_a_cost(profiles: list[dict[str, Any]], words: str) -> None:
    node = {"ceterms:estimatedCost": profiles}
    stated = {one.title: one.words for one in highlights(node)}
    assert stated.get("Cost", "") == words
    assert (total_cost(node) is None) == (not words)
    costs(node)


def test_a_mail_program_reads_how_to_end_a_mail() -> None:
    ending = f"https://registry.example.org/account/weekly/end?token={'x' * 43}"
    mail = written("a@b.org", "c@d.org", "é", "words", "<p>", ending, "1@b.org").as_bytes()
    assert re.search(rb"^List-Unsubscribe: <https://[^>\r\n]+>\r?$", mail, re.MULTILINE)
