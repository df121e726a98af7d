"""The pages, in a real browser: with and without JavaScript."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.registry import certificate

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")

DEGREE = "/resources/ce-a323b0bc-cfc0-4178-b2ff-f78bedc60fdc"
WITHDRAWN = "/resources/ce-442ea66f-ea9e-4dd4-b82d-45f996a6c04f"


@pytest.fixture(params=[True, False], ids=["javascript", "no javascript"])
def scripted(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs JavaScript."""
    return bool(request.param)


@pytest.fixture
def page(browser: Any, served: str, scripted: bool) -> Iterator[Any]:
    context = browser.new_context(base_url=served, java_script_enabled=scripted)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert [error for error in errors if "410" not in error and "404" not in error] == []


def shows(locator: Any, text: str) -> None:
    """Wait until an element shows a text; a click only begins to load the next page."""
    # The first query waits for a process; on a busy machine that takes long.
    sync_api.expect(locator).to_contain_text(text, timeout=30_000)


def test_from_the_start_page_to_a_record_and_on(page: Any) -> None:
    page.goto("/")
    page.get_by_role("link", name="Associate of Applied Science Degree").click()
    page.get_by_role("link", name="Associate of Applied Science in Nursing").click()
    shows(page.locator("h1"), "Associate of Applied Science in Nursing")
    page.get_by_role("link", name="Fundamentals of Nursing Care 1A").first.click()
    shows(page.locator("h1"), "Fundamentals of Nursing Care 1A")


def test_a_record_shows_its_history(page: Any) -> None:
    page.goto(DEGREE)
    page.get_by_role("link", name="history").click()
    sync_api.expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_role("link", name="1", exact=True).click()
    shows(page.locator("main"), "This is version 1")


def test_a_withdrawn_record_shows_its_tombstone(page: Any) -> None:
    assert page.goto(WITHDRAWN).status == 410
    page.get_by_role("link", name="See the last version").click()
    shows(page.locator("main"), "This is version 1")


TURNED = """tag => {
  const line = document.createElement("p"), named = document.createElement(tag);
  const behind = document.createElement("span");
  named.textContent = "\u202eegelloC";
  behind.textContent = "of Pineville";
  line.append(named, " ", behind);
  document.querySelector("main").append(line);
  return named.getBoundingClientRect().left < behind.getBoundingClientRect().left;
}"""


@pytest.mark.parametrize("tag", ["a", "strong", "code", "bdi"])
def test_a_name_turns_nothing_around_it(browser: Any, served: str, tag: str) -> None:
    context = browser.new_context(base_url=served)
    page = context.new_page()
    page.goto("/")
    assert page.evaluate(TURNED, tag)
    assert not page.evaluate(TURNED, "span")
    context.close()


def test_a_query_runs_with_and_without_javascript(page: Any, scripted: bool) -> None:
    page.goto("/sparql")
    if scripted:
        page.locator(".yasqe_queryButton").click()
        shows(page.locator(".yasr_results table").last, "Pinewick University")
        sync_api.expect(page.locator("#plain")).to_be_hidden()
    else:
        page.get_by_role("button", name="Run").click()
        shows(page.locator("body"), "credential,name,owner")


def test_a_ready_made_query_opens_and_draws(page: Any, scripted: bool) -> None:
    page.goto("/queries")
    page.get_by_role("link", name="Costs by type of credential").click()
    shows(page.locator("h1"), "Costs by type of credential")
    if not scripted:
        page.get_by_role("button", name="Run").click()
        shows(page.locator("body"), "class,label,currency,credentials")
        return
    assert page.locator(".yasqe .parseErrorIcon").count() == 0
    page.locator(".yasqe_queryButton").click()
    page.locator(".yasr_btnGroup").get_by_text("Chart").click()
    sync_api.expect(page.locator("svg.chart rect").first).to_be_visible()
    page.get_by_text("Ready-made queries").click()
    page.locator("[data-query=places]").click()
    shows(page.locator(".yasr"), "106 results")
    page.locator(".yasr_btnGroup").get_by_text("Map").click()
    shows(page.locator("svg.map"), "Stonebridge")


