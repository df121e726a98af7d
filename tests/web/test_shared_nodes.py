"""No answer is much larger than its document, whatever refers to whatever in it."""

from __future__ import annotations

from typing import Any

import orjson
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from ctgraph.documents import parse, serialize
from ctgraph.documents.nesting import entity_json
from ctgraph.errors import InvalidDocument
from ctgraph.rdf import formats
from ctgraph.rdf.namespaces import Iri
from ctgraph.settings import Settings
from ctgraph.vocab import vocabulary
from tests.support.outcome import outcome
from tests.support.profiles import (
    ALTERNATIVE,
    BASE,
    FORMATS,
    PROFILE,
    profile,
    publish,
    with_nodes,
)
from tests.support.registry import Registry, ctid_number

RECORD = ctid_number(1)
# A page has its frame, and markup around each value; RDF repeats the names of things.
FRAME, TIMES = 30_000, 40


def doubling(levels: int) -> dict[str, Any]:
    """Each of so many conditions is mentioned twice by the one before."""
    return with_nodes(
        *(
            profile(
                f"_:n{n}",
                *([f"_:n{n + 1}"] * 2 if n < levels - 1 else []),
                **{"ceterms:hasCondition": [f"_:n{n + 1}"]} if n < levels - 1 else {},
            )
            for n in range(levels)
        )
    )


def chain(length: int) -> dict[str, Any]:
    return with_nodes(
        *(profile(f"_:n{n}", *([f"_:n{n + 1}"] if n < length - 1 else [])) for n in range(length))
    )


def triples(content: Any, format: ox.RdfFormat) -> list[str]:
    dataset = ox.Dataset(
        ox.Quad(q.subject, q.predicate, q.object) for q in ox.parse(content, format=format)
    )
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def said(entity: dict[str, Any]) -> list[str]:
    whole = orjson.dumps(entity | {"@context": vocabulary().context})
    return triples(whole, ox.RdfFormat.JSON_LD)


@pytest.mark.parametrize("kind", ["resources", "graph"])
@pytest.mark.parametrize(
    "document",
    [
        doubling(19),
        doubling(40),
        chain(2000),
        with_nodes(profile("_:n0", "_:n1"), profile("_:n1", "_:n0", "_:n1")),
        with_nodes(*(profile(f"_:n{n}", *(f"_:n{m}" for m in range(25))) for n in range(25))),
        with_nodes(
            *(profile(f"_:n{n}", "_:big") for n in range(100)),
            profile("_:big", **{"ceterms:submissionOfDescription": {"en": "x" * 50_000}}),
            requires=[f"_:n{n}" for n in range(100)],
        ),
    ],
    ids=["19", "40", "chain", "circle", "all with all", "shared text"],
)
def test_shared_nodes_do_not_multiply(
    client: FlaskClient, registry: Registry, document: dict[str, Any], kind: str
) -> None:
    size = publish(client, registry, document)
    for name in FORMATS:
        answer = client.get(f"/{kind}/{RECORD}?format={name}")
        assert answer.status_code == 200
        assert len(answer.data) < TIMES * size + FRAME, name
    entity = client.get(f"/resources/{RECORD}").get_json()
    assert said(entity) == triples(
        client.get(f"/resources/{RECORD}.nt").data, ox.RdfFormat.N_TRIPLES
    )


@st.composite
def sharing(draw: st.DrawFn) -> dict[str, Any]:
    """A document whose nodes stand at the top or nested, and mention each other at random."""
    count = draw(st.integers(1, 12))
    labels = [f"_:n{n}" for n in range(count)]
    mention = st.sampled_from(labels) | st.builds(
        lambda label: {"@id": label}, st.sampled_from(labels)
    )
    mentions = st.lists(
        mention
        | st.builds(
            lambda inner: {"@type": PROFILE, ALTERNATIVE: inner}, st.lists(mention, max_size=3)
        ),
        max_size=4,
    )
    nodes = [
        {
            "@id": label,
            "@type": PROFILE,
            "ceterms:name": {"en": label, "es": "_:n0"},
            ALTERNATIVE: draw(mentions),
            "ceterms:requires": draw(mentions),
        }
        for label in labels
    ]
    nested = draw(st.integers(0, count))
    again = [
        {"@id": draw(st.sampled_from(labels)), "ceterms:name": {"en": "more", "fr": "plus"}}
        for _ in range(draw(st.integers(0, 2)))
    ]
    return with_nodes(*nodes[nested:], *again, requires=[*nodes[:nested], *draw(mentions)])


@settings(max_examples=150)
@given(sharing())
def test_an_entity_says_all_that_its_document_says_of_it_once(document: dict[str, Any]) -> None:
    read = outcome(lambda: parse(orjson.dumps(document), Settings()), InvalidDocument)
    if isinstance(read, InvalidDocument):  # nodes that are too much alike
        assert "look alike" in read.message
        return
    iri = Iri(f"{BASE}/resources/{RECORD}")
    entity = entity_json(read.content, iri)
    assert len(orjson.dumps(entity)) < 3 * len(read.canonical)
    found = serialize.entity(read.quads, iri, formats.format_named("nt") or formats.FORMATS[3])
    assert said(entity) == triples(found, ox.RdfFormat.N_TRIPLES)
    for format in formats.FORMATS[2:]:
        assert len(serialize.entity(read.quads, iri, format)) < TIMES * len(read.canonical)


def test_a_text_that_looks_like_a_label_is_a_text(client: FlaskClient, registry: Registry) -> None:
    document = with_nodes(profile("_:n0"))
    document["@graph"][0]["ceterms:keyword"] = {"en": ["_:n0"]}
    publish(client, registry, document)
    assert client.get(f"/resources/{RECORD}").json["ceterms:keyword"] == {"en": ["_:n0"]}


def test_a_page_leads_to_where_a_shared_thing_stands(
    client: FlaskClient, registry: Registry
) -> None:
    publish(
        client,
        registry,
        with_nodes(profile("_:n0", "_:n1", "_:n1"), profile("_:n1"), requires=["_:n0", "_:n1"]),
    )
    page = client.get(f"/resources/{RECORD}?format=html").text
    assert page.count("Condition n1</span>") == 1
    assert page.count('id="part-2"') == 1
    assert page.count('href="#part-2"') == 2
