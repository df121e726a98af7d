"""Organizations prove DIDs, and are found by them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import base58
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ctgraph.accounts import lookup, throttle
from ctgraph.ledger.issuers import issuer
from ctgraph.ler.issuers import MAX_DIDS
from ctgraph.web import create_app
from tests.support.ler import BASE, CREDENTIAL
from tests.support.registry import Registry, ctid_number


class Holder:
    """Somebody who has the private key of a DID."""

    def __init__(self, algorithm: str = "EdDSA", did: str = "") -> None:
        self.algorithm = algorithm
        if algorithm == "EdDSA":
            self.private: Any = Ed25519PrivateKey.generate()
            raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            data = b"\xed\x01" + raw
        else:
            self.private = generate_private_key(SECP256R1())
            point = self.private.public_key().public_bytes(
                Encoding.X962, PublicFormat.CompressedPoint
            )
            data = b"\x80\x24" + point
        self.multibase = f"z{base58.b58encode(data).decode()}"
        self.did = did or f"did:key:{self.multibase}"
        self.kid = f"{self.did}#{self.multibase}"

    def sign(self, challenge: str, kid: str = "", alg: str = "", **changed: Any) -> str:
        now = int(time.time())
        claims = {"did": self.did, "challenge": challenge, "aud": BASE, "iat": now}
        claims |= {"exp": now + 600, **changed}
        kept = {key: value for key, value in claims.items() if value is not None}
        headers = {"kid": kid or self.kid}
        return jwt.encode(kept, self.private, alg or self.algorithm, headers)


Send = Callable[..., TestResponse]


@pytest.fixture
def registry(shared: Registry) -> Iterator[Registry]:
    """The registry of these tests, without what the last one proved."""
    yield shared
    record = shared.organization.ctid
    with shared.ledger.database.writing() as connection:
        connection.execute(issuer.delete())
        throttle.forgive(connection, throttle.LOOK_UP, record)


@pytest.fixture
def client(asking: FlaskClient) -> FlaskClient:
    """A client of it."""
    return asking


@pytest.fixture
def send(registry: Registry, client: FlaskClient) -> Send:
    """Return a function that sends JSON with the key of the organization."""

    def send(path: str, **body: str) -> TestResponse:
        return client.post(path, json=body, headers=registry.authorization)

    return send


@pytest.fixture
def challenge(send: Send) -> Callable[[str], str]:
    """Return a function that gets a challenge for a DID."""

    def challenge(did: str) -> str:
        answer = send("/issuers/challenges", did=did)
        assert answer.status_code == 201, answer.text
        assert answer.json["aud"] == BASE
        return str(answer.json["challenge"])

    return challenge


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_an_organization_is_found_by_the_key_it_proved(
    registry: Registry,
    client: FlaskClient,
    send: Send,
    challenge: Callable[[str], str],
    algorithm: str,
) -> None:
    holder, record = Holder(algorithm), registry.organization.ctid
    page = f"/resources/{record}"
    registry.project()
    before = client.get(page, headers={"Accept": "text/html"})
    assert holder.did not in before.text
    answer = send("/issuers", proof=holder.sign(challenge(holder.did)))
    assert answer.status_code == 201, answer.text
    found = client.get(f"/issuers?did={holder.did}").json["issuers"]
    assert found == [answer.json]
    assert found[0]["organization"] == {
        "ctid": record,
        "name": "Pine College",
        "url": f"{BASE}/resources/{record}",
    }
    assert (found[0]["did"], found[0]["keyId"]) == (holder.did, holder.kid)
    assert client.get(f"/issuers?organization={record}").json["issuers"] == found
    after = client.get(
        page, headers={"Accept": "text/html", "If-None-Match": before.headers["ETag"]}
    )
    assert after.status_code == 200
    assert holder.did in after.text
    badge = client.get(f"/resources/{CREDENTIAL}?format=open-badge").get_json(force=True)
    assert holder.did in {one["identifier"] for one in badge["creator"]["otherIdentifier"]}
    html = client.get(f"/issuers?did={holder.did}", headers={"Accept": "text/html"}).text
    assert f'<a href="/resources/{record}"' in html
    removed = client.delete(f"/issuers?did={holder.did}", headers=registry.authorization)
    assert removed.status_code == 204
    assert client.get(f"/issuers?did={holder.did}").json["issuers"] == []
    again = client.delete(f"/issuers?did={holder.did}", headers=registry.authorization)
    assert again.status_code == 404


def test_a_challenge_is_answered_once(send: Send, challenge: Callable[[str], str]) -> None:
    holder = Holder()
    proof = holder.sign(challenge(holder.did))
    assert send("/issuers", proof=proof).status_code == 201
    assert send("/issuers", proof=proof).status_code == 403


def test_an_organization_has_some_dids_and_not_many(
    registry: Registry, send: Send, challenge: Callable[[str], str]
) -> None:
    record = registry.organization.ctid
    with registry.ledger.database.writing() as connection:
        for number in range(MAX_DIDS):
            registry.ledger.issuers.keep(connection, record, f"did:web:{number}.example.org", "")
    holder = Holder()
    answer = send("/issuers", proof=holder.sign(challenge(holder.did)))
    assert answer.status_code == 409
    assert len(registry.ledger.issuers.of(record)) == MAX_DIDS


def test_a_jwt_may_be_the_whole_body(
    registry: Registry, client: FlaskClient, challenge: Callable[[str], str]
) -> None:
    holder = Holder()
    answer = client.post(
        "/issuers",
        data=holder.sign(challenge(holder.did)),
        content_type="application/jwt",
        headers=registry.authorization,
    )
    assert answer.status_code == 201


def test_a_challenge_of_another_organization_proves_nothing(
    registry: Registry, client: FlaskClient, challenge: Callable[[str], str]
) -> None:
    other = registry.ledger.organizations.add("Oak College", ctid_number(700))
    key = registry.ledger.organizations.add_key(other.ctid)
    holder = Holder()
    proof = holder.sign(challenge(holder.did))
    headers = {"Authorization": f"Bearer {key}"}
    answer = client.post("/issuers", json={"proof": proof}, headers=headers)
    assert answer.status_code == 403
    assert client.get(f"/issuers?did={holder.did}").json["issuers"] == []


WRONG: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "https://other.example.org"},
    "no audience": {"aud": None},
    "over": {"exp": 1_000_000},
    "no end": {"exp": None},
    "far end": {"exp": 4_000_000_000},
    "no beginning": {"iat": None},
    "odd beginning": {"iat": "x"},
    "endless": {"exp": 1e300},
    "another DID": {"did": Holder().did},
    "no DID": {"did": None},
    "no challenge": {"challenge": None},
    "odd challenge": {"challenge": {"a": 1}},
    "wrong challenge": {"challenge": "x"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_proof_that_does_not_hold_is_refused(
    send: Send, challenge: Callable[[str], str], client: FlaskClient, wrong: str
) -> None:
    holder = Holder()
    given = challenge(holder.did)
    changed = {"challenge": given} | WRONG[wrong]
    answer = send("/issuers", proof=holder.sign(changed.pop("challenge"), **changed))
    assert answer.status_code == 403, answer.text
    assert client.get(f"/issuers?did={holder.did}").json["issuers"] == []
    assert send("/issuers", proof=holder.sign(given)).status_code == 201  # it is not used up


def test_another_key_signs_for_nobody(send: Send, challenge: Callable[[str], str]) -> None:
    holder, other = Holder(), Holder()
    proof = other.sign(challenge(holder.did), kid=holder.kid, did=holder.did)
    assert send("/issuers", proof=proof).status_code == 403


@pytest.mark.parametrize(
    ("kid", "alg"), [("did:key:zzz#zzz", ""), ("did:web:localhost#1", ""), ("x", ""), ("", "HS256")]
)
def test_an_unusable_proof_is_refused(send: Send, kid: str, alg: str) -> None:
    holder = Holder()
    if alg:
        holder.private = "a secret of thirty-two bytes or so"
    answer = send("/issuers", proof=holder.sign("x", kid=kid, alg=alg))
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "did",
    [
        *("", "x", "did:ion:x", "did:key:z" + "1" * 600),
        *("did:web:localhost", "did:web:example.org%3A8000", "did:web:10.0.0.1:.."),
    ],
)
def test_an_unusable_did_gets_no_challenge(send: Send, did: str) -> None:
    assert send("/issuers/challenges", did=did).status_code == 400


def test_nothing_is_proved_without_a_key(client: FlaskClient) -> None:
    for path in ("/issuers", "/issuers/challenges"):
        assert client.post(path, json={"did": Holder().did}).status_code == 401
    assert client.delete("/issuers?did=x").status_code == 401
    assert client.get("/issuers?format=json").status_code == 400
    assert "<form" in client.get("/issuers", headers={"Accept": "text/html"}).text


@pytest.fixture
def web(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that sends the proof of a did:web whose document is given."""
    allowing = registry.settings.model_copy(update={"outgoing_requests": True})
    client = create_app(allowing).test_client()

    def prove(holder: Holder, document: Any, address: tuple[str, str]) -> TestResponse:
        def text_at(host: str, path: str, max_bytes: int) -> str:
            return json.dumps(document) if (host, path) == address else ""

        monkeypatch.setattr(lookup, "text_at", text_at)
        headers = registry.authorization
        made = client.post("/issuers/challenges", json={"did": holder.did}, headers=headers)
        proof = holder.sign(made.json["challenge"], kid=f"{holder.did}#key-1")
        return client.post("/issuers", json={"proof": proof}, headers=headers)

    return prove


