"""The removal of lost second factors: the page of the staff, and the link that stops it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from ctgraph.accounts.lost_factors import WAIT_HOURS, LostFactors
from ctgraph.web.accounts.forms import Press, Words
from ctgraph.web.accounts.people import filled, text, told
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("lost_factors", __name__)


def _use_cases() -> LostFactors:
    return LostFactors(state().ledger, state().settings.base_url)


@blueprint.route("/staff/second-factors/<uuid:member>", methods=["GET", "POST"])
@reads()
@for_people
def staff_page(member: UUID) -> Response:
    """Show which second factors a person has; ask for their removal, or stop it."""
    id = str(member)
    kept, form = _use_cases().kept(who(), id), Words()

    def use() -> Response:
        if "stop" in request.form:
            _use_cases().stop(who(), id, visitor())
        else:
            _use_cases().ask(who(), id, text(form.words), visitor())
        return respond.redirect(f"/staff/second-factors/{id}", 303)

    hours, is_own = WAIT_HOURS, kept.person.id == who().id
    return filled(form, use, "accounts/lost_factors.html", kept=kept, hours=hours, is_own=is_own)


@blueprint.route("/account/second-factor/keep", methods=["GET", "POST"])
@reads("token")
def keep() -> Response:
    """Stop a removal. A form does it: programs that look through mails follow links."""

    def use() -> Response:
        _use_cases().keep(request.args.get("token", ""), visitor())
        return told(
            _("Your second factors stay"),
            _("If you did not ask for their removal, choose a new password."),
        )

    title = _("Keep your second factors")
    return filled(Press(), use, "accounts/press.html", title=title)
