"""What members of an organization do with selected drafts: review and publish them."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from ctgraph.accounts.rights import Act
from ctgraph.errors import BadParameter
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.web.accounts.people import require_form
from ctgraph.web.http import respond
from ctgraph.web.http.owners import owned, reviewing_of
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("reviews", __name__, url_prefix="/account/organizations/<organization>")

TITLES = {
    "send": "Sent to review",
    "approve": "Approved",
    "return": "Returned",
    "publish": "Published",
}
"""The headings of the pages that say what was done, by what was pressed."""


@blueprint.post("/records/review")
@reads()
@for_people
def review(organization: str) -> Response:
    """Send selected drafts to review, approve, return or publish them; tell each one's outcome."""
    owner = owned(organization, Act.DRAFT)
    require_form()
    act, reviewing, seen = request.form.get("act", ""), reviewing_of(owner), _selected()
    if act == "send":
        outcomes = reviewing.send(who(), seen, visitor())
    elif act == "approve":
        outcomes = reviewing.approve(who(), seen, visitor())
    elif act == "return":
        words = request.form.get("words", "")
        outcomes = reviewing.hand_back(who(), seen, words, visitor())
    elif act == "publish":
        outcomes = reviewing.publish(who(), seen, visitor())
    else:
        raise BadParameter("Press one of the buttons.")
    return respond.page(
        "accounts/outcomes.html",
        title=_(TITLES[act]),
        back=f"/account/organizations/{owner.ctid}/records",
        back_title=_("Records of %(name)s", name=owner.name),
        outcomes=outcomes,
    )


def _selected() -> dict[Ctid, str]:
    """Return the digests of the drafts that were selected, as the page showed them."""
    chosen = (one.partition(" ") for one in request.form.getlist("selected"))
    return {ctid.canonical(record): digest for record, _, digest in chosen}
