"""The records of an organization: their list, and what is begun or ended from it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.accounts.rights import ROLES, Act
from ctgraph.errors import BadParameter
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid, NoId
from ctgraph.ledger.portfolio import CHANGED, DRAFT, PUBLISHED, WITHDRAWN, Wanted
from ctgraph.ledger.reviews import ReviewState
from ctgraph.rdf.namespaces import Curie
from ctgraph.shapes import shapes
from ctgraph.vocab import vocabulary
from ctgraph.web.accounts import leaving
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.organizations import applicants
from ctgraph.web.accounts.people import require_form
from ctgraph.web.http import respond
from ctgraph.web.http.owners import drafting_of, owned, reviewing_of
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("holdings", __name__, url_prefix="/account/organizations/<organization>")

MAX_LISTED = 50
"""Published records on a page of the list."""
MAX_FILTER_WORDS = 8
"""Words of a name by which a list is narrowed: each is looked for in every name."""
STATES = (DRAFT, CHANGED, *ReviewState, PUBLISHED, WITHDRAWN)
"""The states of records by which a list is narrowed."""


@blueprint.get("/records")
@reads("state", "kind", "words", "after")
@for_people
def records(organization: str) -> Response:
    """Show the records of an organization, narrowed by their state, class and name."""
    owner, portfolio = owned(organization, Act.SEE), state().ledger.portfolio
    chosen = request.args.get("state", "")
    if chosen and chosen not in STATES:
        raise BadParameter(f"There is no state {chosen[:40]!r}. Choose one of the list.")
    words = request.args.get("words", "").replace("\0", "").split()[:MAX_FILTER_WORDS]
    wanted = Wanted(tuple(words), request.args.get("kind", "").replace("\0", ""))
    given = request.args.get("after", "")
    after: Ctid | NoId = ctid.canonical(given) if given else ""
    drafts, public = portfolio.drafted(owner.ctid), []
    if chosen in ("", PUBLISHED):
        but = {one.ctid for one in drafts}
        public = portfolio.published(owner.ctid, wanted, MAX_LISTED + 1, after, but)
    elif chosen == WITHDRAWN:
        public = portfolio.withdrawn(owner.ctid, wanted, MAX_LISTED + 1, after)
    role = applicants().role(who(), owner.ctid)
    return respond.page(
        "accounts/records.html",
        owner=owner,
        may_draft=role in ROLES[Act.DRAFT],
        may_publish=role in ROLES[Act.PUBLISH],
        drafts=[one for one in drafts if chosen in ("", one.state) and wanted.takes(one)],
        public=public[:MAX_LISTED],
        next=public[MAX_LISTED - 1].ctid if len(public) > MAX_LISTED else "",
        after=after,
        chosen=chosen,
        wanted=wanted,
        states=STATES,
        families=_families(),
        form=Press(),
    )


@blueprint.post("/records")
@reads()
@for_people
def begin(organization: str) -> Response:
    """Begin a record."""
    owner = owned(organization, Act.DRAFT)
    require_form()
    kind = Curie(request.form.get("kind", ""))
    if all(kind != one for _, kinds in _families() for one, _ in kinds):
        raise BadParameter("Choose the type of the record.")
    record = drafting_of(owner).begin(kind)
    return respond.redirect(f"/account/organizations/{owner.ctid}/records/{record}", 303)


@blueprint.route("/records/<record>/withdraw", methods=["GET", "POST"])
@reads()
@for_people
def withdraw(organization: str, record: str) -> Response:
    """Withdraw a record, once somebody confirms it. Its versions stay."""
    owner, canonical = owned(organization, Act.PUBLISH), ctid.canonical(record)
    if request.method != "POST":
        return leaving.withdrawing(owner, canonical, request.path.removesuffix("/withdraw"))
    require_form()
    words = request.form.get("words", "")
    reviewing_of(owner).withdraw(who(), canonical, words, visitor())
    return respond.redirect(f"/account/organizations/{owner.ctid}/records", 303)


def _families() -> list[tuple[str, list[tuple[Curie, str]]]]:
    """Return the classes of records by the titles of their families."""
    vocab = vocabulary()
    return [
        (
            family.title,
            sorted(
                {
                    (vocab.compact(iri), vocab.label(iri))
                    for one in family.classes
                    if one.record
                    for iri in one.reaches
                },
                key=lambda pair: pair[1],
            ),
        )
        for family in shapes().families
        if any(one.record for one in family.classes)
    ]
