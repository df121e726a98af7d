"""The W3C's tests of SPARQL 1.1, as far as they are about queries, run through the HTTP face."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from _pytest.mark import ParameterSet
from flask.testing import FlaskClient
from rdflib.namespace import RDF
from werkzeug.test import TestResponse

from ctgraph.ledger import Ledger
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.paths import shared
from tests.support.w3c import BASE, BOOLEAN, Case, Suite, by_value, comparable, ordered, read_result

# Reading the suite is how the tests come to be, so its absence skips all of them at once.
try:
    SUITE = Suite(shared("w3c/sparql11"))
except pytest.skip.Exception as absent:
    pytest.skip(str(absent), allow_module_level=True)

FOLDERS = [
    "aggregates",
    "bind",
    "bindings",
    "cast",
    "construct",
    "csv-tsv-res",
    "exists",
    "functions",
    "grouping",
    "json-res",
    "negation",
    "project-expression",
    "property-path",
    "subquery",
    "syntax-query",
]

VALUES = "keeps numbers and booleans by value, and writes them in one form: 1 for 1.0"
DERIVED = "keeps a number of a type derived from xsd:integer as xsd:integer; and 1.0e6 as 1000000"
TAGGED = "gives GROUP_CONCAT of texts in one language that language, as SPARQL 1.2 has it"
OUTER = "lets what is inside GRAPH ?g see ?g, and leaves it unbound where nothing there binds it"
ABSENT = "finds no path of length zero from a term that is not in the data"

# What pyoxigraph itself gets wrong, by test, and why.
EXPECTED_FAILURES = {
    "aggregates/agg-avg-02": VALUES,
    "aggregates/agg-empty-group-count-graph": OUTER,
    "aggregates/agg-err-02": VALUES,
    "aggregates/agg-groupconcat-04": TAGGED,
    "aggregates/agg-groupconcat-06": TAGGED,
    "aggregates/agg-max-01": VALUES,
    "aggregates/agg-max-02": VALUES,
    "aggregates/agg-max-distinct": VALUES,
    "aggregates/agg-min-01": VALUES,
    "aggregates/agg-min-02": VALUES,
    "aggregates/agg-min-distinct": VALUES,
    "aggregates/agg-sum-02": VALUES,
    "bindings/graph": OUTER,
    "cast/cast-bool": VALUES,
    "cast/cast-decimal": VALUES,
    "cast/cast-double": VALUES,
    "cast/cast-float": VALUES,
    "cast/cast-int": VALUES,
    "cast/cast-string": VALUES,
    "csv-tsv-res/tsv03": DERIVED,
    "functions/bnode01": "gives BNODE of one text one node in all solutions, not one in each",
    "functions/coalesce01": VALUES,
    "functions/plus-1-corrected": VALUES,
    "functions/plus-2-corrected": VALUES,
    "negation/graph-minus": OUTER,
    "property-path/zero_or_more_set_end": ABSENT,
    "property-path/zero_or_more_set_start": ABSENT,
    "property-path/zero_or_one_set_end": ABSENT,
    "property-path/zero_or_one_set_start": ABSENT,
    "syntax-query/test_4": "runs no query that calls a function it does not know",
}

CASES = [case for folder in FOLDERS for case in SUITE.cases(folder)]
EVALUATION = [c for c in CASES if c.kind in ("QueryEvaluationTest", "CSVResultFormatTest")]
POSITIVE = [case for case in CASES if case.kind == "PositiveSyntaxTest11"]
NEGATIVE = [case for case in CASES if case.kind == "NegativeSyntaxTest11"]
EXCHANGES = {name: e for name, e in SUITE.exchanges().items() if "update" not in name}

JSON, XML, CSV, TSV = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
SUFFIXES = {JSON: ".srj", XML: ".srx", CSV: ".csv", TSV: ".tsv"}
N_TRIPLES = "application/n-triples"
# What the suite's words for the format of a response mean.
FORMATS = {
    "boolean": {JSON, XML},
    "tabular": {JSON, XML, CSV, TSV},
    "RDF": {"application/rdf+xml", "text/turtle", N_TRIPLES},
}

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
# Service Description, section 3: the domain and the range of each property.
PROPERTIES = {
    "endpoint": ("Service", ""),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", "EntailmentRegime"),
    "entailmentRegime": ("NamedGraph", "EntailmentRegime"),
    "defaultSupportedEntailmentProfile": ("Service", "EntailmentProfile"),
    "supportedEntailmentProfile": ("NamedGraph", "EntailmentProfile"),
    "extensionFunction": ("Service", "Function"),
    "extensionAggregate": ("Service", "Aggregate"),
    "languageExtension": ("Service", "Feature"),
    "supportedLanguage": ("Service", "Language"),
    "propertyFeature": ("Service", "Feature"),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "resultFormat": ("Service", ""),
    "inputFormat": ("Service", ""),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("GraphCollection", "NamedGraph"),
    "name": ("NamedGraph", ""),
    "graph": ("NamedGraph", "Graph"),
}
# Section 3.3: what the vocabulary itself has of some classes.
INSTANCES = {
    "Language": {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"},
    "Feature": {
        "DereferencesURIs",
        "UnionDefaultGraph",
        "RequiresDataset",
        "EmptyGraphs",
        "BasicFederatedQuery",
    },
}


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of a registry whose named graphs are the data files of the suite."""
    settings = load_settings(home=tmp_path_factory.mktemp("sparql-suite"))
    Ledger.initialise(settings)
    store_folder = store_folder_of(settings)
    snapshot = store_folder.prepare(0)
    store = ox.Store(str(store_folder.live))
    store.bulk_extend(SUITE.data(CASES))
    store.backup(str(snapshot))
    store_folder.switch(snapshot)
    return create_app(settings).test_client()


