"""XML is well-formed and loses nothing, or the answer is 406 and says why.

Python's parser (expat) and rdflib judge it: the parser of Oxigraph reads what no other one does.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from rdflib import Graph
from rdflib.compare import isomorphic

from ctgraph.cli import main
from tests.support.registry import Registry, certificate, ctid_number

RDF_XML, ROWS = "application/rdf+xml", "application/sparql-results+xml"
RECORD = ctid_number(1)
ADDRESSES = [
    f"{stem}/{RECORD}{tail}" for stem in ("/resources", "/graph") for tail in ("", "/versions/1")
]
CARRIED = (
    "a\rb",
    "a\r\nb",
    "\r",
    " \t\n ",
    "<&>'\"]]>",
    "\x7f\x85\u2028\ufdd0\U0001f600",
    "\ud7ff",
)
IMPOSSIBLE = ("\x01", "\x0b", "\x0c", "\x1f", "\x00", "\ufffe", "\uffff")
NAMELESS = ("https://ceds.ed.gov/element/000063", "http://x.example/", "http://x.example/a%20")
RESERVED = "http://www.w3.org/1999/02/22-rdf-syntax-ns#li"


def escaped(text: str) -> str:
    """Return a text as a literal of SPARQL."""
    return '"' + "".join(f"\\U{ord(character):08X}" for character in text) + '"'


def ask(client: FlaskClient, query: str, accept: str) -> Any:
    # An answer that is not read to its end keeps its worker.
    return client.get(
        "/sparql", query_string={"query": query}, headers={"Accept": accept}, buffered=True
    )


@pytest.fixture(scope="module")
def shared(module_registry: Registry, module_client: FlaskClient) -> FlaskClient:
    """A client of a registry with one record."""
    sent = module_client.post(
        module_registry.documents_url,
        json=certificate(1),
        headers=module_registry.authorization,
    )
    assert sent.status_code == 201, sent.json
    module_registry.project()
    return module_client


@pytest.fixture
def publish(registry: Registry, client: FlaskClient) -> Any:
    def publish(**more: Any) -> None:
        document, said = certificate(1, **more), registry.authorization
        answer = client.post(registry.documents_url, json=document, headers=said)
        assert answer.status_code == 201, answer.json
        registry.project()

    return publish


@pytest.mark.parametrize("text", CARRIED)
@pytest.mark.parametrize("path", ADDRESSES)
def test_a_text_of_a_record_comes_back_from_rdf_xml(
    client: FlaskClient, publish: Any, text: str, path: str
) -> None:
    publish(**{"ceterms:alternateName": {"en": [f"x{text}x"]}})
    got = client.get(path, headers={"Accept": RDF_XML})
    assert got.status_code == 200
    found = Graph().parse(data=got.data, format="xml")
    assert f"x{text}x" in {str(value) for value in found.objects()}
    turtle = client.get(path, headers={"Accept": "text/turtle"}).data
    assert isomorphic(found, Graph().parse(data=turtle, format="turtle"))


@pytest.mark.parametrize("text", CARRIED)
def test_a_text_comes_back_from_queries_in_xml(shared: FlaskClient, text: str) -> None:
    rows = ask(shared, f"SELECT ({escaped(text)} AS ?text) {{}}", ROWS)
    assert [e.text for e in ElementTree.fromstring(rows.data).iter() if "literal" in e.tag] == [
        text
    ]
    made = ask(shared, f"CONSTRUCT {{ <urn:s> <urn:x:p> {escaped(text)} }} {{}}", RDF_XML)
    assert [str(v) for v in Graph().parse(data=made.data, format="xml").objects()] == [text]


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_a_character_that_xml_cannot_hold_is_named_in_a_406(shared: FlaskClient, text: str) -> None:
    many = "?s ?p ?o"
    for query, accept in (
        (f"SELECT ({escaped(text)} AS ?text) {{}}", ROWS),
        (f"SELECT ?s ({escaped(text)} AS ?text) {{ {many} }}", ROWS),
        (f"CONSTRUCT {{ <urn:s> <urn:x:p> {escaped(text)} }} {{}}", RDF_XML),
        (f"CONSTRUCT {{ ?s <urn:x:p> {escaped(text)} }} {{ {many} }}", RDF_XML),
    ):
        refused = ask(shared, query, accept)
        assert refused.status_code == 406, query
        assert f"U+{ord(text):04X}" in refused.json["detail"]
        assert accept not in refused.json["available"]
        for other in refused.json["available"]:
            assert ask(shared, query, other).status_code == 200


@pytest.mark.parametrize("property", [*NAMELESS, RESERVED])
def test_a_property_without_a_name_in_xml_is_named_in_a_406(
    module_registry: Registry, shared: FlaskClient, property: str
) -> None:
    query = f"CONSTRUCT {{ <urn:s> <{property}> 1 }} {{}}"
    refused = ask(shared, query, RDF_XML)
    assert refused.status_code == 406
    assert property in refused.json["detail"]
    for other in refused.json["available"]:
        assert ask(shared, query, other).status_code == 200
    assert not [*module_registry.settings.home.rglob("suspect")]  # what was asked is at fault


def test_a_triple_in_a_triple_is_no_fault_of_the_store(
    module_registry: Registry, shared: FlaskClient
) -> None:
    query = "CONSTRUCT { <urn:s> <urn:x:p> <<( <urn:s> <urn:x:p> 1 )>> } {}"
    refused = ask(shared, query, "application/ld+json")
    assert refused.status_code == 406
    assert "urn:x:p" in refused.json["detail"]
    for other in refused.json["available"]:
        assert ask(shared, query, other).status_code == 200
    assert not [*module_registry.settings.home.rglob("suspect")]


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_record_with_such_a_property_is_served_in_every_other_format(
    client: FlaskClient, publish: Any, path: str
) -> None:
    publish(**{"ceds:000063": "x"})
    refused = client.get(path, headers={"Accept": RDF_XML})
    assert refused.status_code == 406
    assert NAMELESS[0] in refused.json["detail"]
    for other in refused.json["available"]:
        assert "000063" in client.get(f"{path}?format={other}").text


def test_the_command_line_says_why_too(registry: Registry, publish: Any) -> None:
    publish(**{"ceds:000063": "x"})
    environment = {"CTGRAPH_HOME": str(registry.settings.home)}
    for command in (
        ["get", RECORD, "--format", "rdfxml"],
        ["query", f"CONSTRUCT {{ ?s <{NAMELESS[0]}> ?o }} {{ ?s ?p ?o }}", "--format", "rdfxml"],
    ):
        ran = CliRunner().invoke(main, command, env=environment)
        assert ran.exit_code != 0
        assert NAMELESS[0] in ran.output
        assert "<rdf:" not in ran.output


def test_a_long_result_in_xml_is_refused_before_its_first_byte(shared: FlaskClient) -> None:
    numbers = " ".join(f"{number}" for number in range(300))
    rows = f"VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }}"
    last = f"BIND (IF(?a = 299 && ?b = 299, {escaped(IMPOSSIBLE[0])}, STR(?a)) AS ?text)"
    for query, accept in (
        (f"SELECT ?a ?b ?text {{ {rows} {last} }}", ROWS),
        (f"CONSTRUCT {{ <urn:s> <urn:x:p> ?text }} {{ {rows} {last} }}", RDF_XML),
    ):
        assert ask(shared, query, accept).status_code == 406
    whole = ask(shared, f"SELECT ?a ?b {{ {rows} }}", ROWS)
    assert len(ElementTree.fromstring(whole.data)[1]) == 300 * 300
