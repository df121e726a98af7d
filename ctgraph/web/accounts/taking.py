"""Values that a record takes over from another record of its organization."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Response, request

from ctgraph.accounts.rights import Act
from ctgraph.documents.node_values import name_of
from ctgraph.errors import BadParameter, Conflict
from ctgraph.forms import Field, form_of
from ctgraph.forms.taking import left, offered, taken
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.portfolio import Wanted
from ctgraph.publishing.drafting import Draft, Drafting
from ctgraph.vocab import vocabulary
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.holdings import MAX_FILTER_WORDS
from ctgraph.web.accounts.people import require_form
from ctgraph.web.accounts.sent import MINIMUM, fields_of, tab
from ctgraph.web.http import respond
from ctgraph.web.http.owners import drafting_of, owned
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people

blueprint = Blueprint("taking", __name__, url_prefix="/account/organizations/<organization>")

MAX_SOURCES = 20
"""Records that are listed to take values from. More words find the others."""


class Source(NamedTuple):
    """A record to take values from."""

    record: Ctid
    name: str
    type: str


@blueprint.get("/records/<record>/take")
@reads("tab", "words", "from")
@for_people
def choose(organization: str, record: str) -> Response:
    """Show the records to take values from, and the values of the one that was chosen."""
    drafting = drafting_of(owned(organization, Act.DRAFT))
    draft, fields = _opened(drafting, record)
    words = request.args.get("words", "").replace("\0", "").split()[:MAX_FILTER_WORDS]
    given = request.args.get("from", "")
    other = _opened(drafting, given)[0] if given else None
    return respond.page(
        "accounts/take.html",
        owner=drafting.owner,
        draft=draft,
        name=name_of(draft.entity) or vocabulary().label(draft.kind or ""),
        tabs=form_of(draft.kind).tabs if draft.kind else (),
        tab=tab(),
        minimum=MINIMUM,
        words=" ".join(words),
        sources=_sources(drafting, Wanted(tuple(words)), draft.ctid),
        most=MAX_SOURCES,
        other=other,
        other_name=name_of(other.entity) if other else "",
        offers=offered(fields, other.entity, draft.entity, drafting.names_in(other.entity))
        if other
        else [],
        left=left(fields, other.entity) if other else 0,
        form=Press(),
    )


@blueprint.post("/records/<record>/take")
@reads("tab", "from")
@for_people
def take(organization: str, record: str) -> Response:
    """Add the values that were chosen to the draft of a record."""
    drafting = drafting_of(owned(organization, Act.DRAFT))
    require_form()
    draft, fields = _opened(drafting, record)
    other, _ = _opened(drafting, request.args.get("from", ""))
    if request.form.get("seen") != other.seen:
        raise Conflict("Somebody else changed the other record meanwhile. Choose it again.")
    entity = taken(fields, other.entity, draft.entity, request.form.getlist("take"))
    document = draft.document | {"@graph": [entity, *draft.document["@graph"][1:]]}
    if not drafting.save(draft.ctid, document, draft.digest):
        raise Conflict("Somebody else changed this record meanwhile. Send the form again.")
    query = f"?tab={tab()}" if tab() != MINIMUM else ""
    page = f"/account/organizations/{drafting.owner.ctid}/records/{draft.ctid}{query}"
    return respond.redirect(page, 303)


def _opened(drafting: Drafting, record: str) -> tuple[Draft, tuple[Field, ...]]:
    """Return a record that a form can show, and the fields of the tab in its form."""
    draft = drafting.open(ctid.canonical(record))
    if draft.kind is None:
        raise BadParameter("This draft has no @type that a form can show. Edit it as JSON-LD.")
    return draft, fields_of(form_of(draft.kind))


def _sources(drafting: Drafting, wanted: Wanted, record: Ctid) -> list[Source]:
    """Return the records of the organization that have some words in their names."""
    owner, portfolio = drafting.owner.ctid, state().ledger.portfolio
    drafts = [one for one in portfolio.drafted(owner) if wanted.takes(one)]
    but = {record, *(one.ctid for one in drafts)}
    public = portfolio.published(owner, wanted, MAX_SOURCES, but=but)
    found = [Source(one.ctid, one.name, one.type) for one in drafts if one.ctid != record]
    found += [Source(one.ctid, one.name, one.type) for one in public]
    return found[:MAX_SOURCES]
