"""A client gets the format that it asks for, in the words of any time."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.registry import Registry, certificate, ctid_number

RECORD = ctid_number(1)
ENTITY, DOCUMENT = f"/resources/{RECORD}", f"/graph/{RECORD}"
GRAPH = {"query": "CONSTRUCT WHERE { ?s a ?o }"}
ROWS = {"query": "SELECT * { ?s a ?o }"}
TURTLE, XML, JSON_LD = "text/turtle", "application/rdf+xml", "application/ld+json"
PROFILE = "http://www.w3.org/ns/json-ld#"
PROFILED = f'{JSON_LD}; profile="{PROFILE}'
RDFLIB = f"{XML}, {TURTLE}, application/n-triples, text/n3, {JSON_LD}, application/trig"


@pytest.fixture(scope="module")
def asked(module_registry: Registry, module_client: FlaskClient) -> FlaskClient:
    """A client of a registry with one record that can be queried."""
    registry, client = module_registry, module_client
    sent = client.post(registry.documents_url, json=certificate(1), headers=registry.authorization)
    assert sent.status_code == 201
    registry.project()
    return client


def said(answer: TestResponse) -> str:
    """Return the media type of an answer, with its profile, or its status where it is an error."""
    if answer.status_code != 200:
        return str(answer.status_code)
    return answer.content_type.removesuffix("; charset=utf-8")


@pytest.mark.parametrize(
    ("accept", "found"),
    [
        ("*/*", JSON_LD),
        ("text/turtle;charset=utf-8", TURTLE),
        ("TEXT/Turtle ; Q = 0.2 ,, application/trig;q=0.3", "application/trig"),
        ("text/turtle;q=0.5, */*;q=0.1", TURTLE),
        (f"*/*, {JSON_LD};q=0", TURTLE),
        (f"{TURTLE}, */*", TURTLE),
        (RDFLIB, TURTLE),
        (f"{JSON_LD}, {TURTLE}", TURTLE),
        (f'{JSON_LD};profile="{PROFILE}expanded"', f'{PROFILED}expanded"'),
        (f"{JSON_LD};profile={PROFILE}flattened", f'{PROFILED}flattened"'),
        (f'{JSON_LD};profile="{PROFILE}compacted"', f'{PROFILED}compacted"'),
        (f'{JSON_LD};profile="{PROFILE}framed"', f'{PROFILED}compacted"'),
        (f'{JSON_LD};profile="{PROFILE}expanded";q=0.5, {JSON_LD};q=0.9', JSON_LD),
        ("text/plain", "text/plain"),
        ("text/plain, */*;q=0.1", "application/n-triples"),
        ("text/n3", "text/n3"),
        ("text/rdf+n3", "text/rdf+n3"),
        ("application/x-turtle", "application/x-turtle"),
        ("application/turtle, text/turtle", TURTLE),
        ("application/xml", "application/xml"),
        ("text/xml", "text/xml"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("garbage", JSON_LD),
        ("text/turtle;q=much", JSON_LD),
        ("*/*;q=0", "406"),
        ("image/png", "406"),
    ],
)
def test_accept_is_read_as_the_standard_says(asked: FlaskClient, accept: str, found: str) -> None:
    assert said(asked.get(ENTITY, headers={"Accept": accept})) == found


@pytest.mark.parametrize(
    ("wish", "graph", "rows"),
    [
        ("xml", XML, "application/sparql-results+xml"),
        ("json", JSON_LD, "application/sparql-results+json"),
        ("rdf", XML, "406"),
        ("rdf+xml", XML, "406"),
        ("rdf%2Bxml", XML, "406"),
        ("application/rdf+xml", XML, "406"),
        ("json-ld", JSON_LD, "406"),
        ("n3", TURTLE, "406"),
        ("ttl", TURTLE, "406"),
        ("nt", "application/n-triples", "406"),
        ("nq", "application/n-quads", "406"),
        ("csv", "406", "text/csv"),
        ("tsv", "406", "text/tab-separated-values"),
        ("srx", "406", "application/sparql-results+xml"),
        ("application/sparql-results+json", "406", "application/sparql-results+json"),
        ("pdf&format=xml", XML, "application/sparql-results+xml"),
        ("&format=xml", XML, "application/sparql-results+xml"),
        ("json-ld,xml", JSON_LD, "application/sparql-results+xml"),
        ("pdf", "406", "406"),
    ],
)
def test_a_format_has_the_names_that_clients_use(
    asked: FlaskClient, wish: str, graph: str, rows: str
) -> None:
    for query, found in ((GRAPH, graph), (ROWS, rows)):
        text = "&".join(f"{name}={value}" for name, value in query.items())
        for name in ("format", "output", "results"):
            address = f"/sparql?{text}&{wish_in(name, wish)}"
            assert said(asked.get(address)) == found, address
            sent = asked.post(
                "/sparql",
                data=f"{text}&{wish_in(name, wish)}",
                content_type="application/x-www-form-urlencoded",
            )
            assert said(sent) == found, address


def wish_in(parameter: str, values: str) -> str:
    return f"{parameter}={values.replace('format=', f'{parameter}=')}"


@pytest.mark.parametrize(
    ("query", "wish", "accept", "found"),
    [
        (GRAPH, "csv", "*/*", TURTLE),
        (ROWS, "turtle", "*/*", "application/sparql-results+json"),
        (GRAPH, "pdf", XML, XML),
        (ROWS, "pdf", "text/csv", "text/csv"),
        (GRAPH, "pdf", "*/*", "406"),
    ],
)
def test_an_unknown_format_gives_way_to_accept(
    asked: FlaskClient, query: dict[str, str], wish: str, accept: str, found: str
) -> None:
    wished = {"format": wish, "output": wish, "results": wish}
    answer = asked.get("/sparql", query_string=query | wished, headers={"Accept": accept})
    assert said(answer) == found


def test_a_refusal_names_the_formats(asked: FlaskClient) -> None:
    refused = asked.get(f"{ENTITY}?format=turtel")
    assert refused.status_code == 406
    assert {"turtle", "ntriples", "jsonld"} <= set(refused.json["detail"].replace(",", "").split())
    assert TURTLE in refused.json["available"]


@pytest.mark.parametrize(
    ("accept", "rows", "graph"),
    [
        ("application/json", "application/json", "application/json"),
        ("application/xml", "application/xml", "application/xml"),
        ("text/xml", "text/xml", "text/xml"),
        ("text/plain", "text/plain", "text/plain"),
    ],
)
def test_older_media_types_of_answers_to_queries(
    asked: FlaskClient, accept: str, rows: str, graph: str
) -> None:
    headers = {"Accept": accept}
    assert said(asked.get("/sparql", query_string=ROWS, headers=headers)) == rows
    assert said(asked.get("/sparql", query_string=GRAPH, headers=headers)) == graph


@pytest.mark.parametrize("name", ["nquads", "trig"])
def test_a_thing_is_described_in_the_default_graph(asked: FlaskClient, name: str) -> None:
    format = {"nquads": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG}[name]

    def graphs(address: str) -> set[str]:
        data = asked.get(f"{address}?format={name}").data
        return {str(quad.graph_name) for quad in ox.parse(data, format=format)}

    assert graphs(ENTITY) == {"DEFAULT"}
    [named] = graphs(DOCUMENT)
    assert named.endswith(f"/graph/{RECORD}>")


@pytest.mark.parametrize("profile", ["expanded", "flattened"])
def test_a_profile_of_json_ld_says_the_same(asked: FlaskClient, profile: str) -> None:
    accept = {"Accept": f'{JSON_LD};profile="{PROFILE}{profile}"'}
    for address in (ENTITY, DOCUMENT):
        found = asked.get(address, headers=accept)
        assert isinstance(found.json, list)  # no context to read it with
        other = asked.get(f"{address}.nq").data
        facts = set(map(str, ox.parse(found.data, format=ox.RdfFormat.JSON_LD)))
        assert len(facts) == len(set(map(str, ox.parse(other, format=ox.RdfFormat.N_QUADS))))


ANYTHING = [{}, {"Accept": "*/*"}, {"Accept": "text/*, */*;q=0.8"}, {"Accept": "text/html,*/*"}]
PAGES = (
    "/",
    "/records",
    "/records?type=ceterms:License",
    "/pathways",
    "/pathways/check",
    "/queries",
)


@pytest.mark.parametrize("headers", ANYTHING)
@pytest.mark.parametrize("page", PAGES)
def test_who_takes_anything_gets_pages(asked: FlaskClient, page: str, headers: Any) -> None:
    answer = asked.get(page, headers=headers)
    assert answer.status_code == 200
    assert said(answer) == "text/html"


@pytest.mark.parametrize("page", [page for page in PAGES if "check" not in page])
def test_programs_get_json_of_pages(client: FlaskClient, page: str) -> None:
    assert client.get(page, headers={"Accept": "application/json"}).is_json
    assert client.get(f"{page}{'&' if '?' in page else '?'}format=json").is_json


@pytest.mark.parametrize("headers", ANYTHING[:2])
def test_who_takes_anything_gets_the_data_of_names(asked: FlaskClient, headers: Any) -> None:
    record = ENTITY.removeprefix("/resources/")
    for address, media_type in (
        (ENTITY, JSON_LD),
        (DOCUMENT, JSON_LD),
        (f"/envelopes/{record}", "application/json"),
        (f"/history/{record}", TURTLE),
        ("/terms", TURTLE),
        ("/shapes", TURTLE),
        ("/vocab/ceterms:License", "application/json"),
        ("/sparql", TURTLE),
        ("/void", TURTLE),
    ):
        assert said(asked.get(address, headers=headers)) == media_type, address
