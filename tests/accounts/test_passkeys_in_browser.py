"""Passkeys in Chromium, with its virtual authenticator; and the way over an identity provider."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.browsing import fill, heading, look, press, sign_in, somebody
from tests.support.identity_provider import CLIENT, SECRET, Provider
from tests.support.people import STAFF
from tests.support.server import free_port, serving

sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> Iterator[tuple[str, str]]:
    """The address of a registry, and the password of its staff. Passkeys need a name of a host."""
    port = free_port()
    address = f"http://localhost:{port}"
    configured = {
        "name": "pine",
        "label": "Pine College",
        "issuer": provider.issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "domains": ["pine.example.org"],
    }
    environment = os.environ | {
        "CTGRAPH_HOME": str(tmp_path_factory.mktemp("passkeys")),
        "CTGRAPH_BASE_URL": address,
        "CTGRAPH_IDENTITY_PROVIDERS": json.dumps([configured]),
    }

    def ctgraph(*arguments: str) -> str:
        command = [sys.executable, "-m", "ctgraph.cli", *arguments]
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout

    ctgraph("init")
    password = ctgraph("staff", "add", STAFF, "--name", "Sam").strip()
    with serving(environment, port=port):
        yield address, password


def test_a_passkey_signs_in_alone_and_as_second_factor(browser: Any, site: tuple[str, str]) -> None:
    address, password = site
    errors: list[str] = []
    page = somebody(browser, address, errors)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    sign_in(page, STAFF, password)
    page.goto("/account/security")
    page.get_by_role("link", name="Add a passkey").click()
    heading(page, "Add a passkey")
    look(page)
    fill(page, "Name of the passkey", "Laptop")
    fill(page, "Password", password)
    page.get_by_role("button", name="Add it").click()
    heading(page, "Recovery codes")
    page.goto("/account/security")
    sync_api.expect(page.get_by_text("never used")).to_be_visible()
    look(page)
    press(page, "Sign out")
    heading(page, "Sign in")
    look(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    heading(page, "Your account")
    page.goto("/account/security")
    press(page, "Sign out")
    fill(page, "E-mail address", STAFF)
    fill(page, "Password", password)
    press(page, "Sign in")
    heading(page, "Your second factor")
    look(page)
    page.get_by_role("button", name="Use a passkey").click()
    heading(page, "Your account")
    page.goto("/account/security")
    page.get_by_role("link", name="Remove “Laptop”").click()
    look(page)
    fill(page, "Password", password)
    press(page, "Remove it")
    sync_api.expect(page.get_by_text("There is none yet.")).to_be_visible()
    press(page, "Sign out")
    devices.send("WebAuthn.setUserVerified", device | {"isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    sync_api.expect(page.get_by_role("alert").last).to_contain_text("gave no passkey")
    assert errors == []


def test_without_scripts_other_ways_are_offered(browser: Any, site: tuple[str, str]) -> None:
    page = browser.new_context(base_url=site[0], java_script_enabled=False).new_page()
    page.goto("/account/sign-in")
    sync_api.expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    page.goto("/account/sign-in/passkey")
    sync_api.expect(page.get_by_text("Passkeys need a newer browser")).to_be_visible()
    sync_api.expect(page.get_by_role("link", name="Another way")).to_be_visible()


def test_an_identity_provider_signs_in(
    browser: Any, site: tuple[str, str], provider: Provider
) -> None:
    errors: list[str] = []
    page = somebody(browser, site[0], errors)
    who = {"sub": "1", "email": "rita@pine.example.org", "email_verified": True, "name": "Rita"}
    provider.claims = who
    page.goto("/account/security")
    page.get_by_role("link", name="Sign in with Pine College").click()
    heading(page, "Password, address and sessions")  # where she wanted to go
    assert errors == []
    press(page, "Sign out")
    provider.claims = who | {"email_verified": False, "sub": "2"}
    page.get_by_role("link", name="Sign in with Pine College").click()
    sync_api.expect(page.get_by_text("email_verified")).to_be_visible()
    look(page)
