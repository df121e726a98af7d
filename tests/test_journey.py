"""The whole way of a document: published, kept, dereferenced, queried, changed, withdrawn."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Self

import orjson
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from ctgraph.documents import parse
from ctgraph.ledger.append import Submission, append
from ctgraph.vocab import context_text, vocabulary
from tests.support.facts import canonical, facts, reference_quads
from tests.support.paths import ROOT, shared
from tests.support.registry import Registry, certificate, ctid_number

RECORD = ctid_number(1)
RDF = {
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}


def publish(client: FlaskClient, registry: Registry, document: Any, status: int = 201) -> Any:
    data = document if isinstance(document, bytes) else orjson.dumps(document)
    answer = client.post(registry.documents_url, data=data, headers=registry.authorization)
    assert answer.status_code == status, answer.text
    return answer


def test_a_document_goes_all_the_way(client: FlaskClient, registry: Registry) -> None:
    answer = publish(client, registry, certificate())
    assert answer.headers["Location"] == f"/resources/{RECORD}"
    assert answer.json["version"] == 1
    assert answer.json["changed"] is True
    assert publish(client, registry, certificate(), 200).json["changed"] is False

    changed = certificate(**{"ceterms:keyword": {"en": "changed"}})
    assert publish(client, registry, changed).json["version"] == 2
    versions = client.get(f"/resources/{RECORD}/versions").json["versions"]
    assert [version["number"] for version in versions] == [2, 1]
    first = client.get(f"/resources/{RECORD}/versions/1")
    assert "changed" not in first.text
    assert "immutable" in first.headers["Cache-Control"]

    registry.project()
    ask = "ASK { GRAPH ?g { ?s ceterms:keyword 'changed'@en } }"
    assert client.get("/sparql", query_string={"query": ask}).json["boolean"] is True

    withdrawal = f"/resources/documents/{RECORD}"
    assert client.delete(withdrawal, headers=registry.authorization).status_code == 204
    gone = client.get(f"/resources/{RECORD}")
    assert gone.status_code == 410
    assert gone.json["lastVersion"] == 2
    assert gone.json["withdrawnBy"]["name"] == "Test College"
    registry.project()
    assert client.get("/sparql", query_string={"query": ask}).json["boolean"] is False
    assert client.get(f"/resources/{RECORD}/versions/2").status_code == 200


@pytest.mark.parametrize("media_type", RDF)
@pytest.mark.parametrize("kind", ["resources", "graph"])
def test_every_format_says_the_same(
    client: FlaskClient, registry: Registry, media_type: str, kind: str
) -> None:
    condition = {"@type": "ceterms:ConditionProfile", "ceterms:name": {"en": "A condition"}}
    publish(client, registry, certificate(**{"ceterms:requires": [condition]}))
    answer = client.get(f"/{kind}/{RECORD}", headers={"Accept": f"text/html;q=0.1, {media_type}"})
    assert answer.mimetype == media_type
    data = answer.data
    if media_type == "application/ld+json":
        data = orjson.dumps({**answer.get_json(), "@context": vocabulary().context})
    found = canonical(
        ox.Quad(q.subject, q.predicate, q.object) for q in ox.parse(data, format=RDF[media_type])
    )
    plain = client.get(f"/{kind}/{RECORD}.nt").data
    assert found == canonical(ox.parse(plain, format=ox.RdfFormat.N_TRIPLES))
    assert any("A condition" in quad for quad in found)


class Later(datetime):
    """A clock that is an hour ahead."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) + timedelta(hours=1)


def test_conditional_requests_are_answered_with_304(
    client: FlaskClient, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(client, registry, certificate())
    registry.project()  # a page that lacks what the store tells is kept nowhere
    monkeypatch.setattr("ctgraph.web.http.respond.datetime", Later)
    for path in (f"/resources/{RECORD}", f"/graph/{RECORD}.ttl", f"/resources/{RECORD}.html"):
        answer = client.get(path)
        tag, modified = answer.headers["ETag"], answer.headers["Last-Modified"]
        assert not tag.startswith("W/")
        assert "Accept" in answer.headers["Vary"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
        assert client.get(path, headers={"If-Modified-Since": modified}).status_code == 304
        assert client.head(path).status_code == 200
        assert not client.head(path).data


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        (f"/resources/{RECORD.upper()}.ttl?format=json", "*/*", 301),
        ("/resources/ce-12", "*/*", 400),
        (f"/resources/{ctid_number(77)}", "*/*", 404),
        (f"/graph/{ctid_number(77)}", "text/html", 404),
        (f"/resources/{RECORD}", "image/png", 406),
        (f"/resources/{RECORD}?format=pdf", "*/*", 406),
        (f"/resources/{RECORD}.pdf", "*/*", 404),
        (f"/resources/{RECORD}/versions/9", "*/*", 404),
        (f"/resources/{RECORD}/versions/{10**30}", "*/*", 404),
        ("/records?after=nonsense", "*/*", 400),
        ("/sparql?query=SELECT", "*/*", 400),
        ("/sparql?query=SELECT * { SERVICE <http://x.example/> { ?s ?p ?o } }", "*/*", 403),
        ("/sparql?query=INSERT DATA { <a:a> <a:b> 1 }", "*/*", 403),
        ("/nowhere", "text/html", 404),
    ],
)
def test_wrong_requests_get_a_clear_answer(
    client: FlaskClient, registry: Registry, path: str, accept: str, status: int
) -> None:
    publish(client, registry, certificate())
    registry.project()
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code == status
    if status == 301:
        assert answer.headers["Location"] == f"/resources/{RECORD}.ttl?format=json"
    elif accept == "text/html":
        assert "<h1>" in answer.text
    else:
        assert answer.mimetype == "application/problem+json"
        assert answer.json["status"] == status
        assert all(answer.json["errors"])


