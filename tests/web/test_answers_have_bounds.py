"""No answer is much larger than the document it shows, whatever refers to whatever in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
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
from ctgraph.identity import Identity
from ctgraph.links.statements import extract
from ctgraph.rdf import formats
from ctgraph.settings import Settings
from ctgraph.vocab import vocabulary
from ctgraph.web import create_app
from tests.support.registry import Registry, certificate, ctid_number

RECORD = ctid_number(1)
BASE = "http://localhost:8000"
FORMATS = ("jsonld", "json", "turtle", "ntriples", "nquads", "trig", "rdfxml", "html")
PROFILE = "ceterms:ConditionProfile"
ALTERNATIVE = "ceterms:alternativeCondition"
# A page has its frame, and markup around each value; RDF repeats the names of things.
FRAME, TIMES = 30_000, 40


def profile(label: str, *others: str, **more: Any) -> dict[str, Any]:
    text = {"en": f"Condition {label[2:]}"}
    node = {"@id": label, "@type": PROFILE, "ceterms:description": text, **more}
    return node | ({ALTERNATIVE: list(others)} if others else {})


def with_nodes(*nodes: dict[str, Any], requires: Any = "_:n0") -> dict[str, Any]:
    document = certificate(**{"ceterms:requires": requires})
    document["@graph"] += nodes
    return document


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
    try:
        read = parse(orjson.dumps(document), Settings())
    except InvalidDocument as error:  # nodes that are too much alike
        assert "look alike" in error.message
        return
    iri = f"{BASE}/resources/{RECORD}"
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


LARGEST_PAGE = 8_000_000
LONG = "'" * 3_000_000


@pytest.mark.parametrize(
    "more",
    [
        {"ceterms:keyword": {"en": [f"word {n}" for n in range(10_000)]}},
        {"ceterms:keyword": {"en": LONG}},
        {"ceterms:keyword": {f"x-{n}": f"word {n}" for n in range(20_000)}},
        {
            "ceterms:requires": [
                {"@type": PROFILE, "ceterms:description": {"en": f"'{n}'" * 100}}
                for n in range(3_000)
            ]
        },
        {"ceterms:isPartOf": [f"{BASE}/resources/{ctid_number(n)}" for n in range(10, 50_010)]},
        {"ceterms:alternateName": {"en": [LONG[:2_000]] * 2_000}},
        {"ceterms:sameAs": [f"https://x.example/{'a' * 100_000}"]},
    ],
    ids=["values", "text", "languages", "nested", "records", "texts", "address"],
)
def test_a_page_has_a_bound_and_says_so(
    client: FlaskClient, registry: Registry, more: dict[str, Any]
) -> None:
    publish(client, registry, certificate(**more))
    for path in (
        f"/resources/{RECORD}",
        f"/resources/{RECORD}/versions",
        "/records",
        "/",
        f"/resources/{RECORD}/versions/1",
    ):
        answer = client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200
        assert len(answer.data) < LARGEST_PAGE, path
    page = client.get(f"/resources/{RECORD}?format=html").text
    key = next(iter(more))
    if key != "ceterms:sameAs":
        assert "shows only a part of the record" in page
    shown = client.get(f"/resources/{RECORD}").json
    assert len(str(shown[key])) >= len(str(more[key])) - 100


def test_a_page_of_a_deep_record_can_be_read(client: FlaskClient, registry: Registry) -> None:
    node: dict[str, Any] = profile("_:deep")
    for number in range(58):
        node = {"@type": PROFILE, ALTERNATIVE: node, "ceterms:name": {"en": f"level {number}"}}
    publish(client, registry, certificate(**{"ceterms:requires": [node, "_:deep"]}))
    page = client.get(f"/resources/{RECORD}?format=html").text
    assert "shows only a part of the record" in page
    assert "level 57" in page
    assert client.get(f"/resources/{RECORD}").status_code == 200


def test_versions_come_in_pages(client: FlaskClient, registry: Registry) -> None:
    for number in range(1, 103):
        publish(client, registry, certificate(**{"ceterms:keyword": {"en": str(number)}}))
    path = f"/resources/{RECORD}/versions"
    first = client.get(path, headers={"Accept": "text/html"}).text
    assert first.count("<tr>") == 101
    assert "versions?before=3" in first
    rest = client.get(f"{path}?before=3", headers={"Accept": "text/html"}).text
    assert rest.count("<tr>") == 3
    assert "?before=" not in rest
    listed = client.get(f"{path}?before=3").json
    assert [one["number"] for one in listed["versions"]] == [2, 1]
    assert listed["next"] is None
    for wrong in ("x", "-1", "1" * 50, "٣"):
        assert client.get(path, query_string={"before": wrong}).status_code == 400


# Pathways


def pathway(*nodes: dict[str, Any]) -> dict[str, Any]:
    whole = f"{BASE}/resources/{RECORD}"
    destination = {"ceterms:hasDestinationComponent": [step(2)["@id"]]}
    first = certificate(**destination)["@graph"][0] | {"@type": "ceterms:Pathway"}
    return {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@id": whole.replace("/resources/", "/graph/"),
        "@graph": [first, *nodes],
    }


def step(number: int, **more: Any) -> dict[str, Any]:
    record = ctid_number(number)
    iri = f"{BASE}/resources/{record}"
    return {
        "@type": "ceterms:BasicComponent",
        "@id": iri,
        "ceterms:ctid": record,
        "ceterms:name": {"en": f"Step {number}"},
        "ceterms:isPartOf": [f"{BASE}/resources/{RECORD}"],
        **more,
    }


def condition(label: str, *nested: str, **more: Any) -> dict[str, Any]:
    return {
        "@id": label,
        "@type": "ceterms:ComponentCondition",
        "ceterms:name": {"en": label[2:]},
        "ceterms:hasCondition": list(nested),
        "ceterms:description": {"en": "What it asks for."},
        **more,
    }


def conditions_in(found: Any) -> Iterator[dict[str, Any]]:
    for one in found["conditions"]:
        yield one
        yield from conditions_in(one) if "conditions" in one else ()


def test_steps_share_a_condition_that_is_described_once(
    client: FlaskClient, registry: Registry
) -> None:
    long = {"ceterms:description": {"en": "x" * 100_000}}
    steps = [step(n, **{"ceterms:hasCondition": ["_:c0"]}) for n in range(2, 302)]
    levels = [condition(f"_:c{n}", f"_:c{n + 1}", **(long if n == 5 else {})) for n in range(40)]
    size = publish(client, registry, pathway(*steps, *levels, condition("_:c40", **long)))
    registry.project()
    answer = client.get(f"/pathways/{RECORD}/structure")
    assert len(answer.data) < 5 * size
    found = [one for part in answer.json["components"] for one in conditions_in(part)]
    described = [one["id"] for one in found if len(one) > 1]
    assert len(described) == len(set(described)) == 41
    assert {one["id"] for one in found if len(one) == 1} <= set(described)
    page = client.get(f"/pathways/{RECORD}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert len(page.data) < LARGEST_PAGE
    assert "a condition that another step has too" in page.text


def test_a_pathway_of_many_steps_has_a_page(client: FlaskClient, registry: Registry) -> None:
    steps = [step(n, **{"ceterms:precedes": [step(n + 1)["@id"]]}) for n in range(2, 4_002)]
    publish(client, registry, pathway(*steps, step(4_002)))
    registry.project()
    page = client.get(f"/pathways/{RECORD}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert len(page.data) < LARGEST_PAGE
    assert "1,000 of 4,001 steps are on this page" in page.text


# Names that RDF, the index and reports repeat


@pytest.mark.parametrize(
    "document",
    [
        certificate(
            **{"ceterms:requires": [{"@id": f"https://x.example/{'a' * 2_000}", "@type": PROFILE}]}
        ),
        certificate(**{f"ceterms:{'a' * 2_000}": "x"}),
        certificate()
        | {
            "@context": [
                "https://credreg.net/ctdl/schema/context/json",
                {"long": f"https://x.example/{'a' * 200}/"},
            ]
        },
        with_nodes(profile(f"_:{'a' * 2_000}")),
        certificate(**{"ceterms:keyword": {"en" + "-abcdefgh" * 16: "x"}}),
    ],
    ids=["node", "property", "prefix", "blank", "language"],
)
def test_names_that_rdf_repeats_are_short(document: dict[str, Any]) -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse(orjson.dumps(document), Settings())
    assert len(caught.value.message) < 4_000


def repeating(name: int, property: int, values: int) -> bytes:
    """Say many values of a node and a property with names of so many characters."""
    whole = certificate()
    whole["@graph"].append(
        {
            "@id": "https://example.org/".ljust(name, "x"),
            "https://example.org/".ljust(property, "y"): list(range(values)),
        }
    )
    return orjson.dumps(whole)


def test_statements_are_in_proportion_to_their_document(registry: Registry) -> None:
    for name, property in ((1900, 1900), (1900, 30), (30, 1900)):
        with pytest.raises(InvalidDocument, match="times as long"):
            parse(repeating(name, property, 5_000), registry.settings)
    assert parse(repeating(60, 60, 5_000), registry.settings)
    assert parse(repeating(1900, 1900, 50), registry.settings)


@pytest.mark.parametrize("send", ["validate", "publish"])
def test_a_report_repeats_no_long_text(client: FlaskClient, registry: Registry, send: str) -> None:
    long = "a" * 40_000
    wrong: dict[str, Any] = {
        "ceterms:name": {"en": long},
        long: [1, 2],
        f"ceterms:{long}": {"x": [{}] * 50},
        "ceterms:keyword": {"en": [1] * 3_000, long: "x"},
        "ceterms:subjectWebpage": [long] * 50,
        "ceterms:requires": [{"@type": PROFILE, "ceterms:name": {"en": long}, long: 1}] * 3,
    }
    data = orjson.dumps(certificate(**wrong))
    path = "/validate" if send == "validate" else registry.documents_url
    for accept in ("application/json", "text/html"):
        answer = client.post(
            path,
            data=data,
            content_type="application/json",
            headers={**registry.authorization, "Accept": accept},
        )
        assert len(answer.data) < 20 * len(data)
        assert answer.status_code == (200 if send == "validate" else 422)


def test_a_violation_behind_very_many_warnings_still_counts(client: FlaskClient) -> None:
    odd = {"x:odd": [{"en": "x"}] * 30_000, "ceterms:subjectWebpage": {"@id": "no iri"}}
    context = ["https://credreg.net/ctdl/schema/context/json", {"x": "https://x.example/"}]
    answer = client.post("/validate", json=certificate(**odd) | {"@context": context}).json
    assert answer["conforms"] is False
    assert len(answer["problems"]) <= 1_001


def test_many_documents_have_one_bound(client: FlaskClient) -> None:
    wrong = certificate(**{"ceterms:keyword": {"en": [1] * 1_500}})
    answer = client.post("/validate", json=[wrong] * 100)
    counts = [len(one["problems"]) for one in answer.json["reports"]]
    assert sum(counts) <= 20_100
    page = client.post("/validate?format=html", json=[wrong] * 100)
    assert page.text.count('<li class="violation">') <= 1_100


def test_the_index_repeats_no_long_name() -> None:
    long = "x" * 100_000
    shared = profile(
        "_:n0",
        **{
            "ceterms:name": {"en": long},
            "ceterms:description": {"en": long},
            "ceterms:experience": {"en": [long] * 20},
            "ceterms:targetCredential": [
                f"{BASE}/resources/{ctid_number(n)}" for n in range(5, 25)
            ],
        },
    )
    needs = [
        {
            "@id": f"https://x.example/{n}",
            "@type": "ceterms:Certificate",
            "ceterms:name": {"en": f"{n}"},
            "ceterms:requires": ["_:n0"],
            "ceterms:subjectWebpage": f"https://x.example/{n}{'y' * 3_000}",
        }
        for n in range(300)
    ]
    document = parse(orjson.dumps(with_nodes(shared, *needs)), Settings())
    quads = ox.parse(document.quads, format=ox.RdfFormat.N_QUADS)
    found = extract(quads, RECORD, Identity.of(Settings()))
    kept = sum(len(need.need.to_json()) for need in found.requirements)
    kept += sum(len(repr(one)) for one in (*found.facts, *found.links))
    assert kept < 20 * len(document.canonical)


Making = Callable[..., Registry]


def test_depth_is_bounded_by_the_setting(make_registry: Making) -> None:
    registry = make_registry(max_document_depth=100)
    client = create_app(registry.settings).test_client()
    node: dict[str, Any] = profile("_:deep")
    for number in range(97):
        node = {"@type": PROFILE, ALTERNATIVE: node, "ceterms:name": {"en": f"level {number}"}}
    publish(client, registry, certificate(**{"ceterms:requires": node}))
    for name in FORMATS:
        assert client.get(f"/resources/{RECORD}?format={name}").status_code == 200
    with pytest.raises(Exception, match="MAX_DOCUMENT_DEPTH"):
        make_registry(max_document_depth=101)
