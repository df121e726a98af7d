"""Where the engine differs from SPARQL 1.1, as docs/sparql.md says.

A test that fails here means that the engine was mended: then the page changes too.
"""

from __future__ import annotations

import pytest

from tests.support.registry import Registry, ctid_number, fill

HERE = f"<http://localhost:8000/resources/{ctid_number(1)}>"


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT ?y { <urn:x> ctg:precedes* ?y }", []),  # and <urn:x> by section 18.4
        ("SELECT ?y { { BIND (<urn:x> AS ?y) } UNION { <urn:x> ctg:precedes+ ?y } }", ["urn:x"]),
        (f"SELECT ?y {{ {HERE} ctg:precedes* ?y }}", [HERE.strip("<>")]),
        (f"SELECT ?n {{ {HERE} ceterms:name 'Certificate 1'@en-US BIND (1 AS ?n) }}", ["1"]),
        (f"SELECT (LANG(?n) AS ?l) {{ {HERE} ceterms:name ?n }}", ["en-us"]),
        (f"SELECT ?n {{ {HERE} ceterms:name ?n FILTER (LANG(?n) = 'en-US') }}", []),
        (
            f"SELECT ?n {{ {HERE} ceterms:name ?n FILTER (LANGMATCHES(LANG(?n), 'en-US')) }}",
            ["Certificate 1"],
        ),
        ("SELECT ('16777217'^^xsd:float AS ?x) {}", ["16777216"]),
        ("SELECT ('123456789.123456789'^^xsd:decimal AS ?x) {}", ["123456789.123456789"]),
    ],
)
def test_the_engine_answers_as_the_page_says(
    registry: Registry, query: str, rows: list[str]
) -> None:
    client = fill(registry, 1)
    answer = client.get("/sparql", query_string={"query": query, "format": "csv"})
    assert answer.status_code == 200, answer.text
    assert answer.text.split("\r\n")[1:-1] == rows
