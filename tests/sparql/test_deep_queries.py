"""Deep queries are refused before they reach a worker, and long flat ones are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ctgraph.errors import (
    QueryError,
)
from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings
from ctgraph.sparql.pool import QueryPool
from ctgraph.sparql.query import MAX_LEVELS, Query, depth
from tests.support.outcome import outcome
from tests.support.registry import Registry, ctid_number

PATIENCE = 120.0
"""How long a slow machine may take, in seconds."""


NESTED: dict[str, Callable[[int], str]] = {
    "groups": lambda n: "SELECT * {" + "{" * n + "}" * n + "}",
    "parentheses": lambda n: "ASK { FILTER(" + "(" * n + "1" + ")" * n + ") }",
    "negations": lambda n: "ASK { FILTER(" + "!(" * n + "true" + ")" * n + ") }",
    "signs": lambda n: "ASK { FILTER(" + "-(" * n + "1" + ")" * n + ") }",
    "exists": lambda n: "ASK { ?s ?p ?o " + "FILTER EXISTS { ?s ?p ?o " * n + "}" * n + "}",
    "optional": lambda n: "ASK { ?s ?p ?o " + "OPTIONAL { ?s ?p ?o " * n + "}" * n + "}",
    "selects": lambda n: "SELECT * {" + "{ SELECT * { " * n + "?s ?p ?o" + "}}" * n + "}",
    "if": lambda n: "ASK { FILTER(" + "IF(true," * n + "1" + ",2)" * n + ") }",
    "functions": lambda n: "ASK { ?s ?p ?o FILTER(" + "STR(" * n + "?s" + ")" * n + " = '') }",
    "paths": lambda n: "ASK { ?s " + "(" * n + "<urn:p>" + ")*" * n + " ?o }",
    "blank nodes": lambda n: "ASK { ?s ?p " + "[ <urn:p> " * n + "1" + "]" * n + " }",
    "lists": lambda n: "ASK { ?s ?p " + "(" * n + "1" + ")" * n + " }",
    "quoted": lambda n: "ASK { ?s ?p " + "<<( ?s ?p " * n + "1" + " )>>" * n + " }",
}
FLAT: dict[str, str] = {
    "values": "SELECT * { VALUES (?a ?b) {" + "(1 <urn:x>)" * 10_000 + "} } LIMIT 1",
    "unions": "ASK {" + " UNION ".join(["{ ?s <urn:p> 1 }"] * 2_000) + "}",
    "filters": "ASK { ?s ?p ?o " + "FILTER(?s != ?o) " * 2_000 + "}",
    "or": "ASK { ?s <urn:p> ?o FILTER(" + " || ".join(["(?s = ?o)"] * 2_000) + ") }",
    "string": "ASK { ?s ?p '''" + "({[" * 5_000 + "''' }",
    "iri": "ASK { ?s ?p <urn:x:" + "(" * 5_000 + "> }",
    "comment": "ASK { ?s ?p ?o } #" + "({[" * 5_000,
    "names": "PREFIX e: <urn:e> ASK { VALUES ?s { " + "e:a\\(b " * 1_000 + "} }",
}


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryPool]:
    settings = load_settings(home=tmp_path_factory.mktemp("deep") / "home", query_timeout=PATIENCE)
    ledger = Ledger.initialise(settings)
    Registry(settings, ledger, ledger.organizations.add("Test", ctid_number(0)), "").project()
    pool = QueryPool(settings)
    yield pool
    pool.close()


@pytest.mark.parametrize("kind", NESTED)
@pytest.mark.parametrize("levels", [MAX_LEVELS + 1, 20_000])
def test_a_query_nested_too_deep_never_reaches_a_worker(
    pool: QueryPool, kind: str, levels: int
) -> None:
    with pytest.raises(QueryError, match=f"at most {MAX_LEVELS}") as raised:
        pool.run(Query(NESTED[kind](levels)))
    assert raised.value.status == 400
    assert "flatter" in str(raised.value)


@pytest.mark.parametrize("kind", NESTED)
def test_a_query_nested_as_deep_as_it_may_be_ends_no_worker(pool: QueryPool, kind: str) -> None:
    # Brackets of the query itself, and those that come in pairs, count too.
    query = NESTED[kind](MAX_LEVELS // 2 - 3)
    before = [worker for worker, _ in pool._crew._idle]
    answer = outcome(lambda: b"".join(pool.run(Query(query))), QueryError)
    assert answer if isinstance(answer, bytes) else "parse" in answer.message
    assert not before or [worker for worker, _ in pool._crew._idle] == before


@pytest.mark.parametrize("kind", FLAT)
def test_long_flat_queries_are_not_deep(pool: QueryPool, kind: str) -> None:
    assert depth(FLAT[kind]) <= 4
    assert b"".join(pool.run(Query(FLAT[kind])))


def test_brackets_written_with_escapes_count(pool: QueryPool) -> None:
    query = NESTED["parentheses"](300).replace("(", "\\u0028").replace(")", "\\U00000029")
    with pytest.raises(QueryError, match=r"30\d levels"):
        pool.run(Query(query))


def test_a_worker_that_overflows_its_stack_tells_of_the_query(
    pool: QueryPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If something deep slips through, it is still no reason to try it again."""
    monkeypatch.setattr("ctgraph.sparql.query.MAX_LEVELS", 10**9)
    with pytest.raises(QueryError, match="nested too deeply"):
        pool.run(Query(NESTED["functions"](60_000)))
    assert b"".join(pool.run(Query("ASK {}")))
