"""Our quads: those of pyld, the reference, for every document at hand; in one canonical form."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from pyld import jsonld

from ctgraph.documents import Document, parse
from ctgraph.identity import Identity
from ctgraph.settings import load_settings
from ctgraph.vocab import CONTEXT_URLS, context_text, vocabulary
from ctgraph.vocab.canonical_terms import canonical_term
from tests.support.paths import DATA, SHARED, shared
from tests.support.registry import certificate, ctid_number

SETTINGS = load_settings()
IDENTITY = Identity.of(SETTINGS)
PROFILE = {"@type": "ceterms:ConditionProfile"}
XSD = "http://www.w3.org/2001/XMLSchema#"
REAL = sorted((SHARED / "real/published").glob("*.json"))
SAMPLES = sorted(p for p in DATA.rglob("*.json") if "4-withdrawn" not in p.parts)


def read(content: dict[str, Any]) -> Document:
    return parse(json.dumps(content).encode(), SETTINGS)


def context_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return the official contexts, joined, and the prefixes that a document adds."""
    context: dict[str, Any] = {}
    for name in CONTEXT_URLS:
        context |= json.loads(context_text(name))["@context"]
    named = document.get("@context")
    for entry in named if isinstance(named, list) else [named]:
        context |= entry if isinstance(entry, dict) else {}
    return context


def reference(document: dict[str, Any]) -> list[ox.Quad]:
    """Return the quads that pyld makes of a document."""
    inlined = {**document, "@context": context_of(document)}
    text = jsonld.to_rdf(inlined, {"format": "application/n-quads"})
    return list(ox.parse(text, format=ox.RdfFormat.N_QUADS))


def literal(value: ox.Literal) -> ox.Literal:
    """Bring a literal to one spelling: language tags, and the digits of numbers.

    pyld writes every fraction with `%1.15E`, so 91.4 as 9.140000000000001E1: no valid decimal,
    and one digit more than the number has. Fifteen digits are what both agree on.
    """
    if value.language:
        return ox.Literal(value.value, language=value.language.lower())
    kind = value.datatype.value.removeprefix(XSD)
    if kind in ("decimal", "float", "double"):
        return ox.Literal(f"{Decimal(value.value):.14E}", datatype=value.datatype)
    return value


def canonical_iri(node: ox.NamedNode) -> ox.NamedNode:
    """Return an IRI as the registry spells it: of a record, of a term, with a CURIE's prefix."""
    return ox.NamedNode(canonical_term(vocabulary().expand(IDENTITY.canonical(node.value))))


def lines(quads: list[ox.Quad], document: Document) -> list[str]:
    """Return the canonical N-Quads of a document, so that equal lines mean isomorphic."""

    def term(value: Any) -> Any:
        if isinstance(value, ox.Literal):
            return literal(value)
        return canonical_iri(value) if isinstance(value, ox.NamedNode) else value

    graph = ox.NamedNode(IDENTITY.graph(document.ctid))
    dataset = ox.Dataset(
        ox.Quad(term(quad.subject), term(quad.predicate), term(quad.object), graph)
        for quad in quads
    )
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(str(dataset).splitlines())


def ours(document: Document) -> list[ox.Quad]:
    return list(ox.parse(document.quads, format=ox.RdfFormat.N_QUADS))


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def test_there_are_documents_to_compare() -> None:
    assert len(SAMPLES) > 150
    shared("real/published")
    assert REAL


