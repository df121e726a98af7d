"""What RDF, the index and reports repeat is short."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from ctgraph.documents import parse
from ctgraph.errors import InvalidDocument
from ctgraph.identity import Identity
from ctgraph.links.statements import extract
from ctgraph.settings import Settings
from ctgraph.web import create_app
from tests.support.profiles import (
    ALTERNATIVE,
    BASE,
    FORMATS,
    PROFILE,
    profile,
    publish,
    with_nodes,
)
from tests.support.registry import Registry, certificate, ctid_number

RECORD = ctid_number(1)


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
    assert len(answer["problems"]) <= 1_002


def test_many_documents_have_one_bound(client: FlaskClient) -> None:
    wrong = certificate(**{"ceterms:keyword": {"en": [1] * 1_500}})
    answer = client.post("/validate", json=[wrong] * 100)
    counts = [len(one["problems"]) for one in answer.json["reports"]]
    assert sum(counts) <= 20_200
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


def test_depth_is_bounded_by_the_setting(make_registry: Callable[..., Registry]) -> None:
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
