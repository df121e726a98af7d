"""The registry's own terms: all that is said is described, all that is described is said."""

from __future__ import annotations

import csv
import io
import re
import urllib.parse
import urllib.request

import pytest
from flask.testing import FlaskClient
from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import SH

from ctgraph.errors import CtgraphError
from ctgraph.links.model import STRENGTHS
from ctgraph.problem import Rule
from ctgraph.rdf.namespaces import CTG, OWN
from ctgraph.vocab import vocabulary
from ctgraph.vocab.own_terms import OwnTerm, own_terms
from tests.support.paths import ROOT
from tests.support.pathway_graphs import VIAS
from tests.support.registry import Registry, certificate, ctid_number, publish

ONTOLOGY = URIRef("https://w3id.org/ctgraph/terms")
FILE = ROOT / "ctgraph/vocab/terms.ttl"
NAMES = {term.name for term in own_terms()}
FORMATS = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
PARSERS = {"turtle": "turtle", "ntriples": "nt", "rdfxml": "xml", "jsonld": "json-ld"}
NAMED = re.compile(r"(?:\bctg:|\{CTG\}|ctgraph/terms#|\bOWN\.)([A-Za-z][\w-]*)")
USED = """SELECT DISTINCT ?term WHERE {
  { GRAPH ?g { ?s ?term ?o } } UNION { GRAPH ?g { ?s ?p ?term } }
  FILTER(ISIRI(?term) && STRSTARTS(STR(?term), STR(ctg:)))
}"""


def described() -> Graph:
    return Graph().parse(FILE)


def problem_types() -> dict[str, int]:
    """Map each problem type to its HTTP status."""
    errors = [CtgraphError]
    for error in errors:  # it grows on the way
        errors += error.__subclasses__()
    assert len(errors) > 25
    return {error.term: error.status for error in errors}


def named_in_sources() -> set[str]:
    """Return the terms that code and ready-made queries name."""
    files = [
        *ROOT.glob("ctgraph/**/*.py"),
        *ROOT.glob("ctgraph/shapes/*.ttl"),
        *ROOT.glob("ctgraph/web/static/*/*.js"),
        *ROOT.glob("queries/*.rq"),
    ]
    return {name for file in files for name in NAMED.findall(file.read_text("utf-8"))}


def rows(served: str, query: str) -> list[list[str]]:
    """Run a query and return its rows."""
    address = f"{served}/sparql?{urllib.parse.urlencode({'query': query, 'format': 'csv'})}"
    with urllib.request.urlopen(address) as answer:
        return list(csv.reader(io.StringIO(answer.read().decode())))[1:]


@pytest.fixture(scope="module")
def in_sample(served: str) -> set[str]:
    """The terms that the sample registry says something in."""
    return {iri.removeprefix(CTG) for [iri] in rows(served, USED)}


def test_every_term_that_code_and_queries_name_is_described() -> None:
    assert named_in_sources() | set(Rule) <= NAMES


def test_every_term_that_the_sample_registry_says_is_described(in_sample: set[str]) -> None:
    assert {"Record", "Version", "publish", "withdraw", "lacks", "Link"} <= in_sample <= NAMES


def test_every_described_term_is_used(in_sample: set[str]) -> None:
    assert named_in_sources() | set(Rule) | set(problem_types()) | in_sample >= NAMES


@pytest.mark.parametrize("term", list(own_terms()), ids=lambda term: term.name)
def test_the_example_uses_the_term_and_finds_something(
    term: OwnTerm, served: str, in_sample: set[str]
) -> None:
    assert bool(term.example) == (term.subject not in ("The query service", "Reports", "Problems"))
    if term.example:
        assert term.name in NAMED.findall(term.example)
        is_said = term.name in in_sample or term.subject == "Words in queries"
        assert bool(rows(served, term.example)) == is_said


