"""The records of an organization that are due to be confirmed, for programs."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.accounts.confirming import MAX_CONFIRMED, Confirming, overdue
from ctgraph.accounts.rights import Act
from ctgraph.errors import BadParameter
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid, NoId
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import program
from ctgraph.web.http.bodies import members
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import visitor

blueprint = Blueprint(
    "api_confirmations", __name__, url_prefix="/api/organizations/<organization>/confirmations"
)


@blueprint.get("")
@reads("after")
def due(organization: str) -> Response:
    """Return the records that nobody published or confirmed for a year, by their CTIDs."""
    owner = program(organization, Act.PUBLISH).organization
    confirmations = state().ledger.confirmations
    given = request.args.get("after", "")
    after: Ctid | NoId = ctid.canonical(given) if given else ""
    found = confirmations.due(owner.ctid, overdue(), MAX_CONFIRMED + 1, after)
    listed = [
        {
            "ctid": one.ctid,
            "name": one.name,
            "version": one.version,
            "updatedAt": one.updated_at,
            "confirmedAt": confirmations.of(one.ctid),
        }
        for one in found[:MAX_CONFIRMED]
    ]
    more = {"next": listed[-1]["ctid"]} if len(found) > MAX_CONFIRMED else {}
    return respond.json({"due": listed} | more, caching=respond.Caching.NEVER)


@blueprint.post("")
@reads()
def confirm(organization: str) -> Response:
    """Confirm records as they were seen, due or not: all of them, or none."""
    who = program(organization, Act.PUBLISH)
    seen = members(versions=dict).get("versions", {})
    wrong = [record for record, version in seen.items() if type(version) is not int]
    if wrong:
        raise BadParameter(f"The version of {wrong[0][:60]} is no number.")
    versions = {ctid.canonical(record): version for record, version in seen.items()}
    Confirming(state().ledger, who.organization).confirm(who, versions, visitor())
    return respond.empty()
