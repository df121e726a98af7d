"""The formats of answers."""

from __future__ import annotations

import pytest

from ctgraph.pathways.formats import FORMATS
from ctgraph.pathways.model import Graph, Question
from tests.support.pathway_graphs import (
    IDENTITY,
)


def test_the_formats_have_the_media_types_that_are_promised() -> None:
    assert {name: format.media_type for name, format in FORMATS.items()} == {
        "json": "application/json",
        "jsonld": "application/ld+json",
        "graphml": "application/graphml+xml",
        "dot": "text/vnd.graphviz",
        "mermaid": "text/vnd.mermaid",
        "csv": "text/csv",
    }


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_answer_can_be_written(name: str) -> None:
    written = FORMATS[name].write(Graph(Question.PRECEDING, (), (), ()), IDENTITY)
    assert b"preceding" in written or name in ("dot", "mermaid", "csv")
