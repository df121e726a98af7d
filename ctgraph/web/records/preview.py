"""The page of a record that is not published yet, for those who draft it."""

from __future__ import annotations

from flask import Blueprint, Response

from ctgraph.accounts.organizations import Applicants
from ctgraph.accounts.rights import ROLES, Act
from ctgraph.documents.nesting import entity_json
from ctgraph.errors import BadParameter
from ctgraph.identity import ctid
from ctgraph.rdf.namespaces import Iri
from ctgraph.web.http import respond
from ctgraph.web.http.owners import drafting_of, owned
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, who
from ctgraph.web.records import page

blueprint = Blueprint("preview", __name__)


@blueprint.get("/account/organizations/<organization>/records/<record>/preview")
@reads()
@for_people
def preview(organization: str, record: str) -> Response:
    """Show a record as it will be."""
    owner = owned(organization, Act.SEE)
    draft = drafting_of(owner).open(ctid.canonical(record))
    try:
        node = entity_json(draft.document, Iri(str(draft.entity.get("@id", ""))))
    except KeyError:
        raise BadParameter(
            "The draft names another record in its @id. Mend it as JSON-LD."
        ) from None
    view = page.record_view(node, draft.document, draft.ctid, state())
    role = Applicants(state().settings, state().ledger).role(who(), owner.ctid)
    return respond.page(
        "records/preview.html",
        view=view,
        owner=owner,
        record=draft.ctid,
        may_draft=role in ROLES[Act.DRAFT],
    )
