"""Terms that no vocabulary here has: the header and the command line name them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.sparql.stored_queries import SHIPPED
from ctgraph.sparql.unknown_terms import MAX_TERMS, unknown_terms
from tests.support.registry import Registry

CTDL = "https://purl.org/ctdl/terms/"


@pytest.fixture(scope="module")
def queried(module_registry: Registry, module_client: FlaskClient) -> FlaskClient:
    """A client of a registry that answers queries."""
    module_registry.project()
    return module_client


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELECT * { ?s ceterms:ownedByy ?o }", "ceterms:ownedByy (did you mean ceterms:ownedBy?)"),
        ("ASK { ?s a ceterms:license }", "ceterms:license (did you mean ceterms:License?)"),
        ("ASK { ?s ctg:preceeds ?o }", "ctg:preceeds (did you mean ctg:precedes?)"),
        ("ASK { ?s ceterms:zzzzzz ?o }", "ceterms:zzzzzz"),
        ("ASK { ?s ceterms:hasSkil ?o }", "ceterms:hasSkil"),
        (f"ASK {{ ?s <{CTDL}nme> ?o }}", "ceterms:nme (did you mean ceterms:name?)"),
        (f"PREFIX c: <{CTDL}> ASK {{ ?s c:nme ?o }}", "ceterms:nme (did you mean ceterms:name?)"),
        ("ASK { ?s ceterms:näme ?o }", "ceterms:näme (did you mean ceterms:name?)"),
    ],
)
def test_the_header_names_a_term_that_does_not_exist(
    queried: FlaskClient, query: str, told: str
) -> None:
    client = queried
    for _ in range(2):  # the second answer comes from the cache
        answer = client.get("/sparql", query_string={"query": query})
        assert answer.status_code == 200
        assert unquote(answer.headers["Ctgraph-Unknown-Terms"]) == told
    posted = client.post("/sparql", data={"query": query})
    assert unquote(posted.headers["Ctgraph-Unknown-Terms"]) == told
    unchanged = client.get(
        "/sparql", query_string={"query": query}, headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert unchanged.status_code == 304
    assert unquote(unchanged.headers["Ctgraph-Unknown-Terms"]) == told


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ceterms:ownedBy ?o }",
        "SELECT * { ?s ceterms:name 'ceterms:nme' } # ceterms:nme",
        "PREFIX ceterms: <https://example.org/> SELECT * { ?s ceterms:nme ?o }",
        "SELECT * { ?s dct:nothing ?o ; <https://example.org/ceterms:nme> ?x }",
        f"SELECT ?p {{ ?s ?p ?o FILTER(STRSTARTS(STR(?p), STR(<{CTDL}>))) }}",
        "SELECT ?p { ?s ?p ?o FILTER(STRSTARTS(STR(?p), STR(ceterms:))) }",
        "SELECT * { ?s ceasn:hasPart ?o ; a ceterms:SelectionComponent }",  # former names
    ],
)
def test_nothing_is_said_of_other_queries(queried: FlaskClient, query: str) -> None:
    answer = queried.get("/sparql", query_string={"query": query})
    assert answer.status_code == 200
    assert "Ctgraph-Unknown-Terms" not in answer.headers


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.rq")), ids=lambda file: file.stem)
def test_the_ready_made_queries_have_only_terms_that_exist(file: Path) -> None:
    assert unknown_terms(file.read_text("utf-8")) == ()


def test_a_few_terms_are_named() -> None:
    many = " ".join(f"?s ceterms:zz{number} ?o{number} ." for number in range(2 * MAX_TERMS))
    assert len(unknown_terms(f"SELECT * {{ {many} }}")) == MAX_TERMS
    assert unknown_terms(f"SELECT * {{ ?s ceterms:{'z' * 100} ?o }}") == ()


@given(st.text(st.sampled_from("ceterms:nam'\"\\<>#{}?ü .\n")))
def test_every_text_is_looked_through(text: str) -> None:
    assert all(one.term.startswith("ceterms:") for one in unknown_terms(text))


def test_the_command_line_names_it(run: Callable[..., Any]) -> None:
    asked = run("query", "SELECT ?n { ?s ceterms:nme ?n }")
    assert asked.exit_code == 0
    assert asked.stdout.strip() == "n"
    assert asked.stderr == "Not in the vocabulary: ceterms:nme (did you mean ceterms:name?)\n"
