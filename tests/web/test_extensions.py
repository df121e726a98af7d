"""An extension names a format in the same way at every address that has several formats."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import Graph
from rdflib.compare import isomorphic

from ctgraph.web.http.parameters import read_by
from tests.support.codes import keep_codes
from tests.support.registry import Registry, certificate, ctid_number
from tests.support.routes import addresses

RECORD = ctid_number(1)
PARAMETERS = {
    "/pathways/route": f"?from={RECORD}&to={RECORD}",
    "/pathways/common": f"?ctids={RECORD},{ctid_number(2)}",
    "/pathways/search": "?q=certificate",
    "/pathways/check": f"?held={RECORD}",
    "/leads": f"?to={RECORD}",
    "/check": f"?ctids={RECORD}",
    "/issuers": "?did=did:web:example.org",
    "/sparql": "?query=SELECT%20*%20%7B%7D",
}
NAMES = {
    "ttl": "turtle",
    "nt": "ntriples",
    "rdf": "rdfxml",
    "nq": "nquads",
}
"""What extensions are called in ``?format=``, if otherwise."""
GRAPHS = [
    f"/history/{RECORD}",
    f"/envelopes/{RECORD}",
    "/envelopes",
    "/vocab",
    "/vocab/ceterms:Course",
    "/vocab/credentialStat:Active",
    f"/resources/{RECORD}/versions",
    f"/graph/{RECORD}/versions",
    f"/resources/{RECORD}/versions/1",
    f"/links/{RECORD}",
]
"""Addresses that have RDF."""


@pytest.fixture(scope="module")
def filled(module_registry: Registry, module_client: FlaskClient) -> FlaskClient:
    """A client of a registry with a record that has two versions, and another that requires it."""
    registry, client = module_registry, module_client
    needs = {
        "@type": "ceterms:ConditionProfile",
        "ceterms:description": {"en": "The other one."},
        "ceterms:targetCredential": [f"http://localhost:8000/resources/{ctid_number(2)}"],
    }
    for document in (
        certificate(2),
        certificate(),
        certificate(1, **{"ceterms:requires": [needs]}),
    ):
        sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
        assert sent.status_code == 201, sent.text
    registry.project()
    keep_codes(registry.ledger, "soc")
    return client


def listed(client: FlaskClient, address: str, parameters: str = "") -> list[str]:
    """Return the extensions that an address has, as its refusal of another one lists them."""
    refused = client.get(f"{address}.odd{parameters}")
    assert refused.status_code == 404, address
    found = re.fullmatch(r"Unknown extension \.odd\. Use one of (.*)\.", refused.json["detail"])
    assert found, refused.json["detail"]
    return [one.removeprefix(".") for one in found[1].split(", ")]


def test_every_address_with_formats_has_them_by_extension(filled: FlaskClient) -> None:
    views, tried = filled.application.view_functions, set()
    rules = {rule.rule: rule for rule in filled.application.url_map.iter_rules()}
    for route, address in addresses(filled.application):
        rule = rules[route]
        reads = read_by(views[rule.endpoint]) or ()
        if "GET" not in (rule.methods or ()) or not {"format", "*"} & {*reads}:
            continue
        if route.endswith("/callback"):
            continue  # it reads whatever an identity provider sends
        if "genid" in route or route.endswith("/structure"):
            continue  # the record of this test is no pathway, and describes no external thing
        given = PARAMETERS.get(route, "")
        for extension in listed(filled, address, given):
            short = filled.get(f"{address}.{extension}{given}")
            name = NAMES.get(extension, extension)
            if route in ("/sparql", "/queries/<name>") and name == "html":
                continue  # there `?format=html` is for a form of a page
            both = {"Accept": "text/html" if name == "html" else "*/*"}
            long = filled.get(f"{address}{given}{'&' if given else '?'}format={name}", headers=both)
            assert short.status_code == long.status_code < 400, (address, extension)
            assert short.content_type == long.content_type, (address, extension)
            tried.add(route)
    assert len(tried) > 20


@pytest.mark.parametrize("address", GRAPHS)
def test_graphs_are_equal_in_every_format(filled: FlaskClient, address: str) -> None:
    found = {}
    for extension in listed(filled, address):
        format = ox.RdfFormat.from_extension(extension)
        if extension in ("json", "html", "jsonld") or format is None:
            continue
        answer = filled.get(f"{address}.{extension}")
        assert answer.status_code == 200
        assert answer.mimetype == format.media_type
        quads = ox.parse(answer.data, format=format)
        found[extension] = Graph().parse(
            data=ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES),
            format="nt",
        )
    assert {"ttl", "nt", "rdf"} <= found.keys()
    assert len(found["nt"]) > 0
    for extension, graph in found.items():
        assert isomorphic(graph, found["nt"]), extension
    if "/resources/" not in address or address.endswith("versions"):  # else the context is remote
        answer = filled.get(f"{address}.jsonld")
        told = ox.parse(answer.data, format=ox.RdfFormat.JSON_LD)
        lines = ox.serialize((quad.triple for quad in told), format=ox.RdfFormat.N_TRIPLES)
        assert isomorphic(Graph().parse(data=lines, format="nt"), found["nt"])


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        (f"/history/{RECORD}.odd", 404, ".ttl"),
        (f"/history/{RECORD}.csv", 404, ".ttl"),
        (f"/history/{RECORD}.", 404, ".ttl"),
        (f"/history/{RECORD}?format=odd", 406, "turtle"),
        (f"/history/{ctid_number(77)}.ttl", 404, ctid_number(77)),
        ("/history/ce-1.ttl", 400, "ce-1"),
        (f"/envelopes/{ctid_number(77)}.ttl", 404, ctid_number(77)),
        ("/envelopes/nonsense.nt", 400, "nonsense"),
        (f"/envelopes/{RECORD}?format=odd", 406, "turtle"),
        ("/vocab/ceterms:Nonsense.ttl", 404, "ceterms:Nonsense"),
        ("/vocab/ceterms:Course.odd", 404, ".jsonld"),
        ("/vocab.nq", 404, ".ttl"),
        ("/vocab?format=odd", 406, "turtle"),
        (f"/resources/{RECORD}/versions/9.ttl", 404, "9"),
        (f"/resources/{RECORD}/versions/1.odd", 404, ".ttl"),
        (f"/resources/{RECORD}/versions.odd", 404, ".ttl"),
        ("/resources/nonsense/versions.ttl", 400, "nonsense"),
        ("/queries/what-precedes.odd", 404, ".csv"),
        ("/nowhere.ttl", 404, ""),
    ],
)
def test_what_cannot_be_had_is_refused_with_what_can(
    filled: FlaskClient, address: str, status: int, told: str
) -> None:
    answer = filled.get(address)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert told in answer.json["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/resources/{}",
        "/graph/{}",
        "/history/{}",
        "/links/{}",
        "/resources/{}/versions",
        "/graph/{}/versions/1",
        "/pathways/{}",
    ],
)
def test_an_extension_outlives_a_redirect(filled: FlaskClient, path: str) -> None:
    capital = path.format(RECORD.upper())
    led = filled.get(f"{capital}.jsonld?x=")
    assert led.status_code == 301
    assert led.headers["Location"] == f"{path.format(RECORD)}.jsonld?x="
    assert filled.get(f"{capital}.jsonld", follow_redirects=True).status_code == 200


def test_an_extension_wins_over_the_header_and_keeps_pages_together(filled: FlaskClient) -> None:
    answer = filled.get(f"/history/{RECORD}.ttl?format=nt", headers={"Accept": "text/html"})
    assert answer.mimetype == "text/turtle"
    page = filled.get("/vocab/ceterms:Course.html", headers={"Accept": "text/turtle"})
    assert page.mimetype == "text/html"
    rows = filled.get("/queries/what-precedes.csv", headers={"Accept": "text/html"})
    assert rows.mimetype == "text/csv"
    assert filled.get("/queries/what-precedes.rq").mimetype == "application/sparql-query"
    assert filled.get(f"/resources/{RECORD}/versions.json").json["versions"][0]["number"] == 2


def test_only_reading_takes_an_extension(filled: FlaskClient) -> None:
    assert filled.post("/validate.json", data="{}").status_code in (404, 405)
    assert filled.get("/healthz.json").status_code == 404
    assert filled.get("/openapi.json").status_code == 200
