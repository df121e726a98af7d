"""The list of current records, in pages."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.finder.schema_org import item_list
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid, NoId
from ctgraph.publishing import envelope_json
from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab import vocabulary
from ctgraph.vocab.canonical_terms import canonical_term
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import organizations, reads, unknown
from ctgraph.web.http.registry import state

blueprint = Blueprint("listing", __name__)
MAX_RECORDS = 50
"""Records that one page lists: as many as a person looks through."""


@blueprint.get("/records")
@reads("format", "type", "owner", "after")
def records() -> Response:
    """Return a page of the current records, optionally of one class or one owner.

    A class includes its subclasses.
    """
    kind, kinds = _classes()
    owner = next(iter(organizations("owner")), None)
    after: Ctid | NoId = ctid.canonical(given) if (given := request.args.get("after")) else ""
    found = state().ledger.records.envelopes(MAX_RECORDS + 1, after, kinds, owner)
    more = found[MAX_RECORDS - 1].ctid if len(found) > MAX_RECORDS else None
    found = found[:MAX_RECORDS]
    if choose(respond.JSON_OR_PAGE, usual="html") == "json":
        listed = [envelope_json(envelope) | {"name": envelope.name} for envelope in found]
        return respond.json({"records": listed, "next": more})
    return respond.page(
        "records/records.html",
        records=sorted(found, key=lambda envelope: envelope.name.lower()),
        kind=kind,
        owner=owner,
        more=more,
        names=state().ledger.records.names({envelope.owner for envelope in found}),
        markup=[item_list((state().identity.resource(one.ctid), one.name) for one in found)],
    )


def _classes() -> tuple[Curie | None, list[Curie]]:
    """Return the class that the request asks for, and those whose records belong to it.

    :raises BadParameter: when there is no such class.
    """
    given = request.args.get("type")
    if given is None:
        return None, []
    here = state().ledger.records.kinds()
    term = vocabulary().class_named(canonical_term(given))
    if term is None and Curie(given) not in here:  # a class of another vocabulary
        raise unknown("class", given, here, (t.curie for t in vocabulary().classes()))
    kind = term.curie if term else Curie(given)
    return kind, [one for one in here if vocabulary().is_a(one, kind)] or [kind]
