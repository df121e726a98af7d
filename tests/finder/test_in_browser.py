"""The Finder in Chromium: what somebody does who has never heard of RDF, and what axe finds."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.axe import faults

WELDING = "ce-b47e2303-7936-43fc-964a-fcf3a68e6a89"
COURSE = "ce-468a4346-83ad-469d-9c64-ff96ce7f227f"
FRAMEWORK = "ce-a0ed4038-d200-4b8f-bd31-94fa0d696610"
COLLEGE = "ce-655806d5-e9e7-4085-aa5e-415dfad2909d"
PAGES = (
    "/",
    "/search?q=welding",
    "/search?q=welding&region=Calder+Valley&near=44.655,-103.377&sort=distance",
    "/search?q=qqqqqqq",
    "/search?near=Atlantis",
    "/search?q=welding&cost-max=cheap",
    f"/search?q={480 * 'x'}",
    "/issuers",
    "/providers",
    "/compare",
    f"/compare?record={WELDING}&record={COURSE}",
    f"/resources/{WELDING}",
    f"/resources/{COURSE}",
    f"/resources/{FRAMEWORK}",
    f"/resources/{COLLEGE}",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_is_accessible_and_fits_its_window(
    browser: Any, served: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        base_url=served, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page = context.new_page()
    outside: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: outside.append(request.url))
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
    found = {}
    for path in PAGES:
        page.goto(path)
        found[path] = faults(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[path].append("wider than the window")
    context.close()
    assert {path: said for path, said in found.items() if said} == {}
    assert [url for url in outside if not url.startswith((served, "data:"))] == []
    # The search for a place that is not known is refused, which the browser tells.
    assert [said for said in complaints if "400" not in said] == []


@pytest.mark.parametrize("scripted", [True, False])
def test_somebody_finds_a_certificate_near_a_place_and_compares_it(
    browser: Any, served: str, scripted: bool
) -> None:
    context = browser.new_context(base_url=served, java_script_enabled=scripted)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("What are you looking for?").fill("welding certificate")
    page.get_by_label("Near").fill("44.655,-103.377")
    page.get_by_role("main").get_by_role("button", name="Search").click()
    first = page.locator(".result").first
    assert "Basic Welding Certificate" in first.inner_text()
    for words in ("$2,350", "16 weeks", "Stonebridge", "(0 miles)"):
        assert words in first.inner_text()
    for number in (0, 1):
        page.locator(".result").nth(number).get_by_label("Compare").check()
    page.get_by_role("button", name="Compare the chosen ones").click()
    assert page.locator(".comparison thead th").count() == 2
    page.get_by_role("link", name="Basic Welding Certificate", exact=True).click()
    way = page.locator(".way")
    assert "Arc Welding 101A" in way.inner_text()
    assert "Meridian Metalworking Certification Council" in way.inner_text()
    assert re.search("Tuition", page.get_by_role("table").first.inner_text())
    # An expert gets to the data, the query and the history from the same page.
    for name in ("Turtle", "The SPARQL query behind this page", "history"):
        assert page.get_by_role("link", name=name).first.is_visible()
    context.close()


def test_the_search_box_completes_names(browser: Any, served: str) -> None:
    context = browser.new_context(base_url=served)
    page = context.new_page()
    page.goto("/providers")
    box = page.get_by_role("combobox", name="Search for")
    box.press_sequentially("basic weld")
    option = page.get_by_role("option", name="Basic Welding Certificate", exact=True)
    option.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(f"**/resources/{WELDING}")
    context.close()


def test_paper_has_the_content_alone(browser: Any, served: str) -> None:
    page = browser.new_page(base_url=served)
    page.goto("/search?q=welding")
    page.get_by_role("checkbox").first.check()
    page.emulate_media(media="print")
    for hidden in ("#tray", ".search-form", ".choose", ".filters", "#save-search"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".result h2").first.is_visible()
    page.emulate_media(media="screen")
    page.goto(f"/pathways/{WELDING}")
    page.wait_for_selector("#stage canvas")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".picture > svg").is_visible()
    assert not page.locator("#stage").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.locator(".picture > svg").count()
    page.close()


def test_phones_show_two_compared_records_side_by_side(browser: Any, served: str) -> None:
    page = browser.new_page(base_url=served, viewport={"width": 360, "height": 800})
    page.goto(f"/compare?record={WELDING}&record={COURSE}")
    for cell in page.locator(".comparison tbody tr").first.locator("td").all():
        box = cell.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
    page.goto("/search?q=welding")
    for one in page.locator("[data-compare]").all()[:4]:
        one.check()
    assert page.locator("#tray").bounding_box()["height"] < 80
    page.close()
