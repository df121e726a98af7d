"""What the words of a query mean: functions of the moment, SERVICE, prefixes, byte order marks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ctgraph.settings import load_settings
from ctgraph.sparql.stored_queries import stored
from tests.support.registry import Registry, fill, new_registry

COLUMNS = "SELECT * { ?s ?p ?o } ORDER BY ?s LIMIT 1"


@pytest.fixture(scope="module")
def filled(module_registry: Registry) -> FlaskClient:
    return fill(module_registry, 3)


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of a registry whose answers have seven rows at most."""
    return fill(new_registry(tmp_path_factory.mktemp("narrow"), query_rows=7), 10)


def ask(client: FlaskClient, query: str, **headers: str) -> TestResponse:
    return client.get("/sparql", query_string={"query": query}, headers=headers)


def value(answer: TestResponse) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json["results"]["bindings"][0]["x"]["value"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (UUID() AS ?x) {}",
        "select (struuid() as ?x) {}",
        "SELECT (sTrUuId () AS ?x) {}",
        "SELECT (RAND() AS ?x) {}",
        "SELECT (BNODE() AS ?x) {}",
        "SELECT (NOW() AS ?x) {}",
        "SELECT (STR(?n-NOW()) AS ?y) (STRUUID() AS ?x) { BIND (1 AS ?n) }",
        "SELECT ?x { BIND (CONCAT('a', STR(RAND())) AS ?x) }",
        "SELECT ?x { { SELECT (UUID() AS ?x) {} } }",
        "SELECT ?x # NOW\n { BIND (\n  NOW\n () AS ?x) }",
    ],
)
def test_what_differs_each_time_is_never_kept(filled: FlaskClient, query: str) -> None:
    answers = [ask(filled, query) for _ in range(3)]
    assert len(set(map(value, answers))) == 3
    for answer in answers:
        assert "ETag" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
    again = ask(filled, query, **{"If-None-Match": "*"})
    assert again.status_code == 200
    compressed = [ask(filled, query, **{"Accept-Encoding": "gzip"}).data for _ in range(2)]
    assert compressed[0] != compressed[1]


def test_a_variable_minus_the_moment_is_no_name(filled: FlaskClient) -> None:
    query = "SELECT ?x { VALUES ?x { 1 } FILTER (!BOUND(?y) || ?x-NOW() = 1) }"
    assert "ETag" not in ask(filled, query).headers


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ('NOW()' AS ?x) {}",
        "SELECT ?x { BIND (1 AS ?x) } # RAND()",
        "SELECT ?x { BIND (<urn:UUID> AS ?x) }",
        "PREFIX NOW: <urn:n:> SELECT ?x { BIND (NOW:UUID AS ?x) }",
        "SELECT (1 AS ?x) (2 AS ?NOW) (3 AS ?rand) {}",
        'SELECT ("a"@bnode AS ?x) {}',
    ],
)
def test_what_only_looks_so_is_kept(filled: FlaskClient, query: str) -> None:
    first = ask(filled, query)
    tag = first.headers["ETag"]
    again = ask(filled, query, **{"If-None-Match": tag})
    assert (again.status_code, again.headers["ETag"]) == (304, tag)


def test_a_ready_made_query_is_held_to_it_too(registry: Registry, tmp_path: Path) -> None:
    tmp_path.joinpath("moment.rq").write_text(
        "\ufeff# title: The moment\nSELECT (STR(NOW()) AS ?x) {}\n", "utf-8"
    )
    client = fill(
        Registry(
            load_settings(home=registry.settings.home, queries=tmp_path),
            registry.ledger,
            registry.organization,
            registry.key,
        ),
        1,
    )
    assert stored("moment", load_settings(home=registry.settings.home, queries=tmp_path)).title == (
        "The moment"
    )
    answers = [client.get("/queries/moment?format=json") for _ in range(2)]
    assert len(set(map(value, answers))) == 2
    assert all("ETag" not in answer.headers for answer in answers)


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX service: <urn:s:> ASK { GRAPH service:g { ?s ?p ?o } }",
        "PREFIX service: <urn:s:> PREFIX : <urn:t:> ASK { GRAPH service:g{ ?s ?p ?o } }",
        "PREFIX service: <urn:s:> PREFIX : <urn:t:> ASK { GRAPH # here\n service:g { ?s ?p ?o } }",
        "PREFIX myservice: <urn:s:> ASK { graph myservice:g { ?s ?p ?o } }",
        "PREFIX service: <urn:s:> ASK FROM service:g { ?s ?p ?o }",
        "PREFIX service: <urn:s:> ASK FROM NAMED service:g { ?s ?p ?o }",
        "PREFIX service: <urn:s:> ASK { ?s ?p service:g { ?a ?b ?c } }",
        "ASK { ?service ?SERVICE $service }",
        "ASK { GRAPH ?service { ?s ?p ?o } }",
        "PREFIX ex: <urn:s:> ASK { GRAPH ex:SERVICE { ?s ex:service <urn:SERVICE> } }",
        "ASK { ?s ?p 'SERVICE <urn:x> {}'@service } # SERVICE",
        "ASK { _:service ?p ?o }",
    ],
)
def test_what_is_no_service(filled: FlaskClient, query: str) -> None:
    assert ask(filled, query).status_code == 200, query


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX : <urn:t:> ASK { SERVICE:g { ?s ?p ?o } }",
        "PREFIX : <urn:t:> ASK { ?s ?p ?o service:g { ?s ?p ?o } }",
        "PREFIX service: <urn:s:> PREFIX : <urn:t:> ASK { ?s ?p ?o SERVICE:g { ?s ?p ?o } }",
        "PREFIX service: <urn:s:> PREFIX : <urn:t:> ASK { ?s ?p ?o service:g { ?s ?p ?o } }",
        "PREFIX service: <urn:s:> PREFIX:<urn:t:> ASK { service:g { ?s ?p ?o } }",
        "PREFIX : <urn:t:> ASK { GRAPH ?g { ?s ?p ?o } service silent:g { ?s ?p ?o } }",
    ],
)
def test_what_is_a_service(filled: FlaskClient, query: str) -> None:
    answer = ask(filled, query)
    assert (answer.status_code, "SERVICE" in answer.json["detail"]) == (403, True)


