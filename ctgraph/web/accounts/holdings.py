"""The records of an organization: their list, and what is begun or ended from it."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.accounts.rights import ROLES, Act
from ctgraph.errors import BadParameter
from ctgraph.identity import ctid
from ctgraph.rdf.namespaces import Curie
from ctgraph.shapes import shapes
from ctgraph.vocab import vocabulary
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.organizations import applicants
from ctgraph.web.accounts.owners import drafting_of, owned, reviewing_of
from ctgraph.web.accounts.people import require_form
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("holdings", __name__, url_prefix="/account/organizations/<organization>")

MAX_LISTED = 500
"""Published records of an organization that its list shows."""


@blueprint.get("/records")
@reads()
@for_people
def records(organization: str) -> Response:
    """Show the drafts and the published records of an organization."""
    owner = owned(organization, Act.SEE)
    return respond.page(
        "accounts/records.html",
        owner=owner,
        may_draft=applicants().role(who(), owner.ctid) in ROLES[Act.DRAFT],
        drafts=state().ledger.drafts.of(owner.ctid),
        published=state().ledger.records.envelopes(MAX_LISTED, owner=owner.ctid),
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


@blueprint.post("/records/<record>/withdraw")
@reads()
@for_people
def withdraw(organization: str, record: str) -> Response:
    """Withdraw a record. Its versions stay."""
    owner = owned(organization, Act.PUBLISH)
    require_form()
    canonical = ctid.canonical(record)
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
