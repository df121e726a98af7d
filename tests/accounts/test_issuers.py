"""Administrators prove the DIDs of their organization at its pages."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable

import base58
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ctgraph.accounts.rights import Role
from tests.support.people import Person
from tests.support.registry import Registry


def test_an_administrator_proves_a_did(
    as_role: Callable[[Role | None], Person], registry: Registry
) -> None:
    anna = as_role(Role.ADMINISTRATOR)
    found = re.search(r"/account/organizations/(ce-[0-9a-f-]{36})", anna.see("/account").text)
    assert found
    page = f"{found[0]}/issuers"
    private = Ed25519PrivateKey.generate()
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    name = "z" + base58.b58encode(b"\xed\x01" + raw).decode()
    did = f"did:key:{name}"
    assert "There is no DID." in anna.see(page).text
    shown = html.unescape(anna.send(page, did=did).text)
    challenge = re.search(r'"challenge": "([^"]+)"', shown)
    audience = re.search(r'"aud": "([^"]+)"', shown)
    assert challenge
    assert audience
    claims = {"did": did, "challenge": challenge[1], "aud": audience[1]}
    claims |= {"iat": int(time.time()), "exp": int(time.time()) + 60}
    proof = jwt.encode(claims, private, "EdDSA", {"kid": f"{did}#{name}"})
    wrong = anna.send(page, to=f"{page}/proof", proof="no JWT")
    assert wrong.status_code == 400
    assert "no JWT" in wrong.text
    assert anna.send(page, to=f"{page}/proof", proof=proof).status_code == 303
    assert did in anna.see(page).text
    [kept] = registry.ledger.issuers.with_did(did)
    assert kept.organization == found[1]
    assert anna.send(page, to=f"{page}/remove", did=did).status_code == 303
    assert registry.ledger.issuers.with_did(did) == []
