"""Both classes of web workers serve a registry: `ctgraph serve --worker leading|gthread`."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from urllib.parse import quote, urlsplit

import orjson
import pytest

from ctgraph.server.worker_classes import Worker
from tests.support.registry import Registry, certificate, ctid_number, environment, publish
from tests.support.server import called, of, serving

PATIENCE_SECONDS = 60.0
QUERY = "SELECT (COUNT(*) AS ?n) { ?r a ceterms:Certificate }"


@pytest.mark.parametrize("worker", Worker)
def test_a_registry_is_served(registry: Registry, worker: Worker) -> None:
    publish(registry, range(1, 3), "first")
    server = serving(environment(registry), "--workers", "1", "--worker", worker)
    with server as address:
        client = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE_SECONDS)

        def answer(method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
            client.request(method, path, body, registry.authorization)
            response = client.getresponse()
            return response.status, response.read()

        assert f"--worker-class={worker.path} " in called(of(server.process.pid, "web_server")[0])
        # What failed does not end the connection, on which everything else follows.
        assert answer("GET", "/nothing/here")[0] == 404
        status, found = answer("GET", f"/resources/{ctid_number(1)}")
        assert status == 200
        assert json.loads(found)["ceterms:ctid"] == ctid_number(1)
        assert _count(answer) == "2"
        document = orjson.dumps(certificate(3))
        status, found = answer("POST", f"{registry.documents_url}?wait=true", document)
        assert status == 201, found
        assert json.loads(found)["queryable"] is True
        assert _count(answer) == "3"
        status, found = answer("POST", registry.documents_url, b"{" * 100)
        assert status == 422, found


def _count(answer: Callable[[str, str], tuple[int, bytes]]) -> str:
    status, found = answer("GET", f"/sparql?format=json&query={quote(QUERY)}")
    assert status == 200, found
    return str(json.loads(found)["results"]["bindings"][0]["n"]["value"])
