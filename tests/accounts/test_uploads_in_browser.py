"""A registrar with spreadsheets, in a real browser: the five steps, on a phone and a desk."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import xlsxwriter

from ctgraph.accounts.profile import document_of
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.settings import load_settings
from ctgraph.spreadsheets.files import File, read
from tests.support.browsing import fill, heading, look, press, sign_in, somebody
from tests.support.paths import DATA
from tests.support.server import get, serving

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")

FILES = sorted((DATA / "bulk").glob("*.[cx]*"))
NAME = "Saltmarsh Technical College"
PROFILE = {
    "name": NAME,
    "description": "A technical college by the harbour, for the trades of the valley.",
    "subjectWebpage": "https://www.saltmarsh.example",
    "email": "registrar@saltmarsh.example",
    "agentType": ["orgType:TwoYear"],
    "agentSectorType": ["agentSector:Public"],
}
PAT, SUE = "pat@oak.example.org", "sue@state.example.org"
STATE = "State Board of Colleges"
MILLISECONDS = 120_000
"""How long the background runner may take for all samples, on a busy machine."""


class Site(NamedTuple):
    """A running registry, and somebody who works for an organization whose record is published."""

    address: str
    organization: Ctid
    password: str
    state: Ctid
    state_password: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("uploads")
    environment = os.environ | {"CTGRAPH_HOME": str(home)}

    def ctgraph(*arguments: str | Path) -> str:
        command = [sys.executable, "-m", "ctgraph.cli", *map(str, arguments)]
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    ctgraph("init")
    owner = Ctid(ctgraph("org", "add", "--name", NAME))
    document = home / "organization.json"
    document.write_bytes(document_of(PROFILE, owner, Identity.of(load_settings(home=home))))
    ctgraph("publish", document, "--owner", owner)
    password = ctgraph("org", "admit", owner, PAT, "--name", "Pat")
    state = Ctid(ctgraph("org", "add", "--name", STATE))
    state_password = ctgraph("org", "admit", state, SUE, "--name", "Sue")
    with serving(environment) as address:
        yield Site(address, owner, password, state, state_password)


def send(page: Any, site: Site, *files: Any) -> None:
    """Upload files, and wait until they are checked."""
    page.goto(f"/account/organizations/{site.organization}/uploads")
    page.get_by_label("Files", exact=True).set_input_files(list(files))
    press(page, "Upload and check")
    state(page, "Checked")


def state(page: Any, words: str) -> None:
    sync_api.expect(page.locator("#upload-state")).to_contain_text(words, timeout=MILLISECONDS)


def approve(page: Any) -> None:
    page.get_by_role("button", name="Approve and publish").click()
    page.wait_for_load_state()


def filled(template: bytes) -> bytes:
    """Return a template as somebody fills it in who misspells a language."""
    (sheet,) = read(File("template.xlsx", template))
    headings = sheet.rows[0].cells
    told = {
        "External Identifier": "WELD",
        "Name": "Harbour Welding",
        "Description": "A certificate for those who weld in the harbour, in one year.",
        "Credential Type": "Certificate",
        "Subject Webpage": "https://www.saltmarsh.example/welding",
        "Language": "Englisch",
        "Credential Status": "Active",
        "Available Online At": "https://www.saltmarsh.example/online",
    }
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet(sheet.name)
        page.write_row(0, 0, headings)
        page.write_row(1, 0, [told.get(heading.rstrip("* "), "") for heading in headings])
    return out.getvalue()


def test_the_five_steps(browser: Any, site: Site, tmp_path: Path) -> None:
    errors: list[str] = []
    page = somebody(browser, site.address, errors)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, PAT, site.password)
    page.goto(f"/account/organizations/{site.organization}")
    page.get_by_role("link", name="Bulk upload").click()
    heading(page, "Bulk upload")
    look(page)
    # 1. The identifiers of the organization.
    page.get_by_role("button", name=f"Copy {site.organization}").click()
    sync_api.expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == site.organization
    # 2. A template.
    page.get_by_label("Type of the records", exact=True).select_option("credentials")
    press(page, "Choose its columns")
    look(page)
    page.get_by_label("Find columns by words").fill("charge tuition")
    sync_api.expect(page.get_by_text("No column has these words.")).to_be_visible()
    page.get_by_label("Find columns by words").fill("keyw")
    sync_api.expect(page.get_by_label("Keywords", exact=True)).to_be_visible()
    sync_api.expect(page.get_by_text("Costs and time")).to_be_hidden()
    page.get_by_label("Find columns by words").press("Enter")  # it does not begin a download
    look(page)
    with page.expect_download() as told:
        page.get_by_role("button", name="Download as Excel").click()
    template = Path(told.value.path()).read_bytes()
    # 3. and 4. What is wrong comes back, in the file.
    name = "credentials.xlsx"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    send(page, site, {"name": name, "mimeType": kind, "buffer": filled(template)})
    sync_api.expect(page.get_by_text("Nothing is saved while there are errors")).to_be_visible()
    sync_api.expect(page.get_by_text("'Englisch' is no language")).to_be_visible()
    look(page)
    with page.expect_download() as told:
        page.get_by_role("link", name="Your files with the problems in them").click()
    assert "Englisch" in str(read(File(name, Path(told.value.path()).read_bytes())))
    # All samples at once: seen, approved and published.
    send(page, site, *FILES)
    sync_api.expect(page.get_by_text("would be added").first).to_be_visible()
    look(page)
    approve(page)
    state(page, "created")
    look(page)
    said = page.locator("#upload-state").inner_text()
    created = re.search(r"(\d+) created", said)
    assert created
    assert int(created[1]) > 100
    # 5. An update: nothing else changes.
    send(page, site, *FILES)
    sync_api.expect(page.get_by_text("There is nothing to save")).to_be_visible()
    assert [error for error in errors if "status of 4" not in error] == []
    assert get(f"{site.address}/resources/{site.organization}")["ceterms:name"]


INSTITUTIONS = """External Identifier,Organization Name,Description,Webpage,Organization Type,\
Agent Type,Sector Type,Contact Email
pine,Pine College,A college in the pines for nurses.,https://pine.example,CredentialOrganization,\
Two-Year,Public,info@pine.example
"""
COURSES = """External Identifier,Name,Learning Type,Description,Language,Subject Webpage
net-1,Net Making,Course,A first course in the making of nets.,English,https://saltmarsh.example/nets
"""


def named(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}


def test_a_state_uploads_for_a_college_and_registers_institutions(browser: Any, site: Site) -> None:
    errors: list[str] = []
    sue, pat = (somebody(browser, site.address, errors) for _ in range(2))
    sign_in(sue, SUE, site.state_password)
    sign_in(pat, PAT, site.password)
    sue.goto(f"/account/organizations/{site.state}/partners")
    fill(sue, "CTID of the organization", site.organization)
    fill(sue, "Why you publish for it", "We publish for all colleges of the state.")
    press(sue, "Ask")
    pat.goto(f"/account/organizations/{site.organization}/partners")
    press(pat, "Grant")
    # She chooses for whom, uploads, looks, and publishes.
    sue.goto(f"/account/organizations/{site.state}/partners")
    look(sue)
    sue.get_by_role("link", name=f"Bulk upload {NAME}").click()
    heading(sue, f"Bulk upload for {NAME}")
    look(sue)
    sue.get_by_label("Files", exact=True).set_input_files([named("courses.csv", COURSES)])
    press(sue, "Upload and check")
    state(sue, "Checked")
    sync_api.expect(sue.get_by_text("Net Making")).to_be_visible()
    look(sue)
    approve(sue)
    state(sue, "1 created")
    here = sue.url
    # The college sees it; she sees none of the college's own.
    pat.goto(f"/account/organizations/{site.organization}/uploads")
    sync_api.expect(pat.get_by_text("1 created")).to_be_visible()
    send(pat, site, named("courses.csv", COURSES.replace("net-1", "net-2")))
    sue.goto(here.rpartition("/")[0])
    assert sue.get_by_role("link", name=re.compile("^Upload of")).count() == 1
    # Institutions are records of the state, and each is an organization.
    sue.goto(f"/account/organizations/{site.state}/uploads")
    sue.get_by_label("Files", exact=True).set_input_files(
        [named("organizations.csv", INSTITUTIONS)]
    )
    press(sue, "Upload and check")
    state(sue, "Checked")
    approve(sue)
    state(sue, "1 created")
    assert [error for error in errors if "status of 4" not in error] == []
