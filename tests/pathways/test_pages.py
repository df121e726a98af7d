"""The pages of pathways in a real browser: tables and pictures."""

from __future__ import annotations

import re
import struct
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")

NURSING = "ce-a323b0bc-cfc0-4178-b2ff-f78bedc60fdc"
NURSING_PAGE = f"/pathways/{NURSING}"
BACHELOR_PAGE = "/pathways/ce-bb73bb0c-128b-4500-9dbc-cb6fae5e7abd"
LADDER_PAGE = "/pathways/ce-fdb3f7fe-4446-4d77-a77c-6d000716d259"
ALDMOOR = "ce-d8e2b3d4-aa8f-4121-a53f-587f46712765"
SVG = "{http://www.w3.org/2000/svg}"

Opening = Callable[..., Any]


def shows(locator: Any, text: str) -> None:
    """Wait until an element shows a text."""
    sync_api.expect(locator).to_contain_text(text)


def drawn(page: Any) -> Any:
    """Wait until the picture of a page is drawn; return what is said about it."""
    sync_api.expect(page.locator("#stage canvas").first).to_be_visible()
    page.locator("#details h2").wait_for()
    return page.locator("#spoken")


def shown_number(spoken: Any) -> int:
    """Return how many things a picture says to show."""
    shows(spoken, "are shown.")
    return int((spoken.text_content() or "").split()[0])


def test_without_javascript_tables_say_it_all(opening: Opening, served: str) -> None:
    page = opening(served + NURSING_PAGE, java_script_enabled=False)
    sync_api.expect(page.locator("#picture")).to_be_hidden()
    before, after = page.locator("table.links").all()
    license = before.get_by_role("row", name=re.compile("^1 Practical Nurse License"))
    shows(license, "required for Associate of Applied Science in Nursing one of several ways")
    shows(license, "Entry route")
    shows(license, "Only the later one says so: Riverbend Community College.")
    shows(before, "Combat Medic Initial Training outside of this registry")
    shows(after, "Both sides say so")
    page.locator("form.asked").get_by_label("gives credit toward").uncheck()
    page.get_by_label("Only credentials").check()
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**strength=required**")
    assert "advanced" not in page.url
    fundamentals = page.get_by_role("row", name=re.compile("Fundamentals of Nursing Care"))
    sync_api.expect(fundamentals).to_have_count(0)
    after.get_by_role("link", name="Registered Nurse License").first.click()
    shows(page.locator("h1"), "Registered Nurse License")


def test_every_link_and_format_answers(opening: Opening, served: str) -> None:
    for path in (NURSING_PAGE, LADDER_PAGE):
        page = opening(served + path)
        drawn(page)
        links = page.locator("main a").evaluate_all("nodes => nodes.map(n => n.href)")
        for link in {re.sub("#.*", "", link) for link in links if link.startswith(served)}:
            asked = urllib.request.Request(link, headers={"Accept": "text/html, */*;q=0.5"})
            with urllib.request.urlopen(asked) as answer:
                assert answer.status == 200, link


def test_the_keyboard_follows_the_links(opening: Opening, served: str) -> None:
    page = opening(served + NURSING_PAGE)
    spoken = drawn(page)
    page.locator("#stage").focus()
    page.keyboard.press("ArrowRight")  # the first key only finds the start
    shows(spoken, "Associate of Applied Science in Nursing, ")
    page.keyboard.press("ArrowLeft")
    shows(spoken, "it leads to")
    name = page.locator("#details h2").text_content()
    assert name != "Associate of Applied Science in Nursing"
    shows(page.locator("#details"), "What it leads to")
    told = page.locator("#details").text_content() or ""
    page.keyboard.press("ArrowRight")
    sync_api.expect(page.locator("#details h2")).not_to_have_text(name or "")
    following = page.locator("#details h2").text_content() or ""
    assert following.strip() in told.partition("What it leads to")[2]


def test_nodes_expand_and_the_address_keeps_it(opening: Opening, served: str) -> None:
    page = opening(f"{served}{BACHELOR_PAGE}?depth=1")
    spoken = drawn(page)
    page.locator("#stage").focus()
    page.keyboard.press("Home")
    for key in ("ArrowLeft", *["ArrowUp"] * 10, *["ArrowDown"] * 20):  # to what has more before it
        page.keyboard.press(key)
        name = re.escape((page.locator("#details h2").text_content() or "").strip())
        page.keyboard.press("Enter")
        told = re.compile(f"are shown now|Nothing more is linked with {name}")
        sync_api.expect(spoken).to_have_text(told)
        if "are shown now" in (spoken.text_content() or ""):
            break
    shows(spoken, "are shown now")
    page.wait_for_url("**expanded=**")
    providers = page.locator("#providers label").count()
    again = opening(page.url)
    drawn(again)
    sync_api.expect(again.locator("#providers label")).to_have_count(providers)