def ask(endpoint: FlaskClient, case: Case, accept: str) -> TestResponse:
    """Send the query of a test, with its dataset in the way of the protocol."""
    query = SUITE.query(case)
    dataset = [("default-graph-uri", f"{BASE}{file}") for file in case.data]
    dataset += [("named-graph-uri", f"{BASE}{file}") for file in case.graphs]
    if re.search(r"^\s*FROM\b", query, re.IGNORECASE | re.MULTILINE):
        dataset = []  # for it would take the place of the query's own
    elif not dataset:
        dataset = [("default-graph-uri", f"{BASE}nothing")]
    return endpoint.post(
        "/sparql",
        query_string=dataset,
        data=query.encode(),
        headers={"Accept": accept},
        content_type="application/sparql-query",
        buffered=True,
    )


def read(response: TestResponse, ordered: bool = False) -> list[ox.Triple]:
    """Return the result in a response as a graph."""
    assert response.status_code == 200, response.text
    if response.mimetype == N_TRIPLES:
        return [quad.triple for quad in ox.parse(response.data, format=ox.RdfFormat.N_TRIPLES)]
    return read_result(response.data, SUFFIXES[response.mimetype], ordered)


def found_and_expected(
    endpoint: FlaskClient, case: Case
) -> tuple[list[ox.Triple], list[ox.Triple]]:
    suffix, in_order = Path(case.result).suffix, ordered(SUITE.query(case))
    accept = {".csv": CSV, ".tsv": TSV}.get(suffix, f"{JSON}, {N_TRIPLES}")
    response = ask(endpoint, case, accept)
    assert response.mimetype
    assert response.mimetype in accept, response.text
    return read(response, in_order), SUITE.expected(case, in_order)


def parameters(cases: list[Case], marked: bool = False) -> list[ParameterSet]:
    """Return tests as parameters.

    :param marked: whether those of EXPECTED_FAILURES have to fail.
    """
    found = []
    for case in cases:
        reason = EXPECTED_FAILURES.get(case.name) if marked else None
        marks = [pytest.mark.xfail(reason=f"pyoxigraph {reason}", strict=True)] if reason else []
        found.append(pytest.param(case, id=case.name, marks=marks))
    return found


def test_the_suite_is_whole() -> None:
    names = [case.name for case in CASES] + [f"protocol/{name}" for name in EXCHANGES]
    assert Counter(name.partition("/")[0] for name in names) == {
        "aggregates": 47,
        "bind": 10,
        "bindings": 11,
        "cast": 6,
        "construct": 7,
        "csv-tsv-res": 6,
        "exists": 6,
        "functions": 75,
        "grouping": 6,
        "json-res": 4,
        "negation": 12,
        "project-expression": 7,
        "property-path": 33,
        "protocol": 20,
        "subquery": 14,
        "syntax-query": 94,
    }
    assert len(set(names)) == len(names)
    assert len(EVALUATION) + len(POSITIVE) + len(NEGATIVE) == len(CASES)
    assert set(EXPECTED_FAILURES) <= set(names)
    assert SUITE.entries("service-description") == {
        "returns-rdf",
        "has-endpoint-triple",
        "conforms-to-schema",
    }


@pytest.mark.parametrize("case", parameters(EVALUATION, marked=True))
def test_a_query_has_the_result_that_the_suite_says(endpoint: FlaskClient, case: Case) -> None:
    found, expected = found_and_expected(endpoint, case)
    assert comparable(found) == comparable(expected)