def test_the_rules_are_those_that_reports_name(client: FlaskClient, registry: Registry) -> None:
    withdrawn, absent, many = ctid_number(2), ctid_number(3), range(10, 100)
    publish(registry, range(2, 3), "withdrawn")
    publish(registry, many, "says nothing in return")
    client.delete(f"/resources/documents/{withdrawn}", headers=registry.authorization)
    doubtful = certificate(
        **{
            "ceterms:nmae": "undeclared",
            "ceterms:requiredNumber": 3,
            "ceterms:isNonCredit": {"@value": "2024", "@type": "xsd:gYear"},
            "ceterms:inLanguage": ["xx-ZZ"],
            "ceterms:dateEffective": "2026-05-02",
            "ceterms:expirationDate": "2026-05-01",
            "ceterms:audienceLevelType": [
                {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:targetNodeName": {"en": "Beginner Level"},
                }
            ],
            "ceterms:targetCompetency": [f"http://localhost:8000/resources/{withdrawn}"],
            "ceterms:hasPart": [
                f"http://localhost:8000/resources/{ctid}"
                for ctid in (withdrawn, absent, *map(ctid_number, many))
            ],
        }
    )
    named: set[str] = set()
    empty = {
        "@type": "ceterms:Pathway",
        "ceterms:ctid": ctid_number(4),
        "ceterms:hasPart": [f"http://localhost:8000/resources/{absent}"],
    }
    for document in (doubtful, [certificate(), 1], empty):
        answer = client.post("/validate?format=turtle", json=document)
        components = Graph().parse(data=answer.text).objects(None, SH.sourceConstraintComponent)
        named |= {str(iri).removeprefix(CTG) for iri in components if str(iri).startswith(CTG)}
    assert named == set(Rule)
    assert named == {term.name for term in own_terms() if term.kind == "rule"}


def test_every_problem_type_dereferences(client: FlaskClient) -> None:
    assert {term.name for term in own_terms() if term.kind == "problem"} == set(problem_types())
    for name, status in problem_types().items():
        for media_type, parser in (("text/turtle", "turtle"), ("application/ld+json", "json-ld")):
            answer = client.get(f"/terms/{name}", headers={"Accept": media_type})
            assert answer.status_code == 200
            graph = Graph().parse(data=answer.data, format=parser)
            [comment] = graph.objects(URIRef(f"{CTG}{name}"), RDFS.comment)
            assert str(comment).endswith(f"The HTTP status is {status}.")


def test_a_refusal_names_its_type(client: FlaskClient) -> None:
    problem = client.get("/terms/nonsense").json
    assert problem
    assert problem["type"] == f"{CTG}problem-not-found"
    # A client keeps the fragment when the permanent address redirects it (docs/sparql.md).
    address, _, name = problem["type"].partition("#")
    assert re.fullmatch(r"(terms|shapes)(/[\w.-]+)?/?", address.removeprefix(OWN))
    assert f"ctg:{name}" in client.get("/terms").text


def test_the_documents_list_every_problem_type() -> None:
    page = (ROOT / "docs/problems.md").read_text("utf-8")
    listed = re.findall(r"^\| `(problem-[\w-]+)` \| (\d+) \| (.+) \|$", page, re.MULTILINE)
    assert {name: int(status) for name, status, _ in listed} == problem_types()
    for name, status, meaning in listed:
        term = own_terms().term(name)
        assert term
        assert term.comment == f"{meaning} The HTTP status is {status}."


def test_each_term_is_whole() -> None:
    graph = described()
    assert (ONTOLOGY, RDF.type, OWL.Ontology) in graph
    for term in own_terms():
        iri = URIRef(term.iri)
        assert term.kind, term.name
        assert term.subject, term.name
        for text in (RDFS.label, RDFS.comment):
            [value] = graph.objects(iri, text)
            assert isinstance(value, Literal), term.name
            assert value, term.name
            assert value.language == "en", term.name
        assert term.comment.endswith("."), term.name
        assert list(graph.objects(iri, RDFS.isDefinedBy)) == [ONTOLOGY]
        assert term.kind == "property" or not (term.domain or term.range or term.inverse_of)
    assert {str(subject) for subject in graph.subjects()} == {
        str(ONTOLOGY),
        *(term.iri for term in own_terms()),
    }


