"""Decentralized identifiers (W3C DID 1.0): the public keys of ``did:key`` and ``did:web``."""

from __future__ import annotations

import re
from typing import Any

import base58
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ctgraph.accounts import lookup
from ctgraph.documents.json_text import read_json
from ctgraph.errors import BadParameter, Forbidden, InvalidDocument

MAX_DID_CHARS = 500
"""Characters of a DID, or of the name of one of its keys. Those of keys have about 60."""
MAX_DOCUMENT_BYTES = 100_000
"""Bytes of the document of a ``did:web`` that are read. A few keys take some thousand."""
ED25519, P256 = b"\xed\x01", b"\x80\x24"
"""How keys of these kinds begin (multicodec)."""
_KEY = re.compile(r"did:key:(z[1-9A-HJ-NP-Za-km-z]+)")
_WEB = re.compile(r"did:web:([a-z0-9-]+(?:\.[a-z0-9-]+)+)((?::[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*)")

PublicKey = Ed25519PublicKey | EllipticCurvePublicKey


def require_did(did: str) -> str:
    """Return a DID of a method that can be proved here.

    :raises BadParameter: when it is none.
    """
    if len(did) > MAX_DID_CHARS or not (_KEY.fullmatch(did) or _WEB.fullmatch(did)):
        raise BadParameter(
            f"{did[:80]!r} is no DID that can be proved here. Use did:key with an Ed25519 or P-256 "
            "key, such as did:key:z6Mk…, or did:web with a host in lower case and without a port, "
            "such as did:web:example.org."
        )
    return did


def public_key(did: str, key_id: str, may_look: bool) -> PublicKey:
    """Return the public key of a DID that a DID URL names.

    :param may_look: whether the document of a ``did:web`` may be fetched.
    :raises BadParameter: when the DID, or its document, has no such key.
    :raises Forbidden: when a document would have to be fetched, and may not.
    """
    if found := _KEY.fullmatch(did):
        if key_id != f"{did}#{found[1]}":
            raise BadParameter(f"The kid of {did[:80]} is the DID, '#', and what follows did:key:.")
        return _decoded(found[1])
    if not may_look:
        raise Forbidden(
            "The operator of this registry allows no outgoing requests, so it reads no did:web. "
            "Prove a did:key."
        )
    return _listed(did, key_id, _document(did))


def _document(did: str) -> dict[str, Any]:
    """Return the document of a ``did:web`` (did:web method, section 2.5.2)."""
    found = _WEB.fullmatch(did)
    assert found
    path = found[2].replace(":", "/") or "/.well-known"
    address = f"https://{found[1]}{path}/did.json"
    text = lookup.text_at(found[1], f"{path}/did.json", MAX_DOCUMENT_BYTES)
    try:
        document = read_json(text.encode())
    except InvalidDocument:
        document = None
    if not isinstance(document, dict) or document.get("id") != did:
        raise BadParameter(f"There is no document of {did} in JSON at {address}.")
    return document


def _listed(did: str, key_id: str, document: dict[str, Any]) -> PublicKey:
    """Return a key that a document lists to sign statements or to authenticate with."""
    may_sign = [
        one
        for relation in ("assertionMethod", "authentication")
        for one in _array(document.get(relation))
    ]
    named = {_absolute(did, one.get("id") if isinstance(one, dict) else one) for one in may_sign}
    for method in (*_array(document.get("verificationMethod")), *may_sign):
        if isinstance(method, dict) and _absolute(did, method.get("id")) == key_id in named:
            return _of_method(method)
    raise BadParameter(
        f"The document of {did} lists no key {key_id[:200]} as assertionMethod or authentication."
    )


def _of_method(method: dict[str, Any]) -> PublicKey:
    multibase, jwk = method.get("publicKeyMultibase"), method.get("publicKeyJwk")
    if isinstance(multibase, str):
        return _decoded(multibase)
    if not isinstance(jwk, dict) or "d" in jwk:
        raise BadParameter("The key has no publicKeyJwk and no publicKeyMultibase.")
    try:
        key = jwt.PyJWK.from_dict(jwk).key
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise BadParameter(f"The publicKeyJwk cannot be read: {error}") from error
    return _usable(key)


def _decoded(multibase: str) -> PublicKey:
    """Return a key in multibase and multicodec (did:key method, section 3.1)."""
    try:
        if len(multibase) > MAX_DID_CHARS or not multibase.startswith("z"):
            raise ValueError("it is not in base58btc")
        data = base58.b58decode(multibase[1:])
        if data.startswith(ED25519):
            return Ed25519PublicKey.from_public_bytes(data[2:])
        if data.startswith(P256):
            return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), data[2:])
    except ValueError as error:
        raise BadParameter(f"The key {multibase[:80]} cannot be read: {error}") from error
    raise BadParameter("The key is neither Ed25519 nor P-256. Use one of these.")


def _usable(key: Any) -> PublicKey:
    if isinstance(key, Ed25519PublicKey):
        return key
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key
    raise BadParameter("The key is neither Ed25519 nor P-256. Use one of these.")


def _array(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _absolute(did: str, id: Any) -> str:
    text = id if isinstance(id, str) else ""
    return f"{did}{text}" if text.startswith("#") else text