def test_filters_act_at_once_and_stay_in_the_address(opening: Opening, served: str) -> None:
    page = opening(served + NURSING_PAGE)
    spoken = drawn(page)
    page.locator("#strengths").get_by_label("gives credit toward").uncheck()
    some = shown_number(spoken)
    page.get_by_role("checkbox", name="University of Aldmoor").uncheck()
    fewer = shown_number(spoken)
    assert fewer < some
    page.wait_for_url(f"**without=advanced&hidden={ALDMOOR}**")
    again = opening(page.url)
    spoken = drawn(again)
    aldmoor = again.get_by_role("checkbox", name="University of Aldmoor")
    sync_api.expect(aldmoor).not_to_be_checked()
    aldmoor.check()
    assert shown_number(spoken) > fewer


@pytest.mark.parametrize("path", [NURSING_PAGE, LADDER_PAGE])
def test_pictures_are_saved(opening: Opening, served: str, path: str, tmp_path: Path) -> None:
    page = opening(served + path)
    drawn(page)
    for kind in ("png", "svg"):
        with page.expect_download() as download:
            page.locator(f"#{kind}").click()
        download.value.save_as(tmp_path / kind)
        assert download.value.suggested_filename.endswith(f".{kind}")
    png = (tmp_path / "png").read_bytes()
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert min(struct.unpack(">II", png[16:24])) > 200
    svg = ET.parse(tmp_path / "svg").getroot()
    texts = " ".join("".join(text.itertext()) for text in svg.iter(f"{SVG}text"))
    assert "one way:" in texts or "any one of" in texts
    # Nothing lies outside of the picture, and what it shows is linked.
    assert svg.get("viewBox")
    assert all("NaN" not in (p.get("d") or "") for p in svg.iter())
    assert len(list(svg.iter(f"{SVG}a"))) >= 7


def test_the_legend_shows_the_lines_and_arrowheads_of_the_picture(
    opening: Opening, served: str, tmp_path: Path
) -> None:
    page = opening(served + NURSING_PAGE)
    drawn(page)
    lines = {
        (float(path.get_attribute("stroke-width")), path.get_attribute("stroke-dasharray"))
        for path in page.locator("#strengths path").all()
    }
    heads = {path.get_attribute("d") for path in page.locator("[data-head] path").all()}
    with page.expect_download() as download:
        page.locator("#svg").click()
    download.value.save_as(tmp_path / "svg")
    edges = [
        paths
        for group in ET.parse(tmp_path / "svg").iter(f"{SVG}g")
        if len(paths := group.findall(f"{SVG}path")) == 2
    ]
    shown = {
        (float((line.get("stroke-width") or "").removesuffix("px")), line.get("stroke-dasharray"))
        for line, _ in edges
    }
    assert len(shown) >= 3
    assert shown <= lines
    assert {head.get("d") for _, head in edges} <= heads
    outlines = page.locator("[data-shape] path")
    assert outlines.count() == page.locator("[data-shape]").count() > 3


def test_a_published_pathway_shows_its_structure(opening: Opening, served: str) -> None:
    plain = opening(served + LADDER_PAGE, java_script_enabled=False)
    degree = plain.get_by_role("row", name=re.compile("^Nurse leader Bachelor’s degree"))
    shows(degree, "destination")
    shows(degree, "any one of License, A year on the ward")
    page = opening(served + LADDER_PAGE)
    spoken = drawn(page)
    shows(page.locator("#details"), "the destination")
    page.locator("#stage").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    shows(spoken, "condition any one of Either the aide certificate or the anatomy course")
    page.keyboard.press("ArrowRight")
    shows(spoken, "Practical nursing")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone(opening: Opening, served: str, scheme: str) -> None:
    for path in (NURSING_PAGE, LADDER_PAGE, "/pathways/build"):
        page = opening(served + path, viewport={"width": 390, "height": 800}, color_scheme=scheme)
        page.locator("#stage canvas, #key").first.wait_for(state="attached")
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path
