"""An identity provider on a port of this machine: authlib's server of OpenID Connect.

It knows one person. Its answers may be twisted: claims and the header of the ID token, and the key
that signs it.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from authlib.oidc.core.grants.util import create_half_hash
from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "ctgraph", "the secret of ctgraph/+~ at the provider"


class _Client(ClientMixin):  # type: ignore[misc]
    def get_client_id(self) -> str:
        return CLIENT

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri.endswith("/callback")

    def check_client_secret(self, client_secret: str) -> bool:
        return unquote(client_secret) == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class _Code(AuthorizationCodeMixin):  # type: ignore[misc]
    code: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Provider:
    """A provider, and what it says of the person who signs in.

    :param claims: of the ID token, beside those of the protocol, or in their place.
    :param header: of the ID token.
    :param told: claims of the UserInfo endpoint.
    :param asked: the paths that were asked for.
    """

    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    refuses: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.published = self.key = RSAKey.generate_key(2048, {"kid": "first"})
        self.codes: dict[str, _Code] = {}
        app = _application(self)
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.issuer = f"http://127.0.0.1:{self.server.port}"

    def __enter__(self) -> Provider:
        os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def _application(provider: Provider) -> Flask:
    app = Flask("identity provider")

    class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

        def save_authorization_code(self, code: str, request: Any) -> None:
            given = request.payload.data
            provider.codes[code] = _Code(
                code,
                given["redirect_uri"],
                given["scope"],
                given["nonce"],
                given["code_challenge"],
                given["code_challenge_method"],
            )

        def query_authorization_code(self, code: str, client: _Client) -> _Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: _Code) -> None:
            del provider.codes[authorization_code.code]

        def authenticate_user(self, authorization_code: _Code) -> str:
            return "somebody"

    class IdToken(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(one.nonce == nonce for one in provider.codes.values())

        def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
            now = int(time.time())
            claims = {
                "iss": provider.issuer,
                "aud": CLIENT,
                "iat": now,
                "exp": now + 300,
                "nonce": request.authorization_code.nonce,
                "at_hash": create_half_hash(token["access_token"], "RS256").decode(),
            }
            header = {"alg": "RS256", "kid": provider.key.kid} | provider.header
            said = {k: v for k, v in (claims | provider.claims).items() if v is not None}
            return jwt.encode(header, said, provider.key, algorithms=[header["alg"]])

    server = AuthorizationServer(
        app, query_client=lambda _: _Client(), save_token=lambda token, request: None
    )
    server.register_grant(Grant, [CodeChallenge(required=True), IdToken(require_nonce=True)])

    @app.before_request
    def note() -> None:
        provider.asked.append(request.path)

    @app.get("/.well-known/openid-configuration")
    def configuration() -> Response:
        addresses = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
            "jwks_uri": "keys",
        }
        found = {name: f"{provider.issuer}/{path}" for name, path in addresses.items()}
        return jsonify({"issuer": provider.issuer} | found | provider.metadata)

    @app.get("/keys")
    def keys() -> Response:
        return jsonify(KeySet([provider.published]).as_dict())

    @app.get("/authorize")
    def authorize() -> Any:
        user = None if provider.refuses else "somebody"
        grant = server.get_consent_grant(end_user=user)
        return server.create_authorization_response(grant_user=user, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/userinfo")
    def userinfo() -> Response:
        assert request.headers["Authorization"].startswith("Bearer ")
        return jsonify(provider.told)

    return app
