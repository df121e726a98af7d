"""A record goes to another organization: with its consent, as a version, and told in the feed."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ctgraph.ledger.audit import audit
from ctgraph.ledger.partnerships import Agreement
from tests.support.registry import Registry, certificate, ctid_number

RECORD, OTHER = ctid_number(1), ctid_number(900)


@pytest.fixture
def other(registry: Registry) -> dict[str, str]:
    """The header with the key of another organization."""
    registry.ledger.organizations.add("Another College", OTHER)
    return {"Authorization": f"Bearer {registry.ledger.organizations.add_key(OTHER)}"}


def agree(registry: Registry, publisher: str = ctid_number(0), owner: str = OTHER) -> None:
    """Let one organization publish for another one."""
    with registry.ledger.database.writing() as connection:
        pair = connection, publisher, owner
        registry.ledger.partnerships.ask(*pair, "")  # type: ignore[arg-type]
        registry.ledger.partnerships.settle(*pair, Agreement.GRANTED)  # type: ignore[arg-type]


def publish(registry: Registry, client: FlaskClient, headers: dict[str, str]) -> TestResponse:
    document = certificate(1, OTHER if headers != registry.authorization else ctid_number(0))
    address = f"/resources/organizations/{OTHER}/documents"
    if headers == registry.authorization:
        address = registry.documents_url
    return client.post(address, json=document, headers=headers)


def give(
    client: FlaskClient, headers: dict[str, str], record: str = RECORD, to: str = OTHER
) -> TestResponse:
    path = f"/resources/documents/{record}/transfer?organization_id={to}"
    return client.patch(path, headers=headers)


def test_a_transfer_is_a_version_with_another_owner(
    registry: Registry, client: FlaskClient, other: dict[str, str]
) -> None:
    assert publish(registry, client, registry.authorization).status_code == 201
    agree(registry)
    answer = give(client, registry.authorization)
    assert answer.status_code == 200, answer.text
    assert (answer.json["owned_by"], answer.json["version"]) == (OTHER, 2)
    assert (answer.json["event"], answer.json["changed"]) == ("transferred", True)
    before, told = client.get("/changes").json["changes"]
    assert (before["event"], before["owner"]) == ("create", ctid_number(0))
    assert (told["event"], told["owner"], told["version"]) == ("transfer", OTHER, 2)
    assert told["published_by"] == ctid_number(0)
    assert told["sha256"] == before["sha256"]
    one, two = (client.get(f"/graph/{RECORD}/versions/{n}.nq").data for n in (1, 2))
    assert one == two
    page = client.get(f"/resources/{RECORD}/versions", headers={"Accept": "text/html"}).text
    assert "transferred" in page
    with registry.ledger.database.engine.connect() as connection:
        assert list(audit(connection, 2, lambda _: None)) == []


def test_only_the_new_owner_publishes_from_then_on(
    registry: Registry, client: FlaskClient, other: dict[str, str]
) -> None:
    publish(registry, client, registry.authorization)
    assert publish(registry, client, other).status_code == 403
    agree(registry)
    give(client, registry.authorization)
    assert publish(registry, client, registry.authorization).status_code == 403
    assert publish(registry, client, other).status_code == 201
    assert client.delete(f"/resources/documents/{RECORD}", headers=other).status_code == 204


def test_nobody_is_made_an_owner_without_consent(
    registry: Registry, client: FlaskClient, other: dict[str, str]
) -> None:
    publish(registry, client, registry.authorization)
    refused = give(client, registry.authorization)
    assert refused.status_code == 403
    assert "partners" in refused.json["detail"]
    agree(registry, OTHER, ctid_number(0))  # the other way round
    assert give(client, registry.authorization).status_code == 403
    assert len(client.get("/changes").json["changes"]) == 1


def test_only_the_owner_gives_a_record_away(
    registry: Registry, client: FlaskClient, other: dict[str, str]
) -> None:
    publish(registry, client, registry.authorization)
    agree(registry, OTHER, OTHER)
    for headers, status in ((other, 403), ({}, 401)):
        assert give(client, headers).status_code == status


def test_what_cannot_be_given_away_says_why(
    registry: Registry, client: FlaskClient, other: dict[str, str]
) -> None:
    agree(registry)
    mine = registry.authorization
    assert give(client, mine).status_code == 404
    publish(registry, client, mine)
    assert give(client, mine, to=ctid_number(901)).status_code == 404
    assert give(client, mine, to="nobody").status_code == 400
    assert client.patch(f"/resources/documents/{RECORD}/transfer", headers=mine).status_code == 400
    same = give(client, mine, to=ctid_number(0))
    assert (same.status_code, same.json["event"]) == (200, "unchanged")
    client.delete(f"/resources/documents/{RECORD}", headers=mine)
    assert give(client, mine).status_code == 410


def test_queries_see_the_new_owner(
    registry: Registry, client: FlaskClient, other: dict[str, str]
) -> None:
    publish(registry, client, registry.authorization)
    agree(registry)
    give(client, registry.authorization)
    registry.project()
    query = "SELECT ?owner { ?record a ctg:Record ; ctg:owner ?owner }"
    found = client.get("/sparql", query_string={"query": query}).json["results"]["bindings"]
    assert [one["owner"]["value"] for one in found] == [f"http://localhost:8000/resources/{OTHER}"]
