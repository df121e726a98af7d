"""An identity provider as its client sees it (OpenID Connect Core 1.0, authorization code flow).

Only providers that the operator configured are asked, with deadlines, and no redirect is followed.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import quote

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from cachetools import TTLCache
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from ctgraph.errors import ProviderFailed, Unauthenticated
from ctgraph.settings import IdentityProvider

PROVIDER_SECONDS = 5.0
"""How long each answer of a provider may take; a person waits for three of them."""
MAX_PROVIDER_BYTES = 500_000
"""Bytes of an answer of a provider. Its keys are the largest."""
DISCOVERY_SECONDS = 3600
"""How long what a provider tells of itself is kept. Unknown keys are asked for at once."""
LEEWAY_SECONDS = 60
"""How far the clock of a provider may be away."""
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""The signatures that are taken: asymmetric ones. `none` and shared secrets are not."""
SCOPE = "openid email profile"
_known: TTLCache[str, dict[str, Any]] = TTLCache(100, DISCOVERY_SECONDS)
_lock = Lock()


@dataclass(frozen=True)
class Claims:
    """What a provider vouches for.

    :param subject: its own name of the person, which never goes to another one.
    :param has_second_factor: whether it checked one, by what the settings say of its values.
    """

    subject: str
    email: str
    is_verified: bool
    name: str
    has_second_factor: bool


@dataclass(frozen=True)
class Agreed:
    """What one sign-in agreed on with a provider.

    :param verifier: which proves that the code came here (PKCE, RFC 7636).
    """

    nonce: str
    verifier: str


