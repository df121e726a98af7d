"""Building a pathway: the page, the account behind a key, and drafts."""

from __future__ import annotations

from codecs import BOM_UTF8

from flask import Blueprint, Response, request

from ctgraph.documents.entities import ctids_in
from ctgraph.documents.json_text import read_json
from ctgraph.documents.node_values import name_of, shortened
from ctgraph.documents.size import require_fitting
from ctgraph.errors import InvalidDocument
from ctgraph.identity import ctid
from ctgraph.ledger.values import Scope
from ctgraph.rdf.formats import JSON_LD
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import authenticate
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("building", __name__)


@blueprint.get("/pathways/build")
@reads()
def build() -> Response:
    """Return the page where a pathway is built."""
    return respond.page("pathways/build.html")


@blueprint.get("/drafts")
@reads()
def drafts() -> Response:
    """Return the drafts of the organization, the newest first."""
    owner, _ = authenticate(Scope.DRAFTS, Scope.READ)
    found = state().ledger.drafts.of(owner.ctid)
    listed = [{"ctid": one.ctid, "name": one.name, "updated": one.updated_at} for one in found]
    return respond.json({"drafts": listed}, caching=respond.Caching.NEVER)


@blueprint.get("/drafts/<record>")
@reads()
def draft(record: str) -> Response:
    """Return a draft as it was saved."""
    owner, _ = authenticate(Scope.DRAFTS, Scope.READ)
    found = state().ledger.drafts.document(owner.ctid, ctid.canonical(record))
    return respond.content(found, JSON_LD.media_type, caching=respond.Caching.NEVER)


@blueprint.put("/drafts/<record>")
@reads()
def save(record: str) -> Response:
    """Save a draft. It may be unfinished, so any JSON object is accepted."""
    owner, _ = authenticate(Scope.DRAFTS)
    document = request.get_data(cache=False, parse_form_data=False)
    require_fitting(document, state().settings, "draft")
    value = read_json(document)
    if not isinstance(value, dict):
        raise InvalidDocument("The draft is not a JSON object. Send one.")
    graph = value.get("@graph", [value])
    first = graph[0] if isinstance(graph, list) and graph else {}
    # PostgreSQL takes no NUL in a text.
    name = shortened(name_of(first)).replace("\0", "") if isinstance(first, dict) else ""
    kind = first.get("@type", "") if isinstance(first, dict) else ""
    kind = kind.replace("\0", "") if isinstance(kind, str) else ""
    borne = ctids_in(value, state().identity)
    text = document.removeprefix(BOM_UTF8)  # JSON that is served has no byte order mark
    state().ledger.drafts.save(owner, ctid.canonical(record), name, text, borne, kind)
    return respond.empty()


@blueprint.delete("/drafts/<record>")
@reads()
def delete(record: str) -> Response:
    """Delete a draft."""
    owner, _ = authenticate(Scope.DRAFTS)
    state().ledger.drafts.delete(owner.ctid, ctid.canonical(record))
    return respond.empty()
