"""Building a pathway: the page, the account behind a key, and drafts."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import Any

import orjson
from flask import Blueprint, Response, request

from ctgraph.accounts.rights import SCOPES, Act
from ctgraph.documents.entities import ctids_in
from ctgraph.documents.json_text import read_json
from ctgraph.documents.node_values import name_of, shortened
from ctgraph.documents.size import require_fitting
from ctgraph.errors import ChangedMeanwhile, InvalidDocument
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.drafts import digest_of
from ctgraph.ledger.values import Organization
from ctgraph.publishing.structure import Structure
from ctgraph.rdf.formats import JSON_LD
from ctgraph.validation.report import capped
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import authenticate
from ctgraph.web.http.bodies import ANY, content_seen, sent_document
from ctgraph.web.http.owners import drafting_of, reviewing_of
from ctgraph.web.http.parameters import flag, reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("building", __name__)
NEVER = respond.Caching.NEVER
_CHANGED = "The draft was changed since you read it. Read it again."


@blueprint.get("/pathways/build")
@reads()
def build() -> Response:
    """Return the page where a pathway is built."""
    return respond.page("pathways/build.html")


@blueprint.get("/drafts")
@reads()
def drafts() -> Response:
    """Return the drafts of the organization, the newest first."""
    owner, _ = authenticate(*SCOPES[Act.SEE])
    found = state().ledger.drafts.of(owner.ctid)
    listed = [
        {"ctid": one.ctid, "name": one.name, "updated": one.updated_at, "hash": one.digest}
        for one in found
    ]
    return respond.json({"drafts": listed}, caching=NEVER)


@blueprint.get("/drafts/<record>")
@reads("problems")
def draft(record: str) -> Response:
    """Return a draft as it was saved, or, with `problems`, what is wrong with it and its review."""
    owner, _ = authenticate(*SCOPES[Act.SEE])
    canonical = ctid.canonical(record)
    document = state().ledger.drafts.document(owner.ctid, canonical)
    if flag("problems"):
        response = respond.json(_examined(owner, canonical, document), caching=NEVER)
    else:
        response = respond.content(document, JSON_LD.media_type, caching=NEVER)
    response.set_etag(digest_of(document))
    return response


def _examined(owner: Organization, record: Ctid, document: bytes) -> dict[str, Any]:
    """Return what is wrong with a draft, and how far its review has come."""
    run = state().validator_for(owner.ctid)
    problems = drafting_of(owner).problems_of(document, run)
    review = reviewing_of(owner).review(record)
    stands = review if review and review.holds else None
    return {
        "ctid": record,
        "hash": digest_of(document),
        "state": stands.state if stands else "draft",
        "words": review.words if review else "",
        "problems": [one.to_json() for one in capped(problems)],
        "document": orjson.Fragment(document),
    }


@blueprint.put("/drafts/<record>")
@reads()
def save(record: str) -> Response:
    """Save a draft. It may be unfinished, so any JSON object is accepted."""
    owner, _ = authenticate(*SCOPES[Act.DRAFT])
    document = sent_document()
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
    canonical = ctid.canonical(record)
    over = _seen(owner, canonical)
    if not state().ledger.drafts.save(owner, canonical, name, text, borne, kind, over):
        raise ChangedMeanwhile(_CHANGED)
    response = respond.empty()
    response.set_etag(digest_of(text))
    return response


@blueprint.delete("/drafts/<record>")
@reads()
def delete(record: str) -> Response:
    """Delete a draft."""
    owner, _ = authenticate(*SCOPES[Act.DRAFT])
    canonical = ctid.canonical(record)
    if not state().ledger.drafts.delete(owner.ctid, canonical, _seen(owner, canonical)):
        raise ChangedMeanwhile(_CHANGED)
    Structure(drafting_of(owner)).forget(canonical)
    return respond.empty()


def _seen(owner: Organization, record: Ctid) -> str | None:
    """Return the digest of the draft that a request is about, empty for none; None for any.

    :raises ChangedMeanwhile: when it is about whichever there is, and there is none.
    """
    if request.if_none_match.star_tag:
        return ""
    named = content_seen()
    if named == ANY:
        with state().ledger.database.engine.connect() as connection:
            if state().ledger.drafts.digest(connection, owner.ctid, record) is None:
                raise ChangedMeanwhile("There is no such draft any more.")
    return named if named not in ("", ANY) else None
