"""The security of an account: password, address, sessions, and what was done."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from ctgraph.errors import BadParameter
from ctgraph.web.accounts.forms import ChangeEmail, ChangePassword, Press
from ctgraph.web.accounts.people import filled, require_form, text, told
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, people, sessions, signed_in, visitor, who

blueprint = Blueprint("security", __name__)

MAX_ACTIVITIES = 50
"""The newest activities that a page shows."""
_MAILS = {"at once": False, "daily": True}
"""When news come: the choices of the form, and whether they come together."""


@blueprint.get("/account/security")
@reads()
@for_people
def security() -> Response:
    """Show the sessions and the activity of a person."""
    found = signed_in()
    assert found is not None
    ledger, person = state().ledger, who()
    with ledger.database.engine.connect() as connection:
        sessions = ledger.people.sessions(connection, person.id)
        passkeys = ledger.passkeys.of(connection, person.id)
        has_authenticator = ledger.factors.secret(connection, person.id) is not None
    return respond.page(
        "accounts/security.html",
        person=person,
        sessions=sessions,
        passkeys=passkeys,
        has_authenticator=has_authenticator,
        here=found[0].digest,
        activities=ledger.activities.of_person(person.id, MAX_ACTIVITIES),
        form=Press(),
    )


@blueprint.post("/account/sessions/<digest>")
@reads()
@for_people
def end(digest: str) -> Response:
    """End a session, perhaps in another browser."""
    require_form()
    sessions().sign_out(who(), digest, visitor())
    return respond.redirect("/account/security", 303)


@blueprint.post("/account/mails")
@reads()
@for_people
def mails() -> Response:
    """Choose whether news come at once or in one mail a day.

    :raises BadParameter: when the choice is neither.
    """
    require_form()
    chosen = request.form.get("mails", "")
    if chosen not in _MAILS:
        raise BadParameter("Choose when mails come: `at once` or `daily`.")
    ledger = state().ledger
    with ledger.database.writing() as connection:
        ledger.people.change(connection, who().id, is_daily=_MAILS[chosen])
    return respond.redirect("/account/security#mails", 303)


@blueprint.route("/account/password", methods=["GET", "POST"])
@reads()
@for_people
def password() -> Response:
    """Change the password."""
    form = ChangePassword()
    found = signed_in()
    assert found is not None
    session, person = found

    def use() -> Response:
        people().change_password(person, session, text(form.old), text(form.password), visitor())
        return told(_("Your password is changed"), _("All other sessions have ended."))

    return filled(
        form, use, "accounts/form.html", title=_("Change your password"), button=_("Change it")
    )


@blueprint.route("/account/email", methods=["GET", "POST"])
@reads()
@for_people
def email() -> Response:
    """Change the e-mail address."""
    form = ChangeEmail()

    def use() -> Response:
        people().change_email(who(), text(form.email), text(form.password), visitor())
        return told(
            _("Look into your mail"),
            _("A link was sent to %(address)s. Follow it.", address=text(form.email)),
        )

    return filled(
        form, use, "accounts/form.html", title=_("Change your address"), button=_("Send link")
    )
