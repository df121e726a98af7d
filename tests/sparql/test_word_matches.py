"""ctg:matches in queries over HTTP: the search index finds the records, and the query goes on."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.web import create_app
from tests.support.finding import ENFERMERIA, EVIL, FREE, NURSING, WELDING, Finding, found_in


@pytest.fixture(scope="module")
def finding(tmp_path_factory: pytest.TempPathFactory) -> Finding:
    """A registry with programs of three colleges."""
    return found_in(tmp_path_factory.mktemp("words"))


@pytest.fixture(scope="module")
def client(finding: Finding) -> FlaskClient:
    return create_app(finding.registry.settings).test_client()


def rows(client: FlaskClient, query: str, **more: str) -> list[dict[str, str]]:
    answer = client.post("/sparql", data={"query": query, **more}, headers={"Accept": JSON})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json(force=True)
    return [
        {name: cell["value"] for name, cell in row.items()} for row in found["results"]["bindings"]
    ]


def records(client: FlaskClient, query: str) -> list[str]:
    return [row["r"].rpartition("/")[2] for row in rows(client, query)]


def refused(client: FlaskClient, query: str, **more: str) -> dict[str, Any]:
    answer = client.post("/sparql", data={"query": query, **more}, headers={"Accept": JSON})
    assert answer.status_code == 400, answer.text
    problem: dict[str, Any] = answer.get_json(force=True)
    return problem


JSON = "application/sparql-results+json"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('?r ctg:matches "welding"', {WELDING}),
        ('?r ctg:matches "nurs* license"', {NURSING}),
        ('?r ctg:matches "license NURSE"', {NURSING}),
        ('?r ctg:matches "nurse"', {NURSING, FREE}),
        ('?r ctg:matches "nurse -food"', {NURSING}),
        ('?r ctg:matches "\\"practical nurse\\""', {NURSING}),
        ('?r ctg:matches ("nurse" 1)', {NURSING}),
        ('?r ctg:matches "enfermeria"', {ENFERMERIA}),
        ('?r ctg:matches ("enfermería" 10 "es")', {ENFERMERIA}),
        ('?r ctg:matches ("scr* alert" 10 "en")', {EVIL}),
        ('?r ctg:matches "nurse"@en-US', {NURSING, FREE}),
        ('?r ctg:matches ("nurse" "zz")', set()),
        ('?r ctg:matches "xylophone"', set()),
        ('?r ctg:matches ""', set()),
        ('?r ctg:matches "-food"', set()),
        ('?r ctg:matches "nurse" . ?r ceterms:estimatedCost [ ceterms:price ?p ] '
         'FILTER(?p > 1)', {NURSING}),
        ('?r a ceterms:Certificate ; ctg:matches "welding" ; ceterms:ctid ?id .', {WELDING}),
        ('{ ?r ctg:matches "welding" } UNION { ?r ctg:matches "license" }', {WELDING, NURSING}),
        ('?r ceterms:name ?n FILTER NOT EXISTS { ?r ctg:matches "license" } '
         'FILTER (EXISTS { ?r ctg:matches "nurse" })', {FREE}),
        ('GRAPH ?g { ?r ctg:matches "welding" . ?r ceterms:name ?n }', {WELDING}),
        ('?r ctg:matches "nurse" MINUS { ?r ctg:matches "license" }', {FREE}),
        ('?r ctg:matches "nurse" { SELECT ?r { ?r ctg:matches "food" } LIMIT 5 }', {FREE}),
        ('?r <https://w3id.org/ctgraph/terms#matches> "welding"', {WELDING}),
    ],
)  # fmt: skip
def test_a_query_goes_on_with_the_records_that_are_found(
    client: FlaskClient, pattern: str, expected: set[str]
) -> None:
    assert set(records(client, f"SELECT DISTINCT ?r WHERE {{ {pattern} }}")) == expected


def test_score_and_snippet_belong_to_the_match(client: FlaskClient) -> None:
    query = (
        'SELECT * { ?r ctg:matches ("nurse" 5) ; ctg:score ?s ; ctg:snippet ?t } ORDER BY DESC(?s)'
    )
    first, second = rows(client, query)
    assert float(first["s"]) > float(second["s"]) > 0  # the name counts more than a description
    assert first["t"].startswith("Care for patients under a registered nurse")
    assert second["t"].startswith("Nurses need it, too; so do cooks")


def test_every_form_of_query_may_match(client: FlaskClient) -> None:
    ask = client.post("/sparql", data={"query": 'ASK { ?r ctg:matches "welding" }'})
    assert ask.get_json(force=True)["boolean"] is True
    for query in (
        'CONSTRUCT { ?r ctg:score ?s } WHERE { ?r ctg:matches "welding" ; ctg:score ?s }',
        'DESCRIBE ?r { ?r ctg:matches "welding" }',
    ):
        answer = client.post("/sparql", data={"query": query}, headers={"Accept": "text/turtle"})
        assert answer.status_code == 200
        assert WELDING in answer.text
    terms = "SELECT * { VALUES ?t { ctg:matches ctg:score } OPTIONAL { ctg:matches ?p ?o } }"
    assert rows(client, terms)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('SELECT * {\n  ?r ctg:matches ("a" 0) }', "2:23: ctg:matches finds from 1 to 10,000"),
        ('SELECT * { ?r ctg:matches ("a" -1) }', "finds from 1 to 10,000"),
        ('SELECT * { ?r ctg:matches ("a" 1.5) }', "finds from 1 to 10,000"),
        ('SELECT * { ?r ctg:matches ("a" 99999999999999999999) }', "finds from 1 to 10,000"),
        ('SELECT * { ?r ctg:matches ("a" "not a language") }', 'such as "en"'),
        ("SELECT * { ?r ctg:matches ?words }", "VALUES gives one"),
        ("SELECT * { ?r ctg:matches () }", "needs its words as a string"),
        ('SELECT * { ?r ctg:matches "a", "b" }', "one value or one list"),
        ('SELECT * { ?r ctg:matches "a" ; ctg:matches "b" }', "stands twice for ?r"),
        ('SELECT * { ?r ctg:matches "a" ; ctg:score ?r }', "a variable each"),
        ('SELECT * { ?r ctg:matches "a" OPTIONAL { ?r ctg:score ?s } }', "in the same group"),
        ('SELECT * { ?r ctg:matches "a" . ?q ctg:score ?s }', "in the same group"),
        ('SELECT * { ?r (a|ctg:matches) "a" ; ctg:matches "b" }', "a variable as its subject"),
        ('SELECT * { [ ctg:matches "a" ] ?p ?o }', "a variable as its subject"),
        ("SELECT * {" + '{?r ctg:matches "a"}' * 11 + "}", "10 times at most"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place(
    client: FlaskClient, query: str, said: str
) -> None:
    problem = refused(client, query)
    assert said in problem["detail"]
    assert problem["line"]
    assert problem["column"]


@pytest.mark.parametrize(
    "words",
    ["'", '"', "\\", '"} ?x ?y ?z {"', "a\nb\r\t", '"""', "'''\\u0022", "\x00", "\ud7ff", "<>{}|^`",
     "*", "-", "?"],
)  # fmt: skip
def test_no_words_break_out_of_their_string(client: FlaskClient, words: str) -> None:
    escaped = words.translate(
        {ord(c): f"\\{c}" for c in "\"'\\"} | {ord(c): f"\\u{ord(c):04x}" for c in "\n\r\t\x00"}
    )
    for quoted in (f'"{escaped}"', f"'{escaped}'", f'"""{escaped}"""'):
        assert rows(client, f"SELECT * {{ ?r ctg:matches {quoted} }}") == []


def test_text_of_records_does_not_break_out_of_the_snippet(client: FlaskClient) -> None:
    (row,) = rows(client, 'SELECT * { ?r ctg:matches "hyperlink" ; ctg:snippet ?t }')
    assert row["t"].startswith('=HYPERLINK("http://x") </script><b>bold')


def test_a_past_state_is_searched_in_an_index_of_its_own(client: FlaskClient) -> None:
    query = 'SELECT * { ?r ctg:matches "welding" }'
    assert rows(client, query)
    assert rows(client, query, **{"as-of": "2020-01-01"}) == []


def test_the_description_names_the_properties(client: FlaskClient) -> None:
    described = client.get("/sparql", headers={"Accept": "text/turtle"}).text
    assert "sd:propertyFeature" in described
    for name in ("ctg:matches", "ctg:score", "ctg:snippet"):
        assert name in described


def test_the_ready_made_search_finds_words(client: FlaskClient) -> None:
    found = client.get("/queries/search-by-name?word=nurs*&format=csv").text
    assert [line for line in found.splitlines() if NURSING in line]
    assert WELDING not in found
