"""Records are picked by words of their names, with and without JavaScript; CTIDs can be pasted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.pathway_service import AIDE, APN

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")

AIDE_NAME, APN_NAME = "Nurse Aide Certificate", "Advanced Practice Nurse License"


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
    assert errors == []


def choose(page: Any, label: str, words: str, name: str) -> None:
    """Pick a record in a combobox by keyboard."""
    field = page.get_by_role("combobox", name=label)
    field.press_sequentially(words)
    option = page.locator(".pick").get_by_role("option", name=name)
    sync_api.expect(option.first).to_be_visible()
    assert field.get_attribute("aria-expanded") == "true"
    while "true" not in (option.first.get_attribute("aria-selected") or ""):
        field.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == option.first.get_attribute("id")
    field.press("Enter")
    sync_api.expect(page.locator(".pick").get_by_role("option")).to_have_count(0)


def test_a_route_between_two_names(page: Any, scripted: bool) -> None:
    page.goto("/pathways/route")
    if scripted:
        choose(page, "From", "nurse aide cert", AIDE_NAME)
        choose(page, "To", "advanced practice", APN_NAME)
        sync_api.expect(page.get_by_role("combobox", name="To")).to_have_value(APN_NAME)
        page.get_by_role("button", name="Find routes").click()
    else:
        page.get_by_label("From").fill("nurse aide cert")
        page.get_by_label("To").fill("advanced practice")
        page.get_by_role("button", name="Find routes").click()
        page.get_by_role("radio", name=AIDE_NAME).check()
        page.get_by_role("radio", name=APN_NAME).check()
        page.get_by_role("button", name="Find routes").click()
    sync_api.expect(page.locator("main ol").first).to_contain_text(APN_NAME)
    assert f"from={AIDE}&to={APN}" in page.url
    shown = page.get_by_role("textbox", name="From") if not scripted else page.get_by_label("From")
    assert shown.input_value() == (AIDE_NAME if scripted else AIDE)


@pytest.mark.parametrize(
    "pasted", [AIDE, AIDE.upper(), f"https://credentialengineregistry.org/resources/{AIDE}"]
)
def test_a_pasted_ctid_is_taken(page: Any, pasted: str) -> None:
    page.goto("/pathways/route")
    page.get_by_label("From").fill(pasted)
    page.get_by_label("To").fill(APN)
    page.get_by_role("button", name="Find routes").click()
    sync_api.expect(page.locator("main ol").first).to_contain_text(AIDE_NAME)


def test_words_that_nothing_has(page: Any) -> None:
    page.goto("/pathways/route")
    page.get_by_label("From").fill("zzzz <b>")
    page.get_by_label("To").fill(APN)
    page.get_by_role("button", name="Find routes").click()
    sync_api.expect(page.locator(".notice")).to_have_text(
        "No record has “zzzz <b>” in its name. Try fewer or other words."
    )


@pytest.mark.parametrize(
    ("path", "found"),
    [("/pathways/check", "One step away"), ("/pathways/common", "Steps at most")],
)
def test_several_records_by_their_names(page: Any, scripted: bool, path: str, found: str) -> None:
    page.goto(path)
    for words, name in (
        ("aide certificate", AIDE_NAME),
        ("diploma in", "Diploma in Practical Nursing"),
    ):
        if scripted:
            choose(page, "Add a record", words, name)
            assert page.get_by_label("Add a record").input_value() == ""
        else:
            page.get_by_label("Add a record").fill(words)
            page.get_by_role("button", name="Show").click()
            page.get_by_role("checkbox", name=name).first.check()
    assert page.get_by_role("checkbox", name=AIDE_NAME).is_checked()
    page.get_by_role("button", name="Show").click()
    sync_api.expect(page.locator("main")).to_contain_text(found)
    assert f"={AIDE}" in page.url


def test_the_parameter_of_a_ready_made_query(page: Any, scripted: bool) -> None:
    page.goto("/queries/what-precedes")
    if scripted:
        page.get_by_label("the record").fill("")
        choose(page, "the record", "advanced practice", APN_NAME)
        page.get_by_role("button", name="Apply").click()
        sync_api.expect(page.locator(".yasr_results table").last).to_be_visible(timeout=30_000)
        sync_api.expect(page.locator(".yasqe .CodeMirror-code")).to_contain_text(APN)
        sync_api.expect(page.get_by_label("the record")).to_have_value(APN_NAME)
    else:
        page.get_by_label("the record").fill("advanced practice")
        page.get_by_role("button", name="Apply").click()
        page.get_by_role("radio", name=APN_NAME).check()
        page.get_by_role("button", name="Apply").click()
        sync_api.expect(page.get_by_label("Query")).to_contain_text(APN)


def test_escape_closes_the_list_and_words_can_change(page: Any, scripted: bool) -> None:
    if not scripted:
        pytest.skip("the list needs JavaScript")
    page.goto("/pathways")
    field = page.get_by_role("combobox", name="From")
    field.press_sequentially("nurs")
    sync_api.expect(page.locator(".pick").get_by_role("option").first).to_be_visible()
    field.press("Escape")
    sync_api.expect(page.locator(".pick").get_by_role("option")).to_have_count(0)
    field.press_sequentially("zzzz")
    sync_api.expect(page.get_by_role("status").first).to_have_text("No record has these words.")
    field.fill("nurse aide cert")
    page.locator(".pick").get_by_role("option", name=AIDE_NAME).first.click()
    assert field.input_value() == AIDE_NAME
    field.press("Tab")
    assert page.evaluate("document.activeElement.id") == "pick-to"
