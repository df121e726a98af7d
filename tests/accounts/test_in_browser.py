"""A registrar and the staff, in real browsers, from sign-up to a published credential."""

from __future__ import annotations

import email
import email.policy
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ctgraph.ledger import Ledger, settled
from ctgraph.settings import load_settings
from tests.support.axe import faults
from tests.support.browsing import fill, heading, look, press, sign_in, somebody
from tests.support.codes import keep_codes
from tests.support.people import COLLEGE, PASSWORD, RITA, STAFF
from tests.support.server import get, serving
from tests.support.waiting import until

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")

PAT = "pat@oak.example.org"


class Site(NamedTuple):
    """A running registry.

    :param password: of its staff.
    :param pats: the password of Pat, who works for an organization that the operator added.
    """

    address: str
    home: Path
    password: str
    pats: str

    def link(self, recipient: str, words: str) -> str:
        """Wait for a mail whose subject has these words; return the path of its link."""
        found: list[str] = []

        def came() -> bool:
            for path in (self.home / "outbox").glob("*.eml"):
                mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                body = mail.get_body(("plain",))
                if mail["To"] == recipient and words in mail["Subject"] and body:
                    found.extend(re.findall(r"https?://[^/]+(/\S+)", body.get_content()))
            return bool(found)

        until(came)
        return found[-1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("people")
    environment = os.environ | {"CTGRAPH_HOME": str(home)}

    def ctgraph(*arguments: str) -> str:
        command = [sys.executable, "-m", "ctgraph.cli", *arguments]
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout

    ctgraph("init")
    password = ctgraph("staff", "add", STAFF, "--name", "Sam").strip()
    oak = ctgraph("org", "add", "--name", "Oak College").strip()
    pats = ctgraph("org", "admit", oak, PAT, "--name", "Pat").strip()
    with serving(environment) as address:
        yield Site(address, home, password, pats)


def sign_up(page: Any, site: Site) -> None:
    page.goto("/account")
    heading(page, "Sign in")
    look(page)
    page.get_by_role("link", name="Sign up").click()
    heading(page, "Sign up")
    look(page)
    fill(page, "Your name", "Rita Registrar")
    fill(page, "E-mail address", RITA)
    fill(page, "Password", "password1234")
    press(page, "Sign up")
    sync_api.expect(page.get_by_role("alert")).to_be_visible()
    look(page)
    fill(page, "Password", PASSWORD)
    press(page, "Sign up")
    heading(page, "Look into your mail")
    look(page)
    page.goto(site.link(RITA, "Confirm"))
    look(page)
    fill(page, "Password", PASSWORD)
    press(page, "Confirm")
    heading(page, "Your address is confirmed")


def describe(page: Any) -> None:
    page.get_by_role("link", name="Describe an organization").click()
    heading(page, "Your organization")
    look(page)
    fill(page, "Name", COLLEGE["name"])
    press(page, "Save and submit for approval")
    sync_api.expect(page.get_by_role("alert")).to_be_visible()
    look(page)
    heading(page, COLLEGE["name"])  # it is saved
    fill(page, "Description", COLLEGE["description"])
    fill(page, "Webpage", COLLEGE["subjectWebpage"])
    fill(page, "E-mail address for the public", COLLEGE["email"])
    page.get_by_label("Kind of organization").select_option(COLLEGE["agentType"])
    page.get_by_label("Sector").select_option(COLLEGE["agentSectorType"])
    press(page, "Save and submit for approval")
    sync_api.expect(page.get_by_text("Place 1 in the queue")).to_be_visible()
    look(page)


def approve(page: Any, site: Site) -> None:
    sign_in(page, STAFF, site.password)
    look(page)
    page.goto("/staff")
    look(page)
    page.goto(site.link(STAFF, "asks for approval"))
    look(page)
    page.get_by_label("Message").fill("Welcome.")
    press(page, "Approve")
    sync_api.expect(page.get_by_text("approved: it may publish").first).to_be_visible()
    look(page)


def enter(page: Any, site: Site) -> str:
    """Publish a credential; return its CTID."""
    page.goto(site.link(RITA, "approved"))
    page.get_by_role("link", name="Its records").click()
    look(page)
    page.get_by_label("Add new").select_option("ceterms:Certificate")
    press(page, "Begin")
    heading(page, "New Certificate")
    look(page)
    for label, text in (
        ("Name", "Welding Certificate"),
        ("Description", "A year of welding in the pines, with much practice."),
        ("Webpage", "https://pine.example.org/weld"),
    ):
        fill(page, label, text)
    press(page, "Save")
    sync_api.expect(page.get_by_text("It can be published.")).to_be_visible()
    look(page)
    for tab in page.get_by_role("navigation", name="Parts of the form").get_by_role("link").all():
        page.goto(tab.get_attribute("href"))
        assert faults(page) == [], page.url
    page.get_by_label("Parts of the form").get_by_role("link", name="Minimum data").click()
    press(page, "Save and publish")
    heading(page, "Welding Certificate")
    return str(page.url).rpartition("/")[2]


def test_from_sign_up_to_a_published_credential(browser: Any, site: Site) -> None:
    errors: list[str] = []
    rita, sam = (somebody(browser, site.address, errors) for _ in range(2))
    sign_up(rita, site)
    sign_in(rita, RITA, PASSWORD)
    look(rita)
    describe(rita)
    approve(sam, site)
    record = enter(rita, site)
    assert get(f"{site.address}/resources/{record}")["ceterms:ctid"] == record
    query = f"ASK {{ GRAPH ?g {{ ?s <https://purl.org/ctdl/terms/ctid> '{record}' }} }}"
    until(lambda: rita.request.get("/sparql", params={"query": query}).json()["boolean"])
    rita.goto(f"/pathways/{record}")
    heading(rita, "Welding Certificate")
    form = f"records/{record}"
    for path in ("", "import", "keys", "members", "partners", "records", "webhooks", form):
        rita.goto(f"{organization_of(rita)}/{path}".rstrip("/"))
        look(rita)
    for path in (f"{form}/json", f"{form}/preview"):
        rita.goto(f"{organization_of(rita)}/{path}")
        look(rita)
    rita.goto("/account/security")
    look(rita)
    for path in ("password", "email", "forgotten", "security/second-factor"):
        rita.goto(f"/account/{path}")
        look(rita)
    for path in ("", "/search?q=pine", "/records"):
        sam.goto(f"/staff{path}")
        look(sam)
    assert [error for error in errors if "status of 4" not in error] == []


def organization_of(page: Any) -> str:
    """Return the path of the organization of somebody who is signed in."""
    page.goto("/account")
    return str(page.get_by_role("link", name=COLLEGE["name"]).get_attribute("href"))


def test_what_is_not_saved_is_kept_in_the_browser(browser: Any, site: Site) -> None:
    page = somebody(browser, site.address, [])
    sign_in(page, PAT, site.pats)
    page.get_by_role("link", name="Oak College").click()
    page.get_by_role("link", name="Its records").click()
    page.get_by_label("Add new").select_option("ceterms:Course")
    press(page, "Begin")
    fill(page, "Name", "Welding 101")
    asked: list[str] = []

    def answered(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answered)
    page.reload()
    assert asked == ["beforeunload"]
    press(page, "Bring it back")
    sync_api.expect(page.get_by_label("Name", exact=True).first).to_have_value("Welding 101")
    press(page, "Save")
    sync_api.expect(page.get_by_label("Name", exact=True).first).to_have_value("Welding 101")
    sync_api.expect(page.locator("#unsaved")).to_be_hidden()


def test_codes_are_picked_by_words(browser: Any, site: Site) -> None:
    keep_codes(Ledger.of(settled(load_settings(home=site.home))), "soc")
    errors: list[str] = []
    page = somebody(browser, site.address, errors)
    sign_in(page, PAT, site.pats)
    page.get_by_role("link", name="Oak College").click()
    page.get_by_role("link", name="Its records").click()
    page.get_by_label("Add new").select_option("ceterms:Certificate")
    press(page, "Begin")
    page.get_by_role("link", name="Occupations and industries").click()
    field = page.get_by_role("group", name="Occupation: look a code up").get_by_role("combobox")
    for words, name in (("psychiatric", "Registered Nurses"), ("51-41", "Welders")):
        field.press_sequentially(words)
        sync_api.expect(page.get_by_role("option", name=name)).to_be_visible()
        field.press("ArrowDown")
        field.press("Enter")
    sync_api.expect(page.get_by_role("checkbox", name="29-1141 Registered Nurses")).to_be_checked()
    look(page)
    press(page, "Save")
    for name in ("29-1141 Registered Nurses", "51-4121 Welders"):
        sync_api.expect(page.locator("summary", has_text=name)).to_be_visible()
    page.goto("/codes?q=nurse")
    look(page)
    assert errors == []
