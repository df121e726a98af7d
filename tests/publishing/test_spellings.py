"""Documents in other spellings of the vocabulary are published, judged, loaded and joined."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from ctgraph.cli.app import main
from ctgraph.documents import parse
from ctgraph.rdf.formats import FORMATS, Format
from tests.support.registry import Registry, certificate, ctid_number

EARLIER, LATER = ctid_number(1), ctid_number(2)
RDF_FORMS = [form for form in FORMATS if form.writer]
ROOTS = [
    f"{scheme}://{host}/ctdl/{kind}/"
    for scheme in ("http", "https")
    for host in ("purl.org", "credreg.net")
    for kind in ("terms", "vocabs")
]
REQUIRED = {
    "ceterms:requires": [
        {
            "@type": "ceterms:ConditionProfile",
            "ceterms:description": {"en": "One comes before the other."},
            "ceterms:targetCredential": [f"https://credentialengineregistry.org/graphs/{EARLIER}"],
        }
    ]
}


def in_full(value: Any, root: str) -> Any:
    """Return a document whose names of CTDL are written in full, below a root."""
    if isinstance(value, dict):
        return {in_full(key, root): in_full(item, root) for key, item in value.items()}
    if isinstance(value, list):
        return [in_full(item, root) for item in value]
    return value.replace("ceterms:", root) if isinstance(value, str) else value


def inline(value: dict[str, Any], root: str) -> dict[str, Any]:
    return value | {"@context": [value["@context"], {"ceterms": root}]}


def in_rdf(registry: Registry, form: Format, root: str) -> bytes:
    """Return the later record in an RDF format, with its names below a root."""
    quads = parse(orjson.dumps(certificate(2, **REQUIRED)), registry.settings).quads
    other = quads.replace(b"https://purl.org/ctdl/terms/", root.encode())
    said = [
        ox.Quad(q.subject, q.predicate, q.object)
        for q in ox.parse(other, format=ox.RdfFormat.N_QUADS)
    ]
    sent = ox.serialize(said, format=form.writer)
    assert sent
    return sent


def preceding(registry: Registry, client: FlaskClient) -> list[str]:
    """Return the records that come before the later one."""
    registry.project()
    found = client.get(f"/pathways/{LATER}/preceding?format=json").json["nodes"]
    return [node["id"] for node in found if node["id"] != LATER]


def publish(registry: Registry, client: FlaskClient, body: Any, media_type: str) -> None:
    for data, kind in ((orjson.dumps(certificate(1)), "application/ld+json"), (body, media_type)):
        headers = registry.authorization | {"Content-Type": kind}
        answer = client.post(registry.documents_url, data=data, headers=headers)
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("spelt", [in_full, inline])
@pytest.mark.parametrize("root", ROOTS)
def test_json_in_any_namespace_is_published_and_joined(
    registry: Registry, client: FlaskClient, spelt: Any, root: str
) -> None:
    body = orjson.dumps(spelt(certificate(2, **REQUIRED), root))
    publish(registry, client, body, "application/ld+json")
    assert preceding(registry, client) == [EARLIER]
    stored = client.get(f"/resources/{LATER}", headers={"Accept": "application/n-triples"}).text
    assert "<https://purl.org/ctdl/terms/requires>" in stored
    official = root in ("https://purl.org/ctdl/terms/", "https://purl.org/ctdl/vocabs/")
    assert official or f"<{root}" not in stored


@pytest.mark.parametrize("form", RDF_FORMS, ids=lambda form: form.name)
@pytest.mark.parametrize("root", ROOTS)
def test_every_rdf_format_in_any_namespace_is_right(
    registry: Registry, client: FlaskClient, form: Format, root: str
) -> None:
    body = in_rdf(registry, form, root)
    report = client.post("/validate", data=body, content_type=form.media_type).json
    assert report["ctid"] == LATER
    told = [p for p in report["problems"] if p["severity"] != "info"]
    assert {p["advice"] for p in told} == {"unknown"}  # the other record is not published here


@pytest.mark.parametrize(
    "context",
    [
        "https://credreg.net/qdata/schema/context/json",
        "http://credreg.net/qdata/schema/context/json",
        [
            "https://credreg.net/ctdl/schema/context/json",
            "https://credreg.net/qdata/schema/context/json",
        ],
    ],
)
def test_the_official_context_of_qdata_is_known(
    registry: Registry, client: FlaskClient, context: Any
) -> None:
    document = certificate(2, **REQUIRED) | {"@context": context}
    publish(registry, client, orjson.dumps(document), "application/ld+json")
    assert preceding(registry, client) == [EARLIER]
    assert client.get(f"/graph/{LATER}").json["@context"]


@pytest.mark.parametrize("root", ROOTS)
def test_other_namespaces_are_validated_and_loaded_by_command(
    registry: Registry, client: FlaskClient, tmp_path: Path, root: str
) -> None:
    environment = {"CTGRAPH_HOME": str(registry.settings.home)}
    file = tmp_path / "a.json"
    file.write_text(json.dumps([certificate(1), in_full(certificate(2, **REQUIRED), root)]))
    ran = CliRunner().invoke(main, ["validate", str(file)], env=environment)
    assert (ran.exit_code, "warning" in ran.output) == (0, False), ran.output
    turtle = tmp_path / "a.ttl"
    turtle.write_bytes(in_rdf(registry, next(f for f in RDF_FORMS if f.name == "turtle"), root))
    ran = CliRunner().invoke(main, ["validate", str(turtle)], env=environment)
    assert (ran.exit_code, "warning" in ran.output) == (0, False), ran.output
    report = str(tmp_path / "report.jsonl")
    ran = CliRunner().invoke(main, ["load", str(file), "--report", report], env=environment)
    assert ran.exit_code == 0, ran.output
    assert preceding(registry, client) == [EARLIER]


def test_sparql_computes_with_a_published_number(registry: Registry, client: FlaskClient) -> None:
    value = {"@value": 48.86, "@type": "xsd:decimal"}
    document = certificate(2, **{"ceterms:codedNotation": value})
    publish(registry, client, orjson.dumps(document), "application/ld+json")
    registry.project()
    query = "SELECT ?n { ?r ceterms:codedNotation ?n FILTER (?n > 48.5 && ?n < 49) }"
    answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
    assert answer.text.split() == ["n", "48.86"]


@pytest.mark.parametrize(
    "value",
    [
        {"@value": "1_000", "@type": "xsd:decimal"},
        {"@value": "2023-02-29", "@type": "xsd:date"},
        {"@value": "yes", "@type": "xsd:boolean"},
    ],
)
def test_what_is_no_value_is_refused_by_http_and_loaded_as_a_text(
    registry: Registry, client: FlaskClient, tmp_path: Path, value: dict[str, str]
) -> None:
    document = certificate(2, **{"ceterms:codedNotation": value})
    answer = client.post(registry.documents_url, json=document, headers=registry.authorization)
    assert answer.status_code == 422
    [problem] = [p for p in answer.json["problems"] if p["severity"] == "violation"]
    assert problem["pointer"] == "/@graph/0/ceterms:codedNotation/@value"
    assert value["@type"] in problem["message"]
    file, report = tmp_path / "a.json", tmp_path / "report.jsonl"
    file.write_text(json.dumps(document))
    ran = CliRunner().invoke(
        main,
        ["load", str(file), "--report", str(report)],
        env={"CTGRAPH_HOME": str(registry.settings.home)},
    )
    assert ran.exit_code == 0, ran.output
    assert "It counts as plain text." in report.read_text()
    registry.project()
    query = f'SELECT ?n {{ ?r ceterms:codedNotation ?n FILTER (?n = "{value["@value"]}") }}'
    answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
    assert answer.text.split() == ["n", value["@value"]]
