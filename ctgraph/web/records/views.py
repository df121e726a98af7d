"""Dereferencing: entities, graph documents, and their versions."""

from __future__ import annotations

import re
from datetime import datetime

import orjson
from flask import Blueprint, Response, render_template, request

from ctgraph import __version__
from ctgraph.documents.nesting import entity_json
from ctgraph.documents.node_values import type_of
from ctgraph.errors import BadParameter, CtgraphError
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Envelope, Version
from ctgraph.pathways import LINKED
from ctgraph.pathways.families import family_of
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.rdf import formats
from ctgraph.records import read
from ctgraph.records.assertions import MAX_ASSERTIONS, Assertion, assertions
from ctgraph.records.read import HeldDocument
from ctgraph.sparql.formats import GRAPH_TYPES
from ctgraph.validation.completeness import node_completeness
from ctgraph.vocab import vocabulary
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import HTML, choose, etag
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.records import page as pages
from ctgraph.web.records import representation
from ctgraph.web.records.graphs import versions_in_rdf
from ctgraph.web.records.representation import OFFERS, USUAL, Scope

blueprint = Blueprint("records", __name__)

MAX_VERSIONS = {"json": 1_000, "html": 100}
"""How many versions of a record one answer lists, by its format. A page of more is unreadable."""


@blueprint.get("/resources/<record>")
@blueprint.get("/ce-registry/resources/<record>")
@reads("format")
def resource(record: str) -> Response:
    """Return one entity, with everything nested in it."""
    return _record(record, Scope.ENTITY)


@blueprint.get("/graph/<record>")
@blueprint.get("/ce-registry/graph/<record>")
@reads("format")
def graph(record: str) -> Response:
    """Return the whole document that holds an entity."""
    return _record(record, Scope.DOCUMENT)


@blueprint.get("/<any(resources, graph):kind>/<record>/versions/<int:number>")
@reads("format")
def version(kind: str, record: str, number: int) -> Response:
    """Return an entity or document as it was in one version. This answer never changes."""
    return _record(record, Scope(kind), number)


@blueprint.get("/<any(resources, graph):kind>/<record>/versions")
@reads("format", "before")
def versions(kind: str, record: str) -> Response:
    """Return the versions of a record in pages, the newest first."""
    canonical = ctid.canonical(record)
    if canonical != record:
        return respond.lead(f"/{kind}/{canonical}/versions", 301)
    name = choose(respond.JSON_OR_PAGE | GRAPH_TYPES)
    most = MAX_VERSIONS.get(name, MAX_VERSIONS["json"])
    envelope, found = read.versions(state().ledger, canonical, most + 1, _before())
    # Only the address of a document tells versions of several documents apart.
    alone = state().ledger.records.documents_holding(canonical) == {canonical}
    stem = f"/{Scope.ENTITY if alone else Scope.DOCUMENT}"
    following = found[most - 1].seq if len(found) > most else None
    found = found[:most]
    if name in GRAPH_TYPES:
        return _paged(versions_in_rdf(found, name), following)
    if name == "json":
        return _versions_json(envelope, found, stem, following)
    owner = state().ledger.organizations.get(envelope.owner)
    response = respond.page(
        "records/versions.html",
        envelope=envelope,
        versions=found,
        owner=owner,
        kind=kind,
        record=canonical,
        stem=stem,
        alone=alone,
        following=following,
    )
    tag = etag(found, vars(envelope), owner.name, following, __version__)
    return respond.conditional(response, tag, envelope.updated_at)


def _versions_json(
    envelope: Envelope, found: list[Version], stem: str, following: int | None
) -> Response:
    listed = [
        {
            "number": v.number,
            "event": v.event,
            "createdAt": v.created_at,
            "actor": v.actor,
            "digest": v.digest,
            "sequence": v.seq,
            "document": v.ctid,
            "url": f"{state().settings.base_url}{stem}/{v.ctid}/versions/{v.number}",
        }
        for v in found
    ]
    response = respond.json(
        {
            "ctid": envelope.ctid,
            "owner": envelope.owner,
            "next": following,
            "versions": listed,
        }
    )
    return respond.conditional(
        _paged(response, following), etag(found, envelope.owner, following), envelope.updated_at
    )


