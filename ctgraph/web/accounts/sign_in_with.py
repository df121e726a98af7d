"""Signing in with the identity provider of an organization."""

from __future__ import annotations

import secrets

import flask
from flask import Blueprint, Response, request

from ctgraph.accounts.provider_sign_in import ProviderSignIn
from ctgraph.errors import NotFound, Unauthenticated
from ctgraph.web.accounts.people import entered, led
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import ANY, reads, words
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import private, visitor

blueprint = Blueprint("sign_in_with", __name__, url_prefix="/account/sign-in/with/<provider>")

MAX_TOLD_CHARACTERS = 200
"""Characters that a page shows of what a provider says of a sign-in that failed."""
_STATE = "provider"
"""What the browser keeps while somebody is at a provider: nobody else can end the sign-in."""


def _use_cases(name: str) -> ProviderSignIn:
    for one in state().settings.identity_providers:
        if one.name == name:
            return ProviderSignIn(state().ledger, state().settings.base_url, one)
    raise NotFound("There is no such identity provider. Sign in another way.")


@blueprint.get("")
@reads("next")
def begin(provider: str) -> Response:
    """Lead somebody to the provider. A link does it: the policy of pages keeps forms at home."""
    began = _use_cases(provider).begin(led(), visitor())
    flask.session[_STATE] = began.state
    return private(respond.redirect(began.address, 303))


@blueprint.get("/callback")
@reads(ANY)  # providers add parameters of their own (RFC 6749, section 4.1.2)
def callback(provider: str) -> Response:
    """Sign somebody in who comes back from the provider."""
    found = _use_cases(provider)
    kept = str(flask.session.pop(_STATE, ""))
    if not kept or not secrets.compare_digest(kept.encode(), words("state").encode()):
        raise Unauthenticated(
            "This sign-in did not begin in this browser, or was used already. Begin again at "
            "/account/sign-in."
        )
    if "error" in request.args:
        told = words("error_description") or words("error")
        raise Unauthenticated(
            f"{found.provider.label} did not sign you in: {told[:MAX_TOLD_CHARACTERS]}"
        )
    return entered(*found.finish(kept, words("code"), visitor()))
