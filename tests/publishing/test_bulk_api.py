"""Programs send spreadsheets with an API key, see what would change, and publish it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.ledger.partnerships import Agreement
from ctgraph.ledger.values import Scope
from ctgraph.uploads import runner
from tests.support.registry import Registry, ctid_number
from tests.support.rows import COURSE, WELDING, entity, file

Body = dict[str, Any]


@pytest.fixture
def work(registry: Registry) -> Callable[[], None]:
    """Return a function that does what the background runner would."""

    def run() -> None:
        while runner.work(registry.settings, registry.ledger):
            pass

    return run


@pytest.fixture
def send(client: FlaskClient, registry: Registry) -> Callable[..., Any]:
    """Return a function that sends rows, and returns the answer."""

    def begin(*files: tuple[str, dict[str, str]], query: str = "", key: str = "") -> Any:
        parts = [(io.BytesIO(file(name, row).data), name) for name, row in files]
        headers = {"Authorization": f"Bearer {key}"} if key else registry.authorization
        return client.post(f"/api/bulk{query}", data={"files": parts}, headers=headers)

    return begin


def test_files_are_sent_looked_at_and_published(
    client: FlaskClient,
    registry: Registry,
    send: Callable[..., Any],
    work: Callable[[], None],
) -> None:
    begun = send(("a.csv", WELDING), ("b.csv", COURSE))
    assert (begun.status_code, begun.json["state"]) == (202, "waiting")
    here = begun.headers["Location"]
    assert client.get(here, headers=registry.authorization).json["report"] is None
    early = client.post(f"{here}/publish", headers=registry.authorization)
    assert (early.status_code, early.mimetype) == (409, "application/problem+json")
    work()
    found = client.get(here, headers=registry.authorization).json
    assert found["state"] == "checked"
    assert found["report"]["counts"] == {"added": 2}
    assert [one["name"] for one in found["report"]["records"]] == ["Basic Welding", "Arc Welding"]
    assert registry.ledger.changes.last_sequence() == 0
    answer = client.post(f"{here}/publish", headers=registry.authorization)
    assert (answer.status_code, answer.json["state"]) == (202, "approved")
    work()
    assert client.get(here, headers=registry.authorization).json["told"] == "2 created"
    records = [one["ctid"] for one in found["report"]["records"]]
    assert entity(registry, records[1])["ceterms:name"] == {"en": "Arc Welding"}
    listed = client.get("/api/bulk", headers=registry.authorization).json["uploads"]
    assert [one["id"] for one in listed] == [begun.json["id"]]
    assert client.delete(here, headers=registry.authorization).status_code == 204
    assert client.get(here, headers=registry.authorization).status_code == 404


def test_what_is_good_is_published_at_once_when_asked(
    client: FlaskClient,
    registry: Registry,
    send: Callable[..., Any],
    work: Callable[[], None],
) -> None:
    good = send(("b.csv", COURSE), query="?publish=true").headers["Location"]
    work()
    assert client.get(good, headers=registry.authorization).json["state"] == "saved"
    bad = COURSE | {"External Identifier": "x", "Language": "Klingon of the North"}
    bad = send(("b.csv", bad), query="?publish=true").headers["Location"]
    work()
    found = client.get(bad, headers=registry.authorization).json
    assert (found["state"], found["report"]["errors"]) == ("checked", 1)
    (problem,) = found["report"]["problems"]
    assert (problem["row"], problem["column"], problem["severity"]) == ("2", "Language", "error")
    assert problem["remedy"]


def test_one_file_is_a_body_and_matches_are_decided(
    client: FlaskClient, registry: Registry, work: Callable[[], None]
) -> None:
    for rows in (COURSE, COURSE | {"External Identifier": "another"}):
        begun = client.post(
            "/api/bulk?name=courses.csv&publish=true",
            data=file("courses.csv", rows).data,
            content_type="text/csv",
            headers=registry.authorization,
        )
        assert begun.status_code == 202, begun.text
        work()
    here = begun.headers["Location"]
    found = client.get(here, headers=registry.authorization).json
    (suggested,) = found["report"]["suggestions"]
    wrongs: list[Any] = [{"another": ctid_number(7)}, {"weld": ""}, [], None]
    for wrong in wrongs:
        answer = client.post(
            f"{here}/decide", json={"matches": wrong}, headers=registry.authorization
        )
        assert answer.status_code == 400, wrong
    client.post(
        f"{here}/decide",
        json={"matches": {"another": suggested["record"]}},
        headers=registry.authorization,
    )
    work()
    found = client.get(here, headers=registry.authorization).json
    (decided,) = found["report"]["suggestions"]
    assert decided["decided"] == suggested["record"]
    assert found["report"]["records"][0]["ctid"] == suggested["record"]


def test_what_nobody_decided_yet_is_no_error_of_the_files(
    client: FlaskClient, registry: Registry, work: Callable[[], None]
) -> None:
    for rows in (COURSE, COURSE | {"External Identifier": "another"}):
        begun = client.post(
            "/api/bulk?name=courses.csv&publish=true",
            data=file("courses.csv", rows).data,
            content_type="text/csv",
            headers=registry.authorization,
        )
        work()
    here = begun.headers["Location"]
    refused = client.post(f"{here}/publish", headers=registry.authorization)
    assert (refused.status_code, "Decide which records" in refused.text) == (409, True)
    (record,) = client.get(here, headers=registry.authorization).json["report"]["records"]
    assert record["effect"] == "undecided"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?mode=all", 400),
        ("?type=spells", 400),
        ("?owner=none", 400),
        (f"?owner={ctid_number(8)}", 403),
        ("?publish=perhaps", 400),
    ],
)
def test_wrong_requests_are_told(send: Callable[..., Any], query: str, status: int) -> None:
    answer = send(("b.csv", COURSE), query=query)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["detail"]


def test_nothing_is_done_without_a_fitting_key(
    client: FlaskClient, registry: Registry, send: Callable[..., Any]
) -> None:
    assert client.post("/api/bulk", data=b"a").status_code == 401
    assert client.post("/api/bulk", headers=registry.authorization).status_code == 400
    reader = registry.ledger.organizations.add_key(registry.organization.ctid, [Scope.READ])
    assert send(("b.csv", COURSE), key=reader).status_code == 403
    other = registry.ledger.organizations.add("Other College")
    key = registry.ledger.organizations.add_key(other.ctid)
    here = send(("b.csv", COURSE)).headers["Location"]
    for method, path in (("get", here), ("post", f"{here}/publish"), ("delete", here)):
        answer = getattr(client, method)(path, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 404, path


def test_a_partner_publishes_for_the_owner_while_the_grant_stands(
    client: FlaskClient, registry: Registry, send: Callable[..., Any], work: Callable[[], None]
) -> None:
    partner = registry.ledger.organizations.add("State Office")
    key = registry.ledger.organizations.add_key(partner.ctid)
    query = f"?owner={registry.organization.ctid}&publish=true"
    assert send(("b.csv", COURSE), query=query, key=key).status_code == 403
    with registry.ledger.database.writing() as connection:
        registry.ledger.partnerships.ask(connection, partner.ctid, registry.organization.ctid, "")
        registry.ledger.partnerships.settle(
            connection, partner.ctid, registry.organization.ctid, Agreement.GRANTED, None
        )
    here = send(("b.csv", COURSE), query=query, key=key).headers["Location"]
    work()
    headers = {"Authorization": f"Bearer {key}"}
    owner = f"?owner={registry.organization.ctid}"
    found = client.get(here + owner, headers=headers).json
    assert found["state"] == "saved", found
    envelope = registry.ledger.records.find(found["report"]["records"][0]["ctid"])
    assert envelope
    assert (envelope.owner, envelope.published_by) == (registry.organization.ctid, partner.ctid)
    late = send(("c.csv", COURSE | {"Name": "Arc Welding 1"}), query=query, key=key)
    with registry.ledger.database.writing() as connection:
        registry.ledger.partnerships.settle(
            connection, partner.ctid, registry.organization.ctid, Agreement.REVOKED, None
        )
    work()
    told = client.get(f"{late.headers['Location']}", headers=registry.authorization).json
    assert told["state"] == "failed"
    assert "State Office" in told["told"]


def test_a_key_that_is_revoked_meanwhile_publishes_nothing(
    client: FlaskClient, registry: Registry, send: Callable[..., Any], work: Callable[[], None]
) -> None:
    key = registry.ledger.organizations.add_key(registry.organization.ctid, [Scope.PUBLISH])
    here = send(("b.csv", COURSE), key=key).headers["Location"]
    work()
    client.post(f"{here}/publish", headers={"Authorization": f"Bearer {key}"})
    registry.ledger.organizations.revoke_key(key.split("_")[1])
    work()
    told = client.get(here, headers=registry.authorization).json
    assert (told["state"], told["told"]) == ("failed", "The API key of this upload was revoked.")
    assert registry.ledger.changes.last_sequence() == 0


def test_a_file_that_curl_calls_a_form_is_a_file(
    client: FlaskClient, registry: Registry, work: Callable[[], None]
) -> None:
    begun = client.post(
        "/api/bulk?name=courses%00.csv",
        data=file("courses.csv", COURSE).data,
        content_type="application/x-www-form-urlencoded",
        headers=registry.authorization,
    )
    assert begun.status_code == 202, begun.text
    work()
    found = client.get(begun.headers["Location"], headers=registry.authorization).json
    assert found["report"]["sheets"][0]["file"] == "courses.csv"


def test_a_partner_sees_its_own_uploads_alone(
    client: FlaskClient, registry: Registry, send: Callable[..., Any]
) -> None:
    partner = registry.ledger.organizations.add("State Office")
    key = registry.ledger.organizations.add_key(partner.ctid)
    with registry.ledger.database.writing() as connection:
        registry.ledger.partnerships.ask(connection, partner.ctid, registry.organization.ctid, "")
        registry.ledger.partnerships.settle(
            connection, partner.ctid, registry.organization.ctid, Agreement.GRANTED, None
        )
    query = f"?owner={registry.organization.ctid}"
    headers = {"Authorization": f"Bearer {key}"}
    theirs = send(("b.csv", COURSE)).headers["Location"]
    own = send(("b.csv", COURSE), query=query, key=key).headers["Location"]
    assert client.get(theirs + query, headers=headers).status_code == 404
    assert client.delete(theirs + query, headers=headers).status_code == 404
    assert client.get(own + query, headers=headers).status_code == 200
    listed = client.get(f"/api/bulk{query}", headers=headers).json["uploads"]
    assert [one["id"] for one in listed] == [own.rpartition("/")[2]]
    assert len(client.get("/api/bulk", headers=registry.authorization).json["uploads"]) == 2


def test_a_key_for_uploads_alone_does_nothing_else(
    client: FlaskClient, registry: Registry, send: Callable[..., Any], work: Callable[[], None]
) -> None:
    organizations, own = registry.ledger.organizations, registry.organization.ctid
    key = organizations.add_key(own, [Scope.BULK])
    headers = {"Authorization": f"Bearer {key}"}
    here = send(("a.csv", WELDING), ("b.csv", COURSE), key=key).headers["Location"]
    work()
    assert client.post(f"{here}/publish", headers=headers).status_code == 202
    work()
    assert client.get(here, headers=headers).json["told"] == "2 created"
    assert client.post(registry.documents_url, json={}, headers=headers).status_code == 403
    assert client.get("/drafts", headers=headers).status_code == 403
    reader = organizations.add_key(own, [Scope.READ, Scope.DRAFTS, Scope.ADMIN])
    assert send(("a.csv", WELDING), key=reader).status_code == 403


def test_a_key_that_publishes_draws_one_for_uploads(
    client: FlaskClient, registry: Registry
) -> None:
    organizations, own = registry.ledger.organizations, registry.organization.ctid
    for scopes, status in (([Scope.ADMIN, Scope.PUBLISH], 201), ([Scope.ADMIN], 403)):
        key = organizations.add_key(own, scopes)
        answer = client.post(
            f"/api/organizations/{own}/keys",
            json={"scopes": ["bulk"]},
            headers={"Authorization": f"Bearer {key}"},
        )
        assert answer.status_code == status
