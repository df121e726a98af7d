"""The list of providers: by first letter, state and words."""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.support.axe import faults


def listed(served: str, query: str = "") -> dict[str, Any]:
    with urlopen(f"{served}/providers?format=json&{query}") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def page(served: str, query: str = "") -> str:
    asked = Request(f"{served}/providers?{query}", headers={"Accept": "text/html"})
    with urlopen(asked) as answer:
        text: str = answer.read().decode()
        return text


def test_the_letters_share_out_the_providers(served: str) -> None:
    names = [one["name"] for one in listed(served)["providers"]]
    assert len(names) > 5
    for letter in {name[0] for name in names}:
        found = listed(served, f"letter={letter.lower()}")
        assert [one["name"] for one in found["providers"]] == [n for n in names if n[0] == letter]
        assert found["total"] == len(found["providers"])


def test_a_letter_goes_together_with_a_state_and_words(served: str) -> None:
    text = page(served, "letter=S&region=Calder+Valley")
    assert 'aria-current="true"' in text
    search, removed = (
        html.unescape(re.findall(pattern, text)[0])
        for pattern in (r'href="/providers\?([^"]+)">\s*B<', r'href="/providers\?([^"]+)">\s*<span')
    )
    assert search == "region=Calder+Valley&letter=B"
    assert removed == "letter=S"
    assert listed(served, "letter=S&q=stonebridge")["total"] == 1
    assert listed(served, "letter=Q")["total"] == 0


@pytest.mark.parametrize("letter", ["AB", "1", ".", "%C3%89", "[a-z]"])
def test_what_is_no_letter_is_refused(served: str, letter: str) -> None:
    with pytest.raises(HTTPError) as told:
        listed(served, f"letter={letter}")
    assert told.value.code == 400
    assert "from A to Z" in json.load(told.value)["detail"]


@pytest.mark.parametrize("width", [360, 1440])
def test_the_list_is_accessible(browser: Any, served: str, width: int) -> None:
    context = browser.new_context(base_url=served, viewport={"width": width, "height": 900})
    shown = context.new_page()
    shown.goto("/providers")
    shown.get_by_role("navigation", name="First letter").get_by_role("link", name="S").click()
    assert shown.get_by_role("link", name="Stonebridge Technical College").is_visible()
    assert faults(shown) == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_a_letter_without_providers_is_no_link(served: str) -> None:
    firsts = {one["name"][0] for one in listed(served)["providers"]}
    linked = set(re.findall(r"[?&;]letter=([A-Z])", page(served)))
    assert linked == firsts & set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert len(linked) < 26
