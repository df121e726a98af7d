"""Every address that takes a key: which scopes it needs, for the own organization and others."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.accounts.registering import Registering
from ctgraph.accounts.rights import SCOPES, Act
from ctgraph.ledger.values import Scope
from tests.support.registry import Registry, ctid_number
from tests.support.routes import VALUES

OWN, OTHER = ctid_number(0), ctid_number(5)
NAMES = VALUES | {"ctid": ctid_number(1), "org_ctid": OWN, "member": "x", "other": ctid_number(6)}


@pytest.fixture(scope="module")
def keys(module_registry: Registry) -> dict[Scope, str]:
    """A key for each scope, of an organization that is a trusted partner."""
    registry = module_registry
    registry.ledger.organizations.add("Oak College", OTHER)
    Registering(registry.settings, registry.ledger).set_trust(OWN, True)
    return {scope: registry.ledger.organizations.add_key(OWN, [scope]) for scope in Scope}


def operations(client: FlaskClient) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = client.get("/api").json["addresses"]
    return [one for one in listed if one["needsKey"]]


def asked(
    client: FlaskClient, one: dict[str, Any], key: str, body: bytes = b"{}", **values: str
) -> int:
    path = re.sub(r"{(\w+)}", lambda found: (NAMES | values)[found[1]], one["path"])
    data = b"" if one["method"] in ("GET", "DELETE") else body
    headers = {"Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    return client.open(path, method=one["method"], data=data, headers=headers).status_code


def test_what_the_index_says_of_scopes_is_true(
    module_client: FlaskClient, keys: dict[Scope, str]
) -> None:
    wrong = []
    for one in operations(module_client):
        assert asked(module_client, one, "") == 401, one
        for scope, key in keys.items():
            status = asked(module_client, one, key)
            is_allowed = scope in one["scopes"] or not one["scopes"]
            if status >= 500 or (status == 403) == is_allowed:
                wrong.append((one["method"], one["path"], scope, status))
    assert wrong == []


def test_who_asks_is_known_before_the_body_is_read(
    module_client: FlaskClient, keys: dict[Scope, str]
) -> None:
    """Nobody learns from an error what an address takes that is not for them."""
    for one in operations(module_client):
        if one["method"] in ("GET", "DELETE"):
            continue
        assert asked(module_client, one, "", body=b"[") == 401, one
        for scope, key in keys.items():
            if one["scopes"] and scope not in one["scopes"]:
                assert asked(module_client, one, key, body=b"[") == 403, one


def test_no_key_does_anything_for_another_organization(
    module_client: FlaskClient, keys: dict[Scope, str], module_registry: Registry
) -> None:
    of_one = [one for one in operations(module_client) if "{org_ctid}" in one["path"]]
    assert len(of_one) > 10
    for one in of_one:
        for key in keys.values():
            assert asked(module_client, one, key, org_ctid=OTHER) == 403, one
    ledger = module_registry.ledger
    assert ledger.applications.members(OTHER) == []
    assert ledger.organizations.keys(OTHER) == []


def test_each_act_has_scopes() -> None:
    assert {*SCOPES} == {*Act}
