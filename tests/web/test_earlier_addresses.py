"""Addresses that were published earlier go on working."""

from __future__ import annotations

import re

from ctgraph.web import create_app
from tests.support.registry import Registry


def test_anchors_of_the_vocabulary_go_on_working(registry: Registry) -> None:
    client = create_app(registry.settings).test_client()
    page = client.get("/vocab", headers={"Accept": "text/html"}).text
    anchors = re.findall(r'<(?:section|h2) id="([^"]*)"', page)
    assert sorted(anchors) == ["classes", "concept-schemes", "concepts", "properties", "schemes"]
