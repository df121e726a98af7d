"""Every negotiated answer tells caches that it varies with `Accept`, whatever its status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from ctgraph.web import create_app
from tests.support.registry import Registry, certificate
from tests.support.routes import addresses

ACCEPTED = (
    "*/*",
    "text/html",
    "application/json",
    "text/turtle",
    "application/ld+json",
    "text/csv",
)
NEVER_OFFERED = "image/x-none"
PARAMETERS = {
    "/pathways/route": "?from={0}&to={0}",
    "/pathways/common": "?ctids={0}",
    "/pathways/check": "?held={0}",
}
CAMEL_CASE = re.compile(r"[a-z][a-zA-Z0-9]*")
NAMED_BY_OTHERS = (
    "/resources/ce-",
    "/graph/ce-",
    "/envelopes/",
    "/records",
    "/context/",
    "/openapi",
    "/ims/case/",
    "/timemap/",
    "/changes",
)
"""Addresses whose members have names that CTDL, the existing registry or a standard gave them."""
QUERIES = ("/sparql?query=ASK+{}", "/sparql?query=CONSTRUCT+WHERE+{?s+?p+?o}")


@pytest.fixture
def app(registry: Registry) -> Flask:
    """The application over a registry with one record."""
    app = create_app(registry.settings)
    sent = app.test_client().post(
        registry.documents_url, json=certificate(), headers=registry.authorization
    )
    assert sent.status_code == 201
    registry.project()
    return app


def readable(app: Flask) -> list[str]:
    """Return an address of every route that can be read."""
    record = certificate()["@graph"][0]["ceterms:ctid"]
    read = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return [
        address + PARAMETERS.get(route, "").format(record)
        for route, address in addresses(app)
        if route in read and not route.startswith("/static")
    ] + list(QUERIES)


def varies(answer: TestResponse) -> bool:
    return "accept" in re.split(r",\s*", answer.headers.get("Vary", "").lower())


def test_every_answer_varies_with_accept(app: Flask) -> None:
    client = app.test_client()
    negotiated, unchanged = set(), set()
    for address in readable(app):
        refused = client.get(address, headers={"Accept": NEVER_OFFERED})
        assert varies(refused), address
        if refused.status_code == 406:
            negotiated.add(address)
        for accept in ACCEPTED:
            found = client.get(address, headers={"Accept": accept})
            assert varies(found), (address, accept)
            tag = found.headers.get("ETag")
            if tag:
                again = client.get(address, headers={"Accept": accept, "If-None-Match": tag})
                assert again.status_code == 304, (address, accept)
                assert varies(again), (address, accept)
                assert again.headers["ETag"] == tag
                assert not again.data
                unchanged.add(address)
    assert len(negotiated) > 25
    assert len(unchanged) > 5


def test_members_are_in_camel_case(app: Flask) -> None:
    client = app.test_client()
    seen: set[str] = set()
    for address in readable(app):
        others = any(part in address for part in NAMED_BY_OTHERS)
        if others and not address.endswith("/versions"):
            continue
        answer = client.get(address, headers={"Accept": "application/json"})
        if answer.mimetype in ("application/json", "application/problem+json"):
            members = set(names(answer.json))
            assert {name for name in members if not CAMEL_CASE.fullmatch(name)} == set(), address
            seen |= members
    assert {"createdAt", "queryableSequence", "leastComplete", "subClassOf"} <= seen


def names(value: Any) -> Iterator[str]:
    """Yield the names of all members, except those of JSON-LD, variables, and facets.

    Facets are named as the parameters of a search are.
    """
    if isinstance(value, list):
        for item in value:
            yield from names(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if ":" not in name and not name.startswith("@"):
                yield name
            if name not in ("bindings", "prefixes", "facets"):
                yield from names(item)
