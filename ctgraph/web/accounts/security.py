"""The security of an account: password, address, sessions, and what was done."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph.web.accounts.forms import ChangeEmail, ChangePassword, Press
from ctgraph.web.accounts.people import filled, require_form, text, told
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, people, sessions, signed_in, visitor, who

blueprint = Blueprint("security", __name__)

MAX_ACTIVITIES = 50
"""The newest activities that a page shows."""


@blueprint.get("/account/security")
@reads()
@for_people
def security() -> Response:
    """Show the sessions and the activity of a person."""
    found = signed_in()
    assert found is not None
    with state().ledger.database.engine.connect() as connection:
        sessions = state().ledger.people.sessions(connection, who().id)
    return respond.page(
        "accounts/security.html",
        person=who(),
        sessions=sessions,
        here=found[0].digest,
        activities=state().ledger.activities.of_person(who().id, MAX_ACTIVITIES),
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
        return told("Your password is changed", "All other sessions have ended.")

    return filled(form, use, "accounts/form.html", title="Change your password", button="Change it")


@blueprint.route("/account/email", methods=["GET", "POST"])
@reads()
@for_people
def email() -> Response:
    """Change the e-mail address."""
    form = ChangeEmail()

    def use() -> Response:
        people().change_email(who(), text(form.email), text(form.password), visitor())
        return told("Look into your mail", f"A link was sent to {text(form.email)}. Follow it.")

    return filled(form, use, "accounts/form.html", title="Change your address", button="Send link")
