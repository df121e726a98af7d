"""A registrar in a real browser: campuses, departments, and an outline edited in its place."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ctgraph.accounts.profile import document_of
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.settings import load_settings
from tests.support.browsing import fill, heading, look, press, sign_in, somebody
from tests.support.people import COLLEGE
from tests.support.server import serving

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")

PAT = "pat@pine.example.org"
PROFILE = COLLEGE | {"agentType": ["orgType:TwoYear"], "agentSectorType": ["agentSector:Public"]}


class Site(NamedTuple):
    """A running registry, and somebody who works for an organization whose record is published."""

    address: str
    organization: Ctid
    password: str


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("desk")
    environment = os.environ | {"CTGRAPH_HOME": str(home)}

    def ctgraph(*arguments: str | Path) -> str:
        command = [sys.executable, "-m", "ctgraph.cli", *map(str, arguments)]
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    ctgraph("init")
    owner = Ctid(ctgraph("org", "add", "--name", "Pine College"))
    document = home / "organization.json"
    document.write_bytes(document_of(PROFILE, owner, Identity.of(load_settings(home=home))))
    ctgraph("publish", document, "--owner", owner)
    password = ctgraph("org", "admit", owner, PAT, "--name", "Pat")
    with serving(environment) as address:
        yield Site(address, owner, password)


@pytest.fixture
def pat(site: Site, browser: Any) -> Iterator[Any]:
    """A page of Pat, who is signed in; nothing goes wrong in its console."""
    errors: list[str] = []
    page = somebody(browser, site.address, errors)
    sign_in(page, PAT, site.password)
    yield page
    assert errors == []
    page.context.close()


def entry(page: Any, text: str) -> Any:
    """Return the link of an entry, once it is there."""
    link = page.get_by_role("link", name=text, exact=True)
    sync_api.expect(link).to_be_visible()
    return link


def test_an_outline_is_edited_in_place(pat: Any, site: Site) -> None:
    pat.goto(f"/account/organizations/{site.organization}/records")
    pat.get_by_label("Add new").select_option("ceasn:CompetencyFramework")
    press(pat, "Begin")
    pat.get_by_role("link", name="Edit its outline").click()
    heading(pat, "Outline")
    for text in ("Weld", "Cut"):
        fill(pat, "A new entry at the end", text)
        press(pat, "Add it")
    entry(pat, "1 Weld").click()
    fill(pat, "A new entry", "Weld fillets")
    look(pat)
    pat.get_by_role("button", name="Add it below this one").click()
    sync_api.expect(entry(pat, "1.1 Weld fillets")).to_be_focused()
    entry(pat, "2 Cut").click()
    fill(pat, "Text", "Cut to drawing")
    pat.get_by_role("button", name="Further in").click()
    sync_api.expect(entry(pat, "1.2 Cut to drawing")).to_be_focused()
    entry(pat, "1.2 Cut to drawing").click()
    fill(pat, "A new entry", "Read drawings")
    pat.get_by_label("A new entry", exact=True).press("Enter")
    sync_api.expect(entry(pat, "1.3 Read drawings")).to_be_focused()
    look(pat)


def test_a_campus_and_a_department_are_entered(pat: Any, site: Site) -> None:
    pat.goto(f"/account/organizations/{site.organization}")
    pat.get_by_role("link", name="Campuses and departments").click()
    heading(pat, "Campuses and departments")
    pat.get_by_role("link", name="Add a campus").click()
    fill(pat, "Name", "Harbor Training Center")
    fill(pat, "City", "Pineville")
    look(pat)
    press(pat, "Save")
    sync_api.expect(entry(pat, "Harbor Training Center")).to_be_visible()
    fill(pat, "Name", "School of Nursing")
    press(pat, "Begin")
    heading(pat, "School of Nursing")
    pat.goto(f"/account/organizations/{site.organization}/campuses")
    entry(pat, "School of Nursing")
    look(pat)
