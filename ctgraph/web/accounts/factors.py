"""An authenticator as second factor of an account, and recovery codes."""

from __future__ import annotations

import flask
import segno
from flask import Blueprint, Response
from flask_babel import gettext as _
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
    """Set up an authenticator; where there is one, remove it."""
    return _kept() if _use_cases().has_authenticator(who()) else _new()


def _new() -> Response:
    secret = flask.session.setdefault(_SECRET, factors.new_secret())
    form = Authenticator()

    def use() -> Response:
        password, code = text(form.password), text(form.code)
        codes = _use_cases().turn_on(who(), password, secret, code, visitor())
        flask.session.pop(_SECRET)
        return set_up(codes)

    address = factors.address_of(secret, who(), state().settings.base_url)
    picture = segno.make(address).svg_inline(scale=5, light="#fff", dark="#000", border=4)
    return filled(form, use, "accounts/second_factor.html", secret=secret, picture=Markup(picture))


def _kept() -> Response:
    form = Password()

    def use() -> Response:
        _use_cases().turn_off(who(), text(form.password), visitor())
        return told(
            _("The second factor is removed"), _("From now on the password alone signs you in.")
        )

    return filled(form, use, "accounts/second_factor.html", secret="")


@blueprint.route("/account/security/recovery-codes", methods=["GET", "POST"])
@reads()
@for_people
def recovery_codes() -> Response:
    """Renew the recovery codes."""
    form = Password()

    def use() -> Response:
        return set_up(_use_cases().renew_codes(who(), text(form.password), visitor()))

    title, button = _("New recovery codes"), _("Make the old ones void")
    return filled(form, use, "accounts/form.html", title=title, button=button)


def set_up(codes: list[str]) -> Response:
    """Return the page that shows recovery codes, or says that those there are go on."""
    if codes:
        return private(respond.page("accounts/recovery_codes.html", codes=codes))
    return told(_("It is set up"), _("The recovery codes that you have go on working."))
