"""The synthetic registry has the shape it promises."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from ctgraph.bulk.sample import generate
from ctgraph.documents import parse
from ctgraph.settings import Settings
from ctgraph.validation import validate
from ctgraph.vocab import vocabulary

COUNT = 3000
LINKS = {
    "ceterms:targetCredential",
    "ceterms:targetLearningOpportunity",
    "ceterms:targetAssessment",
    "ceterms:transferValueFrom",
    "ceterms:transferValueFor",
    "ceterms:hasPart",
    "ceterms:prerequisite",
}


@pytest.fixture(scope="module")
def documents() -> list[dict[str, Any]]:
    return list(generate(COUNT, seed=3))


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every node object in a JSON-LD value."""
    if isinstance(value, dict):
        if "@type" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from nodes(item)


def links(document: dict[str, Any]) -> list[str]:
    return [iri for n in nodes(document["@graph"]) for key in LINKS for iri in n.get(key, [])]


def test_the_same_seed_gives_the_same_documents(documents: list[dict[str, Any]]) -> None:
    assert list(generate(COUNT, seed=3)) == documents
    assert next(generate(COUNT, seed=4)) != documents[0]


@pytest.mark.parametrize("count", [1, 2, 19, 20, 61])
def test_any_size_works(count: int) -> None:
    found = list(generate(count))
    assert len(found) == count
    assert found[0]["@graph"][0]["@type"] == "ceterms:CredentialOrganization"


def test_every_ctid_is_its_own(documents: list[dict[str, Any]]) -> None:
    found = [n["ceterms:ctid"] for d in documents for n in nodes(d) if "ceterms:ctid" in n]
    assert len(found) == len(set(found)) > COUNT


def test_the_classes_have_their_shares(documents: list[dict[str, Any]]) -> None:
    kinds = Counter(d["@graph"][0]["@type"] for d in documents)
    credentials = sum(c for k, c in kinds.items() if vocabulary().is_a(k, "ceterms:Credential"))
    assert credentials / COUNT == pytest.approx(0.2, abs=0.03)
    assert kinds["ceterms:Course"] / COUNT == pytest.approx(0.07, abs=0.02)
    assert kinds["ceterms:LearningProgram"] / COUNT == pytest.approx(0.03, abs=0.015)


def test_documents_are_as_large_as_live_ones(documents: list[dict[str, Any]]) -> None:
    sizes = [sum(1 for _ in nodes(document)) for document in documents]
    assert 5 <= statistics.median(sizes) <= 7
    assert 0.004 < sum(size > 40 for size in sizes) / COUNT < 0.02


def test_links_resolve_and_cross_providers(documents: list[dict[str, Any]]) -> None:
    owner = {
        d["@graph"][0]["@id"]: d["@graph"][0].get("ceterms:ownedBy", d["@graph"][0]["@id"])
        for d in documents
    }
    found = [(d["@graph"][0]["@id"], iri) for d in documents for iri in links(d)]
    assert len(found) > 3 * COUNT
    assert {iri for _, iri in found} <= owner.keys()
    assert sum(owner[a] != owner[b] for a, b in found) > len(found) / 2


@pytest.mark.parametrize("count", [20, 61, COUNT])
def test_nothing_links_to_itself_or_to_nothing(count: int) -> None:
    for document in generate(count):
        assert document["@graph"][0]["@id"] not in links(document)
        assert all(value != [] for node in nodes(document) for value in node.values())


def test_generated_documents_are_valid(documents: list[dict[str, Any]]) -> None:
    settings = Settings()
    for document in documents[:400]:
        parsed = parse(orjson.dumps(document), settings)
        assert {problem.severity for problem in validate(parsed, settings)} <= {"info"}
