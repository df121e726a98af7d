"""The form of a record looks codes up in the lists that the operator imported, without scripts."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from ctgraph.identity.ctid import Ctid, canonical
from tests.support.codes import keep_codes
from tests.support.people import Person
from tests.support.registry import Registry

OCCUPATION, PROGRAM = "ceterms:occupationType", "ceterms:instructionalProgramType"
_SHOWN = re.compile(r'<input (?:type="hidden" )?name="([^"]+)"(?: id="[^"]*")? value="([^"]*)"')
_BOX = re.compile(r'<input type="checkbox" name="([^"]+)\.code" value="([^"]+)"( checked)?>')
Filling = Callable[..., Any]


@pytest.fixture
def path(rita: Person, approved: Ctid) -> str:
    """The tab of occupations and programs of a record that was begun."""
    answer = rita.send(f"/account/organizations/{approved}/records", kind="ceterms:Certificate")
    return f"{answer.headers['Location']}?tab=classification"


@pytest.fixture
def fill(rita: Person, path: str, registry: Registry) -> Filling:
    """Fill some fields of the tab in, beside what it shows, in a registry with lists of codes."""
    keep_codes(registry.ledger)

    def fill(**fields: Any) -> Any:
        shown = _SHOWN.findall(rita.see(path).text)
        held = {name: html.unescape(value) for name, value in shown}
        return rita.send(path, **(held | fields))

    return fill


def codes(registry: Registry, path: str, name: str = OCCUPATION) -> list[Any]:
    """Return the values of a property of the draft whose form is at a path."""
    owner, record = (canonical(part) for part in re.findall(r"ce-[0-9a-f-]{36}", path))
    document = orjson.loads(registry.ledger.drafts.document(owner, record))
    found = document["@graph"][0].get(name, [])
    return found if isinstance(found, list) else [found]


def notations(registry: Registry, path: str, name: str = OCCUPATION) -> list[str]:
    return [one["ceterms:codedNotation"] for one in codes(registry, path, name)]


def test_a_code_fills_the_whole_alignment(fill: Filling, registry: Registry, path: str) -> None:
    assert fill(**{f"{OCCUPATION}.code": "29-1141"}).status_code == 303
    assert codes(registry, path) == [
        {
            "@type": "ceterms:CredentialAlignmentObject",
            "ceterms:codedNotation": "29-1141",
            "ceterms:framework": "https://www.bls.gov/soc/",
            "ceterms:frameworkName": {"en-US": "Standard Occupational Classification"},
            "ceterms:targetNode": "https://www.onetonline.org/link/summary/29-1141",
            "ceterms:targetNodeName": {"en-US": "Registered Nurses"},
        }
    ]


def test_codes_are_named_in_every_way(
    fill: Filling, registry: Registry, path: str, rita: Person
) -> None:
    fill(**{f"{OCCUPATION}.code": ["onet:29-1141.00", "coronary", " NURSE  midwives", ""]})
    assert notations(registry, path) == ["29-1141.00", "29-1141", "29-1161"]
    fill(**{f"{OCCUPATION}.code": ["29-1161", "51-4121"], f"{PROGRAM}.code": "51.3801"})
    assert notations(registry, path) == ["29-1141.00", "29-1141", "29-1161", "51-4121"]
    assert notations(registry, path, PROGRAM) == ["51.3801"]
    page = rita.see(path).text
    assert "29-1161 Nurse Midwives</summary>" in page
    fill(**{f"{OCCUPATION}.1.remove": "yes"})
    assert notations(registry, path) == ["29-1141.00", "29-1161", "51-4121"]


def test_words_that_fit_several_codes_come_back_as_boxes(
    fill: Filling, registry: Registry, path: str
) -> None:
    given = {f"{OCCUPATION}.code": ["soc:51-4121", "nurse"], f"{PROGRAM}.code": "agriculture gen"}
    answer = fill(**given)
    assert answer.status_code == 422
    assert "Occupation: choose among the codes that fit &#39;nurse&#39;." in answer.text
    boxes = _BOX.findall(answer.text)
    assert boxes[0] == (OCCUPATION, "soc:51-4121", " checked")
    assert (OCCUPATION, "soc:29-1141", "") in boxes
    assert (PROGRAM, "cip:01.0000", " checked") in boxes
    sent = [value for name, value, _ in boxes if name == OCCUPATION][:2]
    assert fill(**{f"{OCCUPATION}.code": sent}).status_code == 303
    assert [f"soc:{one}" for one in notations(registry, path)] == sent


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["99-9999"], "no code fits &#39;99-9999&#39;"),
        (["soc:99-9999"], "no code fits &#39;soc:99-9999&#39;"),
        (["cip:51.3801"], "no code fits &#39;cip:51.3801&#39;"),
        (["<b>"], "&lt;b&gt;"),
        (["x", "y", "z", "u", "v", "w"], "look up fewer codes at once"),
        (["a " * 13], "12 words at most"),
    ],
)
def test_codes_that_are_none_are_told_and_nothing_is_saved(
    fill: Filling, registry: Registry, path: str, given: list[str], told: str
) -> None:
    answer = fill(**{f"{OCCUPATION}.code": given})
    assert answer.status_code == 422
    assert told in answer.text
    assert codes(registry, path) == []


def test_without_lists_there_is_no_look_up(rita: Person, path: str) -> None:
    page = rita.see(path)
    assert page.status_code == 200
    assert "look a code up" not in page.text
