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
from tests.support.registry import Registry, certificate, ctid_number

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
        ([cost(100), cost(90)], "from $90"),
        ([cost(100), cost(90) | {"ceterms:currency": "US Dollar"}], "from $90"),
    ],
)
def test_only_prices_make_a_cost(profiles: list[dict[str, Any]], words: str) -> None:
    node = {"ceterms:estimatedCost": profiles}
    stated = {one.title: one.words for one in highlights(node)}
    assert stated.get("Cost", "") == words
    assert (total_cost(node) is None) == (not words)
    costs(node)


def test_costs_are_a_table_and_all_that_is_stated_is_folded(
    registry: Registry, client: FlaskClient
) -> None:
    profile = cost(2521) | {
        "@type": "ceterms:CostProfile",
        "ceterms:currency": "US Dollar",
        "ceterms:residencyType": "residency:InState",
    }
    record = Finding(registry).publish(
        1, **{"ceterms:estimatedCost": [profile], "ceterms:inLanguage": "es-MX"}
    )
    page = client.get(f"/resources/{record}", headers={"Accept": "text/html"}).text
    costs = page.partition("What it costs")[2].partition("</table>")[0]
    assert "$2,521" in costs
    assert "In-State" in costs
    folded = page.partition("<summary>All that is stated</summary>")[2]
    assert "<summary>Cost</summary>" in folded.partition("</dd>\n")[0]
    assert "Spanish" in page.partition("In Language")[2].partition("</dd>")[0]


def test_a_part_that_a_page_leads_to_is_not_listed_again(
    registry: Registry, client: FlaskClient
) -> None:
    finding = Finding(registry)
    content = certificate(1)
    linked, other = (f"http://localhost:8000/resources/{ctid_number(n)}" for n in (2, 3))
    content["@graph"][0] |= {"@type": "ceterms:Pathway", "ceterms:hasPart": [linked]}
    content["@graph"] += [
        {
            "@type": "ceterms:CourseComponent",
            "@id": iri,
            "ceterms:ctid": iri[-39:],
            "ceterms:name": name,
        }
        for iri, name in ((linked, {"en": "Linked"}), (other, {"en": "Other"}))
    ]
    record = finding.publish_document(content)
    page = client.get(f"/resources/{record}", headers={"Accept": "text/html"}).text
    parts = page.partition("In the same document")[2].partition("</section>")[0]
    assert "Other" in parts
    assert "Linked" not in parts
    assert "Linked" in page


def test_a_mail_program_reads_how_to_end_a_mail() -> None:
    ending = f"https://registry.example.org/account/weekly/end?token={'x' * 43}"
    mail = written("a@b.org", "c@d.org", "é", "words", "<p>", ending, "1@b.org").as_bytes()
    assert re.search(rb"^List-Unsubscribe: <https://[^>\r\n]+>\r?$", mail, re.MULTILINE)