@pytest.mark.parametrize(
    ("query", "prefix", "line", "column"),
    [
        ("SELECT * { ?x sioc:name ?y }", "sioc", 1, 15),
        ("SELECT * {\n  ?x a ceterm:X ;\n sioc:name ?y }", "ceterm", 2, 8),
        ("SELECT * {\r\n\t'é' ex:p ?y }", "ex", 2, 6),
        ("SELECT * {\n é:x ?p 'sioc:name' . # a:b\n }", "é", 2, 2),
        ("PREFIX a: <urn:a:> SELECT * { a:b c:d <urn:e:f> }", "c", 1, 35),
        ("PREFIX a: <urn:a:> SELECT * { ?x a:b ?y FILTER (?y-c:d > 1) }", "c", 1, 52),
        ("SELECT * { ?x a :Thing }", "", 1, 17),
        ("SELECT (ex:f(1) AS ?x) {}", "ex", 1, 9),
        ("CONSTRUCT { ?x sioc:name ?y } WHERE { ?x ceterms:name ?y }", "sioc", 1, 16),
        ("SELECT * { ?x a sioc:Person . ?y ", "sioc", 1, 17),
    ],
)
def test_a_prefix_that_is_not_declared_is_named_where_it_stands(
    filled: FlaskClient, query: str, prefix: str, line: int, column: int
) -> None:
    for answer in (ask(filled, query), filled.post("/sparql", data={"query": "\ufeff" + query})):
        assert answer.status_code == 400
        assert f"at line {line}:{column}: the prefix {prefix}: is not" in answer.json["detail"]
        assert (answer.json["line"], answer.json["column"]) == (line, column)
    assert ("Did you mean ceterms:?" in answer.json["detail"]) == (prefix == "ceterm")


def test_other_errors_are_not_blamed_on_prefixes(filled: FlaskClient) -> None:
    for query in ("SELECT * { ?x <http://a b> ?y }", "SELECT * { ?x a 'a:b }", "SELECT { _:a ?p }"):
        answer = ask(filled, query)
        assert answer.status_code == 400
        assert "prefix" not in answer.json["detail"]


def test_a_byte_order_mark_is_no_part_of_a_query(filled: FlaskClient) -> None:
    plain, marked = COLUMNS, "\ufeff" + COLUMNS
    expected = ask(filled, plain).json
    assert ask(filled, marked).json == expected
    assert filled.post("/sparql", data={"query": marked}).json == expected
    sent = filled.post("/sparql", data=marked.encode(), content_type="application/sparql-query")
    assert sent.json == expected
    assert expected["results"]["bindings"]


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv", "spreadsheet"])
@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?none { ?s ceterms:name ?o }",
        "SELECT * { VALUES () { () () () () () () () () () () () } }",
        "SELECT ?none ?o { { ?s ceterms:name ?o } UNION { ?s ceterms:name ?p } }",
    ],
)
def test_the_row_limit_holds_for_rows_without_values(
    narrow: FlaskClient, query: str, name: str
) -> None:
    answer = narrow.get("/sparql", query_string={"query": query, "format": name})
    assert answer.headers["Ctgraph-Result-Cut"] == "true"
    rows = {
        "json": lambda: len(answer.json["results"]["bindings"]),
        "xml": lambda: answer.text.count("<result>"),
    }.get(name, lambda: answer.text.count("\n") - 1)()
    assert rows == 7
