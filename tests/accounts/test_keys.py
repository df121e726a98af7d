"""API keys: their scopes, their expiry, and their last use."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Scope, end_of
from tests.support.people import Person, alert
from tests.support.registry import Registry, certificate, ctid_number

_KEY = re.compile(r"ctg_[0-9a-f]{8}_[\w-]{43}")


def made(somebody: Person, organization: Ctid, **fields: Any) -> str:
    """Make a key on the page, and return it."""
    page = somebody.send(f"/account/organizations/{organization}/keys", **fields)
    found = _KEY.search(page.text)
    assert found, alert(page)
    return found[0]


def asked(somebody: Person, owner: Ctid, key: str) -> dict[str, int]:
    """Return how each request that takes a key is answered with one."""
    named = {"Authorization": f"Bearer {key}"}
    record, client = ctid_number(1), somebody.client
    document = certificate(1, owner)
    documents = f"/resources/organizations/{owner}/documents"
    return {
        "account": client.get("/account", headers=named).status_code,
        "list": client.get("/drafts", headers=named).status_code,
        "save": client.put(f"/drafts/{record}", json=document, headers=named).status_code,
        "read": client.get(f"/drafts/{record}", headers=named).status_code,
        "delete": client.delete(f"/drafts/{record}", headers=named).status_code,
        "publish": client.post(documents, json=document, headers=named).status_code,
        "withdraw": client.delete(f"/resources/documents/{record}", headers=named).status_code,
    }


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (["publish"], {"account", "publish", "withdraw"}),
        (["drafts"], {"account", "list", "save", "read", "delete"}),
        (["read"], {"account", "list", "read"}),
        (["publish", "drafts", "read"], None),
    ],
)
def test_a_key_does_what_its_scopes_say(
    rita: Person, approved: Ctid, scopes: list[str], allowed: set[str] | None
) -> None:
    key = made(rita, approved, scopes=scopes, label="Nightly")
    found = asked(rita, approved, key)
    refused = {name for name, status in found.items() if status in (401, 403)}
    assert refused == (set() if allowed is None else found.keys() - allowed)
    page = rita.see(f"/account/organizations/{approved}/keys").text
    assert "Nightly" in page
    assert "last used" in page


def test_a_missing_scope_is_named(rita: Person, approved: Ctid) -> None:
    key = made(rita, approved, scopes=["read"])
    sent = rita.client.post(
        f"/resources/organizations/{approved}/documents",
        json=certificate(1),
        headers={"Authorization": f"Bearer {key}"},
    )
    assert sent.status_code == 403
    assert "scope publish" in sent.json["detail"]


def test_an_expired_key_says_so(registry: Registry, rita: Person, approved: Ctid) -> None:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    key = registry.ledger.organizations.add_key(approved, [Scope.READ], end_of(yesterday))
    sent = rita.client.get("/drafts", headers={"Authorization": f"Bearer {key}"})
    assert sent.status_code == 401
    assert f"expired on {yesterday}" in sent.json["detail"]
    assert registry.ledger.organizations.keys(approved)[0].used_at is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"scopes": []}, "Choose what"),
        ({"scopes": ["read"], "expires": "2020-01-01"}, "over already"),
    ],
)
def test_what_cannot_be_a_key_is_told(
    rita: Person, approved: Ctid, fields: dict[str, Any], told: str
) -> None:
    answer = rita.send(f"/account/organizations/{approved}/keys", **fields)
    assert 400 <= answer.status_code < 500
    assert told in alert(answer)


def test_a_revoked_key_is_refused(rita: Person, approved: Ctid) -> None:
    keys = f"/account/organizations/{approved}/keys"
    key = made(rita, approved, scopes=["read"])
    assert rita.send(keys, to=f"{keys}/{key[4:12]}/revoke").status_code == 303
    assert {*asked(rita, approved, key).values()} == {401}
    assert rita.send(keys, to=f"{keys}/{key[4:12]}/revoke").status_code == 404


def test_keys_are_made_with_scopes_on_the_command_line(run: Any, registry: Registry) -> None:
    added = run("key", "add", ctid_number(0), "--scope", "read", "--expires", "2090-01-31")
    assert _KEY.fullmatch(added.output.strip())
    line = run("key", "list", ctid_number(0)).output.splitlines()[-1].split("\t")
    assert line[2:6] == ["valid", "read", "2090-01-31T23:59:59.999999Z", "never"]