def test_what_terms_refer_to_exists() -> None:
    graph = described()
    referred = {
        str(o)
        for p in (RDFS.domain, RDFS.range, RDFS.seeAlso, OWL.inverseOf)
        for o in graph.objects(None, p)
    }
    referred |= {iri for term in own_terms() for iri in term.domain + term.range}
    for iri in referred:
        if iri.startswith(CTG):
            assert iri.removeprefix(CTG) in NAMES
        elif iri.startswith("https://purl.org/ctdl/"):
            assert vocabulary().term(iri), iri
    for one, other in graph.subject_objects(OWL.inverseOf):
        assert (other, OWL.inverseOf, one) in graph


def test_literal_values_are_listed_where_their_property_is_described() -> None:
    for name, values in (("strength", STRENGTHS), ("via", VIAS)):
        term = own_terms().term(name)
        assert term
        assert tuple(re.findall(r'"(\w+)"', term.comment)) == values


@pytest.mark.parametrize("name", FORMATS)
def test_every_rdf_format_says_the_same(name: str, client: FlaskClient) -> None:
    for how in ({"headers": {"Accept": FORMATS[name]}}, {"query_string": {"format": name}}):
        answer = client.get("/terms", **how)
        assert answer.status_code == 200
        assert answer.mimetype == FORMATS[name]
        assert "Accept" in answer.vary
        assert isomorphic(Graph().parse(data=answer.data, format=PARSERS[name]), described())
        answer = client.get("/terms/precedes", **how)
        assert answer.status_code == 200
        assert answer.mimetype == FORMATS[name]
        found = Graph().parse(data=answer.data, format=PARSERS[name])
        assert set(found) == set(described().triples((URIRef(f"{CTG}precedes"), None, None)))


def test_programs_that_take_anything_get_turtle(client: FlaskClient) -> None:
    assert client.get("/terms").data == FILE.read_bytes()
    assert client.get("/terms/Link").mimetype == "text/turtle"


def test_json(client: FlaskClient) -> None:
    listed = client.get("/terms?format=json").json
    assert listed
    assert {term["name"] for term in listed["terms"]} == NAMES
    one = client.get("/terms/succeeds", headers={"Accept": "application/json"}).json
    assert one in listed["terms"]
    assert one
    assert one["inverseOf"] == f"{CTG}precedes"


def test_the_page_has_a_place_for_each_term(client: FlaskClient) -> None:
    page = client.get("/terms", headers={"Accept": "text/html"}).text
    for name in NAMES:
        assert page.count(f' id="{name}">') == 1, name
    places = re.findall(r' id="([\w-]+)"', page)
    assert len(places) == len(set(places))
    for link in re.findall(r'href="#([\w-]+)"', page):
        assert link in places


def test_a_browser_is_led_to_the_place_of_the_term(client: FlaskClient) -> None:
    answer = client.get("/terms/one-sided", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.location) == (303, "/terms#one-sided")
    assert "Accept" in answer.vary


@pytest.mark.parametrize("path", ["/terms/preceeds", "/terms/Precedes", "/terms/%23"])
def test_there_are_no_other_terms(path: str, client: FlaskClient) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_other_formats_are_refused(client: FlaskClient) -> None:
    for path in ("/terms", "/terms/owner"):
        for how in ({"headers": {"Accept": "image/png"}}, {"query_string": {"format": "csv"}}):
            answer = client.get(path, **how)
            assert answer.status_code == 406
            assert answer.json
            assert "text/turtle" in answer.json["available"]
