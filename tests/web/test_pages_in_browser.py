"""What records and results say stays text in a real browser, and the key stays in its page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")

IRIS = (
    "http://x.example/'style='position:fixed;inset:0;background:url(//y.example/a)",
    "http://x.example/'/onmouseover='document.title=1",
    "javascript:document.title=1",
    "data:text/html,hello",
    "http://x.example/&apos;style=&apos;position:fixed",
    "http://x.example/plain",
)
TEXTS = (
    "<img src=http://y.example/image onerror=document.title=1>",
    "&lt;img src=http://y.example/image&gt;",
    "<style>body{display:none}</style>",
    "<a href='javascript:document.title=1' style='position:fixed'>a</a>",
    '"><svg onload=document.title=1>',
    "=1+1",
    "'quoted'",
)
OF_TABLE = "node => [...node.querySelectorAll('td *')].flatMap(n => n.getAttributeNames())"


@pytest.fixture
def page(browser: Any, served: str) -> Iterator[Any]:
    """A page in whose console nothing may be told, and that may ask nobody else for anything."""
    context = browser.new_context(base_url=served, viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    told: list[str] = []
    opened.on("console", lambda m: told.append(m.text) if m.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: told.append(str(error)))
    opened.on(
        "request",
        lambda r: None if r.url.startswith((served, "data:", "blob:")) else told.append(r.url),
    )
    yield opened
    context.close()
    assert told == []


def ask(page: Any, query: str) -> Any:
    """Run a query on its page; return the table of its results."""
    page.goto(f"/sparql#query={quote(query, safe='')}")
    page.locator(".yasqe_queryButton").click()
    table = page.locator(".yasr_results table").last
    # The first query waits for a process; on a busy machine that takes long.
    sync_api.expect(table.locator("tbody tr").first).to_be_visible(timeout=30_000)
    return table


def literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def hostile() -> str:
    values = [
        *(f"(<{iri}> {number})" for number, iri in enumerate(IRIS)),
        *(f"({literal(text)}@en {number})" for number, text in enumerate(TEXTS, 20)),
        "(\"x\"^^<http://x.example/'style='position:fixed> 40)",
        "(-5 41)",
    ]
    return f"SELECT ?what ?n {{ VALUES (?what ?n) {{ {' '.join(values)} }} }} ORDER BY ?n"


def test_results_are_texts_in_the_table(page: Any) -> None:
    table = ask(page, hostile())
    shown = table.locator("td:nth-child(2)").all_inner_texts()
    assert shown[: len(IRIS)] == [f"<{iri}>" for iri in IRIS]
    assert [text.removesuffix("@en") for text in shown[len(IRIS) : -2]] == [
        f'"{text}"' for text in TEXTS
    ]
    links = table.locator("td:nth-child(2) a").evaluate_all("all => all.map(a => a.href)")
    assert links[:4] == [iri for iri in IRIS if iri.startswith("http")]
    assert set(table.evaluate(OF_TABLE)) <= {"class", "href", "target", "rel"}
    assert page.title() != "1"


@pytest.mark.parametrize("found", [1, 0])
def test_filtering_results_renders_none_of_them(page: Any, found: int) -> None:
    table = ask(page, hostile())
    page.locator(".tableFilter").press_sequentially("onerror" if found else "nothing like it")
    sync_api.expect(table.locator("td .nonIri")).to_have_count(2 * found)
    page.get_by_text("Simple view").click()
    assert set(page.locator(".yasr_results table").last.evaluate(OF_TABLE)) <= {
        "class",
        "href",
        "target",
        "rel",
    }


def downloaded(page: Any, button: Any) -> list[list[str]]:
    with page.expect_download() as waiting:
        button.click()
    text = Path(waiting.value.path()).read_text("utf-8")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_downloads_from_the_page_hold_no_formulas(page: Any) -> None:
    cells = ("=1+1", "+1", "-1+1", "@SUM(A1)", "'=1", "\uff1d1+1", "plain", 'a,"b"\nc')
    values = " ".join([*map(literal, cells), "-5"]).replace("\n", "\\n")
    ask(page, f"SELECT ?cell {{ VALUES ?cell {{ {values} }} }}")
    expected = [["cell"], *([f"'{cell}"] for cell in cells[:6]), ["plain"], [cells[7]], ["-5"]]
    assert downloaded(page, page.locator("#as-csv")) == expected
    assert downloaded(page, page.locator(".yasr_downloadIcon")) == expected


def test_the_page_looks_as_its_styles_say(page: Any) -> None:
    table = ask(page, "SELECT ?a ?b { VALUES (?a ?b) { (1 'x') (2 'y') } }")
    assert table.evaluate("node => getComputedStyle(node).tableLayout") == "fixed"
    page.locator(".grip-handle .grip-resizable").first.dispatch_event("mousedown")
    assert page.evaluate("getComputedStyle(document.body).cursor") == "col-resize"
    editor = page.locator(".yasqe .CodeMirror")
    assert editor.bounding_box()["height"] > 50


PAGES = (
    "/",
    "/records",
    "/resources/ce-a323b0bc-cfc0-4178-b2ff-f78bedc60fdc",
    "/resources/ce-a323b0bc-cfc0-4178-b2ff-f78bedc60fdc/versions",
    "/organizations/ce-b55816f6-d78a-428d-b56c-a45a544dd0be/completeness",
    "/pathways?q=nurse",
    "/pathways/route",
    "/pathways/common",
    "/pathways/check",
    "/pathways/build",
    "/validate",
    "/shapes",
    "/shapes/learning",
    "/vocab",
    "/vocab/ceterms:Course",
    "/terms",
    "/sparql",
    "/queries",
    "/void",
)


def test_every_page_fits_a_narrow_window(page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    wide = []
    for path in PAGES:
        assert page.goto(path).ok, path
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(path)
    assert wide == []


def test_the_key_stays_in_its_page(page: Any, served: str) -> None:
    page.route(
        "**/account",
        lambda route: route.fulfill(
            json={"organization": "ce-00000000-0000-4000-8000-000000000000", "name": "Test College"}
        ),
    )
    page.route("**/drafts", lambda route: route.fulfill(json={"drafts": []}))
    page.route("**/records?*", lambda route: route.fulfill(json={"records": [], "next": None}))
    page.goto("/pathways/build")
    page.get_by_label("API key of your organization").fill("ctg_secret")
    with page.expect_request("**/drafts") as asked:
        page.get_by_role("button", name="Sign in").click()
    assert asked.value.headers["authorization"] == "Bearer ctg_secret"
    sync_api.expect(page.locator("#account")).to_contain_text("Test College")
    kept = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, "
        "history.state, document.documentElement.outerHTML, "
        "[...document.querySelectorAll('input')].map(i => i.value)])"
    )
    assert "ctg_secret" not in kept
    page.reload()
    sync_api.expect(page.locator("#sign-in")).to_be_visible()
