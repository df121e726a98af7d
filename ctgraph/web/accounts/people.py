"""Signing up, in and out, and the ways back in."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field

from ctgraph.accounts.sessions import Entry
from ctgraph.errors import CtgraphError, Forbidden
from ctgraph.web.accounts.forms import Code, Forgotten, NewPassword, Password, Press, SignIn, SignUp
from ctgraph.web.http import respond, visitors
from ctgraph.web.http.messages import worded
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import people, private, visitor

blueprint = Blueprint("people", __name__)

_PATH = re.compile(r"/(?!/)[\w./~-]*(\?token=[\w-]*)?", re.ASCII)
"""A path of this site, where somebody may be led after signing in."""


def filled(
    form: FlaskForm, use: Callable[[], Response], template: str, **values: object
) -> Response:
    """Use a form that was sent; show it until it can be used, with what is wrong with it.

    :param use: uses its fields, and returns where to go on.
    """
    problem = ""
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                return use()
            except CtgraphError as error:
                problem, status = worded(error.message), error.status
        elif "csrf_token" in form.errors:
            problem = _(
                "This form was open for too long, or your browser keeps no cookies. Send it again."
            )
    response = respond.page(template, form=form, problem=problem, **values)
    response.status_code = status
    return private(response)


def require_form() -> None:
    """Make sure that a form of this site was sent.

    :raises Forbidden: when another site sent it.
    """
    if not Press().validate():
        raise Forbidden("Send the form again. Your browser has to keep cookies for this site.")


def text(field: Field) -> str:
    """Return what somebody wrote into a field."""
    return str(field.data or "").replace("\0", "")  # PostgreSQL takes no NUL in a text


def led() -> str:
    """Return the path where somebody is led after signing in: a page of this site."""
    wanted = request.args.get("next", "")
    return wanted if _PATH.fullmatch(wanted) else "/account"


def entered(entry: Entry, wanted: str) -> Response:
    """Lead somebody who proved who it is on, or to the second factor."""
    if entry.waits:
        visitors.wait(entry.token, wanted)
        return private(respond.redirect("/account/second-factor", 303))
    visitors.sign_in(entry.token)
    return private(respond.redirect(wanted, 303))


def told(title: str, *paragraphs: str) -> Response:
    """Return a page that says something."""
    return private(respond.page("accounts/told.html", title=title, paragraphs=paragraphs))


@blueprint.route("/account/sign-up", methods=["GET", "POST"])
@reads()
def sign_up() -> Response:
    """Make an account."""
    form = SignUp()

    def use() -> Response:
        people().sign_up(text(form.email), text(form.name), text(form.password), visitor())
        return told(
            _("Look into your mail"),
            _(
                "A mail was sent to %(address)s. Follow the link in it to go on.",
                address=text(form.email),
            ),
            _("No mail? Look into the folder for spam, or sign up again with the right address."),
        )

    return filled(form, use, "accounts/sign_up.html")


@blueprint.route("/account/confirm", methods=["GET", "POST"])
@reads("token")
def confirm() -> Response:
    """Confirm an address. A form does it: programs that look through mails follow links."""
    form = Password()

    def use() -> Response:
        people().confirm(request.args.get("token", ""), text(form.password), visitor())
        return told(_("Your address is confirmed"), _("You can sign in now."))

    return filled(form, use, "accounts/confirm.html")


@blueprint.route("/account/address", methods=["GET", "POST"])
@reads("token")
def address() -> Response:
    """Confirm another address of an account."""

    def use() -> Response:
        people().confirm_email(request.args.get("token", ""), visitor())
        return told(_("Your address is changed"), _("Sign in with the new one from now on."))

    return filled(Press(), use, "accounts/press.html", title=_("Change your e-mail address"))


@blueprint.route("/account/sign-in", methods=["GET", "POST"])
@reads("next")
def sign_in() -> Response:
    """Sign in."""
    form = SignIn()

    def use() -> Response:
        entry = visitors.sessions().sign_in(text(form.email), text(form.password), visitor())
        return entered(entry, led())

    providers = state().settings.identity_providers
    return filled(form, use, "accounts/sign_in.html", wanted=led(), providers=providers)


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
@reads()
def second_factor() -> Response:
    """Sign in with the second factor, after the password."""
    form = Code()
    token, wanted = visitors.waiting()
    if not token:
        return private(respond.redirect("/account/sign-in", 303))

    def use() -> Response:
        visitors.sign_in(visitors.sessions().second(token, text(form.code), visitor()))
        return private(respond.redirect(wanted, 303))

    has_passkeys = visitors.sessions().has_passkeys(token)
    return filled(form, use, "accounts/second_sign_in.html", has_passkeys=has_passkeys)


@blueprint.post("/account/sign-out")
@reads()
def sign_out() -> Response:
    """End the session of this browser."""
    found = visitors.signed_in()
    if found and Press().validate():
        visitors.sessions().sign_out(found[1], found[0].digest, visitor())
        visitors.sign_out()
    return private(respond.redirect("/account/sign-in", 303))


@blueprint.route("/account/forgotten", methods=["GET", "POST"])
@reads()
def forgotten() -> Response:
    """Ask for a link to a new password."""
    form = Forgotten()

    def use() -> Response:
        people().forget_password(text(form.email), visitor())
        return told(
            _("Look into your mail"),
            _(
                "If %(address)s has an account, a mail with a link to a new password was sent "
                "to it.",
                address=text(form.email),
            ),
        )

    return filled(form, use, "accounts/forgotten.html")


@blueprint.route("/account/reset", methods=["GET", "POST"])
@reads("token")
def reset() -> Response:
    """Choose a new password by a link."""
    form = NewPassword()

    def use() -> Response:
        people().reset_password(request.args.get("token", ""), text(form.password), visitor())
        return told(_("Your password is changed"), _("You can sign in with it now."))

    return filled(form, use, "accounts/reset.html")
