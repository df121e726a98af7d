"""Answers as Graphviz and Mermaid drawings."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from ctgraph.pathways.formats import FORMATS
from ctgraph.pathways.model import Graph
from tests.support.pathway_graphs import (
    EXAM,
    IDENTITY,
    SMALL,
    graphs,
    line,
)
from tests.support.registry import ctid_number


def drawn(graph: Graph) -> dict[str, list[str]]:
    """Return the lines of text in each node and edge of the picture that Graphviz makes."""
    if not shutil.which("dot"):
        pytest.skip("needs the dot command of Graphviz")
    done = subprocess.run(
        ["dot", "-Tsvg"],
        input=FORMATS["dot"].write(graph, IDENTITY),
        capture_output=True,
        check=True,
    )
    assert b"rror" not in done.stderr
    space = "{http://www.w3.org/2000/svg}"
    return {
        group.findtext(f"{space}title", ""): [
            line(text.text or "") for text in group.iterfind(f".//{space}text")
        ]
        for group in ElementTree.fromstring(done.stdout).iter(f"{space}g")
        if group.get("class") in ("node", "edge")
    }


@given(graphs())
@settings(max_examples=40)
def test_graphviz_shows_any_name(graph: Graph) -> None:
    found = drawn(graph)
    for node in graph.nodes:
        assert found[node.id][0] == (line(node.name) or node.id)
    assert {f"{edge.source}->{edge.target}" for edge in graph.edges} <= set(found)


def test_graphviz_shows_type_provider_state_and_conditions() -> None:
    found = drawn(SMALL)
    assert found[ctid_number(1)] == ["Anatomy", "Course", "College"]
    assert found[EXAM] == ["Exam", "Assessment", "(outside of this registry)"]
    assert found[f"{ctid_number(1)}->{ctid_number(3)}"] == ["one way: Entry"]
    assert found[f"{EXAM}->{ctid_number(3)}"] == ["any 2 of: Scores"]
    assert found[f"{ctid_number(1)}->{EXAM}"] == []
    lines = FORMATS["dot"].write(SMALL, IDENTITY).decode().splitlines()
    [agreed] = [text for text in lines if "style=solid" in text]
    assert "one way: Entry" in agreed
    assert "penwidth=3.0" in agreed
    assert sum("style=dashed" in text for text in lines) == 2
    assert '  label="Only 4 nodes are shown.";' in lines


def unescaped(label: str) -> list[str]:
    """Return the lines of a label as Mermaid shows them: #35; is a hash, 8203 has no width."""
    text = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label)
    return [part.removeprefix("\u200b") for part in text.split("<br/>")]


@given(graphs())
def test_mermaid_has_nothing_in_its_labels_that_is_more_than_text(graph: Graph) -> None:
    labels = {}
    first, *lines, last = FORMATS["mermaid"].write(graph, IDENTITY).decode().split("\n")
    assert (first, last) == ("flowchart LR", "")
    for text in lines:
        found = re.fullmatch(
            r'  (?:(n\d+)\["([^"\n]*)"\]:::[a-z]+'
            r'|n\d+ (?:==>|-->|-\.->)(?:\|"([^"\n]*)"\|)? n\d+|cut\["([^"\n]*)"\]'
            r"|class n\d+ start|classDef [a-z]+ [a-z0-9:#,-]+)",
            text,
        )
        assert found, text
        plain = "".join(filter(None, found.groups()[1:])).replace("<br/>", "")
        assert not re.search(r"[][{}<>|`$%:\\*_~=@!?^+&\"]|#(?!\d+;)", plain)
        if found[1]:
            labels[found[1]] = unescaped(found[2])
    shown = Counter(label[0] for label in labels.values())
    assert not Counter(line(node.name) or node.id for node in graph.nodes) - shown


def test_mermaid_draws_strengths_families_and_alternatives() -> None:
    assert FORMATS["mermaid"].write(SMALL, IDENTITY).decode().splitlines()[1:10] == [
        '  n0["Anatomy<br/>Course<br/>College"]:::learning',
        '  n1["Exam<br/>Assessment<br/>(outside of this registry)"]:::assessment',
        '  n2["Nursing<br/>Course<br/>College"]:::learning',
        '  n3["Alone<br/>Course<br/>College<br/>(withdrawn)"]:::learning',
        '  n0 ==>|"one way#58; Entry"| n2',
        '  n1 -.->|"any 2 of#58; Scores"| n2',
        "  n0 -.-> n1",
        '  cut["Only 4 nodes are shown."]',
        "  class n2 start",
    ]


def test_a_node_of_another_page_is_drawn_by_its_id() -> None:
    page = replace(SMALL, nodes=SMALL.nodes[1:])
    assert f'["{ctid_number(1)}"]:::other' in FORMATS["mermaid"].write(page, IDENTITY).decode()
    assert f'[label="{ctid_number(1)}", shape=note' in FORMATS["dot"].write(page, IDENTITY).decode()
