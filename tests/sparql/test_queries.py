"""Queries: their protocol, their dataset, and the limits that they cannot pass."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.sparql.row_limit import FORMATS, Cut, CuttingWriter
from tests.support.queries import HEAVY
from tests.support.registry import Registry, ctid_number, fill

DOUBLINGS = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(28))
HUNGRY = f"SELECT (STRLEN(?x28) AS ?n) {{ BIND('xxxxxxxx' AS ?x0) {DOUBLINGS} }}"
"""A text of two gigabytes, which is there at once, however slow the machine is."""


@pytest.fixture(scope="module")
def filled(module_registry: Registry) -> FlaskClient:
    return fill(module_registry)


def test_the_three_request_forms_say_the_same(filled: FlaskClient) -> None:
    query = "SELECT ?n { ?s ceterms:name ?n } ORDER BY ?n"
    answers = [
        filled.get("/sparql", query_string={"query": query}),
        filled.post("/sparql", data={"query": query}),
        filled.post("/sparql", data=query, content_type="application/sparql-query"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.data for answer in answers}) == 1
    assert len(answers[0].json["results"]["bindings"]) == 40


@pytest.mark.parametrize(
    ("query", "accept", "media_type", "found"),
    [
        ("ASK { ?s ?p 'x' }", "application/sparql-results+xml", None, b"false"),
        ("SELECT ?n { ?s ceterms:name ?n }", "text/csv;q=0.9, image/png", "text/csv", b"ate 7"),
        ("SELECT ?n { ?s ceterms:name ?n }", "text/tab-separated-values", None, b"@en-us"),
        ("CONSTRUCT WHERE { ?s ceterms:name ?n }", "*/*", "text/turtle", b"ceterms:name"),
        (
            "DESCRIBE ?s { ?s ceterms:name 'Certificate 3'@en-us }",
            "application/n-triples",
            None,
            b"ctid",
        ),
        ("CONSTRUCT WHERE { ?s ceterms:name ?n }", "application/ld+json", None, b"@id"),
    ],
)
def test_forms_and_formats(
    filled: FlaskClient, query: str, accept: str, media_type: str | None, found: bytes
) -> None:
    answer = filled.get("/sparql", query_string={"query": query}, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.mimetype == (media_type or accept)
    assert found in answer.data
    assert answer.data


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "SELECT ?n ?s { ?s ?p ?n } GROUP BY ?n",
            "neither grouped nor aggregated. Add it to GROUP",
        ),
        ("SELECT ?s (1 AS ?s) { ?s ?p ?o }", "Choose another name after AS."),
        ("SELECT * {\n  ?s ?p ?o", "the { of line 1:10 has no end. Add } where it ends."),
        ("SELECT *\n{ OPTIONAL { ?s ?p ?o }", "the { of line 2:1 has no end."),
        ("SELECT * { ?s ?p ?o FILTER(?o > (1 + 2) # )}", "the ( of line 1:27 has no end. Add )"),
        ("SELECT * { ?s ?p [ ?q ')]}' ", "the [ of line 1:18 has no end. Add ]"),
        ("SELECT * { ?s ?p 'it }", "the ' of line 1:18 has no end."),
        ('SELECT * { ?s ?p """it" }', 'the """ of line 1:18 has no end. Add """ where'),
        (
            "SELECT * { ?s ?p 'it's' }",
            "the text of line 1:18 ends at the ' within it. Write \\' there.",
        ),
        ("SELECT * { ?s ?p ( 1 } )", "something else was expected here"),  # which one is in doubt
        ("SELECT * { ?s ?p ?o }}", "The query does not parse: at line 1:"),
        ("SELECT * { ?s ?p ?? }", "The query does not parse: at line 1:"),
    ],
)
def test_why_a_query_does_not_parse(filled: FlaskClient, query: str, words: str) -> None:
    answer = filled.get("/sparql", query_string={"query": query, "format": "json"})
    assert answer.status_code == 400
    assert answer.json["detail"].startswith("The query does not parse: at line ")
    assert words in answer.json["detail"]


def test_the_dataset(filled: FlaskClient) -> None:
    def names(query: str, **more: str) -> list[str]:
        answer = filled.get("/sparql", query_string={"query": query, **more})
        rows = answer.json["results"]["bindings"]
        return [row["n"]["value"] for row in rows]

    third = f"http://localhost:8000/graph/{ctid_number(3)}"
    every = "SELECT ?n { ?s ceterms:name ?n }"
    assert len(names(every)) == 40
    assert names(every, **{"default-graph-uri": third}) == ["Certificate 3"]
    assert names(every, **{"named-graph-uri": third}) == []
    assert names(f"SELECT ?n FROM <{third}> {{ ?s ceterms:name ?n }}") == ["Certificate 3"]
    assert names(f"SELECT ?n {{ GRAPH <{third}> {{ ?s ceterms:name ?n }} }}") == ["Certificate 3"]
    assert names(f"SELECT ?n {{ <{third}> ctg:version ?n }}") == ["1"]
    assert names(f"SELECT ?n {{ <{third}> ctg:owner ?n }}") == [
        f"http://localhost:8000/resources/{ctid_number(0)}"
    ]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT * { service <http://x.example/> { ?s ?p ?o } }", 403),
        ("SELECT * { \\u0053ERVICE <http://x.example/> { ?s ?p ?o } }", 403),
        ("SELECT * { SERVICE SILENT ?s { ?s ?p ?o } }", 403),
        ("PREFIX a: <a:> INSERT { ?s ?p 1 } WHERE { SELECT * { ?s ?p ?o } }", 403),
        ("DROP ALL", 403),
        ("ASK { ?service ?p 'SERVICE' } # SERVICE", 200),
        ("PREFIX service: <urn:x:> ASK { <urn:SERVICE> service:SERVICE 'insert data' }", 200),
        ("ASK {", 400),
        ("", 400),
    ],
)
def test_what_a_query_may_not_do(filled: FlaskClient, query: str, status: int) -> None:
    assert filled.post("/sparql", data={"query": query}).status_code == status


def test_wrong_requests(filled: FlaskClient) -> None:
    assert filled.post("/sparql", data={"format": "csv"}).status_code == 400
    assert filled.get("/sparql?query=ASK+{}&timeout=soon").status_code == 400
    assert filled.get("/sparql?query=ASK+{}&query=ASK+{}").status_code == 400
    assert filled.post("/sparql", data=b"x", content_type="text/plain").status_code == 415
    assert filled.post("/sparql", data={"update": "DROP ALL"}).status_code == 403
    answer = filled.get("/sparql?query=ASK+{}", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/csv" in answer.json["available"]


def test_a_long_result_is_cut_and_says_so(make_registry: Callable[..., Registry]) -> None:
    client = fill(make_registry(query_rows=7))
    for query in ("SELECT * { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"):
        for name, lines in (("csv", 8), ("ntriples", 7)):
            if (name == "csv") == query.startswith("SELECT"):
                answer = client.get("/sparql", query_string={"query": query, "format": name})
                assert answer.headers["Ctgraph-Result-Cut"] == "true"
                assert answer.headers["Ctgraph-Row-Limit"] == "7"
                assert len(answer.text.strip().splitlines()) == lines
    whole = client.get("/sparql", query_string={"query": "SELECT * { ?s ?p ?o } LIMIT 7"})
    assert "Ctgraph-Result-Cut" not in whole.headers


def test_the_deadline_and_the_next_query(make_registry: Callable[..., Registry]) -> None:
    client = fill(make_registry(query_timeout=0.5, query_workers=1))
    for _ in range(2):
        answer = client.get("/sparql", query_string={"query": HEAVY})
        assert answer.status_code == 503
        assert "0.5 seconds" in answer.json["detail"]
        assert int(answer.headers["Retry-After"]) > 0
        assert client.get("/sparql?query=ASK+{}").json["boolean"] is True


def test_the_memory_limit_and_the_next_query(make_registry: Callable[..., Registry]) -> None:
    client = fill(make_registry(query_memory=300_000_000, query_workers=1), 200)
    answer = client.get("/sparql", query_string={"query": HUNGRY})
    assert answer.status_code == 503
    assert "memory" in answer.json["detail"]
    answer = client.get("/sparql?query=ASK+{}")
    assert answer.get_json().get("boolean") is True, answer.text


def test_a_head_request_gives_its_worker_back(make_registry: Callable[..., Registry]) -> None:
    client = fill(make_registry(query_workers=1, query_queue=1))
    for _ in range(3):
        assert client.head("/sparql?query=ASK+{}").status_code == 200
    assert client.get("/sparql?query=ASK+{}").status_code == 200


nasty = st.sampled_from(
    ['x"}},{"', "a\nb", "</result><result>", '}},{"s":{"type":"', "\\", '"', "},{},{", '\\"},{}']
)


UNBOUND = "SELECT ?none ?o { ?s ?p ?value BIND (IF(STRLEN(?value) > 2, ?value, 1/0) AS ?o) }"


@pytest.mark.parametrize(
    "query", ["SELECT ?s ?o { ?s ?p ?o }", UNBOUND, "SELECT ?none { ?s ?p ?o }"]
)
@given(st.lists(nasty | st.text(max_size=4), max_size=30), st.integers(1, 35))
def test_results_are_cut_at_the_row(query: str, values: list[str], limit: int) -> None:
    store = ox.Store()
    named = [ox.NamedNode(f"http://x.example/{i}") for i in range(len(values))]
    store.extend(ox.Quad(n, n, ox.Literal(value)) for n, value in zip(named, values, strict=True))
    for media_type in FORMATS:
        format = ox.QueryResultsFormat.from_media_type(media_type)
        assert format
        output, cut = io.BytesIO(), False
        try:
            writer: Any = CuttingWriter(output, media_type, limit)
            found = store.query(query)
            assert isinstance(found, ox.QuerySolutions)
            found.serialize(writer, format=format)
        except Cut:
            cut = True
        if media_type == "text/csv":
            text = output.getvalue().decode()
            rows = len(list(csv.reader(io.StringIO(text, newline="")))) - 1
        else:
            rows = len(list(ox.parse_query_results(output.getvalue(), format=format)))  # type: ignore[arg-type]
        assert (rows, cut) == (min(limit, len(values)), limit < len(values)), media_type
