"""A publisher that waits until queries see the change says so with a flag."""

from __future__ import annotations

import orjson
import pytest

from ctgraph.web import create_app
from tests.support.registry import Registry, certificate, ctid_number


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_flag_that_is_neither_true_nor_false_is_refused(registry: Registry, method: str) -> None:
    client = create_app(registry.settings).test_client()
    document = orjson.dumps(certificate(1))
    url, headers = registry.documents_url, registry.authorization
    assert client.post(f"{url}?wait=false", data=document, headers=headers).status_code == 201
    if method == "DELETE":
        url = f"/resources/documents/{ctid_number(1)}"
    answer = client.open(f"{url}?wait=zz", method=method, data=document, headers=headers)
    assert answer.status_code == 400
    assert "wait" in answer.json["detail"]
    assert registry.ledger.changes.last_sequence() == 1
