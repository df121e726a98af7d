"""The terms of use, and where each record says that it comes from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
import rdflib
from flask.testing import FlaskClient
from rdflib.namespace import PROV

from ctgraph.documents import parse
from ctgraph.errors import SettingsError
from ctgraph.ledger.append import Submission, append
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.registry import Registry, certificate, ctid_number

ODC = "https://opendatacommons.org/licenses/by/1-0/"
UPLOAD = "u" * 22
BASE = "http://localhost:8000"


def test_the_usual_licence_is_named(client: FlaskClient) -> None:
    answer = client.get("/terms-of-use?format=json")
    assert answer.json["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert answer.json["terms"] == []
    page = client.get("/terms-of-use", headers={"Accept": "text/html"})
    assert answer.json["license"] in page.text
    for one in (answer, page):
        assert 'rel="license"' in one.headers["Link"]
        tag = {"If-None-Match": one.headers["ETag"], "Accept": one.mimetype}
        assert client.get(one.request.url, headers=tag).status_code == 304


def test_the_operator_sets_licence_and_terms(
    make_registry: Callable[..., Registry], tmp_path: Path
) -> None:
    file = tmp_path / "terms.txt"
    file.write_text("Be kind.\n\nName us <b>always</b>.\n", "utf-8")
    registry = make_registry(license=ODC, terms=file)
    client = create_app(registry.settings).test_client()
    told = client.get("/terms-of-use?format=json").json
    assert (told["license"], told["terms"]) == (ODC, ["Be kind.", "Name us <b>always</b>."])
    page = client.get("/terms-of-use", headers={"Accept": "text/html"}).text
    assert "<p>Be kind.</p>" in page
    assert "&lt;b&gt;" in page
    assert ODC in client.get("/changes").headers["Link"]


@pytest.mark.parametrize("wrong", [{"license": "mine"}, {"license": "https://x y"}])
def test_a_licence_is_an_iri(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="CTGRAPH_LICENSE"):
        load_settings(**wrong)


def test_terms_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CTGRAPH_TERMS"):
        load_settings(terms=tmp_path / "missing.txt")


def add(registry: Registry, publisher: bool, upload: str | None) -> None:
    """Publish a version, perhaps for another organization, and perhaps from an upload."""
    document = parse(orjson.dumps(certificate(1)), registry.settings)
    other = registry.ledger.organizations.add("Partner", ctid_number(900)) if publisher else None
    if other:
        with registry.ledger.database.writing() as connection:
            pair = connection, other.ctid, registry.organization.ctid
            registry.ledger.partnerships.ask(*pair, "")
            registry.ledger.partnerships.settle(*pair, "granted")  # type: ignore[arg-type]
    one = Submission(registry.organization, document.ctid, document, other, upload)
    append(registry.ledger, [one], "test")


@pytest.mark.parametrize("publisher", [False, True])
@pytest.mark.parametrize("upload", [None, UPLOAD])
def test_records_say_who_published_for_whom_and_from_what(
    registry: Registry, client: FlaskClient, publisher: bool, upload: str | None
) -> None:
    add(registry, publisher, upload)
    owner = rdflib.URIRef(f"{BASE}/resources/{ctid_number(0)}")
    agent = rdflib.URIRef(f"{BASE}/resources/{ctid_number(900)}") if publisher else owner
    record = f"{BASE}/graph/{ctid_number(1)}"
    for path, subject in (
        (f"/envelopes/{ctid_number(1)}", record),
        (f"/history/{ctid_number(1)}", f"{record}/versions/1"),
    ):
        graph = rdflib.Graph().parse(data=client.get(f"{path}.ttl").data, format="turtle")
        [act] = graph.objects(rdflib.URIRef(subject), PROV.wasGeneratedBy)
        assert (act, rdflib.RDF.type, PROV.Activity) in graph
        assert list(graph.objects(rdflib.URIRef(subject), PROV.wasAttributedTo)) == [agent]
        assert list(graph.objects(act, PROV.wasAssociatedWith)) == [agent]
        behalf = list(graph.subject_objects(PROV.actedOnBehalfOf))
        assert behalf == ([(agent, owner)] if publisher else [])
        used = [str(one) for one in graph.objects(act, PROV.used)]
        page = f"{BASE}/account/organizations/{ctid_number(0)}/uploads/{UPLOAD}"
        assert used == ([page] if upload else [])


def test_queries_see_where_records_come_from(registry: Registry, client: FlaskClient) -> None:
    add(registry, True, UPLOAD)
    registry.project()
    query = """PREFIX prov: <http://www.w3.org/ns/prov#> SELECT ?agent ?owner ?upload {
      GRAPH ?g { ?record a ctg:Record ; prov:wasGeneratedBy ?act .
        ?act prov:wasAssociatedWith ?agent ; prov:used ?upload .
        ?agent prov:actedOnBehalfOf ?owner } }"""
    [row] = client.get("/sparql", query_string={"query": query}).json["results"]["bindings"]
    assert row["agent"]["value"].endswith(ctid_number(900))
    assert row["owner"]["value"].endswith(ctid_number(0))
    assert row["upload"]["value"].endswith(UPLOAD)
