"""Keys that programs draw and revoke, with a key of the scope `admin`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Scope
from tests.support.people import Person
from tests.support.registry import Registry, ctid_number

OWN, OTHER = ctid_number(0), ctid_number(9)
LAST = "2090-01-31T23:59:59.999999Z"
Ask = Callable[..., TestResponse]


@pytest.fixture
def drawn(registry: Registry) -> Callable[..., str]:
    """Return how a key of the test organization is drawn by the operator."""

    def draw(*scopes: Scope, expires_at: str | None = None) -> str:
        return registry.ledger.organizations.add_key(OWN, scopes, expires_at)

    return draw


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    def ask(
        key: str, body: Any = None, owner: Ctid = OWN, method: str = "POST", of: str = ""
    ) -> Any:
        return client.open(
            f"/api/organizations/{owner}/keys{of}",
            method=method,
            json=body,
            headers={"Authorization": f"Bearer {key}"},
        )

    return ask


def test_a_program_draws_lists_and_revokes_a_key(
    drawn: Callable[..., str], ask: Ask, client: FlaskClient, registry: Registry
) -> None:
    admin = drawn(Scope.ADMIN, Scope.READ)
    asked = {"scopes": ["read"], "lastDay": "2090-01-31", "label": "Nightly"}
    made = ask(admin, asked)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    key = made.json["key"]
    named = {"Authorization": f"Bearer {key}"}
    assert client.get("/drafts", headers=named).status_code == 200
    listed = ask(admin, method="GET")
    assert key not in listed.text
    (found,) = [one for one in listed.json["keys"] if one["label"] == "Nightly"]
    assert key.startswith(found["prefix"])
    assert (found["scopes"], found["expiresAt"]) == (["read"], LAST)
    assert found["usedAt"]
    assert ask(admin, method="DELETE", of=f"/{found['id']}").status_code == 204
    assert client.get("/drafts", headers=named).status_code == 401
    assert ask(admin, method="DELETE", of=f"/{found['id']}").status_code == 404
    noted = [one.words for one in registry.ledger.activities.of_organization(OWN, 10)]
    assert f"Made an API key to read, by the key {admin[4:12]}." in noted
    assert f"Revoked the API key {found['id']}, by the key {admin[4:12]}." in noted


@pytest.mark.parametrize("scope", [*Scope])
@pytest.mark.parametrize("owner", [OWN, OTHER])
@pytest.mark.parametrize(("method", "of"), [("GET", ""), ("POST", ""), ("DELETE", "/00000000")])
def test_who_may_use_each_address(
    drawn: Callable[..., str],
    ask: Ask,
    registry: Registry,
    scope: Scope,
    owner: Ctid,
    method: str,
    of: str,
) -> None:
    registry.ledger.organizations.add("Other College", OTHER)
    answer = ask(drawn(scope), {"scopes": [scope]}, owner, method, of)
    assert (answer.status_code == 403) == (scope is not Scope.ADMIN or owner == OTHER)
    assert registry.ledger.organizations.keys(OTHER) == []


def test_a_key_draws_none_that_may_do_more_or_lasts_longer(
    drawn: Callable[..., str], ask: Ask
) -> None:
    admin = drawn(Scope.ADMIN, expires_at=LAST)
    more = ask(admin, {"scopes": ["admin", "publish"]})
    assert (more.status_code, "scope publish" in more.json["detail"]) == (403, True)
    longer = ask(admin, {"scopes": ["admin"], "lastDay": "2090-02-01"})
    assert (longer.status_code, "2090-01-31" in longer.json["detail"]) == (403, True)
    assert ask(admin, {"scopes": ["admin"]}).json["expiresAt"] == LAST


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"scopes": []},
        {"scopes": "read"},
        {"scopes": [["read"]]},
        {"scopes": ["everything"]},
        {"scopes": ["admin"], "lastDay": "2020-01-01"},
        {"scopes": ["admin"], "lastDay": "soon"},
        {"scopes": ["admin"], "lastDay": 5},
        {"scopes": ["admin"], "label": 5},
        {"scopes": ["admin"], "label": "x" * 101},
    ],
)
def test_what_cannot_be_a_key_is_told(drawn: Callable[..., str], ask: Ask, body: Any) -> None:
    answer = ask(drawn(Scope.ADMIN), body)
    assert answer.status_code == 400
    assert answer.json["detail"]


def test_an_organization_that_is_not_approved_draws_none(
    rita: Person, college: Ctid, registry: Registry, ask: Ask
) -> None:
    admin = registry.ledger.organizations.add_key(college, [Scope.ADMIN])
    assert ask(admin, {"scopes": ["admin"]}, college).status_code == 403


def test_a_key_that_nothing_was_asked_for_makes_no_others(registry: Registry, ask: Ask) -> None:
    usual = registry.ledger.organizations.add_key(OWN)
    assert ask(usual, {"scopes": ["read"]}).status_code == 403
