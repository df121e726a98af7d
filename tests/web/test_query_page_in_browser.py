"""The query page in a real browser: results of links, reasons of failures, keys, colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.axe import faults

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")

PATIENCE_MS = 30_000
NAMES = "SELECT ?s ?n {\n  ?s ceterms:name ?n # all\n} ORDER BY ?n LIMIT 3"
LONG = "A name that is much longer than any column of a narrow table is wide, and/or: its part #2"
SCROLLS = "scrollable-region-focusable: .CodeMirror-scroll:"
"""What axe does not see: the arrow keys scroll the editor, whose field lies beside this element."""
CONTRAST = """selector => {
  const rgb = colour => colour.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const under = node => {
    for (; node; node = node.parentElement) {
      const found = rgb(getComputedStyle(node).backgroundColor);
      if ((found[3] ?? 1) === 1) return found;
    }
  };
  const shown = [...document.querySelectorAll(selector)].filter(n => n.checkVisibility());
  return shown.map(node => {
    const pair = [light(rgb(getComputedStyle(node).color)), light(under(node))];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  });
}"""


@pytest.fixture
def opened(browser: Any, served: str) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a page; its arguments are options of the browser."""
    contexts = []

    def opened(path: str, **options: Any) -> Any:
        contexts.append(browser.new_context(base_url=served, **options))
        page = contexts[-1].new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        page.errors = errors
        pages.append(page)
        return page

    pages: list[Any] = []
    yield opened
    told = [error for page in pages for error in page.errors]
    for context in contexts:
        context.close()
    assert told == []


def of(query: str) -> str:
    return f"/sparql?query={quote(query, safe='')}"


def editor(page: Any) -> Any:
    return page.locator(".yasqe .CodeMirror-code")


def table(page: Any) -> Any:
    found = page.locator(".yasr_results table").last
    sync_api.expect(found.locator("tbody tr").first).to_be_visible(timeout=PATIENCE_MS)
    return found


def test_a_link_to_a_query_shows_its_result(opened: Callable[..., Any]) -> None:
    page = opened(of(NAMES))
    sync_api.expect(table(page).locator("tbody tr")).to_have_count(3)
    sync_api.expect(editor(page).locator(".CodeMirror-line")).to_have_count(3)
    assert page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()") == NAMES


def test_without_scripts_a_link_to_a_query_fills_the_form(opened: Callable[..., Any]) -> None:
    page = opened(of(NAMES), java_script_enabled=False)
    sync_api.expect(page.get_by_label("Query")).to_have_value(NAMES)
    page.get_by_role("button", name="Run").click()
    sync_api.expect(page.locator("body")).to_contain_text("s,n")


def test_the_page_asks_as_of_the_moment_of_its_link(opened: Callable[..., Any]) -> None:
    page = opened("/void")
    with page.expect_request(
        lambda r: "/sparql?" in r.url and not r.is_navigation_request()
    ) as sent:
        page.goto(f"{of(NAMES)}&timeout=7")
    assert "timeout=7" in sent.value.url


def test_the_page_names_terms_that_do_not_exist(opened: Callable[..., Any]) -> None:
    page = opened(of("SELECT * { ?s ceterms:nme ?n }"))
    notice = page.get_by_role("status").filter(has_text="Not in the vocabulary")
    told = "Not in the vocabulary: ceterms:nme (did you mean ceterms:name?)"
    sync_api.expect(notice).to_have_text(told, timeout=PATIENCE_MS)
    page.evaluate("text => document.querySelector('.CodeMirror').CodeMirror.setValue(text)", NAMES)
    asked: list[Any] = []
    page.route("**/sparql?*", lambda route: asked.append(route))
    page.locator(".yasqe_queryButton").click()
    sync_api.expect(notice).to_be_hidden()  # already while the next query runs
    assert asked
    asked[0].continue_()
    sync_api.expect(table(page).locator("tbody tr")).to_have_count(3)
    sync_api.expect(notice).to_be_hidden()


@pytest.mark.parametrize(
    ("query", "told", "line"),
    [
        (
            "SELECT * {\n  ?s ceterm:name ?n\n}",
            "the prefix ceterm: is not declared. Did you mean",
            2,
        ),
        ("SELECT * {\n\n  ?s ?p ??\n}", "The query does not parse: at line 3:11", 3),
        ("SELECT * { SERVICE <http://x.example/> {} }", "SERVICE is not allowed here", None),
    ],
)
def test_the_page_says_why_a_query_failed(
    opened: Callable[..., Any], query: str, told: str, line: int | None
) -> None:
    page = opened(of(query))
    failure = page.get_by_role("alert")
    sync_api.expect(failure).to_contain_text(told, timeout=PATIENCE_MS)
    assert "{" not in failure.inner_text().replace("…", "")
    marked = page.locator(".yasqe .failed")
    sync_api.expect(marked).to_have_count(1 if line else 0)
    if line:
        sync_api.expect(marked.locator(".CodeMirror-linenumber")).to_have_text(str(line))
        editor(page).click()
        page.keyboard.type(" ")
        sync_api.expect(marked).to_have_count(0)


