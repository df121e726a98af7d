"""The links of a document as RDF."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.pathway_service import (
    BROWSER,
    LADDER,
    NURSING,
    RIVERBEND,
    RN,
    STANDARDS,
    answer,
)


@pytest.mark.parametrize("name", ["turtle", "ntriples", "rdfxml", "jsonld"])
@pytest.mark.parametrize("record", [NURSING, RN, LADDER, STANDARDS[0], RIVERBEND])
def test_links_are_what_the_named_graph_says(client: FlaskClient, record: str, name: str) -> None:
    found = client.get(f"/links/{record}?format={name}")
    assert found.status_code == 200
    assert "Accept" in found.vary
    format = ox.RdfFormat.from_media_type(str(found.mimetype))
    graph = f"GRAPH <http://localhost:8000/links/{record}>"
    query = f"CONSTRUCT {{ ?s ?p ?o }} {{ {graph} {{ ?s ?p ?o }} }}"
    asked = client.get("/sparql", query_string={"query": query, "format": "ntriples"})
    assert triples(found, format) == triples(asked, ox.RdfFormat.N_TRIPLES)
    assert bool(triples(found, format)) == (record != RIVERBEND)


def triples(found: TestResponse, format: ox.RdfFormat | None) -> set[str]:
    assert format
    quads = ox.parse(found.data, format=format)
    dataset = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


def test_links_have_one_address_a_document(client: FlaskClient) -> None:
    component = answer(client, f"/pathways/{LADDER}/structure")["components"][0]["id"]
    for other in (component, LADDER.upper(), component.upper()):
        found = client.get(f"/links/{other}?format=turtle")
        assert (found.status_code, found.location) == (301, f"/links/{LADDER}?format=turtle")
    found = client.get(f"/links/{LADDER}", headers={"Accept": BROWSER})
    assert (found.status_code, found.location) == (303, f"/pathways/{LADDER}")
    assert "Accept" in found.vary
    assert client.get(f"/links/{LADDER}", headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/links/nonsense").status_code == 400
