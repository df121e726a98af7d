"""Signposts on records (FAIR Signposting Profile), and linksets (RFC 9264)."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from ctgraph.web import create_app
from tests.support.history import Filled, changed, empty_registry, sent_on
from tests.support.ownership import BASE, X, competency, framework
from tests.support.registry import ctid_number

ONE = ctid_number(1)
RECORD = f"{BASE}/resources/{ONE}"
GRAPH = f"{BASE}/graph/{ONE}"
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
EXPECTED = {
    "cite-as": {RECORD},
    "author": {f"{BASE}/resources/{ctid_number(0)}"},
    "license": {LICENSE},
    "linkset": {f"{BASE}/linkset/{ONE}"},
    "describedby": {GRAPH, f"{BASE}/envelopes/{ONE}"},
    "item": {f"{GRAPH}.jsonld", f"{GRAPH}.ttl", f"{GRAPH}.nq"},
}


@pytest.fixture(scope="module")
def client(history: Filled) -> FlaskClient:
    return history.client


def signposts(header: str) -> dict[str, set[str]]:
    found = defaultdict(set)
    for href, rel in re.findall(r'<([^>]+)>; rel="([^"]+)"', header):
        found[rel].add(href)
    return found


@pytest.mark.parametrize("accept", ["application/ld+json", "text/turtle", "text/html"])
def test_a_record_has_signposts_in_every_format(client: FlaskClient, accept: str) -> None:
    for kept in (False, True):  # answers that are kept have them, too
        found = signposts(
            client.get(f"/resources/{ONE}", headers={"Accept": accept}).headers["Link"]
        )
        assert {rel: found[rel] for rel in EXPECTED} == EXPECTED, kept
        page = {"https://schema.org/AboutPage"} if accept == "text/html" else set()
        assert found["type"] == {"https://purl.org/ctdl/terms/Certificate"} | page


def test_each_record_of_a_class_has_its_own_signposts(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    first = empty_registry(tmp_path_factory.mktemp("class"))
    other = first.ledger.organizations.add("Other College", ctid_number(50))
    second = replace(first, organization=other)
    client = create_app(first.settings).test_client()
    for number, registry in ((1, first), (2, second), (3, first)):
        changed(registry, number, "one", "2026-01-01")
        record = ctid_number(number)
        for scope in ("resources", "graph"):
            header = client.get(f"/{scope}/{record}").headers["Link"]
            found = signposts(header)
            assert found["author"] == {f"{BASE}/resources/{registry.organization.ctid}"}
            assert found["original"] == {f"{BASE}/{scope}/{record}"}
            assert found["linkset"] == {f"{BASE}/linkset/{record}"}
            assert {one.lower() for one in re.findall("ce-[0-9a-f-]{36}", header)} == {
                record,
                registry.organization.ctid,
            }


def test_a_document_belongs_to_its_record(client: FlaskClient) -> None:
    found = signposts(client.get(f"/graph/{ONE}").headers["Link"])
    assert found["collection"] == {RECORD}
    assert not found["item"]


def test_the_signposts_lead_somewhere(client: FlaskClient) -> None:
    header = client.get(f"/resources/{ONE}").headers["Link"]
    targets = re.findall(rf'<{BASE}([^>]+)>; rel="[^"]+"(?:; type="([^"]+)")?', header)
    assert len(targets) > 10
    for path, kind in targets:
        if path.startswith("/resources/") and ctid_number(0) in path:
            continue  # an account without a record
        answer = client.get(path, headers={"Accept": kind} if kind else {})
        assert answer.status_code in (200, 302), path
        assert not kind or answer.content_type.startswith(kind), path


def test_a_part_belongs_to_its_document(tmp_path_factory: pytest.TempPathFactory) -> None:
    registry = empty_registry(tmp_path_factory.mktemp("parts"))
    sent_on("2026-01-01", registry, ONE, framework(1, competency(X)))
    changed(registry, 2, "one", "2026-01-02")
    found = signposts(
        create_app(registry.settings).test_client().get(f"/resources/{X}").headers["Link"]
    )
    assert found["collection"] == {RECORD}
    assert found["type"] == {"https://purl.org/ctdlasn/terms/Competency"}


def test_the_linkset_says_the_same_and_more(client: FlaskClient) -> None:
    answer = client.get(f"/linkset/{ONE}")
    assert answer.content_type == "application/linkset+json"
    contexts = {one["anchor"]: one for one in answer.get_json(force=True)["linkset"]}
    own = {
        rel: {one["href"] for one in targets}
        for rel, targets in contexts[RECORD].items()
        if rel != "anchor"
    }
    header = signposts(client.get(f"/resources/{ONE}").headers["Link"])
    for rel in header.keys() - {"canonical", "original"}:
        assert header[rel] <= own[rel], rel
    assert len(own["item"]) == 7
    for item in own["item"]:
        assert contexts[item]["collection"] == [{"href": RECORD}]
    told = [one.get("profile") for one in contexts[RECORD]["alternate"]]
    assert told
    assert all(isinstance(one, list) and ":" in one[0] for one in told), told
    text = client.get(f"/linkset/{ONE}", headers={"Accept": "application/linkset"})
    assert text.content_type == "application/linkset"
    lines = text.text.strip().split(",\n")
    assert len(lines) == sum(
        len(t) for one in contexts.values() for r, t in one.items() if r != "anchor"
    )
    assert all(
        re.fullmatch(
            r'<[^>]+>; rel="[^"]+"; anchor="[^"]+"(; type="[^"]+")?(; profile="[^"]+")?', one
        )
        for one in lines
    )


def test_a_linkset_of_nothing(client: FlaskClient) -> None:
    assert client.get(f"/linkset/{ctid_number(9)}").status_code == 404
    assert client.get("/linkset/ce-1").status_code == 400
    assert client.get(f"/linkset/{ONE.upper()}").status_code == 301
    assert client.get(f"/linkset/{ONE}", headers={"Accept": "text/turtle"}).status_code == 406


def test_the_operator_names_the_licence(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTGRAPH_LICENSE", "https://www.example.org/terms")
    registry = empty_registry(tmp_path_factory.mktemp("licence"))
    changed(registry, 1, "one", "2026-01-01")
    client = create_app(registry.settings).test_client()
    for path in (f"/resources/{ONE}", f"/resources/{ONE}.html"):
        assert signposts(client.get(path).headers["Link"])["license"] == {
            "https://www.example.org/terms"
        }