def test_only_the_owner_publishes(client: FlaskClient, registry: Registry) -> None:
    publish(client, registry, certificate())
    other = registry.ledger.organizations.add("Other", ctid_number(500))
    theirs = {"Authorization": f"Token {registry.ledger.organizations.add_key(other.ctid)}"}
    path = f"/resources/organizations/{other.ctid}/documents"
    changed = orjson.dumps(certificate(**{"ceterms:keyword": {"en": "taken"}}))
    before = registry.ledger.changes.last_sequence()
    assert client.post(path, data=changed, headers=theirs).status_code == 403
    assert client.post(registry.documents_url, data=changed, headers=theirs).status_code == 403
    assert client.delete(f"/resources/documents/{RECORD}", headers=theirs).status_code == 403
    assert client.post(registry.documents_url, data=changed).status_code == 401
    registry.ledger.organizations.revoke_key(registry.key.split("_")[1])
    answer = client.post(registry.documents_url, data=changed, headers=registry.authorization)
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers
    assert registry.ledger.changes.last_sequence() == before
    stored = (registry.settings.home / "ledger.sqlite").read_bytes()
    assert registry.key.encode() not in stored


def test_a_bad_document_stores_nothing_and_tells_everything(
    client: FlaskClient, registry: Registry
) -> None:
    bad = certificate(**{"name": "lost", "ceterms:ownedBy": ["not an IRI"]})
    answer = publish(client, registry, bad, 422)
    pointers = [problem["pointer"] for problem in answer.json["problems"]]
    assert {"/@graph/0/ceterms:ownedBy/0", "/@graph/0/name"} <= set(pointers)
    nameless = certificate()
    del nameless["@graph"][0]["ceterms:name"], nameless["@graph"][0]["ceterms:ownedBy"]
    answer = publish(client, registry, nameless, 422)
    assert len(answer.json["errors"]) == 2
    severities = [problem["severity"] for problem in answer.json["problems"]]
    assert severities[:3] == ["violation", "violation", "info"]
    assert registry.ledger.changes.last_sequence() == 0


def test_a_part_belongs_to_one_document(client: FlaskClient, registry: Registry) -> None:
    def framework(number: int, part: int) -> dict[str, Any]:
        publisher = f"http://localhost:8000/resources/{ctid_number(0)}"
        own = f"http://localhost:8000/resources/{ctid_number(number)}"
        return {
            "@graph": [
                {
                    "@type": "ceasn:CompetencyFramework",
                    "ceterms:ctid": ctid_number(number),
                    "ceasn:name": {"en": "Framework"},
                    "ceasn:publisher": publisher,
                    "ceasn:description": {"en": "What welders can do."},
                    "ceasn:inLanguage": "en",
                },
                {
                    "@type": "ceasn:Competency",
                    "ceterms:ctid": ctid_number(part),
                    "ceasn:competencyText": {"en": "Weld"},
                    "ceasn:isPartOf": own,
                },
            ]
        }

    publish(client, registry, framework(10, 11))
    assert client.get(f"/resources/{ctid_number(11)}").json["@type"] == "ceasn:Competency"
    assert ctid_number(10) in client.get(f"/graph/{ctid_number(11)}").text
    assert publish(client, registry, framework(20, 11), 409).json["ctid"] == ctid_number(11)
    publish(client, registry, framework(10, 12))
    absent = client.get(f"/resources/{ctid_number(11)}")
    assert absent.status_code == 404
    assert absent.json["history"]
    publish(client, registry, framework(20, 11))


def real_documents() -> list[Path]:
    return sorted((ROOT.parent / "shared" / "real" / "published").glob("*.json"))


@pytest.mark.parametrize("path", real_documents(), ids=lambda path: path.stem)
def test_real_documents_come_back_isomorphic(
    path: Path, client: FlaskClient, registry: Registry
) -> None:
    received = path.read_bytes()
    # Several lack what is required today; an operator took them in before that.
    document = parse(received, registry.settings)
    append(registry.ledger, [Submission(registry.organization, document.ctid, document)], "test")
    record = document.ctid
    assert registry.ledger.records.received(record, 1) == received
    sent = facts(reference_quads(json.loads(received)))
    assert len(sent) > 5
    assert facts(reference_quads(client.get(f"/graph/{record}").get_json())) == sent
    lines = client.get(f"/graph/{record}.nq").data
    assert facts(ox.parse(lines, format=ox.RdfFormat.N_QUADS)) == sent
    registry.project()
    query = (
        f"CONSTRUCT {{ ?s ?p ?o }} {{ "
        f"GRAPH <http://localhost:8000/graph/{record}> {{ ?s ?p ?o }} }}"
    )
    asked = client.get("/sparql", query_string={"query": query, "format": "ntriples"}).data
    assert facts(ox.parse(asked, format=ox.RdfFormat.N_TRIPLES)) == sent


def test_real_documents_are_there_where_the_shared_folder_is() -> None:
    assert len(list(shared("real/published").glob("*.json"))) == len(real_documents()) > 0


@pytest.mark.parametrize("name", ["ctdl", "ctdlasn"])
def test_the_contexts_are_served(name: str, client: FlaskClient) -> None:
    assert client.get(f"/{name}/schema/context/json").json == json.loads(context_text(name))
