"""Ready-made queries leave out nothing that really published documents state."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Namespace, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from tests.support.facts import reference_quads
from tests.support.paths import shared
from tests.support.registry import Registry

CETERMS = Namespace("https://purl.org/ctdl/terms/")
CEASN = Namespace("https://purl.org/ctdlasn/terms/")
QDATA = Namespace("https://credreg.net/qdata/terms/")
SCHEMA = Namespace("https://schema.org/")
OWNERLESS = "0090-LearningOpportunity-160-Driving-Academy-published"
"""Its owner is a blank node, so a load needs to be told whose record it is."""


def files() -> list[Path]:
    folders = [shared("real/registry"), shared("real/published")]
    return [file for folder in folders for file in sorted(folder.glob("*.json"))]


@pytest.fixture
def loaded(registry: Registry, run: Callable[..., Any], tmp_path: Path) -> list[Path]:
    """The files of documents that the registry holds."""
    held = []
    for number, file in enumerate(files()):
        owner = ("--owner", registry.organization.ctid) if file.stem == OWNERLESS else ()
        result = run("load", file, "--report", tmp_path / f"{number}.jsonl", *owner)
        if result.exit_code == 0:
            held.append(file)
    registry.project()
    assert len(held) >= 9
    return held


@pytest.fixture
def stated(loaded: list[Path]) -> Graph:
    """What the documents state, read by PyLD and kept by rdflib."""
    graph = Graph()
    for file in loaded:
        document = json.loads(file.read_text("utf-8-sig"))
        quads = reference_quads(document.get("decoded_resource", document))
        triples = [ox.Triple(q.subject, q.predicate, q.object) for q in quads]
        # Labels of blank nodes are those of one document.
        graph += Graph().parse(data=ox.serialize(triples, format=ox.RdfFormat.TURTLE), format="ttl")
    return graph


def rows(client: FlaskClient, name: str) -> list[dict[str, str]]:
    answer = client.get(f"/queries/{name}.csv")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def key(term: Node) -> str:
    """Return what tells a thing apart in whatever registry: the end of its address."""
    return str(term).rpartition("/")[2]


def test_every_framework_has_a_row_for_each_publisher(stated: Graph, client: FlaskClient) -> None:
    expected = []
    for framework in stated.subjects(RDF.type, CEASN.CompetencyFramework):
        parts = {
            *stated.subjects(CEASN.isPartOf, framework),
            *stated.subjects(CEASN.isTopChildOf, framework),
            *stated.objects(framework, CEASN.hasTopChild),
        }
        publishers = len({*stated.objects(framework, CEASN.publisher)}) or 1
        expected += [(key(framework), len(parts))] * publishers
    found = rows(client, "framework-competencies")
    assert len(expected) > 1
    assert sorted((key(URIRef(r["framework"])), int(r["competencies"])) for r in found) == sorted(
        expected
    )
    assert all(row["name"] and row["publisher"] for row in found)


def test_every_transfer_value_has_a_row(stated: Graph, client: FlaskClient) -> None:
    expected = []
    for profile in stated.subjects(RDF.type, CETERMS.TransferValueProfile):
        numbers = SCHEMA.value | QDATA.percentage
        parts: list[set[Node | None]] = [
            {*stated.objects(profile, path)} or {None}
            for path in (
                CETERMS.transferValueFrom,
                CETERMS.transferValueFor,
                CETERMS.transferValue / numbers,
            )
        ]
        for *_, value in product(*parts):
            expected.append((key(profile), None if value is None else float(str(value))))
    found = rows(client, "transfer-values")
    assert expected
    assert sorted(
        (key(URIRef(r["profile"])), float(r["value"]) if r["value"] else None) for r in found
    ) == sorted(expected)
