"""The page of a query: who gets it, and what it knows. Programs get the result at its address."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.registry import Registry, certificate

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
QUERY = "SELECT ?n {\n  ?s ceterms:name ?n # </textarea>\n}"


@pytest.fixture(scope="module")
def asked(module_registry: Registry, module_client: FlaskClient) -> FlaskClient:
    """A client of a registry with a record that queries find."""
    registry, client = module_registry, module_client
    sent = client.post(registry.documents_url, json=certificate(1), headers=registry.authorization)
    assert sent.status_code == 201
    registry.project()
    return client


def ask(client: FlaskClient, accept: str | None, **parameters: str) -> TestResponse:
    headers = {"Accept": accept} if accept else {}
    return client.get("/sparql", query_string={"query": QUERY, **parameters}, headers=headers)


def known_to(answer: TestResponse) -> Any:
    """Return what the scripts of a page know of the registry."""
    found = re.search(r'id="registry">(.*?)</script>', answer.text)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("times", [1, 2])
def test_a_browser_gets_the_page_with_the_query(asked: FlaskClient, times: int) -> None:
    for _ in range(times):
        answer = ask(asked, BROWSER)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert QUERY.replace("</textarea>", "&lt;/textarea&gt;") in answer.text
    assert known_to(answer)["runs"] is True
    assert known_to(asked.get("/sparql", headers={"Accept": BROWSER}))["runs"] is False


@pytest.mark.parametrize(
    "query", ["CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", "ASK {}", "SELECT {", "nonsense"]
)
def test_every_query_has_its_page(asked: FlaskClient, query: str) -> None:
    answer = ask(asked, BROWSER, query=query)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert query in answer.text


@pytest.mark.parametrize(
    ("accept", "parameters", "media_type"),
    [
        (None, {}, "application/sparql-results+json"),
        ("*/*", {}, "application/sparql-results+json"),
        ("application/sparql-results+json, text/html;q=0.5", {}, "application/sparql-results+json"),
        ("text/csv, text/html;q=0.9", {}, "text/csv"),
        ("text/html;q=0.1, application/sparql-results+xml", {}, "application/sparql-results+xml"),
        (BROWSER, {"format": "csv"}, "text/csv"),
        (BROWSER, {"format": "json"}, "application/sparql-results+json"),
        (BROWSER, {"format": "html"}, "text/plain"),
    ],
)
def test_programs_get_the_result(
    asked: FlaskClient, accept: str | None, parameters: dict[str, str], media_type: str
) -> None:
    ask(asked, BROWSER)  # the page of the same query is no answer to a program
    answer = ask(asked, accept, **parameters)
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert "Certificate" in answer.text
    assert "Accept" in answer.headers["Vary"]


def test_a_form_that_is_posted_gets_the_result_as_text(asked: FlaskClient) -> None:
    answer = asked.post("/sparql", data={"query": QUERY}, headers={"Accept": BROWSER})
    assert answer.mimetype == "text/plain"


def test_the_page_asks_with_the_parameters_of_its_link(asked: FlaskClient) -> None:
    wishes = {"as-of": "2026-05-01", "timeout": "5", "default-graph-uri": "http://x.example/g"}
    answer = ask(asked, BROWSER, **wishes)
    assert known_to(answer)["wishes"] == {name: [value] for name, value in wishes.items()}
    for name, value in wishes.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in answer.text
        assert f"<code>{name}={value}</code>" in answer.text


def test_the_editor_knows_the_terms_and_prefixes_of_the_registry(asked: FlaskClient) -> None:
    known = known_to(ask(asked, BROWSER))
    assert {"ceterms:License", "ceterms:name", "ctg:precedes", "ctg:Record"} <= {*known["terms"]}
    assert {term.split(":")[0] for term in known["terms"]} <= known["prefixes"].keys()
    assert not any("problem" in term for term in known["terms"])


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELECT * {\n  ?s ceterm:name ?n\n}", 2, 6),
        ("SELECT * {\n  ?s ?p ??\n}", 2, 11),
        ("SELECT *\n{ ?s ?p ?o }\nORDER", 3, 6),
        ("SELECT", 1, 7),
    ],
)
def test_a_query_that_does_not_parse_names_its_place(
    asked: FlaskClient, query: str, line: int, column: int
) -> None:
    problem = ask(asked, None, query=query).json
    assert problem
    assert (problem["line"], problem["column"]) == (line, column)
    assert f"{line}:{column}" in problem["detail"]
