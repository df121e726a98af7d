"""Issuer identity: an organization proves that it controls a DID.

It gets a challenge, signs it with a key of the DID as a JWT, and sends that. Whoever sees a badge
of that DID finds the organization by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ctgraph.accounts import throttle
from ctgraph.errors import BadParameter, Conflict, Forbidden, NotFound
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.issuers import Issuer
from ctgraph.ledger.people import Purpose, Ticket, in_hours
from ctgraph.ler.dids import MAX_DID_CHARS, public_key, require_did
from ctgraph.settings import Settings

CHALLENGE_HOURS = 1.0
"""How long a challenge may be answered, and how long a proof may hold at most."""
LEEWAY_SECONDS = 60
"""By how much the clocks of both sides may differ."""
MAX_PROOF_CHARS = 10_000
"""Characters of a proof. One with long names has about a thousand."""
MAX_DIDS = 20
"""DIDs of one organization: some for each of its badge platforms."""
CLAIMS = ("did", "challenge", "aud", "iat", "exp")


@dataclass(frozen=True)
class Proving:
    """The use case of one organization."""

    settings: Settings
    ledger: Ledger
    owner: Ctid

    def challenge(self, did: str) -> dict[str, Any]:
        """Return a challenge to prove a DID with, once.

        :raises BadParameter: when it is no DID that can be proved here.
        """
        given = Ticket(Purpose.DID, None, self.owner, require_did(did))
        with self.ledger.database.writing() as connection:
            challenge = self.ledger.people.issue(connection, given, CHALLENGE_HOURS)
        return {
            "did": did,
            "challenge": challenge,
            "aud": self.settings.base_url,
            "expires": in_hours(CHALLENGE_HOURS),
            "claims": list(CLAIMS),
            "algorithms": ["EdDSA", "ES256"],
        }

    def prove(self, proof: str) -> Issuer:
        """Keep the DID that a proof proves: a JWT (RFC 7519) that a key of the DID signed.

        :raises BadParameter: when the proof, or the document of the DID, cannot be read.
        :raises Forbidden: when it proves nothing, or a document may not be fetched.
        :raises Conflict: when the organization has many DIDs already.
        """
        did, key_id, algorithm = _header(proof)
        if did.startswith("did:web:"):
            throttle.spend(self.ledger.database, throttle.LOOK_UP, self.owner)
        key = public_key(did, key_id, self.settings.outgoing_requests)
        if algorithm != ("EdDSA" if isinstance(key, Ed25519PublicKey) else "ES256"):
            raise BadParameter(f"The alg {algorithm} is not that of the key.")
        claims = self._claims(proof, key, algorithm)
        if claims["did"] != did:
            raise Forbidden("The claim did is not the DID of the kid.")
        with self.ledger.database.writing() as connection:
            wanted = self.ledger.people.redeem(connection, str(claims["challenge"]), Purpose.DID)
            if wanted is None or (wanted.organization, wanted.value) != (self.owner, did):
                raise Forbidden(
                    "The challenge is not one of this organization for this DID, or was used, or "
                    "is too old. Ask for a new one."
                )
            self.ledger.issuers.keep(connection, self.owner, did, key_id)
            if self.ledger.issuers.count(connection, self.owner) > MAX_DIDS:
                raise Conflict(f"An organization has {MAX_DIDS} DIDs at most. Remove one first.")
            self.ledger.activities.note(
                connection, f"Proved the DID {did}.", organization=self.owner
            )
        return next(one for one in self.ledger.issuers.of(self.owner) if one.did == did)

    def remove(self, did: str) -> None:
        """Forget a DID of the organization.

        :raises BadParameter: when it is no DID.
        :raises NotFound: when it has not proved it.
        """
        with self.ledger.database.writing() as connection:
            if not self.ledger.issuers.remove(connection, self.owner, require_did(did)):
                raise NotFound(f"The organization has not proved the DID {did[:80]}.")
            self.ledger.activities.note(
                connection, f"Removed the DID {did}.", organization=self.owner
            )

    def _claims(self, proof: str, key: Any, algorithm: str) -> dict[str, Any]:
        base = self.settings.base_url
        try:
            claims: dict[str, Any] = jwt.decode(
                proof,
                key,
                algorithms=[algorithm],
                audience=[base, f"{base}/"],
                leeway=LEEWAY_SECONDS,
                options={"require": list(CLAIMS)},
            )
            seconds = int(claims["exp"]) - int(claims["iat"])
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise Forbidden(
                f"The proof does not hold: {error}. Sign the claims {', '.join(CLAIMS)} with "
                f"aud {base}."
            ) from error
        if seconds > CHALLENGE_HOURS * 3600:
            raise Forbidden("The proof holds for more than an hour. Let exp be soon after iat.")
        return claims


def issuer_json(one: Issuer, identity: Identity) -> dict[str, Any]:
    """Return a proved DID as JSON."""
    return {
        "did": one.did,
        "keyId": one.key_id,
        "verifiedAt": one.verified_at,
        "organization": {
            "ctid": one.organization,
            "name": one.name,
            "url": identity.resource(one.organization),
        },
    }


def _header(proof: str) -> tuple[str, str, str]:
    """Return the DID, the DID URL of the key, and the algorithm that a proof names."""
    remedy = "Send a JWT with the header {alg: EdDSA or ES256, kid: DID URL of the key}."
    if len(proof) > MAX_PROOF_CHARS:
        raise BadParameter(f"The proof has more than {MAX_PROOF_CHARS:,} characters. {remedy}")
    try:
        header = jwt.get_unverified_header(proof)
    except jwt.PyJWTError as error:
        raise BadParameter(f"The proof is no JWT: {error}. {remedy}") from error
    key_id, algorithm = header.get("kid"), header.get("alg")
    if algorithm not in ("EdDSA", "ES256") or not isinstance(key_id, str):
        raise BadParameter(f"The proof names no usable key. {remedy}")
    if len(key_id) > 2 * MAX_DID_CHARS or "#" not in key_id:
        raise BadParameter(f"The kid {key_id[:80]!r} is no DID URL of a key. {remedy}")
    return require_did(key_id.partition("#")[0]), key_id, algorithm
