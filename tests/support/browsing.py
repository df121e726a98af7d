"""People at real browsers: what they look at, fill in and press."""

from __future__ import annotations

from typing import Any

from tests.support.axe import faults

WIDTHS = (360, 1440)
SCHEMES = ("light", "dark")


def somebody(browser: Any, address: str, errors: list[str]) -> Any:
    """Return a page of a browser of somebody's own."""
    page = browser.new_context(base_url=address).new_page()
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page


def look(page: Any) -> None:
    """Make sure that everybody can use a page: on a phone and a desk, in light and dark."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert faults(page) == [], (page.url, width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def fill(page: Any, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).first.fill(text)


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


def heading(page: Any, text: str) -> None:
    from playwright.sync_api import expect

    expect(page.locator("h1")).to_contain_text(text, timeout=30_000)


def sign_in(page: Any, address: str, password: str) -> None:
    page.goto("/account/sign-in")
    fill(page, "E-mail address", address)
    fill(page, "Password", password)
    press(page, "Sign in")
    heading(page, "Your account")