@pytest.mark.parametrize(
    "case", parameters([c for c in EVALUATION if EXPECTED_FAILURES.get(c.name) == VALUES])
)
def test_values_in_another_form_are_the_same(endpoint: FlaskClient, case: Case) -> None:
    found, expected = found_and_expected(endpoint, case)
    assert comparable(by_value(found)) == comparable(by_value(expected))


@pytest.mark.parametrize("accept", [XML, TSV])
@pytest.mark.parametrize(
    "case", parameters([c for c in EVALUATION if not c.result.endswith((".ttl", ".rdf"))])
)
def test_other_formats_say_the_same_as_json(endpoint: FlaskClient, case: Case, accept: str) -> None:
    in_order = ordered(SUITE.query(case))
    json, other = ask(endpoint, case, JSON), ask(endpoint, case, accept)
    assert (json.mimetype, other.mimetype) == (JSON, accept)
    assert comparable(read(other, in_order)) == comparable(read(json, in_order))


@pytest.mark.parametrize("case", parameters(POSITIVE, marked=True))
def test_right_syntax_is_accepted(endpoint: FlaskClient, case: Case) -> None:
    response = ask(endpoint, case, f"{JSON}, {N_TRIPLES}")
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("case", parameters(NEGATIVE))
def test_wrong_syntax_is_refused_with_its_place(endpoint: FlaskClient, case: Case) -> None:
    response = ask(endpoint, case, f"{JSON}, {N_TRIPLES}")
    assert response.status_code == 400, response.text
    assert response.mimetype == "application/problem+json"
    assert re.search(r"line \d+", response.json["detail"]), response.text


def test_a_function_that_is_unknown_is_named(endpoint: FlaskClient) -> None:
    case = next(case for case in POSITIVE if case.name == "syntax-query/test_4")
    response = ask(endpoint, case, JSON)
    assert response.status_code == 400, response.text
    assert "http://example/function" in response.json["detail"]


@pytest.mark.parametrize("name", EXCHANGES)
def test_the_protocol_is_kept(endpoint: FlaskClient, name: str) -> None:
    for exchange in EXCHANGES[name]:
        response = endpoint.open(
            "/sparql",
            method=exchange.method,
            query_string=exchange.query,
            data=exchange.body,
            headers=exchange.headers,
            buffered=True,
        )
        assert str(response.status_code)[0] in exchange.statuses, response.text
        if response.status_code >= 400:
            assert response.mimetype == "application/problem+json"
        if exchange.format:
            assert response.mimetype in FORMATS[exchange.format]
        if exchange.boolean:
            [(_, predicate, value)] = read(response)
            assert (predicate, value.value) == (BOOLEAN, exchange.boolean)


@pytest.fixture(scope="session")
def description(endpoint: FlaskClient) -> rdflib.Graph:
    """What the endpoint says of itself (the suite's test returns-rdf)."""
    response = endpoint.get(
        "/sparql",
        base_url="http://localhost:8000",
        headers={"Accept": "text/turtle"},
        buffered=True,
    )
    assert (response.status_code, response.mimetype) == (200, "text/turtle"), response.text
    return rdflib.Graph().parse(data=response.text, format="turtle")


def test_the_endpoint_describes_itself_in_rdf(description: rdflib.Graph) -> None:
    assert len(list(description.subjects(RDF.type, SD.Service))) == 1


def test_the_description_has_the_triple_of_the_endpoint(description: rdflib.Graph) -> None:
    [service] = description.subjects(RDF.type, SD.Service)
    assert list(description.objects(service, SD.endpoint)) == [
        rdflib.URIRef("http://localhost:8000/sparql")
    ]


def test_the_description_conforms_to_the_schema(description: rdflib.Graph) -> None:
    def own(term: object) -> str:
        return str(term).removeprefix(SD) if str(term).startswith(SD) else ""

    def is_a(node: rdflib.term.Node, kind: str) -> bool:
        classes = {own(c) for c in description.objects(node, RDF.type)}
        if "Dataset" in classes:
            classes.add("GraphCollection")  # of which it is a subclass
        return kind in classes or own(node) in INSTANCES.get(kind, ())

    used = [(s, own(p), o) for s, p, o in description if own(p)]
    assert {name for _, name, _ in used} <= set(PROPERTIES)
    for subject, name, value in used:
        domain, extent = PROPERTIES[name]
        assert is_a(subject, domain), (subject, name)
        assert not isinstance(value, rdflib.Literal), (name, value)
        assert not extent or is_a(value, extent), (name, value)
        if name.endswith("Format"):
            assert str(value).startswith("http://www.w3.org/ns/formats/"), value
