"""What is held comes in parameters or in JSON."""

from __future__ import annotations

import json
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