def _paged(response: Response, following: int | None) -> Response:
    """Name the address of the next page, if there is one (RFC 8288)."""
    if following:
        response.headers["Link"] = f'<{request.path}?before={following}>; rel="next"'
    return response


def _before() -> int | None:
    given = request.args.get("before")
    if given is None:
        return None
    if not re.fullmatch("[0-9]{1,9}", given):
        raise BadParameter(
            f"before={given[:40]!r} is not a sequence number. Use the value of `next` from the "
            "previous page."
        )
    return int(given)


def _record(path: str, kind: Scope, number: int | None = None) -> Response:
    record = ctid.canonical(path)
    if record != path:
        tail = f"/versions/{number}" if number else ""
        return respond.lead(f"/{kind}/{record}{tail}", 301)
    name = choose(OFFERS, usual=USUAL)
    ledger, identity = state().ledger, state().identity
    held = read.held(ledger, record, number, document=kind is Scope.DOCUMENT)
    if name == "html":
        # A page also shows the names of other records, so it may change with any of them.
        unclaimed = number is None and _is_unclaimed(record, held)
        seen = store_folder_of(state().settings).sequence()  # others' statements are in it
        tag = etag(
            held.digest,
            record,
            kind,
            number,
            ledger.changes.last_sequence(),
            seen,
            unclaimed,
            __version__,
        )
        response = respond.content(b"", HTML)
        respond.conditional(response, tag, ledger.changes.newest_moment())
        if response.status_code == 200:
            response.set_data(_page(record, kind, held, number, unclaimed))
    else:
        response = respond.content(b"", OFFERS[name])
        respond.conditional(
            response,
            representation.tag(record, kind, held, name, response.content_type),
            held.modified,
        )
        if response.status_code == 200:
            response.set_data(representation.body(ledger, identity, record, kind, held, name))
    alone = kind is Scope.ENTITY or record == held.envelope.ctid
    forever = number and name != "html" and alone
    caching = respond.Caching.FOREVER if forever else respond.Caching.REVALIDATE
    response.headers["Cache-Control"] = caching
    response.headers["Link"] = representation.links(identity, record, held)
    return response


def _page(
    record: Ctid, kind: Scope, held: HeldDocument, number: int | None, unclaimed: bool
) -> str:
    iri = state().identity.resource(record)
    content = orjson.loads(held.canonical)
    try:
        node = entity_json(content, iri)
    except KeyError:
        raise read.absent(held.envelope, record, held.number) from None
    view = pages.record_view(node, content, held.envelope.ctid, state())
    address = f"/{kind}/{record}" + (f"/versions/{number}" if number else "")
    return render_template(
        "records/record.html",
        view=view,
        held=held,
        record=record,
        iri=iri,
        address=address,
        number=number,
        formats=formats.FORMATS,
        kind=kind,
        unclaimed=unclaimed,
        owner=state().ledger.organizations.get(held.envelope.owner),
        publisher=held.published_by and state().ledger.organizations.get(held.published_by),
        modified=datetime.fromisoformat(held.modified),
        completeness=node_completeness(node),
        linked=family_of(type_of(node)) in LINKED,
        said=_said(record, held) if number is None else [],
        most=MAX_ASSERTIONS,
    )


def _is_unclaimed(record: Ctid, held: HeldDocument) -> bool:
    """Tell whether a record is that of an organization for which nobody acts."""
    is_organization = vocabulary().is_a(held.envelope.type, "ceterms:Agent", "ceterms:Organization")
    own = record == held.envelope.ctid
    return own and is_organization and state().ledger.claims.is_unclaimed(record)


def _said(record: Ctid, held: HeldDocument) -> list[Assertion]:
    """Return the statements of others about a record; none if the store does not answer in time."""
    try:
        return assertions(
            state().whole, state().ledger, state().identity, record, held.envelope.owner
        )
    except CtgraphError:
        return []
