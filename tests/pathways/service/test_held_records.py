"""What is held comes in parameters or in JSON."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.pathway_service import (
    AIDE,
    DIPLOMA,
    answer,
)
from tests.support.registry import Registry


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"held": [AIDE, DIPLOMA]}},
        {"data": {"held": f"{AIDE}, {DIPLOMA}"}},
        {"json": {"held": [AIDE, DIPLOMA]}},
        {"json": [AIDE, DIPLOMA, AIDE]},
        {"data": json.dumps([AIDE, DIPLOMA]), "content_type": "application/ld+json"},
        {"query_string": {"held": f"{AIDE},{DIPLOMA}"}},
    ],
)
def test_what_is_held_comes_in_any_form(client: FlaskClient, body: dict[str, Any]) -> None:
    found = client.post("/pathways/check", **body)
    assert found.status_code == 200, found.text
    assert found.json == answer(client, f"/pathways/check?held={AIDE}&held={DIPLOMA}")
    assert [one["name"] for one in found.json["open"]] == ["Registered Nurse Aide"]
    assert found.json["oneStepAway"][0]["missing"][0]["anyOf"]
    asked = {"Content-Type": "application/json"}
    assert client.get(f"/pathways/check?held={AIDE}", headers=asked).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"null",
        b"3",
        b'"x"',
        b"{}",
        b'{"held": null}',
        b'{"held": "ce-1"}',
        b'{"held": [1]}',
        b'{"held": [["x"]]}',
        b'{"held": {}}',
        b"[null]",
        b"\xff",
        b"[" * 100_000,
        b'{"other": ["x"]}',
        b"[NaN]",
    ],
)
def test_json_that_does_not_name_records_is_told_how(client: FlaskClient, body: bytes) -> None:
    found = client.post("/pathways/check", data=body, content_type="application/json")
    assert found.status_code == 400
    assert '{"held": ["ce-…", …]}' in found.json["detail"]


def test_other_bodies_are_told_too(client: FlaskClient, sample: Registry) -> None:
    for body in (b'["ce-"]', b'["\\u0000"]', b'{"held": [""]}'):
        found = client.post("/pathways/check", data=body, content_type="application/json")
        assert found.status_code == 400
        assert "is not a CTID" in found.json["detail"]
    found = client.post("/pathways/check", data=AIDE, content_type="text/plain")
    assert found.status_code == 400
    assert "?held=CTID" in found.json["detail"]
    assert client.post("/pathways/check", json=[]).status_code == 400
    large = b'["' + b"x" * (sample.settings.max_document_bytes + 1_000_001) + b'"]'
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        assert client.post("/pathways/check", data=large, content_type=kind).status_code == 413


HELD = f"held={AIDE},{DIPLOMA}"


def test_pages_have_each_record_once_and_the_open_ones_first(client: FlaskClient) -> None:
    whole = answer(client, f"/pathways/check?{HELD}")
    assert whole["next"] is None
    assert whole["open"]
    assert whole["oneStepAway"]
    address = f"/pathways/check?{HELD}&limit=1"
    pages: list[dict[str, Any]] = []
    while address:
        found = client.get(address, headers={"Accept": "application/json"})
        pages.append(found.json or {})
        assert len(pages[-1]["open"] + pages[-1]["oneStepAway"]) == 1
        address = found.headers.get("Link", "").removeprefix("<").removesuffix('>; rel="next"')
        assert bool(address) == bool(pages[-1]["next"])
    for name in ("open", "oneStepAway"):
        assert [one for page in pages for one in page[name]] == whole[name]
    assert [bool(page["open"]) for page in pages] == sorted(bool(p["open"]) for p in pages)[::-1]
    described = {node["id"] for node in pages[-1]["nodes"]}
    assert {AIDE, DIPLOMA, pages[-1]["oneStepAway"][0]["record"]} <= described
    assert len(described) < len(whole["nodes"])


def test_people_turn_the_page(client: FlaskClient) -> None:
    first, *others = (
        one["name"]
        for part in ("open", "oneStepAway")
        for one in answer(client, f"/pathways/check?{HELD}")[part]
    )
    people = {"Accept": "text/html"}
    text = client.get(f"/pathways/check?{HELD}&limit=1", headers=people).text
    assert first in text
    assert not any(name in text for name in others)
    more = unescape(text.split('<a class="button" href="')[1].split('"')[0])
    assert others[0] in client.get(more, headers=people).text


def test_what_was_posted_stays_out_of_the_next_address(client: FlaskClient) -> None:
    people = {"Accept": "text/html"}
    held = {"held": f"{AIDE},{DIPLOMA}"}
    text = client.post("/pathways/check?limit=1", data=held, headers=people).text
    more = unescape(text.split('<form method="post" action="')[1].split('"')[0])
    assert AIDE not in more
    assert f'name="held" value="{AIDE},{DIPLOMA}"' in text
    first = client.post("/pathways/check?limit=1", json=[AIDE, DIPLOMA])
    assert "Link" not in first.headers
    assert more.endswith(f"cursor={(first.json or {})['next']}")
    following = client.post(more, json=[AIDE, DIPLOMA]).json
    assert following == answer(client, f"{more}&{HELD}")


@pytest.mark.parametrize(
    "asked", ["limit=0", "limit=1001", "limit=x", "cursor=x", f"cursor={AIDE}"]
)
def test_a_page_that_there_is_not_is_told(client: FlaskClient, asked: str) -> None:
    found = client.get(f"/pathways/check?{HELD}&{asked}")
    assert found.status_code == 400
    assert "Use " in (found.json or {})["detail"]
