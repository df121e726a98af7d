"""An authenticator of passkeys in software, and the browser that speaks to it."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
"""Flags of an authenticator (Web Authentication, section 6.1)."""


def encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One passkey, whose parts a test may change.

    :param origin: which the browser says the page has.
    :param counts: whether it counts its uses.
    """

    def __init__(self, origin: str = "http://localhost:8000", *, counts: bool = True) -> None:
        self.origin, self.host = origin, "localhost"
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.uses, self.counts = 0, counts
        self.flags = PRESENT | VERIFIED
        self.handle: str | None = None

    def create(self, options: dict[str, Any]) -> str:
        """Return the answer to the options for a new passkey."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(self.flags | ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": encoded(self._client_data("webauthn.create", options)),
            "attestationObject": encoded(attestation),
            "transports": ["internal"],
        }
        return self._answer(response)

    def get(self, options: dict[str, Any]) -> str:
        """Return the answer to the options for a passkey that is used."""
        if self.counts:
            self.uses += 1
        said, data = self._client_data("webauthn.get", options), self._data(self.flags)
        signed = data + hashlib.sha256(said).digest()
        response = {
            "clientDataJSON": encoded(said),
            "authenticatorData": encoded(data),
            "signature": encoded(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": self.handle,
        }
        return self._answer(response)

    def _data(self, flags: int) -> bytes:
        relying = hashlib.sha256(self.host.encode()).digest()
        return relying + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _client_data(self, type: str, options: dict[str, Any]) -> bytes:
        said = {"type": type, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said | {"crossOrigin": False}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        id = encoded(self.id)
        return json.dumps(
            {
                "id": id,
                "rawId": id,
                "type": "public-key",
                "response": response,
                "clientExtensionResults": {},
                "authenticatorAttachment": "platform",
            }
        )