@dataclass(frozen=True)
class Client:
    """This registry as the client of a provider.

    :param redirect: the address where the provider sends people back.
    """

    provider: IdentityProvider
    redirect: str

    def address(self, state: str, agreed: Agreed) -> str:
        """Return the address of the provider where somebody signs in.

        :raises ProviderFailed: when the provider does not tell it.
        """
        return str(
            prepare_grant_uri(
                self._endpoint("authorization_endpoint"),
                self.provider.client_id,
                "code",
                redirect_uri=self.redirect,
                scope=SCOPE,
                state=state,
                nonce=agreed.nonce,
                code_challenge=create_s256_code_challenge(agreed.verifier),
                code_challenge_method="S256",
            )
        )

    def claims(self, code: str, agreed: Agreed) -> Claims:
        """Return what the provider vouches for, for the code that somebody brought back.

        :raises ProviderFailed: when the provider does not answer as it should.
        :raises Unauthenticated: when it does not take the code, or its ID token does not hold.
        """
        given = self._exchanged(code, agreed)
        token, access = given.get("id_token"), given.get("access_token")
        signed = self._verified(str(token), str(access or ""), agreed)
        found = signed
        if "email" not in found and access:
            found = self._told(str(access), found)
        return Claims(
            str(found["sub"]),
            str(found.get("email") or ""),
            found.get("email_verified") in (True, "true"),  # some providers send it as text
            str(found.get("name") or ""),
            self._has_second_factor(signed),
        )

    def _has_second_factor(self, signed: dict[str, Any]) -> bool:
        """Tell whether an ID token says that a second factor was checked (section 2: acr, amr)."""
        methods = signed.get("amr")
        said = [signed.get("acr"), *(methods if isinstance(methods, list) else ())]
        return any(one in self.provider.second_factors for one in said if one)

    def _exchanged(self, code: str, agreed: Agreed) -> dict[str, Any]:
        """Return what the token endpoint gives for a code (RFC 6749, section 4.1.3)."""
        id, secret = self.provider.client_id, self.provider.secret
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect,
            "code_verifier": agreed.verifier,
        }
        methods = self._metadata().get("token_endpoint_auth_methods_supported")
        auth: tuple[str, str] | None = (
            quote(id, safe=""),
            quote(secret, safe=""),
        )  # RFC 6749, section 2.3.1
        if methods and "client_secret_basic" not in methods:
            fields |= {"client_id": id, "client_secret": secret}
            auth = None
        request = {"data": fields, "auth": auth}
        status, given = self._asked("POST", self._endpoint("token_endpoint"), **request)
        if status == 400 and given.get("error") == "invalid_grant":
            raise Unauthenticated(f"{self.provider.label} did not take the sign-in. Try again.")
        if status != 200:
            raise self._failed(f"it answered {status} {given.get('error', '')}".strip())
        return given

    def _verified(self, token: str, access: str, agreed: Agreed) -> dict[str, Any]:
        """Return the claims of an ID token that holds (OpenID Connect Core, section 3.1.3.7)."""
        try:
            decoded = self._decoded(token)
            found = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": self.provider.issuer},
                    "aud": {"essential": True, "value": self.provider.client_id},
                    "sub": {"essential": True},
                },
                params={
                    "nonce": agreed.nonce,
                    "client_id": self.provider.client_id,
                    "access_token": access,
                },
            )
            found.validate(leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Unauthenticated(
                f"What {self.provider.label} says does not hold: {_reason(error)}. Try again."
            ) from error
        return dict(found)

    def _decoded(self, token: str) -> jwt.Token:
        """Return a token whose signature is right; its keys are asked for anew where unknown."""
        try:
            return jwt.decode(token, self._keys(), algorithms=ALGORITHMS)
        except (InvalidKeyIdError, BadSignatureError):  # it may have new keys
            url = self._endpoint("jwks_uri")
            with _lock:
                _known.pop(url, None)
            return jwt.decode(token, self._keys(), algorithms=ALGORITHMS)

    def _told(self, access: str, found: dict[str, Any]) -> dict[str, Any]:
        """Return the claims with those of the UserInfo endpoint (section 5.3)."""
        headers = {"Authorization": f"Bearer {access}"}
        status, told = self._asked("GET", self._endpoint("userinfo_endpoint"), headers=headers)
        if status != 200:
            raise self._failed(f"it answered {status} for what it knows of you")
        if told.get("sub") != found["sub"]:
            raise Unauthenticated(f"{self.provider.label} spoke of two people. Try again.")
        return told | found

    def _keys(self) -> KeySet:
        try:
            return KeySet.import_key_set(self._kept(self._endpoint("jwks_uri")))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise self._failed("its keys cannot be read") from error

    def _metadata(self) -> dict[str, Any]:
        found = self._kept(get_well_known_url(self.provider.issuer, external=True))
        if found.get("issuer") != self.provider.issuer:
            raise self._failed("it calls itself by another issuer than the settings")
        return found

    def _endpoint(self, name: str) -> str:
        found = self._metadata().get(name)
        if not isinstance(found, str):
            raise self._failed(f"it has no {name}")
        return found

    def _kept(self, url: str) -> dict[str, Any]:
        with _lock:
            if url in _known:
                return _known[url]
        status, found = self._asked("GET", url)
        if status != 200:
            raise self._failed(f"it answered {status} for {url}")
        with _lock:
            _known[url] = found
        return found

    def _asked(self, method: str, url: str, **request: Any) -> tuple[int, dict[str, Any]]:
        """Return the status and the JSON of an answer."""
        deadline = time.monotonic() + PROVIDER_SECONDS
        try:
            with (
                httpx.Client(follow_redirects=False, timeout=PROVIDER_SECONDS) as client,
                client.stream(method, url, **request) as answer,
            ):
                text = b""
                for part in answer.iter_bytes():
                    text += part
                    if len(text) > MAX_PROVIDER_BYTES or time.monotonic() > deadline:
                        raise self._failed("its answer is too long or too slow")
                found = json.loads(text)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise self._failed(f"it cannot be reached ({type(error).__name__})") from error
        except (ValueError, RecursionError) as error:
            raise self._failed("its answer is no JSON") from error
        if not isinstance(found, dict):
            raise self._failed("its answer is no JSON object")
        return answer.status_code, found

    def _failed(self, why: str) -> ProviderFailed:
        return ProviderFailed(
            f"{self.provider.label} cannot sign you in now: {why}. Try again in a minute, or sign "
            "in another way."
        )


def _reason(error: Exception) -> str:
    return str(getattr(error, "description", "") or getattr(error, "error", "") or "it is no token")
