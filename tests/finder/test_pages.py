"""The pages of the Finder, and the same answers for programs."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient

from ctgraph.web import create_app
from tests.support.finding import EVIL, NURSING, WELDING, Finding, found_in

Page = Callable[..., str]
ATOM = "{http://www.w3.org/2005/Atom}"


def test_a_search_shows_what_it_finds_with_its_key_facts(page: Page) -> None:
    text = page("/search?q=practical+nurse")
    assert f'href="/resources/{NURSING}"' in text
    for words in (
        "Practical Nurse License",
        "$4,409",
        "1 year, 6 months",
        "Ames, IA",
        "Test College",
    ):
        assert words in text


def test_filters_have_counts_and_chosen_ones_can_be_removed(page: Page) -> None:
    text = page("/search?region=IA")
    assert re.search(r'href="/search\?region=IA&amp;region=IL"', text)
    assert 'href="/search?"' in text  # the chip, without its only filter
    assert "<strong>2</strong> records" in text


def test_a_place_is_named_with_the_distance(page: Page) -> None:
    text = page("/search?near=50309&within=50&sort=distance")
    assert text.index(WELDING) < text.index(NURSING)
    assert re.search(r"\([23]\d miles\)", text)


def test_html_in_data_is_shown_as_text(page: Page) -> None:
    for address in ("/search?q=script", f"/resources/{EVIL}", f"/compare?record={EVIL}"):
        text = page(address)
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text or "\\u003cscript" in text


def test_nothing_found_proposes_wider_searches(page: Page) -> None:
    text = page("/search?q=qqqqqqq&region=IA")
    assert "Nothing fits this search" in text
    assert 'href="/search?region=IA">Without this: Words</a>' in text


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=99999", "cost-min=x", "near=Atlantis", "q=" + "x" * 501],
)
def test_a_wrong_search_is_told_on_a_page_that_keeps_what_was_typed(
    page: Page, visitor: FlaskClient, query: str
) -> None:
    text = page(
        f"/search?q=welding&{query}" if not query.startswith("q") else f"/search?{query}", 400
    )
    assert 'role="alert"' in text
    if not query.startswith("q"):
        assert 'value="welding"' in text
    problem = visitor.get(f"/search?{query}", headers={"Accept": "application/json"})
    assert problem.status_code == 400
    assert problem.mimetype == "application/problem+json"


def test_results_are_json_and_lead_to_the_next_page(visitor: FlaskClient) -> None:
    answer = visitor.get("/search?format=json&size=2&sort=name")
    assert answer.json
    assert [len(answer.json["records"]), answer.json["total"]] == [2, 5]
    assert {"family", "type", "provider"} <= answer.json["facets"].keys()
    links = dict(
        reversed(found) for found in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers["Link"])
    )
    assert set(links) == {"first", "last", "next"}
    following = visitor.get(links["next"])
    assert following.json
    assert not {r["ctid"] for r in following.json["records"]} & {
        r["ctid"] for r in answer.json["records"]
    }


def test_results_are_a_list_of_schema_org(visitor: FlaskClient) -> None:
    answer = visitor.get("/search?q=welding", headers={"Accept": "application/ld+json"})
    listed = json.loads(answer.data)
    assert listed["@type"] == "ItemList"
    assert listed["itemListElement"][0]["url"].endswith(f"/resources/{WELDING}")


def test_results_are_a_table_without_formulas(visitor: FlaskClient) -> None:
    answer = visitor.get("/search?q=certificate&format=csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0][:3] == ["Name", "Type", "Provider"]
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert any(cell.startswith("'=HYPERLINK") for row in rows for cell in row)


def test_results_are_a_workbook(visitor: FlaskClient) -> None:
    answer = visitor.get("/search?format=xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        words = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "Welding Certificate" in words


def test_results_are_a_feed(visitor: FlaskClient) -> None:
    answer = visitor.get("/search?q=welding&format=atom")
    feed = ElementTree.fromstring(answer.data)
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == "Welding Certificate"
    assert all(feed.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))


def test_a_feed_begins_with_the_newest_unless_it_is_asked_otherwise(visitor: FlaskClient) -> None:
    def names(address: str) -> list[str | None]:
        feed = ElementTree.fromstring(visitor.get(address).data)
        return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]

    newest = names("/search?format=atom&sort=date")
    assert newest == names("/search?format=atom")
    assert newest != names("/search?format=atom&sort=name")


def test_suggestions_are_names(visitor: FlaskClient) -> None:
    answer = visitor.get("/search/suggest?q=wel")
    assert answer.json == {
        "suggestions": [
            {"ctid": WELDING, "name": "Welding Certificate", "type": "ceterms:Certificate"}
        ]
    }


def test_a_comparison_stands_side_by_side(page: Page) -> None:
    text = page(f"/compare?record={WELDING}&record={NURSING}")
    for words in ("$2,350", "$4,409", "16 weeks", "1 year, 6 months", "Des Moines, IA"):
        assert words in text
    assert "not stated" in text
    assert f'href="/compare?record={NURSING}"' in text  # without the other one


def test_a_comparison_is_a_table_with_medians(visitor: FlaskClient) -> None:
    address = f"/compare?record={WELDING}&record={NURSING}"
    rows = list(csv.DictReader(io.StringIO(visitor.get(f"{address}&format=csv").text)))
    assert [row["CTID"] for row in rows] == [WELDING, NURSING, ""]
    assert rows[2]["Cost (number)"] == "3379.5"
    found = visitor.get(f"{address}&format=json").json
    assert found
    assert found["medians"]["cost"] == 3379.5


@pytest.mark.parametrize(
    "query",
    [
        "record=nonsense",
        "record=ce-00000000-0000-4000-8000-000000000999",
        "&".join(f"record=ce-00000000-0000-4000-8000-{n:012d}" for n in range(11)),
    ],
)
def test_a_comparison_that_cannot_be_made_is_told(visitor: FlaskClient, query: str) -> None:
    answer = visitor.get(f"/compare?{query}", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json
    assert len(answer.json["detail"]) > 20


def test_an_empty_comparison_says_what_to_do(page: Page) -> None:
    assert "Choose records" in page("/compare")


def test_providers_are_listed(page: Page, visitor: FlaskClient) -> None:
    assert "Providers" in page("/providers")
    assert visitor.get("/providers?format=json").json == {"total": 0, "providers": []}


def test_the_home_page_shows_numbers_and_the_newest(page: Page) -> None:
    text = page("/")
    assert "<strong>5</strong> current records" in text
    assert "Welding Certificate" in text
    assert 'action="/search"' in text


def test_the_home_page_is_kept_only_as_long_as_nothing_changes(tmp_path: Path) -> None:
    finding = found_in(tmp_path)
    visitor = create_app(finding.registry.settings).test_client()
    assert "Boilermaker" not in visitor.get("/", headers={"Accept": "text/html"}).text
    finding.publish(120, **{"ceterms:name": {"en-US": "Boilermaker Certificate"}})
    finding.registry.project()
    assert "Boilermaker" in visitor.get("/", headers={"Accept": "text/html"}).text


def test_the_page_of_a_record_has_the_important_things_first(page: Page) -> None:
    text = page(f"/resources/{NURSING}").partition("<main")[2]
    order = ["Practical Nurse License</h1>", "$4,409", "Care for patients", "What it costs", "LPN"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "format=turtle" in text
    assert "/sparql?query=" in text


def test_the_page_of_a_record_has_its_schema_org(page: Page) -> None:
    text = page(f"/resources/{WELDING}")
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert found
    markup, way = json.loads(found[1])
    assert way["itemListElement"][-1]["name"] == "Welding Certificate"
    assert markup["@type"] == "EducationalOccupationalCredential"
    assert markup["name"] == "Welding Certificate"
    assert markup["offers"] == {
        "@type": "Offer",
        "category": "Paid",
        "price": 2350,
        "priceCurrency": "USD",
    }


def test_the_markup_of_odd_data_does_not_end_its_element(page: Page) -> None:
    text = page(f"/resources/{EVIL}")
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert [json.loads(one)[0]["name"] for one in found] == [
        "<script>alert(1)</script> =1+1 certificate"
    ]


def test_crawlers_find_every_record_once(visitor: FlaskClient) -> None:
    robots = visitor.get("/robots.txt").text
    assert "Disallow: /account" in robots
    first, resources = re.findall("^Sitemap: (.*)$", robots, re.MULTILINE)
    assert visitor.get(resources).status_code == 200
    index = ElementTree.fromstring(visitor.get(first).data)
    namespace = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    pages = [loc.text for loc in index.iter(f"{namespace}loc")]
    found = [
        loc.text
        for page in pages
        for loc in ElementTree.fromstring(visitor.get(page or "").data).iter(f"{namespace}loc")
    ]
    assert len(found) == len(set(found)) == 5
    assert f"http://localhost:8000/resources/{WELDING}" in found
    [own] = [one for page in pages for one in _entries(visitor, page) if one[0].endswith(WELDING)]
    newest = visitor.get(f"/resources/{WELDING}/versions?format=json").json["versions"][0]
    assert own[1] == newest["createdAt"]
    assert visitor.get("/sitemaps/zz.xml").status_code == 404


def _entries(visitor: FlaskClient, page: str | None) -> list[tuple[str, str]]:
    """Return the addresses of a sitemap, each with its time."""
    root = ElementTree.fromstring(visitor.get(page or "").data)
    return [(one.findtext("{*}loc", ""), one.findtext("{*}lastmod", "")) for one in root]


@pytest.mark.parametrize(
    "typed", ["10,000", "$10000", "$10,000.00", " 10 000 ", "10000 USD", "€10,000"]
)
def test_a_number_is_read_as_people_type_it(visitor: FlaskClient, typed: str) -> None:
    for path in ("/search", "/map"):
        answer = visitor.get(path, query_string={"cost-max": typed, "format": "json"})
        plain = visitor.get(path, query_string={"cost-max": "10000", "format": "json"})
        assert answer.status_code == 200
        assert answer.json["total"] == plain.json["total"] > 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cost-max", "Costs at most: “cheap” is no number."),
        ("days-max", "Takes at most: “cheap” is no number."),
        ("updated-since", "Updated since: “cheap” is not a date."),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_the_rest_is_searched(
    page: Page, visitor: FlaskClient, name: str, said: str
) -> None:
    text = " ".join(page(f"/search?q=practical+nurse&{name}=cheap", 400).split())
    assert said in text
    assert "Practical Nurse License" in text
    if name != "days-max":  # a choice, where nobody types
        assert f'name="{name}" value="cheap" aria-invalid="true"' in text
    refused = visitor.get(f"/search?q=nurse&{name}=cheap&format=json")
    assert (refused.status_code, refused.json["parameter"]) == (400, name)


@pytest.mark.parametrize(
    "path", ["/search?", "/search?q=nurse&", "/providers?", "/widget?q=nurse&"]
)
@pytest.mark.parametrize("number", ["2", "70", "9999"])
def test_a_page_after_the_last_one_leads_there(
    visitor: FlaskClient, path: str, number: str
) -> None:
    answer = visitor.get(f"{path}page={number}", headers={"Accept": "text/html"})
    assert answer.status_code == 302
    assert answer.location == f"{path}page=1"
    assert visitor.get(answer.location, headers={"Accept": "text/html"}).status_code == 200


def test_a_search_can_be_skipped_to_its_results(page: Page) -> None:
    text = page("/search?q=nurse")
    assert text.index('href="#results"') < text.index("<header>")
    assert 'id="results"' in text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ({"ceterms:targetNode": "credentialStat:Active"}, "Active"),
        ({"ceterms:targetNodeName": {"en": "In good standing"}}, "In good standing"),
        ({"ceterms:targetNode": "https://other.example/on"}, "https://other.example/on"),
    ],
)
def test_what_points_to_something_without_a_class_shows_where_to(
    finding: Finding, page: Page, written: dict[str, Any], shown: str
) -> None:
    record = finding.publish(190, **{"ceterms:credentialStatusType": written})
    text = page(f"/resources/{record}")
    assert shown in text.partition("<aside")[0]
    assert "Target Node" not in text
