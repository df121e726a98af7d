"""rdflib: records by their URI in every format, and the endpoint as a store."""

from __future__ import annotations

import pytest
from rdflib import RDF, Dataset, Graph, URIRef
from rdflib.compare import isomorphic
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from tests.support.clients import CTID, LICENSE, LICENSES, need_official_context, triples

PATHS = [f"/resources/{CTID}", f"/graph/{CTID}"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("format", [None, "turtle", "ttl", "xml", "nt", "n3"])
def test_a_graph_reads_a_uri(site: str, path: str, format: str | None) -> None:
    found = Graph().parse(f"{site}{path}", format=format)
    assert len(found) > 50
    assert isomorphic(found, triples(site, path))


def test_a_graph_reads_trig_of_an_entity(site: str) -> None:
    found = Graph().parse(f"{site}/resources/{CTID}", format="trig")
    assert isomorphic(found, triples(site, f"/resources/{CTID}"))


def test_a_graph_reads_json_ld(site: str) -> None:
    need_official_context()
    found = Graph().parse(f"{site}/resources/{CTID}", format="json-ld")
    assert isomorphic(found, triples(site, f"/resources/{CTID}"))


# For these formats rdflib asks for all formats equally, so the address names them.
@pytest.mark.parametrize(("extension", "format"), [("nq", "nquads"), ("nt", "nt11")])
def test_a_graph_reads_an_address_with_an_extension(site: str, extension: str, format: str) -> None:
    found = Graph().parse(f"{site}/resources/{CTID}.{extension}", format=format)
    assert isomorphic(found, triples(site, f"/resources/{CTID}"))


@pytest.mark.parametrize(("extension", "format"), [("nq", "nquads"), ("trig", "trig")])
def test_a_dataset_reads_the_named_graph_of_a_document(
    site: str, extension: str, format: str
) -> None:
    found = Dataset()
    found.parse(f"{site}/graph/{CTID}.{extension}", format=format)
    name = URIRef(f"{site}/graph/{CTID}")
    assert isomorphic(found.graph(name), triples(site, f"/graph/{CTID}"))


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("format", ["xml", "json"])
def test_the_endpoint_is_a_store(site: str, method: str, format: str) -> None:
    graph = Graph(SPARQLStore(f"{site}/sparql", method=method, returnFormat=format))
    assert len(list(graph.query(f"SELECT ?s {{ ?s a <{LICENSE}> }}"))) == LICENSES
    assert bool(graph.query(f"ASK {{ ?s a <{LICENSE}> }}"))
    assert not bool(graph.query("ASK { ?s a <urn:none> }"))
    assert len(set(graph.subjects(RDF.type, URIRef(LICENSE)))) == LICENSES


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("format", ["csv", "tsv"])
def test_rows_come_as_text(site: str, method: str, format: str) -> None:
    store = SPARQLStore(f"{site}/sparql", method=method, returnFormat=format)
    assert len(list(store.query(f"SELECT ?s {{ ?s a <{LICENSE}> }}"))) == LICENSES


def test_triples_come_as_a_graph(site: str) -> None:
    store = SPARQLStore(f"{site}/sparql")
    found = store.query(f"CONSTRUCT {{ ?s a <{LICENSE}> }} WHERE {{ ?s a <{LICENSE}> }}")
    assert found.graph is not None
    assert len(found.graph) == LICENSES
