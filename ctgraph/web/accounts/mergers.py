"""The staff's pages of organizations that may be the same: their list, and two side by side."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, request

from ctgraph.accounts import look_alikes
from ctgraph.accounts.merging import Merging, Side
from ctgraph.accounts.rights import StaffAct, require_staff
from ctgraph.errors import BadParameter
from ctgraph.forms.differences import differences
from ctgraph.forms.values import Node
from ctgraph.identity import ctid
from ctgraph.web.accounts.forms import Words
from ctgraph.web.accounts.people import filled, text
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("mergers", __name__)

MAX_PAIRS = 50
"""Pairs of organizations that look the same, and mergers, that a page lists."""
MAX_DIFFERENCES = 40
"""Properties in which two organizations differ that a page shows."""


def _use_cases() -> Merging:
    return Merging(state().settings, state().ledger)


@blueprint.get("/staff/duplicates")
@reads("duplicate", "survivor")
@for_people
def duplicates() -> Response:
    """Show organizations that look the same, and mergers; lead to two that are chosen."""
    require_staff(who().is_staff, StaffAct.MERGE)
    given = [request.args.get(name, "").strip() for name in ("duplicate", "survivor")]
    if all(given):
        return respond.redirect("/staff/duplicates/" + "/".join(map(ctid.canonical, given)), 303)
    left = look_alikes.follow(state().ledger)
    pairs, mergers = state().ledger.likenesses.open(MAX_PAIRS), state().ledger.mergers
    newest = mergers.newest(MAX_PAIRS)
    named = {one for pair in pairs for one in pair[:2]}
    named |= {one for merger in newest for one in (merger.organization, merger.survivor)}
    return respond.page(
        "accounts/duplicates.html",
        pairs=pairs,
        mergers=newest,
        names=state().ledger.records.names(named),
        left=left,
        most=MAX_PAIRS,
    )


@blueprint.route("/staff/duplicates/<record>/<other>", methods=["GET", "POST"])
@reads()
@for_people
def compare(record: str, other: str) -> Response:
    """Show two organizations beside each other; merge the first into the second, or undo that."""
    require_staff(who().is_staff, StaffAct.MERGE)
    use_cases, form = _use_cases(), Words()
    old, new = (use_cases.side(ctid.canonical(one)) for one in (record, other))

    def use() -> Response:
        wish, words = request.form.get("state", ""), text(form.words)
        if wish == "merged":
            use_cases.merge(who(), old.record, new.record, words, visitor())
        elif wish == "undone":
            use_cases.undo(who(), old.record, words, visitor())
        elif wish == "apart":
            use_cases.part(who(), old.record, new.record, visitor())
            return respond.redirect("/staff/duplicates", 303)
        else:
            raise BadParameter("Press one of the buttons.")
        return respond.redirect(f"/staff/duplicates/{old.record}/{new.record}", 303)

    both = [_node(one) for one in (old, new)]
    kinds = [state().ledger.portfolio.kinds(one.record) for one in (old, new)]
    return filled(
        form,
        use,
        "accounts/merge.html",
        old=old,
        new=new,
        numbers=[sum(one.values()) for one in kinds],
        differences=differences(*both)[:MAX_DIFFERENCES] if all(both) else [],
        is_merged=old.merger is not None and old.merger.survivor == new.record,
    )


def _node(side: Side) -> Node:
    """Return an organization as its record, or the description that waits, says it."""
    nodes = orjson.loads(side.document)["@graph"] if side.document else []
    own: Node = next((one for one in nodes if one.get("ceterms:ctid") == side.record), {})
    return {name: value for name, value in own.items() if name not in ("@id", "ceterms:ctid")}
