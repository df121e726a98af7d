"""Checking many records at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from ctgraph.web import create_app
from tests.support.ler import BASE, COLLEGE, COMPETENCIES, FRAMEWORK, framework, iri
from tests.support.registry import Registry, certificate, ctid_number

OLD, NEW, GONE, NEVER = (ctid_number(number) for number in (1, 2, 3, 99))


@pytest.fixture(scope="module")
def checking(shared: Registry) -> FlaskClient:
    """A client of a registry with records that were changed, replaced and withdrawn."""
    client = create_app(shared.settings).test_client()
    for document in (
        certificate(2, COLLEGE, **{"ceterms:supersedes": iri(OLD)}),
        certificate(3, COLLEGE),
        certificate(3, COLLEGE, **{"ceterms:keyword": {"en": ["changed"]}}),
        framework(),
    ):
        sent = client.post(shared.documents_url, json=document, headers=shared.authorization)
        assert sent.status_code in (200, 201), sent.text
    gone = client.delete(f"/resources/documents/{GONE}", headers=shared.authorization)
    assert gone.status_code == 204
    shared.project()
    return client


def one(client: FlaskClient, asked: str) -> dict[str, Any]:
    answer = client.post("/check", json={"records": [asked]})
    assert answer.status_code == 200, answer.text
    (found,) = answer.json["records"]
    assert found["asked"] == asked
    return dict(found)


def test_a_current_record_has_its_newest_version_and_who_replaced_it(
    checking: FlaskClient,
) -> None:
    found = one(checking, OLD)
    versions = checking.get(f"/resources/{OLD}/versions").json["versions"]
    assert (found["exists"], found["status"]) == (True, "current")
    assert found["latestVersion"] == versions[0]["number"]
    assert found["sha256"] == versions[0]["digest"]
    assert found["time"] == versions[0]["createdAt"]
    assert (found["name"], found["type"]) == ("Nurse Aide", "ceterms:Certificate")
    assert found["owner"] == {"ctid": COLLEGE, "name": "Pine College"}
    assert found["replacedBy"] == [{"ctid": NEW, "url": iri(NEW)}]
    assert found["withdrawnAt"] is None
    assert checking.get(found["url"].removeprefix(BASE)).status_code == 200


def test_a_withdrawn_record_keeps_its_last_version(checking: FlaskClient) -> None:
    found, versions = one(checking, GONE), checking.get(f"/resources/{GONE}/versions").json
    tombstone, last, _ = versions["versions"]
    assert (found["exists"], found["status"]) == (True, "withdrawn")
    assert (found["latestVersion"], found["sha256"]) == (2, last["digest"])
    assert found["withdrawnAt"] == tombstone["createdAt"]
    assert found["withdrawnBy"]["ctid"] == COLLEGE
    assert found["withdrawnReason"] is None
    assert checking.get(found["url"].removeprefix(BASE)).status_code == 200


def test_a_part_names_its_document(checking: FlaskClient) -> None:
    found = one(checking, COMPETENCIES[2])
    assert (found["status"], found["type"]) == ("current", "ceasn:Competency")
    assert found["partOf"] == {"ctid": FRAMEWORK, "name": "Nursing Skills"}


@pytest.mark.parametrize("asked", [NEVER, "nonsense", "https://example.org/x", "http://[", "ce-1"])
def test_what_was_never_held_is_unknown(checking: FlaskClient, asked: str) -> None:
    found = one(checking, asked)
    assert (found["exists"], found["status"], found["latestVersion"]) == (False, "unknown", None)
    assert found["ctid"] == (NEVER if asked == NEVER else None)


@pytest.mark.parametrize(
    "asked",
    [
        OLD.upper(),
        iri(OLD),
        f"{BASE}/graph/{OLD}",
        f"{BASE}/resources/{OLD}/versions/1",
        f"https://credentialengineregistry.org/resources/{OLD}",
    ],
)
def test_addresses_lead_to_their_records(checking: FlaskClient, asked: str) -> None:
    assert one(checking, asked)["ctid"] == OLD


@pytest.mark.parametrize(
    "sent",
    [
        {"json": [OLD, GONE]},
        {"data": f"{OLD}\n{GONE}\n", "content_type": "text/plain"},
        {"data": {"ctids": f"{OLD}\r\n{GONE}"}},
        {"data": f"{OLD},{GONE}", "content_type": "application/x-www-form-urlencoded"},
    ],
)
def test_every_way_to_ask_gives_the_same_answers(
    checking: FlaskClient, sent: dict[str, Any]
) -> None:
    expected = checking.get(f"/check?ctids={OLD},{GONE}").json
    assert [found["ctid"] for found in expected["records"]] == [OLD, GONE]
    assert checking.post("/check", **sent).json == expected


def test_answers_come_in_csv_and_as_a_page(checking: FlaskClient) -> None:
    answer = checking.post("/check?format=csv", json=[OLD, GONE, NEVER])
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["status"] for row in rows] == ["current", "withdrawn", "unknown"]
    assert rows[0]["replacedBy"] == NEW
    html = {"Accept": "text/html"}
    page = checking.post("/check", data={"ctids": f"{OLD} {NEVER}"}, headers=html)
    assert page.mimetype == "text/html"
    assert f'<a href="/resources/{OLD}">' in page.text
    assert f'href="/resources/{NEVER}"' not in page.text
    assert "<textarea" in checking.get("/check", headers=html).text


def test_a_formula_in_a_question_is_harmless(checking: FlaskClient) -> None:
    answer = checking.post("/check?format=csv", json=["=1+1"])
    assert "\r\n'=1+1," in answer.text


@pytest.mark.parametrize(
    "sent",
    [
        {"json": []},
        {"json": {"ctids": [OLD]}},
        {"json": [1]},
        {"json": [OLD, "", OLD]},
        {"data": "", "content_type": "text/plain"},
        {"data": "{", "content_type": "application/json"},
        {"json": [OLD] * 1_001},
        {"json": ["x" * 3_000]},
    ],
)
def test_an_unusable_question_is_refused(checking: FlaskClient, sent: dict[str, Any]) -> None:
    answer = checking.post("/check", **sent)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_a_thousand_records_are_one_question(checking: FlaskClient, shared: Registry) -> None:
    asked = [OLD, *(ctid_number(number) for number in range(1_000, 1_999))]
    counted: list[str] = []
    client = create_app(shared.settings).test_client()
    engine = client.application.extensions["ctgraph"].ledger.database.engine
    note: Callable[..., None] = lambda *given: counted.append(given[2])  # noqa: E731
    sa.event.listen(engine, "before_cursor_execute", note)
    answer = client.post("/check", json=asked)
    assert len(answer.json["records"]) == 1_000
    assert len([statement for statement in counted if "SELECT" in statement]) == 1