def test_a_registry_that_does_not_answer_is_told(opened: Callable[..., Any]) -> None:
    page = opened("/sparql")
    page.route("**/sparql?*", lambda route: route.abort())
    page.locator(".yasqe_queryButton").click()
    sync_api.expect(page.get_by_role("alert")).to_contain_text("The query failed")


@pytest.mark.parametrize(("query", "wrong"), [(NAMES, 0), ("ASK { ?s foo:bar ?o }", 1)])
def test_only_undeclared_prefixes_are_red(
    opened: Callable[..., Any], query: str, wrong: int
) -> None:
    page = opened(f"/sparql#query={quote(query, safe='')}")
    sync_api.expect(editor(page)).to_contain_text(query.split("\n", 1)[0])
    sync_api.expect(page.locator(".yasqe .parseErrorIcon")).to_have_count(wrong)


def test_own_terms_are_completed(opened: Callable[..., Any]) -> None:
    page = opened("/sparql#query=" + quote("ASK { ?s "))
    editor(page).click()
    page.keyboard.press("Control+End")
    page.keyboard.type("ctg:versionO")
    page.keyboard.press("Control+Space")
    sync_api.expect(page.locator(".CodeMirror-hints")).to_contain_text("ctg:versionOf")
    page.keyboard.press("Enter")
    sync_api.expect(editor(page)).to_contain_text("ASK { ?s ctg:versionOf")


@pytest.mark.parametrize("typed", ["", "ceterms:na"])
def test_tab_leaves_the_editor(opened: Callable[..., Any], typed: str) -> None:
    page = opened("/sparql")
    inside = "document.activeElement.matches('.CodeMirror textarea')"
    editor(page).wait_for()
    assert page.evaluate("document.activeElement === document.body")
    editor(page).click()
    page.keyboard.type(typed)
    before = editor(page).inner_text()
    assert page.evaluate(inside)
    page.keyboard.press("Tab")
    assert not page.evaluate(inside)
    assert editor(page).inner_text() == before
    editor(page).click()
    page.keyboard.press("Shift+Tab")
    assert not page.evaluate(inside)


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_readable(opened: Callable[..., Any], scheme: str, width: int) -> None:
    values = f'SELECT ?a ?name ?n {{ VALUES (?a ?name ?n) {{ (ceterms:License "{LONG}" 1) }} }}'
    page = opened(of(values), color_scheme=scheme, viewport={"width": width, "height": 900})
    cell = table(page).locator("td", has_text=LONG)
    assert cell.evaluate("td => td.scrollWidth <= td.clientWidth + 1")
    assert "…" not in cell.inner_text()
    texts = ".CodeMirror-line span, .CodeMirror-linenumber, .yasr td, .yasr td a, .yasr th"
    assert min(page.evaluate(CONTRAST, texts)) >= 4.5
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.locator(".select_chart").click()
    label = page.locator(".bars th")
    sync_api.expect(label).to_have_text(f"ceterms:License, {LONG}")
    assert label.evaluate("th => th.scrollWidth <= th.clientWidth + 1")
    assert label.evaluate("th => parseFloat(getComputedStyle(th).fontSize)") >= 12
    assert min(page.evaluate(CONTRAST, ".bars th, .bars td")) >= 4.5
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize(
    "state", ["editor", "rows", "no rows", "error", "graph", "picture", "parameters", "words"]
)
def test_the_page_is_accessible(
    opened: Callable[..., Any], state: str, width: int, scheme: str
) -> None:
    address, shown = {
        "editor": ("/sparql", ".yasqe .CodeMirror-code"),
        "rows": (of(NAMES), ".yasr_results tbody tr"),
        "no rows": (of("SELECT * { ?s ceterms:nothing ?n }"), ".yasr_results"),
        "error": (of("SELECT * {"), ".failure"),
        "graph": (of("CONSTRUCT WHERE { ?s ceterms:name ?n }"), ".yasr_results"),
        "picture": ("/queries/costs-by-credential-type?timeout=60", ".yasr_results, .bars"),
        "parameters": ("/queries/what-precedes", ".yasqe .CodeMirror-code"),
        "words": ("/queries/what-precedes?after=nurse", "input[type=radio]"),
    }[state]
    page = opened(address, viewport={"width": width, "height": 900}, color_scheme=scheme)
    sync_api.expect(page.locator(shown).first).to_be_visible(timeout=PATIENCE_MS)
    assert [one for one in faults(page) if not one.startswith(SCROLLS)] == []