@pytest.mark.parametrize("path", [*REAL, *SAMPLES], ids=named)
def test_our_quads_are_those_of_pyld(path: Path) -> None:
    received = path.read_bytes()
    document = parse(received, SETTINGS)
    mine = ours(document)
    assert mine
    assert {quad.graph_name for quad in mine} == {ox.NamedNode(IDENTITY.graph(document.ctid))}
    # The canonical document says what our quads say, and what the sender's own document said.
    assert lines(mine, document) == lines(reference(document.content), document)
    assert lines(mine, document) == lines(reference(json.loads(received)), document)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"ceterms:yearsOfExperience": 9960.0}, id="a decimal with many digits"),
        pytest.param({"ceterms:yearsOfExperience": 0.0000125}, id="a small decimal"),
        pytest.param({"ceterms:yearsOfExperience": 3}, id="a whole decimal"),
        pytest.param({"ceterms:isProctored": True}, id="a boolean"),
        pytest.param({"ceterms:dateEffective": "2024-02-29"}, id="a date"),
        pytest.param({"ceterms:name": {"en": ["a", "b"], "es-MX": "c", "@none": ""}}, id="text"),
        pytest.param({"ceterms:codedNotation": {"@value": "a", "@type": "xsd:token"}}, id="typed"),
        pytest.param({"ceterms:keyword": [None, "a", ["b", "c"]]}, id="nested arrays and null"),
        pytest.param({"ceterms:description": {"en": 'Say "hi"\\\n\u2028\U0001f600'}}, id="escapes"),
        pytest.param({"ceterms:subjectWebpage": "lifeCycle:Active"}, id="a CURIE"),
        pytest.param(
            {
                "ceterms:requires": [{"@id": "_:x", "@type": "ceterms:ConditionProfile"}],
                "ceterms:recommends": "_:x",
            },
            id="a labelled blank node",
        ),
        pytest.param({"ceterms:requires": {"ceterms:requires": {}}}, id="empty blank nodes"),
    ],
)
def test_small_documents_mean_the_same_to_pyld(more: dict[str, Any]) -> None:
    content = certificate(**more)
    document = read(content)
    assert lines(ours(document), document) == lines(reference(content), document)


def test_a_prefix_of_the_document_means_the_same_to_pyld() -> None:
    content = certificate(**{"mine:note": "kept", "mine:see": {"@id": "mine:thing"}})
    content["@context"] = [content["@context"], {"mine": "https://example.org/mine#"}]
    document = read(content)
    mine = ours(document)
    assert "https://example.org/mine#note" in {quad.predicate.value for quad in mine}
    assert lines(mine, document) == lines(reference(content), document)


def test_the_comparison_tells_documents_apart() -> None:
    one = read(certificate())
    other = certificate(**{"ceterms:ownedBy": f"http://localhost:8000/graph/{ctid_number(9)}"})
    assert lines(ours(one), one) != lines(reference(other), one)


def shuffled(value: Any, dice: random.Random) -> Any:
    """Return the same content with its keys and arrays in another order."""
    if isinstance(value, dict):
        keys = dice.sample(list(value), len(value))
        return {key: shuffled(value[key], dice) for key in keys}
    if isinstance(value, list):
        return [shuffled(item, dice) for item in dice.sample(value, len(value))]
    return value


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_keys_and_arrays_does_not_change_the_digest(seed: int) -> None:
    for path in sorted(DATA.glob("2-records/aldmoor-university/*.json")):
        content = json.loads(path.read_bytes())
        other, document = read(shuffled(content, random.Random(seed))), read(content)
        assert (other.digest, other.quads) == (document.digest, document.quads)


def test_changed_content_has_another_digest() -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"ceterms:name": {"en-US": "Certificate 2"}},
        {"ceterms:name": {"en-GB": "Certificate 1"}},
        {"@type": "ceterms:Diploma"},
        {"ceterms:subjectWebpage": "https://example.org/"},
        {"ceterms:requires": PROFILE},
    ]
    assert len({read(certificate(**change)).digest for change in changes}) == len(changes)


def test_blank_node_labels_are_the_same_each_time_and_carry_the_ctid() -> None:
    other = {**PROFILE, "ceterms:name": {"en": "a"}}
    content = certificate(**{"ceterms:requires": [other, PROFILE]})
    quads = read(content).quads
    assert {read(content).quads for _ in range(5)} == {quads}
    labels = {word for word in quads.split() if word.startswith(b"_:")}
    assert len(labels) == 3  # the two conditions, and the status
    assert all(ctid_number(1)[3:].replace("-", "").encode() in label for label in labels)
