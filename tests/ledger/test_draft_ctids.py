"""The CTIDs that drafts may bear, and the bytes that they may have."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from ctgraph.ledger import drafts
from tests.support.ownership import (
    BASE,
    X,
    bearing,
    other,
    stand,
)
from tests.support.registry import Registry, ctid_number


def test_drafts_of_free_ctids_stay_possible_for_all(
    client: FlaskClient, registry: Registry
) -> None:
    b = other(registry)
    for who in (registry, b):
        odd = {"ceterms:ctid": [X, 5, None]}
        for body in (bearing("part"), {"x": [[{"ceterms:ctid": X}]]}, odd):
            answer = client.put(f"/drafts/{X}", data=orjson.dumps(body), headers=who.authorization)
            assert answer.status_code == 204


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"@graph": [{"a": {"ceterms:ctid": X.upper()}}]}, "/@graph/0/a/ceterms:ctid"),
        ({"@id": f"https://credentialengineregistry.org/graph/{X}", "@graph": []}, "/@id"),
        ({"@id": f"{BASE}/resources/{X}"}, "/@id"),
        ({"https://purl.org/ctdl/terms/ctid": X}, "/https:~1~1purl.org~1ctdl~1terms~1ctid"),
        ({"ceterms:ctid": [X]}, "/ceterms:ctid"),
        ({"decoded_resource": {"ceterms:ctid": X}}, "/decoded_resource/ceterms:ctid"),
    ],
)
def test_a_draft_bears_no_ctid_of_others(
    client: FlaskClient, registry: Registry, body: Any, pointer: str
) -> None:
    stand("other withdrawn", client, registry)
    answer = client.put(
        f"/drafts/{ctid_number(1)}", data=orjson.dumps(body), headers=registry.authorization
    )
    assert answer.status_code == 403
    assert answer.json["problems"][0]["pointer"] == pointer
    reference = orjson.dumps({"ceterms:isPartOf": {"@id": f"{BASE}/resources/{X}"}})
    assert (
        client.put(
            f"/drafts/{ctid_number(1)}", data=reference, headers=registry.authorization
        ).status_code
        == 204
    )


def test_drafts_are_bounded_in_bytes(
    client: FlaskClient, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert drafts.MAX_DRAFTS_BYTES == 100_000_000
    monkeypatch.setattr(drafts, "MAX_DRAFTS_BYTES", 1000)
    body = json.dumps({"x": "y" * 590}).encode()

    def save(number: int, who: Registry = registry) -> Any:
        return client.put(f"/drafts/{ctid_number(number)}", data=body, headers=who.authorization)

    assert len(body) == 599
    assert save(1).status_code == 204
    answer = save(2)
    assert answer.status_code == 409
    assert "1,198 bytes" in answer.json["detail"]
    assert answer.json["title"] == "Too many drafts"
    assert save(1).status_code == 204  # in the place of the earlier one
    assert save(2, other(registry)).status_code == 204
    assert client.delete(f"/drafts/{ctid_number(1)}", headers=registry.authorization)
    assert save(2).status_code == 204