def test_terms_are_completed_and_links_lead_back(page: Any, scripted: bool) -> None:
    if not scripted:
        pytest.skip("completion and copying need JavaScript")
    page.goto("/sparql#query=ASK%20%7B%20%3Fs%20a%20ceterms%3ALicense%20%7D")
    shows(page.locator(".yasqe .CodeMirror-code"), "ceterms:License")
    page.locator(".yasqe .CodeMirror-code").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nSELECT * { ?s ceterms:credentialStat")
    page.keyboard.press("Control+Space")
    shows(page.locator(".CodeMirror-hints"), "ceterms:credentialStatusType")


def test_the_dataset_has_a_page(page: Any) -> None:
    page.goto("/void")
    shows(page.locator("main"), "properties")
    page.get_by_role("link", name="Name", exact=True).first.click()
    shows(page.locator("h1"), "Name")


def test_a_pasted_document_shows_its_problems_beside_its_lines(page: Any) -> None:
    page.goto("/validate")
    page.get_by_label("Document", exact=True).fill(json.dumps({"ceterms:nmae": "x"}, indent=1))
    page.get_by_role("button", name="Check").click()
    shows(page.locator(".verdict"), "This registry refuses it")
    document = certificate(**{"ceterms:subjectWebpage": "ftp://www.example.org/"})
    page.get_by_label("Document", exact=True).fill(json.dumps(document, indent=1))
    page.get_by_role("button", name="Check").click()
    shows(page.locator(".problems").first, "The webpage is not a web address.")
    shows(page.locator(".line.violation"), "ftp://www.example.org/")
    page.get_by_role("link", name="the rule").first.click()
    shows(page.locator(":target"), "Webpage")


def test_a_chosen_file_is_checked(page: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(certificate()))
    page.goto("/validate")
    page.get_by_label("Or a file").set_input_files(file)
    page.get_by_role("button", name="Check").click()
    shows(page.locator(".verdict"), "This registry takes it")


def test_the_name_of_a_file_tells_its_format(page: Any, scripted: bool, tmp_path: Path) -> None:
    if not scripted:
        pytest.skip("without JavaScript, the server reads the name")
    page.goto("/validate")
    for name, format in (("mine.TTL", "turtle"), ("mine.rdf", "rdfxml"), ("mine.txt", "jsonld")):
        (tmp_path / name).write_text(name)
        page.get_by_label("Or a file").set_input_files(tmp_path / name)
        sync_api.expect(page.get_by_label("Document", exact=True)).to_have_value(name)
        sync_api.expect(page.get_by_label("Format")).to_have_value(format)


def test_from_the_minimum_data_to_a_term_and_back(page: Any) -> None:
    page.goto("/shapes")
    page.get_by_role("link", name="Credential", exact=True).click()
    page.get_by_role("link", name="ceterms:credentialStatusType").first.click()
    shows(page.locator("h1"), "Credential Status Type")
    page.locator("table").get_by_role("link", name="Credential", exact=True).click()
    shows(page.locator(":target"), "Credential status")


def test_an_organization_sees_how_complete_its_records_are(page: Any) -> None:
    page.goto(DEGREE)
    page.get_by_role("link", name="All records of Riverbend Community College").click()
    shows(page.locator("h1"), "Completeness")
    shows(page.locator("main"), "What is missing most")


def test_every_link_and_format_on_a_page_answers(page: Any, served: str) -> None:
    links: set[str] = set()
    for path in (
        "/",
        "/records",
        DEGREE,
        f"{DEGREE}/versions",
        "/shapes",
        "/shapes/learning",
        "/vocab/ceterms:Course",
        "/validate",
        "/sparql",
        "/void",
    ):
        page.goto(path)
        links.update(page.locator("a, link").evaluate_all("nodes => nodes.map(n => n.href)"))
    for link in {re.sub("#.*", "", link) for link in links if link.startswith(served)}:
        asked = urllib.request.Request(link, headers={"Accept": "text/html, */*;q=0.5"})
        with urllib.request.urlopen(asked) as answer:
            assert answer.status == 200, link
