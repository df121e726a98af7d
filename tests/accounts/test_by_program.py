"""What programs do with an API key: organizations, members, third parties, and reviews."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ctgraph.accounts.rights import Role
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.applications import State
from ctgraph.ledger.values import Scope
from tests.support.people import Person, newcomer
from tests.support.registry import Registry, certificate, ctid_number

OWN, OTHER = ctid_number(0), ctid_number(9)
HERE = f"/api/organizations/{OWN}"
Ask = Callable[..., TestResponse]


@pytest.fixture(scope="module")
def ask(module_registry: Registry, module_client: FlaskClient) -> Ask:
    """How a program asks with a key of some scopes, of an organization; all scopes without any."""
    keys: dict[Any, str] = {}

    def ask(
        method: str, path: str, body: Any = None, *scopes: Scope, of: Ctid = OWN, **headers: str
    ) -> TestResponse:
        named = (of, scopes)
        if named not in keys:
            organizations = module_registry.ledger.organizations
            keys[named] = organizations.add_key(of, scopes or [*Scope])
        sent = {"Authorization": f"Bearer {keys[named]}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return module_client.open(path, method=method, json=body, headers=sent)

    return ask


@pytest.fixture(scope="module")
def other(module_registry: Registry) -> Ctid:
    """Another organization, which has an administrator."""
    return module_registry.ledger.organizations.add("Oak College", OTHER).ctid


@pytest.fixture(scope="module")
def otto(module_registry: Registry, module_client: FlaskClient, other: Ctid) -> Person:
    """The administrator of the other organization."""
    somebody = newcomer(module_client.application, module_registry.ledger)
    ledger = module_registry.ledger
    with ledger.database.writing() as connection:
        found = ledger.people.with_email(connection, somebody.email)
        assert found
        ledger.applications.admit(connection, other, found[0].id, Role.ADMINISTRATOR)
    return somebody


def noted(registry: Registry) -> list[str]:
    return [one.words for one in registry.ledger.activities.of_organization(OWN, 30)]


def test_a_draft_is_reviewed_and_published_by_the_content_that_was_seen(
    ask: Ask, module_registry: Registry, module_client: FlaskClient
) -> None:
    here = f"/drafts/{ctid_number(1)}"
    tag = ask("PUT", here, certificate(1)).headers["ETag"]
    told = ask("GET", f"{here}?problems=true")
    assert (told.json["hash"], told.json["state"]) == (tag.strip('"'), "draft")
    assert told.json["document"] == certificate(1)
    assert {one["severity"] for one in told.json["problems"]} <= {"warning", "info"}
    assert ask("GET", here).json == certificate(1)
    assert ask("POST", f"{here}/publish", {}, Scope.DRAFTS).status_code == 403
    assert ask("POST", f"{here}/submit", {}, Scope.DRAFTS).json["state"] == "in review"
    assert ask("POST", f"{here}/approve", {}).status_code == 400
    seen = told.json["hash"]
    edited = certificate(1, **{"ceterms:alternateName": {"en": ["Edited"]}})
    assert ask("PUT", here, certificate(1), If_Match=f"W/{tag}").status_code == 204
    assert ask("PUT", here, edited, If_Match=tag).status_code == 204
    assert ask("PUT", here, certificate(1), If_Match=tag).status_code == 412
    assert ask("POST", f"{here}/approve", {}, If_Match=tag).status_code == 412
    assert ask("POST", f"{here}/approve", {"hash": seen}).status_code == 409
    now = ask("GET", f"{here}?problems=true").json
    assert now["state"] == "draft"  # the edit made what was said of the draft void
    returned = {"hash": now["hash"], "words": "Give the level, too."}
    assert ask("POST", f"{here}/return", returned).json["state"] == "returned"
    assert ask("GET", f"{here}?problems=true").json["words"] == "Give the level, too."
    assert ask("POST", f"{here}/approve", {"hash": now["hash"]}).json["state"] == "approved"
    published = ask("POST", f"{here}/publish", {}, Scope.DRAFTS)
    assert (published.status_code, published.json["state"]) == (200, "published")
    found = module_client.get(published.headers["Location"])
    assert found.json["ceterms:alternateName"] == {"en": ["Edited"]}
    assert ask("GET", here).status_code == 404
    assert re.search(
        r"Published: Certificate 1, by the key \w{8}\.", "\n".join(noted(module_registry))
    )


def test_a_draft_that_is_wrong_tells_what_and_is_not_submitted(ask: Ask) -> None:
    here = f"/drafts/{ctid_number(2)}"
    document = certificate(2)
    del document["@graph"][0]["ceterms:name"]
    ask("PUT", here, document)
    problems = ask("GET", f"{here}?problems=true").json["problems"]
    assert problems[0]["severity"] == "violation"
    refused = ask("POST", f"{here}/submit")
    assert refused.status_code == 422
    assert refused.json["problems"][0]["message"] == problems[0]["message"]
    ask("PUT", here, {"@graph": 5, "big": 10**30})
    assert ask("GET", f"{here}?problems=true").json["problems"]
    assert ask("GET", f"{here}?problems=perhaps").status_code == 400
    assert ask("POST", f"/drafts/{ctid_number(3)}/submit").status_code == 404


@pytest.mark.parametrize("body", [[], {"digest": "x"}, {"hash": 5}])
def test_a_body_that_is_not_understood_is_refused(ask: Ask, body: Any) -> None:
    ask("PUT", f"/drafts/{ctid_number(4)}", certificate(4))
    refused = ask("POST", f"/drafts/{ctid_number(4)}/approve", body)
    assert (refused.status_code, "problem" in refused.json["type"]) == (400, True)


def test_a_program_invites_and_changes_members(
    ask: Ask, module_registry: Registry, module_client: FlaskClient
) -> None:
    ledger = module_registry.ledger
    rita, boss = (newcomer(module_client.application, ledger) for _ in range(2))
    for somebody, role in ((rita, "viewer"), (boss, "administrator")):
        invited = ask("POST", f"{HERE}/members", {"email": somebody.email, "role": role})
        assert invited.status_code == 202
        assert somebody.send(somebody.link()).status_code == 303
    listed = {one["email"]: one for one in ask("GET", f"{HERE}/members").json["members"]}
    assert listed[rita.email]["role"] == "viewer"
    member, only = (f"{HERE}/members/{listed[one.email]['id']}" for one in (rita, boss))
    assert ask("PATCH", member, {"role": "editor"}).json["role"] == "editor"
    assert ask("PATCH", member, {}).status_code == 400
    assert ask("PATCH", member, {"role": "king"}).status_code == 400
    assert ask("DELETE", only).status_code == 409  # an organization needs an administrator
    assert ask("DELETE", member).status_code == 204
    assert ask("DELETE", member).status_code == 404
    assert ask("POST", f"{HERE}/members", {"email": "nobody", "role": "viewer"}).status_code == 400
    assert (
        ask("POST", f"{HERE}/members", {"email": rita.email, "role": "viewer"}).status_code == 202
    )
    (one,) = ask("GET", f"{HERE}/members").json["invitations"]
    assert (one["email"], one["role"]) == (rita.email, "viewer")
    assert ask("DELETE", f"{HERE}/invitations/{one['id']}").status_code == 204
    assert ask("DELETE", f"{HERE}/invitations/{one['id']}").status_code == 404
    assert rita.see(rita.link()).status_code == 404


def test_an_invitation_of_a_key_that_was_revoked_is_void(
    ask: Ask, module_registry: Registry, module_client: FlaskClient
) -> None:
    organizations = module_registry.ledger.organizations
    key = organizations.add_key(OWN, [Scope.ADMIN])
    rita = newcomer(module_client.application, module_registry.ledger)
    headers = {"Authorization": f"Bearer {key}"}
    sent = {"email": rita.email, "role": "administrator"}
    assert module_client.post(f"{HERE}/members", json=sent, headers=headers).status_code == 202
    organizations.revoke_key(key[4:12])
    assert rita.see(rita.link()).status_code == 403


def test_a_right_to_publish_is_granted_asked_and_ended(
    ask: Ask, other: Ctid, otto: Person, module_client: FlaskClient
) -> None:
    here, there = f"{HERE}/third-parties", f"/api/organizations/{other}/third-parties"
    granted = ask("POST", here, {"publisher": other, "lastDay": "2090-12-31"})
    assert granted.status_code == 201
    (told,) = granted.json["thirdParties"]
    assert (told["side"], told["stands"]) == ("owner", True)
    assert told["expiresAt"].startswith("2090-12-31")
    documents = f"/resources/organizations/{OWN}/documents"
    assert ask("POST", documents, certificate(30), of=other).status_code == 201
    assert "granted the right" in otto.mails()[-1][0]
    assert ask("POST", here, {"owner": other, "words": "For the state."}).status_code == 202
    for body, end in (
        ({}, "2090-12-31"),  # nothing is said of the end, so it stays
        ({"lastDay": None}, "2090-12-31"),
        ({"lastDay": "2091-01-31"}, "2091-01-31"),
        ({"lastDay": ""}, None),
        ({}, None),
    ):
        again = ask("POST", here, {"publisher": other, **body}).json["thirdParties"]
        (mine,) = (one for one in again if one["side"] == "owner")
        assert (mine["expiresAt"] or "")[:10] == (end or ""), body
    assert ask("DELETE", f"{here}/{other}").status_code == 400  # which of the two?
    assert ask("DELETE", f"{there}/{OWN}?side=owner", of=other).status_code == 204
    states = {one["side"]: one["state"] for one in ask("GET", here).json["thirdParties"]}
    assert states == {"owner": "granted", "publisher": "declined"}
    assert ask("DELETE", f"{here}/{other}").status_code == 204
    assert ask("DELETE", f"{here}/{other}").status_code == 404
    assert ask("POST", documents, certificate(31), of=other).status_code == 403


def test_only_what_sends_mail_to_others_is_limited(
    ask: Ask, module_registry: Registry, otto: Person, other: Ctid
) -> None:
    silent = module_registry.ledger.organizations.add("Elm College", ctid_number(901)).ctid
    path = f"{HERE}/third-parties"
    days = [f"2090-01-{day:02}" for day in range(1, 9)]
    granted = [ask("POST", path, {"publisher": silent, "lastDay": day}) for day in days]
    assert {one.status_code for one in granted} == {201}
    (told,) = (one for one in granted[-1].json["thirdParties"] if one["publisher"] == silent)
    assert told["expiresAt"].startswith(days[-1])
    asked = [ask("POST", path, {"owner": other}).status_code for _ in range(8)]
    assert asked == [202] + [409] * 7
    assert ask("DELETE", f"{path}/{other}?side=publisher").status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"publisher": OTHER, "owner": OTHER},
        {"publisher": OWN},
        {"publisher": OTHER, "lastDay": "2020-01-01"},
        {"publisher": OTHER, "lastDay": "soon"},
        {"publisher": OTHER, "words": "Please."},
        {"owner": OTHER, "lastDay": "2090-01-01"},
        {"owner": "x"},
    ],
)
def test_an_agreement_that_cannot_be_is_refused(ask: Ask, other: Ctid, body: Any) -> None:
    assert ask("POST", f"{HERE}/third-parties", body).status_code == 400


def test_a_program_describes_and_submits_an_organization(
    ask: Ask, module_registry: Registry
) -> None:
    ledger, record = module_registry.ledger, ctid_number(77)
    ledger.organizations.add("Elm College", record)
    entity = {"@type": "ceterms:CredentialOrganization", "ceterms:ctid": record}
    document = json.dumps({"@graph": [entity | {"ceterms:name": {"en-US": "Elm College"}}]})
    with ledger.database.writing() as connection:
        ledger.applications.begin(connection, record, document.encode())
    here = f"/api/organizations/{record}"
    begun = ask("GET", here, of=record).json
    assert (begun["state"], begun["place"]) == ("draft", None)
    assert begun["missing"]
    assert ask("POST", f"{here}/submit", of=record).status_code == 422
    fields = {
        "description": "A college among elms where people learn to weld and to nurse.",
        "subjectWebpage": "https://www.elm.example.org/",
        "agentType": ["TwoYear"],
        "agentSectorType": ["agentSector:Public"],
        "email": "info@elm.example.org",
    }
    assert ask("PATCH", here, {"agentType": ["Bakery"]}, of=record).status_code == 422
    assert ask("PATCH", here, {"colour": "green"}, of=record).status_code == 400
    assert ask("PATCH", here, {"name": " \0\u200b"}, of=record).status_code == 422
    hidden = ask("PATCH", here, {"name": "Elm\u202eCollege"}, of=record)
    assert hidden.status_code == 422
    assert "U+202E" in hidden.text
    described = ask("PATCH", here, fields, of=record).json
    assert described["missing"] == []
    assert described["description"]["agentType"] == ["orgType:TwoYear"]
    assert len(described["evidence"]) == 3
    submitted = ask("POST", f"{here}/submit", {"words": "We are new."}, of=record).json
    assert (submitted["state"], submitted["place"]) == ("submitted", 1)
    (message,) = submitted["messages"]
    assert (message["words"], message["isStaff"]) == ("We are new.", False)
    assert ask("POST", f"{here}/submit", of=record).status_code == 409
    with ledger.database.writing() as connection:
        ledger.applications.move(connection, record, State.APPROVED, None, "")
    assert ask("PATCH", here, fields, of=record).status_code == 409


def test_the_index_lists_every_address_of_the_description(module_client: FlaskClient) -> None:
    described = module_client.get("/openapi.json").json["paths"]
    listed = module_client.get("/api/").headers["Location"]
    index = module_client.get(listed).json["addresses"]
    assert {(one["method"].lower(), one["path"]) for one in index} == {
        (method, path) for path, methods in described.items() for method in methods
    }
    page = module_client.get("/api", headers={"Accept": "text/html"}).text
    assert all(one["summary"].split("`")[0].split("'")[0] in page for one in index[:20])
    assert page.count("<code>") == len(index)
