"""Dereferencing: entities, graph documents, and their versions."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import orjson
from flask import Blueprint, Response, g, render_template, request

from ctgraph import __version__
from ctgraph.documents.nesting import entity_json
from ctgraph.documents.node_values import type_of
from ctgraph.errors import BadParameter, CtgraphError, Gone, RecordNotFound
from ctgraph.harvest.memento import Original
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.issuers import Issuer
from ctgraph.ledger.values import Envelope, Version
from ctgraph.ler.formats import formats_of
from ctgraph.pathways import LINKED
from ctgraph.pathways.families import family_of
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.rdf import formats
from ctgraph.records import read
from ctgraph.records.assertions import MAX_ASSERTIONS, Assertion, assertions
from ctgraph.records.outline import outline
from ctgraph.records.read import HeldDocument
from ctgraph.records.scope import Scope
from ctgraph.sparql.formats import GRAPH_TYPES
from ctgraph.validation.completeness import node_completeness
from ctgraph.vocab import vocabulary
from ctgraph.web.http import parameters, respond
from ctgraph.web.http.negotiation import HTML, choose, etag
from ctgraph.web.http.parameters import AS_OF, reads
from ctgraph.web.http.registry import state
from ctgraph.web.records import page as pages
from ctgraph.web.records import past, representation
from ctgraph.web.records.catalogue import catalogue, figures, offered, relations, steps
from ctgraph.web.records.exports import exported
from ctgraph.web.records.graphs import versions_in_rdf
from ctgraph.web.records.representation import EXPORTS, OFFERS, USUAL

blueprint = Blueprint("records", __name__)

MAX_VERSIONS = {"json": 1_000, "html": 100}
"""How many versions of a record one answer lists, by its format. A page of more is unreadable."""


@blueprint.get("/resources/<record>")
@blueprint.get("/ce-registry/resources/<record>")
@reads("format", *AS_OF)
def resource(record: str) -> Response:
    """Return one entity, with everything nested in it."""
    return _record(record, Scope.ENTITY)


@blueprint.get("/graph/<record>")
@blueprint.get("/ce-registry/graph/<record>")
@reads("format", *AS_OF)
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
            "reason": v.reason,
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
    name = choose(representation.offers(kind), usual=USUAL)
    ledger, identity = state().ledger, state().identity
    moment = parameters.moment()
    try:
        held = past.held(record, kind, number, moment)
    except (Gone, RecordNotFound) as error:
        survivor = None if number or moment else read.survivor(ledger, record, error)
        if survivor is None:
            raise
        response = respond.lead(f"/{kind}/{survivor}", 301)
        response.headers["Cache-Control"] = respond.Caching.REVALIDATE  # a merger may be undone
        return response
    given, number = number, held.number if moment else number
    if name in EXPORTS:
        response = exported(record, held, name)
    elif name == "html":
        # A page also shows the names of other records, so it may change with any of them.
        unclaimed = number is None and _is_unclaimed(record, held)
        issuers = _issuers(record, held)
        verified = held.modified if number else read.last_verified(ledger, held.envelope)
        shown = unclaimed, issuers, verified
        last = ledger.changes.last_sequence()
        seen = store_folder_of(state().settings).sequence()  # others' statements are in it
        tag = etag(held.digest, record, kind, number, last, seen, *shown, __version__)
        response = respond.content(b"", HTML)
        respond.conditional(response, tag, max(ledger.changes.newest_moment(), verified))
        if response.status_code == 200:
            response.set_data(_page(record, kind, held, number, *shown))
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
    forever = given and name in OFFERS and name != "html" and alone
    caching = respond.Caching.FOREVER if forever else respond.Caching.REVALIDATE
    if "lacks_a_part" in g:
        caching = respond.Caching.NEVER
        response.headers.pop("ETag", None)
        response.headers.pop("Last-Modified", None)
    response.headers["Cache-Control"] = caching
    past.link(response, record, kind, held, number, name == "html")
    if moment:
        original = Original(ledger, identity, record, kind)
        response.headers["Content-Location"] = original.memento(held.number, held.modified)
    return response


def _page(
    record: Ctid,
    kind: Scope,
    held: HeldDocument,
    number: int | None,
    unclaimed: bool,
    issuers: list[Issuer],
    verified: str,
) -> str:
    iri = state().identity.resource(record)
    content = orjson.loads(held.canonical)
    try:
        node = entity_json(content, iri)
    except KeyError:
        raise read.absent(held.envelope, record, held.number) from None
    view = pages.record_view(node, content, held.envelope.ctid, state())
    is_linked = family_of(type_of(node)) in LINKED
    address = f"/{kind}/{record}" + (f"/versions/{number}" if number else "")
    return render_template(
        "records/record.html",
        view=view,
        held=held,
        record=record,
        iri=iri,
        address=address,
        outline=outline(content, record, state().identity)
        if record == held.envelope.ctid
        else None,
        number=number,
        formats=formats.FORMATS,
        exports=formats_of(type_of(node)) if kind is Scope.ENTITY else (),
        kind=kind,
        unclaimed=unclaimed,
        owner=state().ledger.organizations.get(held.envelope.owner),
        publisher=held.published_by and state().ledger.organizations.get(held.published_by),
        verified=datetime.fromisoformat(verified),
        completeness=node_completeness(node),
        linked=is_linked,
        steps=steps(record, state()) if is_linked and number is None else None,
        said=_said(record, held) if number is None else [],
        most=MAX_ASSERTIONS,
        data_sets=figures(node, record, state()) if number is None else [],
        related=relations(record, state()) if number is None else [],
        issuers=issuers,
        offer=offered(record, state()) if number is None and _is_organization(node) else None,
        **catalogue(node, record, view.names, state()),
    )


def _is_organization(node: dict[str, Any]) -> bool:
    return vocabulary().is_a(type_of(node), "ceterms:Agent", "ceterms:Organization")


def _is_unclaimed(record: Ctid, held: HeldDocument) -> bool:
    """Tell whether a record is that of an organization for which nobody acts."""
    return _is_of_organization(record, held) and state().ledger.claims.is_free(record)


def _issuers(record: Ctid, held: HeldDocument) -> list[Issuer]:
    """Return the DIDs that an organization has proved; none for any other record."""
    return state().ledger.issuers.of(record) if _is_of_organization(record, held) else []


def _is_of_organization(record: Ctid, held: HeldDocument) -> bool:
    is_organization = vocabulary().is_a(held.envelope.type, "ceterms:Agent", "ceterms:Organization")
    return is_organization and record == held.envelope.ctid


def _said(record: Ctid, held: HeldDocument) -> list[Assertion]:
    """Return the statements of others about a record; none if the store does not answer in time."""
    try:
        return assertions(
            state().whole, state().ledger, state().identity, record, held.envelope.owner
        )
    except CtgraphError:
        respond.lacks_a_part()
        return []
