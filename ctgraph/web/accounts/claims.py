"""Claiming an organization, and the staff's decision on a claim."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from ctgraph.accounts.claims import Claiming
from ctgraph.accounts.rights import StaffAct, require_staff
from ctgraph.errors import BadParameter
from ctgraph.identity import ctid
from ctgraph.ledger.claims import Standing
from ctgraph.web.accounts.forms import Words
from ctgraph.web.accounts.organization_forms import Claim
from ctgraph.web.accounts.people import filled, text, told
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("claims", __name__)


def _use_cases() -> Claiming:
    return Claiming(state().ledger, state().settings.base_url)


@blueprint.route("/account/claims/<record>", methods=["GET", "POST"])
@reads()
@for_people
def claim(record: str) -> Response:
    """Claim an organization for which nobody acts."""
    wanted = _use_cases().open(ctid.canonical(record))
    form = Claim()

    def use() -> Response:
        _use_cases().claim(who(), wanted.record, text(form.words), visitor())
        return told(
            _("You claimed %(name)s", name=wanted.name),
            _(
                "The registry's staff looks at your claim, and answers by mail. When it is "
                "approved, you are the administrator of the organization."
            ),
        )

    return filled(
        form,
        use,
        "accounts/claim.html",
        wanted=wanted,
        is_unclaimed=state().ledger.claims.is_free(wanted.record),
        evidence=wanted.evidence(who().email),
    )


@blueprint.route("/staff/claims/<int(max=2147483647):number>", methods=["GET", "POST"])
@reads()
@for_people
def decide(number: int) -> Response:
    """Show a claim, and decide on it."""
    require_staff(who().is_staff, StaffAct.DECIDE)
    found = _use_cases().get(number)
    wanted = _use_cases().open(found.organization)
    form = Words()

    def use() -> Response:
        wish = request.form.get("state", "")
        if wish not in (Standing.APPROVED, Standing.DECLINED):
            raise BadParameter("Press one of the buttons.")
        _use_cases().decide(who(), number, Standing(wish), text(form.words), visitor())
        return respond.redirect(f"/staff/claims/{number}", 303)

    return filled(
        form,
        use,
        "accounts/decide_claim.html",
        claim=found,
        wanted=wanted,
        evidence=wanted.evidence(found.email),
    )
