"""The organizations that publish for an organization, and those for which it publishes."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.accounts.partners import Partners
from ctgraph.accounts.rights import ROLES, Act
from ctgraph.errors import BadParameter, NotFound
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.partnerships import Agreement
from ctgraph.ledger.values import Organization
from ctgraph.web.accounts import leaving
from ctgraph.web.accounts.organization_forms import ForAnother, Partner
from ctgraph.web.accounts.organizations import applicants
from ctgraph.web.accounts.people import filled, require_form, text
from ctgraph.web.http import respond
from ctgraph.web.http.owners import owned
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint(
    "partners", __name__, url_prefix="/account/organizations/<organization>/partners"
)

MAX_FOR_ANOTHER = 200
"""Records of another organization that the page of those who publish for it lists."""


def _use_cases() -> Partners:
    return Partners(state().settings, state().ledger)


@blueprint.route("", methods=["GET", "POST"])
@reads()
@for_people
def partners(organization: str) -> Response:
    """Show who publishes for whom; ask another organization."""
    own = owned(organization, Act.SEE)
    form = Partner()

    def use() -> Response:
        other = ctid.canonical(text(form.owner).strip())
        _use_cases().ask(who(), own.ctid, other, text(form.words), visitor())
        return _back(own.ctid)

    role = applicants().role(who(), own.ctid)
    found = state().ledger.partnerships.of(own.ctid)
    return filled(
        form,
        use,
        "accounts/partners.html",
        own=own,
        for_us=[one for one in found if one.owner == own.ctid],
        for_others=[one for one in found if one.publisher == own.ctid],
        may_agree=role in ROLES[Act.AGREE],
        may_publish=role in ROLES[Act.PUBLISH],
    )


@blueprint.post("/<other>")
@reads()
@for_people
def settle(organization: str, other: str) -> Response:
    """Grant, decline or revoke the right of an organization to publish for another one."""
    own, partner = owned(organization, Act.AGREE), ctid.canonical(other)
    require_form()
    pair = (partner, own.ctid) if request.form.get("side") == "owner" else (own.ctid, partner)
    try:
        wanted = Agreement(request.form.get("state", ""))
    except ValueError:
        wanted = Agreement.ASKED
    if wanted is Agreement.ASKED:
        raise BadParameter("Press one of the buttons.")
    until = request.form.get("until", "").strip()
    _use_cases().settle(who(), pair, own.ctid, wanted, visitor(), until)
    return _back(own.ctid)


@blueprint.route("/<other>/records", methods=["GET", "POST"])
@reads()
@for_people
def publish(organization: str, other: str) -> Response:
    """Publish a document for another organization, and show its records."""
    own, owner = _granted(organization, other)
    form = ForAnother()

    def use() -> Response:
        receipt = _use_cases().publish(
            who(),
            (own.ctid, owner.ctid),
            text(form.document).encode(),
            visitor(),
            state().validator_for(own.ctid),
        )
        return respond.redirect(f"/resources/{receipt.envelope.ctid}", 303)

    return filled(
        form,
        use,
        "accounts/for_another.html",
        own=own,
        owner=owner,
        records=state().ledger.records.envelopes(MAX_FOR_ANOTHER, owner=owner.ctid),
    )


@blueprint.route("/<other>/records/<record>/withdraw", methods=["GET", "POST"])
@reads()
@for_people
def withdraw(organization: str, other: str, record: str) -> Response:
    """Withdraw a record of another organization, once somebody confirms it."""
    (own, owner), canonical = _granted(organization, other), ctid.canonical(record)
    back = f"/account/organizations/{own.ctid}/partners/{owner.ctid}/records"
    if request.method != "POST":
        return leaving.withdrawing(own, canonical, back)
    require_form()
    pair, words = (own.ctid, owner.ctid), request.form.get("words", "")
    _use_cases().withdraw(who(), pair, canonical, words, visitor())
    return respond.redirect(back, 303)


def _granted(organization: str, other: str) -> tuple[Organization, Organization]:
    """Return an organization of the person, and the one for which it may publish.

    :raises Forbidden: when the person may not publish.
    :raises NotFound: when there is no standing grant.
    """
    own, partner = owned(organization, Act.PUBLISH), ctid.canonical(other)
    if not state().ledger.partnerships.stands(own.ctid, partner):
        raise NotFound(
            f"{own.name} has no standing right to publish for {partner}. "
            f"Ask for it at /account/organizations/{own.ctid}/partners."
        )
    return own, state().ledger.organizations.get(partner)


def _back(own: Ctid) -> Response:
    return respond.redirect(f"/account/organizations/{own}/partners", 303)
