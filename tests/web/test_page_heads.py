"""What each page of the site tells other programs, and what it asks of a visitor's browser."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.request import Request, urlopen

import extruct
import pytest

from tests.support.schema_org import violations

BASE = "http://localhost:8000"
WELDING = "ce-b47e2303-7936-43fc-964a-fcf3a68e6a89"
COURSE = "ce-468a4346-83ad-469d-9c64-ff96ce7f227f"
FRAMEWORK = "ce-a0ed4038-d200-4b8f-bd31-94fa0d696610"
COLLEGE = "ce-655806d5-e9e7-4085-aa5e-415dfad2909d"
PAGES = {
    "/": {"WebSite"},
    "/search": {"ItemList"},
    "/search?q=welding&page=1": {"ItemList"},
    "/search?q=qqqqqqq": set(),
    "/search/saved": set(),
    "/providers": {"ItemList"},
    "/compare": set(),
    f"/compare?record={WELDING}&record={COURSE}": {"ItemList"},
    "/statistics": set(),
    "/coverage": set(),
    "/widget/build": set(),
    f"/resources/{WELDING}": {"EducationalOccupationalCredential"},
    f"/resources/{COURSE}": {"Course"},
    f"/resources/{FRAMEWORK}": {"DefinedTermSet"},
    f"/resources/{COLLEGE}": {"CollegeOrUniversity"},
    f"/resources/{WELDING}/versions": set(),
    f"/resources/{WELDING}/versions/1": {"EducationalOccupationalCredential"},
    f"/organizations/{COLLEGE}/completeness": set(),
    "/records": {"ItemList"},
    "/pathways": {"ItemList"},
    f"/pathways/{WELDING}": set(),
    "/pathways/route": set(),
    "/pathways/common": set(),
    "/pathways/check": set(),
    "/pathways/build": set(),
    "/validate": set(),
    "/shapes": set(),
    "/shapes/learning": set(),
    "/vocab": set(),
    "/vocab/ceterms:Course": set(),
    "/terms": set(),
    "/queries": set(),
    "/queries/search-by-name": set(),
    "/sparql": set(),
    "/void": {"Dataset"},
    "/account/sign-in": set(),
    "/account/sign-up": set(),
}
"""The pages that a visitor can open, one of each kind, and what their markup is about."""
EDITORS = ("/sparql", "/queries/search-by-name", "/pathways/build")
"""The pages that load an editor."""
MAX_BYTES = 300_000
"""The weight of a page with all that it loads, as it is transferred."""


class _Elements(HTMLParser):
    """Collects the elements of a page, with their attributes and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), []))

    def handle_data(self, data: str) -> None:
        if self.found:
            self.found[-1][2].append(data)

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        """Return the attributes of the elements with a tag and attributes."""
        wanted = attributes.items()
        return [has for name, has, _ in self.found if name == tag and wanted <= has.items()]

    def text(self, tag: str) -> str:
        """Return the text of the first element with a tag."""
        return next("".join(texts).strip() for name, _, texts in self.found if name == tag)


@pytest.fixture(scope="module")
def pages(served: str) -> dict[str, str]:
    """The pages, by their addresses."""

    def page(path: str) -> str:
        request = Request(served + path, headers={"Accept": "text/html"})
        with urlopen(request, timeout=60) as answer:
            text: str = answer.read().decode()
            return text

    return {path: page(path) for path in PAGES}


def markup(text: str) -> list[dict[str, Any]]:
    """Return the JSON-LD in a page, as extruct finds it."""
    found: list[dict[str, Any]] = extruct.extract(text, BASE, syntaxes=["json-ld"])["json-ld"]
    return found


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_markup_that_is_as_schema_org_has_it(pages: dict[str, str], path: str) -> None:
    nodes = markup(pages[path])
    kinds = {node["@type"] for node in nodes}
    assert kinds == PAGES[path] | ({"BreadcrumbList"} if path != "/" else set())
    assert [said for node in nodes for said in violations(node)] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is(pages: dict[str, str], path: str) -> None:
    page = _Elements(pages[path])
    assert pages[path].startswith("<!doctype html>")
    assert page.all("html", lang="en")
    assert len(page.all("main")) == len(page.all("h1")) == len(page.all("title")) == 1
    assert len(page.text("title")) > len("ctgraph")
    assert len(page.all("meta", name="description")) == 1
    assert len(page.all("link", rel="canonical")) == 1
    named = {has["property"]: has["content"] for has in page.all("meta") if "property" in has}
    assert {"og:title", "og:description", "og:url", "og:type", "og:site_name"} <= named.keys()
    assert all(named.values())
    assert named["og:url"] == page.all("link", rel="canonical")[0]["href"]


def test_pages_have_titles_of_their_own(pages: dict[str, str]) -> None:
    same = ["/search?q=welding&page=1", f"/resources/{WELDING}/versions/1"]
    kept = [path for path in PAGES if path not in same and not path.startswith("/compare?")]
    titles = [_Elements(pages[path]).text("title") for path in kept]
    assert sorted(set(titles)) == sorted(titles)


def test_the_address_of_a_page_leaves_out_what_decides_nothing(pages: dict[str, str]) -> None:
    def canonical(path: str) -> str | None:
        return _Elements(pages[path]).all("link", rel="canonical")[0]["href"]

    assert canonical("/search?q=welding&page=1") == f"{BASE}/search?q=welding"
    record = f"{BASE}/resources/{WELDING}"
    assert canonical(f"/resources/{WELDING}") == record
    assert canonical(f"/resources/{WELDING}/versions/1") == record


def test_the_way_to_a_page_is_in_the_page_and_in_its_markup(pages: dict[str, str]) -> None:
    path = f"/resources/{WELDING}"
    steps = next(n for n in markup(pages[path]) if n["@type"] == "BreadcrumbList")
    told = [(step["name"], step["item"].removeprefix(BASE)) for step in steps["itemListElement"]]
    assert [name for name, _ in told[:3]] == ["Home", "Search", "Basic Technical Certificate"]
    shown = pages[path].partition('class="breadcrumb"')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"', shown) == [step for _, step in told[:-1]]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_no_other_host_breaks_no_policy_and_is_light(
    browser: Any, served: str, path: str
) -> None:
    context = browser.new_context(base_url=served)
    page = context.new_page()
    asked: list[Any] = []
    told: list[str] = []
    page.on("response", lambda answer: asked.append(answer))
    page.on("console", lambda message: told.append(message.text))
    page.goto(path, wait_until="networkidle")
    urls = [answer.url for answer in asked]
    weights = {one.url: one.request.sizes()["responseBodySize"] for one in asked}
    texts = page.locator('script[type="application/ld+json"]').all_text_contents()
    context.close()
    assert told == []
    assert [url for url in urls if not url.startswith((served, "data:", "blob:"))] == []
    assert path in EDITORS or sum(weights.values()) < MAX_BYTES, weights
    assert all(json.loads(text) for text in texts)
    assert len(texts) == 1
