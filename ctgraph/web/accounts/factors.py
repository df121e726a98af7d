"""Setting up and removing the second factor of an account."""

from __future__ import annotations

import flask
import segno
from flask import Blueprint, Response, request
from markupsafe import Markup

from ctgraph.accounts import factors
from ctgraph.accounts.factors import SecondFactor
from ctgraph.web.accounts.forms import Authenticator, Password
from ctgraph.web.accounts.people import filled, text, told
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, private, visitor, who

blueprint = Blueprint("factors", __name__)

_SECRET = "secret"
"""What the browser keeps until the authenticator is set up. Whoever sees the page sees it too."""


def _use_cases() -> SecondFactor:
    return SecondFactor(state().ledger, state().settings.base_url)


@blueprint.route("/account/security/second-factor", methods=["GET", "POST"])
@reads()
@for_people
def second_factor() -> Response:
    """Set up a second factor; where there is one, renew the recovery codes or remove it."""
    return _kept() if _use_cases().is_on(who()) else _new()


def _new() -> Response:
    secret = flask.session.setdefault(_SECRET, factors.new_secret())
    form = Authenticator()

    def use() -> Response:
        password, code = text(form.password), text(form.code)
        codes = _use_cases().turn_on(who(), password, secret, code, visitor())
        flask.session.pop(_SECRET)
        return _codes(codes)

    address = factors.address_of(secret, who(), state().settings.base_url)
    picture = segno.make(address).svg_inline(scale=5, light="#fff", dark="#000", border=4)
    return filled(form, use, "accounts/second_factor.html", secret=secret, picture=Markup(picture))


def _kept() -> Response:
    form = Password()

    def use() -> Response:
        if request.form.get("renew"):
            return _codes(_use_cases().renew_codes(who(), text(form.password), visitor()))
        _use_cases().turn_off(who(), text(form.password), visitor())
        return told("The second factor is removed", "From now on the password alone signs you in.")

    return filled(form, use, "accounts/second_factor.html", secret="")


def _codes(codes: list[str]) -> Response:
    return private(respond.page("accounts/recovery_codes.html", codes=codes))
