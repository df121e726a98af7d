"""Saved searches, the widget and the weekly mail's form, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.axe import faults

PAGES = (
    "/search?q=nurs&type=ceterms:Course",
    "/search/saved",
    "/widget?title=Nursing&q=nurs&size=5",
    "/widget?q=nurs&accent=aa0033&paper=fff8e8&hide=near",
    "/widget?near=Atlantis",
    "/widget/build?q=nurs&family=learning&ink=%23999999",
    "/account/weekly?q=nurs",
    "/account/weekly/end?token=x",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_have_no_accessibility_faults(
    browser: Any, served: str, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 900}
    context = browser.new_context(base_url=served, viewport=size, color_scheme=scheme)
    page = context.new_page()
    for path in PAGES:
        page.goto(path)
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_a_search_is_saved_listed_asked_again_and_removed(browser: Any, served: str) -> None:
    context = browser.new_context(base_url=served)
    page = context.new_page()
    page.goto("/search/saved")
    page.get_by_text("Nothing is saved yet").wait_for()
    page.goto("/search?q=nursing&type=ceterms:Course")
    for _ in range(2):  # the same search is kept once
        page.get_by_role("button", name="Save it in this browser").click()
    page.get_by_text("Saved in this browser.").wait_for()
    page.goto("/search/saved")
    assert page.locator("#saved-list li").count() == 1
    page.get_by_role("link", name="nursing · Course").click()
    page.wait_for_url("**/search?q=nursing&type=ceterms%3ACourse")
    page.goto("/search/saved")
    page.get_by_role("button", name="Remove").click()
    page.get_by_text("Nothing is saved yet").wait_for()
    context.close()


def test_what_else_a_browser_keeps_under_this_name_breaks_nothing(
    browser: Any, served: str
) -> None:
    context = browser.new_context(base_url=served)
    page = context.new_page()
    page.goto("/search/saved")
    for kept in ("no JSON", "7", '[1, null, {"query": 5}]'):
        page.evaluate("(kept) => localStorage.setItem('ctgraph.searches', kept)", kept)
        page.reload()
        page.get_by_text("Nothing is saved yet").wait_for()
    context.close()


def test_without_scripts_the_page_says_what_to_do(browser: Any, served: str) -> None:
    context = browser.new_context(base_url=served, java_script_enabled=False)
    page = context.new_page()
    page.goto("/search/saved")
    page.get_by_text("keep a bookmark of a search").wait_for()
    page.goto("/search?q=nursing")
    assert not page.get_by_role("button", name="Save it in this browser").is_visible()
    context.close()


def test_filters_are_there_where_there_is_room_and_unfold_on_phones(
    browser: Any, served: str
) -> None:
    for width, is_open in ((1440, True), (360, False)):
        context = browser.new_context(
            base_url=served, viewport={"width": width, "height": 900}, java_script_enabled=False
        )
        page = context.new_page()
        page.goto("/search?q=nursing")
        choice = page.locator(".filters").get_by_role("link", name="Courses and programs")
        assert choice.is_visible() == is_open
        if not is_open:
            page.locator(".all-filters > summary").click()
        choice.click()
        page.wait_for_url("**family=learning")
        context.close()
