"""What the page of a record says of others: the related ones, and what an organization offers."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from urllib.request import Request, urlopen

import pytest

COURSE = "ce-468a4346-83ad-469d-9c64-ff96ce7f227f"
TEST = "Plate Welding Performance Test"
COLLEGE = "ce-655806d5-e9e7-4085-aa5e-415dfad2909d"
Get = Callable[[str], str]


@pytest.fixture
def get(served: str) -> Get:
    """Return a function that returns the page at an address of the sample data."""

    def read(path: str) -> str:
        with urlopen(Request(f"{served}{path}", headers={"Accept": "text/html"})) as answer:
            text: str = answer.read().decode()
            return text

    return read


def total(served: str, path: str) -> int:
    with urlopen(f"{served}{html.unescape(path)}&format=json") as answer:
        return int(json.load(answer)["total"])


def section(text: str, title: str) -> str:
    found = re.search(rf"<h2>{title}</h2>(.*?)</section>", text, re.DOTALL)
    assert found
    return found[1]


def test_related_records_say_why(get: Get) -> None:
    text = section(get(f"/resources/{COURSE}"), "Related")
    titles = re.findall(r"<h3>([A-Z][^<]*)</h3>", text)
    assert titles == [
        "The same competencies",
        "Similar descriptions",
        "More from the same provider",
    ]
    first = text.partition("Similar descriptions")[0]
    assert TEST in first
    assert "1 competency in common" in first


def test_each_related_record_stands_once_and_never_the_record_itself(get: Get) -> None:
    text = section(get(f"/resources/{COURSE}"), "Related")
    records = re.findall(r'<h3><a href="/resources/([^"]+)"', text)
    assert len(records) == len(set(records)) >= 6
    assert not {COURSE, COLLEGE} & set(records)


def test_related_records_lead_to_the_searches_for_all_of_them(get: Get, served: str) -> None:
    text = section(get(f"/resources/{COURSE}"), "Related")
    searches = re.findall(r'href="(/search\?[^"]+)"', text)
    assert [search.partition("?")[2].partition("=")[0] for search in searches] == [
        "competency",
        "provider",
    ]
    for search in searches:
        assert total(served, search) >= 2
        assert COURSE in get(html.unescape(search))


def test_an_organization_shows_what_it_offers(get: Get, served: str) -> None:
    text = section(get(f"/resources/{COLLEGE}"), "What it offers")
    counts = re.findall(
        r'href="(/search\?[^"]*family=[^"]*)">.*?class="count">(\d+)<', text, re.DOTALL
    )
    assert len(counts) >= 3
    for search, count in counts:
        assert total(served, search) == int(count)
    assert len(re.findall(r'<h3><a href="/resources/', text)) == 6


def test_an_organization_shows_how_well_its_records_are_kept(get: Get, served: str) -> None:
    text = section(get(f"/resources/{COLLEGE}"), "What it offers")
    whole = re.search(r'href="(/search\?[^"]*sort=date)">All (\d+) records', text)
    assert whole
    assert total(served, whole[1]) == int(whole[2])
    for name in ("confirmed-since", "completeness-min"):
        found = re.search(rf'href="(/search\?[^"]*{name}=[^"]*)">.*?quiet">(\d+)%', text, re.DOTALL)
        assert found
        assert round(100 * total(served, found[1]) / int(whole[2])) == int(found[2])


def test_a_part_of_a_document_has_no_relations(get: Get, served: str) -> None:
    with urlopen(f"{served}/search?type=ceasn:Competency&format=json&size=1") as answer:
        part = json.load(answer)["records"][0]["ctid"]
    assert "<h2>Related</h2>" not in get(f"/resources/{part}")
