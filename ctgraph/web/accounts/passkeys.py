"""Passkeys: set up, removed, and used to sign in. A script asks for the options of each."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_babel import gettext as _

from ctgraph.accounts.passkeys import Passkeys
from ctgraph.errors import NotFound
from ctgraph.web.accounts.factors import set_up
from ctgraph.web.accounts.forms import NewPasskey, Passkey, Password
from ctgraph.web.accounts.people import filled, led, require_form, text
from ctgraph.web.http import respond, visitors
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, private, visitor, who

blueprint = Blueprint("passkeys", __name__)


def _use_cases() -> Passkeys:
    return Passkeys(state().ledger, state().settings.base_url)


def _options(text: str) -> Response:
    return private(respond.content(text.encode(), respond.JSON))


@blueprint.route("/account/security/passkeys", methods=["GET", "POST"])
@reads()
@for_people
def passkeys() -> Response:
    """Set up a passkey."""
    form = NewPasskey()

    def use() -> Response:
        given = text(form.password), text(form.name), text(form.answer)
        return set_up(_use_cases().add(who(), *given, visitor()))

    return filled(form, use, "accounts/new_passkey.html")


@blueprint.post("/account/security/passkeys/options")
@reads()
@for_people
def options_to_add() -> Response:
    """Return the options by which the browser makes a passkey."""
    require_form()
    return _options(_use_cases().options_to_add(who()))


@blueprint.route("/account/security/passkeys/<id>", methods=["GET", "POST"])
@reads()
@for_people
def passkey(id: str) -> Response:
    """Remove a passkey."""
    found = next((one for one in _use_cases().of(who().id) if one.id == id), None)
    if found is None:
        raise NotFound("You have no such passkey. It may be removed already.")
    form = Password()

    def use() -> Response:
        _use_cases().remove(who(), text(form.password), id, visitor())
        return respond.redirect("/account/security", 303)

    title = _("Remove the passkey “%(name)s”", name=found.name)
    return filled(form, use, "accounts/form.html", title=title, button=_("Remove it"))


@blueprint.route("/account/sign-in/passkey", methods=["GET", "POST"])
@reads("next")
def sign_in() -> Response:
    """Sign in with a passkey alone."""
    form = Passkey()

    def use() -> Response:
        visitors.sign_in(visitors.sessions().by_passkey(text(form.answer), visitor()))
        return private(respond.redirect(led(), 303))

    title = _("Sign in with a passkey")
    return filled(form, use, "accounts/passkey.html", title=title, other="/account/sign-in")


@blueprint.post("/account/sign-in/passkey/options")
@reads("next")
def options_to_sign_in() -> Response:
    """Return the options by which the browser asks for a passkey of anybody."""
    require_form()
    return _options(_use_cases().options_to_use(None, visitor()))


@blueprint.route("/account/second-factor/passkey", methods=["GET", "POST"])
@reads()
def second_factor() -> Response:
    """Sign in with a passkey, after the password."""
    form = Passkey()
    token, wanted = visitors.waiting()
    if not token:
        return private(respond.redirect("/account/sign-in", 303))

    def use() -> Response:
        answer = text(form.answer)
        visitors.sign_in(visitors.sessions().second_by_passkey(token, answer, visitor()))
        return private(respond.redirect(wanted, 303))

    title = _("Your second factor")
    return filled(form, use, "accounts/passkey.html", title=title, other="/account/second-factor")


@blueprint.post("/account/second-factor/passkey/options")
@reads()
def options_for_second_factor() -> Response:
    """Return the options by which the browser asks for a passkey of whoever signs in."""
    require_form()
    person = visitors.sessions().waiting(visitors.waiting()[0])
    return _options(_use_cases().options_to_use(person, visitor()))
