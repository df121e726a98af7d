"""Documents with nested profiles, and publishing them."""

from __future__ import annotations

from typing import Any

import orjson
from flask.testing import FlaskClient

from tests.support.registry import Registry, certificate

PROFILE = "ceterms:ConditionProfile"
ALTERNATIVE = "ceterms:alternativeCondition"
BASE = "http://localhost:8000"
FORMATS = ("jsonld", "json", "turtle", "ntriples", "nquads", "trig", "rdfxml", "html")


def profile(label: str, *others: str, **more: Any) -> dict[str, Any]:
    text = {"en": f"Condition {label[2:]}"}
    node = {"@id": label, "@type": PROFILE, "ceterms:description": text, **more}
    return node | ({ALTERNATIVE: list(others)} if others else {})


def with_nodes(*nodes: dict[str, Any], requires: Any = "_:n0") -> dict[str, Any]:
    document = certificate(**{"ceterms:requires": requires})
    document["@graph"] += nodes
    return document


def publish(client: FlaskClient, registry: Registry, document: Any) -> int:
    """Publish a document; return its size in bytes."""
    data = document if isinstance(document, bytes) else orjson.dumps(document)
    answer = client.post(
        registry.documents_url,
        data=data,
        headers=registry.authorization,
        content_type="application/json",
    )
    assert answer.status_code in (200, 201), answer.text[:2000]
    return len(data)