def listed(holder: Holder, **changed: Any) -> dict[str, Any]:
    """Return the document of a DID that lists the key of somebody."""
    method = {
        "id": f"{holder.did}#key-1",
        "type": "Multikey",
        "controller": holder.did,
        "publicKeyMultibase": holder.multibase,
    }
    return {
        "id": holder.did,
        "verificationMethod": [method],
        "assertionMethod": ["#key-1"],
        **changed,
    }


@pytest.mark.parametrize(
    ("did", "address"),
    [
        ("did:web:pine.example.org", ("pine.example.org", "/.well-known/did.json")),
        ("did:web:example.org:badges:pine", ("example.org", "/badges/pine/did.json")),
    ],
)
def test_the_document_of_a_domain_proves_its_did(
    web: Any, did: str, address: tuple[str, str]
) -> None:
    holder = Holder(did=did)
    assert web(holder, listed(holder), address).status_code == 201


def test_a_document_may_hold_its_key_as_a_jwk(web: Any) -> None:
    holder = Holder("ES256", "did:web:pine.example.org")
    jwk = jwt.algorithms.ECAlgorithm.to_jwk(holder.private.public_key(), as_dict=True)
    method = {"id": "#key-1", "type": "JsonWebKey", "publicKeyJwk": jwk}
    document = {"id": holder.did, "authentication": [method]}
    assert web(holder, document, ("pine.example.org", "/.well-known/did.json")).status_code == 201


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "did:web:other.example.org"},
        {"assertionMethod": []},
        {"verificationMethod": []},
        {"verificationMethod": "x"},
        {"verificationMethod": [{"id": "#key-1", "publicKeyMultibase": "z1"}]},
        {"verificationMethod": [{"id": "#key-1", "publicKeyJwk": {"kty": "odd"}}]},
        {"verificationMethod": [{"id": "#key-1"}]},
    ],
)
def test_a_document_that_lists_no_such_key_proves_nothing(web: Any, changed: Any) -> None:
    holder = Holder(did="did:web:pine.example.org")
    answer = web(holder, listed(holder, **changed), ("pine.example.org", "/.well-known/did.json"))
    assert answer.status_code == 400


def test_a_domain_is_not_asked_unless_allowed(
    send: Send, challenge: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "text_at", lambda *_: pytest.fail("it was asked"))
    holder = Holder(did="did:web:pine.example.org")
    assert send("/issuers", proof=holder.sign(challenge(holder.did))).status_code == 403
