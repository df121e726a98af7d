"""Who publishes for whom, for programs with a key of the scope `admin`."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.accounts.partners import Partners
from ctgraph.accounts.rights import Act
from ctgraph.errors import BadParameter
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.partnerships import Partnership
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import program
from ctgraph.web.http.bodies import members
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import visitor

blueprint = Blueprint(
    "api_partners", __name__, url_prefix="/api/organizations/<organization>/third-parties"
)
SIDES = ("owner", "publisher")
"""The sides of an agreement: whose the records are, and who publishes them."""


@blueprint.get("")
@reads()
def third_parties(organization: str) -> Response:
    """Return who publishes for an organization, and for whom it publishes, the newest first."""
    return _listed(program(organization, Act.AGREE).organization.ctid)


@blueprint.post("")
@reads()
def agree(organization: str) -> Response:
    """Grant another organization the right to publish, or ask another one for that right."""
    who = program(organization, Act.AGREE)
    given = members(publisher=str, owner=str, words=str, lastDay=str)
    own = who.organization.ctid
    if ("publisher" in given) == ("owner" in given):
        raise BadParameter(
            "Send `publisher`, who may publish for this organization, or `owner`, for whom this "
            "organization wants to publish."
        )
    if "publisher" in given:
        other = ctid.canonical(given["publisher"])
        if "words" in given:
            raise BadParameter("A right is granted without `words`. Leave them out.")
        _use_cases().grant(who, other, own, given.get("lastDay"), visitor())
        return _listed(own, other, 201)
    if "lastDay" in given:
        raise BadParameter("Whoever grants the right says its last day. Leave `lastDay` out.")
    other = ctid.canonical(given["owner"])
    _use_cases().ask(who, own, other, given.get("words", ""), visitor())
    return _listed(own, other, 202)


@blueprint.delete("/<other>")
@reads("side")
def end(organization: str, other: str) -> Response:
    """Revoke a right, decline what was asked, or take it back."""
    who = program(organization, Act.AGREE)
    side = request.args.get("side")
    if side not in (*SIDES, None):
        raise BadParameter(f"side is {' or '.join(SIDES)}: what this organization is in it.")
    is_owner = None if side is None else side == "owner"
    own = who.organization.ctid
    _use_cases().end(who, own, ctid.canonical(other), visitor(), is_owner)
    return respond.empty()


def _use_cases() -> Partners:
    return Partners(state().settings, state().ledger)


def _listed(own: Ctid, other: Ctid | None = None, status: int = 200) -> Response:
    """Return the agreements of an organization, perhaps only those with one other."""
    found = [
        _told(one, own)
        for one in state().ledger.partnerships.of(own)
        if other in (None, one.owner, one.publisher)
    ]
    return respond.json({"thirdParties": found}, status=status, caching=respond.Caching.NEVER)


def _told(one: Partnership, own: Ctid) -> dict[str, object]:
    return {
        "side": "owner" if one.owner == own else "publisher",
        "owner": one.owner,
        "ownerName": one.owner_name,
        "publisher": one.publisher,
        "publisherName": one.publisher_name,
        "state": one.state,
        "stands": one.stands,
        "words": one.words,
        "updatedAt": one.updated_at,
        "expiresAt": one.expires_at,
    }
