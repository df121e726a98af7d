"""Dereferencing: entities, graph documents, and their versions."""

from __future__ import annotations

from datetime import datetime

import orjson
from flask import Blueprint, Response, render_template
from werkzeug.wrappers import Response as BaseResponse

from ctgraph import __version__, ctid, history, publishing
from ctgraph.errors import NotFound
from ctgraph.exports import rdf
from ctgraph.history import Held
from ctgraph.nodes import type_of
from ctgraph.pathways import LINKED
from ctgraph.pathways.answers import family_of
from ctgraph.validation.completeness import node_completeness
from ctgraph.web import pages
from ctgraph.web.addresses import lead
from ctgraph.web.negotiation import HTML, choose, conditional, etag
from ctgraph.web.state import state

blueprint = Blueprint("records", __name__)

OFFERS = {f.name: f.media_type for f in rdf.FORMATS} | {"html": HTML}
NAMES = {f.extension: f.name for f in rdf.FORMATS} | {"html": "html"}


@blueprint.get("/resources/<record>")
@blueprint.get("/ce-registry/resources/<record>")
def resource(record: str) -> BaseResponse:
    """One entity, with everything nested in it."""
    return _record(record, "resources")


@blueprint.get("/graph/<record>")
@blueprint.get("/ce-registry/graph/<record>")
def graph(record: str) -> BaseResponse:
    """The whole document that holds an entity."""
    return _record(record, "graph")


@blueprint.get("/<any(resources, graph):kind>/<record>/versions/<int:number>")
def version(kind: str, record: str, number: int) -> BaseResponse:
    """An entity or document as it was in one version; it never changes."""
    return _record(record, kind, number)


@blueprint.get("/<any(resources, graph):kind>/<record>/versions")
def versions(kind: str, record: str) -> BaseResponse:
    """Every version of a record."""
    canonical = ctid.canonical(record)
    if canonical != record:
        return lead(f"/{kind}/{canonical}/versions", 301)
    envelope, found = history.versions(state().ledger, record)
    owner = state().ledger.organization(envelope.owner)
    if choose({"json": "application/json", "html": HTML}) == "html":
        page = render_template("versions.html", envelope=envelope, versions=found, owner=owner)
        return conditional(Response(page, content_type="text/html; charset=utf-8"),
                           etag(found, owner.name, __version__), envelope.updated_at)  # fmt: skip
    body = orjson.dumps({
        "ctid": envelope.ctid,
        "owner": envelope.owner,
        "versions": [
            {
                "number": v.number, "event": v.event, "created_at": v.created_at,
                "actor": v.actor, "digest": v.digest, "sequence": v.seq,
                "url": f"{state().identity.resource(envelope.ctid)}/versions/{v.number}",
            }
            for v in found
        ],
    })  # fmt: skip
    return conditional(Response(body, content_type="application/json"),
                       etag(found), envelope.updated_at)  # fmt: skip


@blueprint.get("/envelopes/<record>")
@blueprint.get("/ce-registry/envelopes/<record>")
def envelope(record: str) -> Response:
    """The registry's own record of a CTID; also of a withdrawn one."""
    found = state().ledger.find(ctid.canonical(record))
    if found is None:
        raise NotFound(f"There is no record {record} in this registry.")
    head, canonical = found
    response = Response(orjson.dumps(publishing.envelope_json(head, canonical)),
                        content_type="application/json")  # fmt: skip
    return conditional(response, etag(head), head.updated_at)


def _record(path: str, kind: str, number: int | None = None) -> BaseResponse:
    record, dot, extension = path.partition(".")
    canonical = ctid.canonical(record)
    if canonical != record:
        tail = f"/versions/{number}" if number else ""
        return lead(f"/{kind}/{canonical}{dot}{extension}{tail}", 301)
    if dot and extension not in NAMES:
        raise NotFound(f"There is no extension .{extension[:80]}; "
                       f"there are .{', .'.join(NAMES)}.")  # fmt: skip
    name = choose(OFFERS, NAMES.get(extension, ""))
    held = history.held(state().ledger, record, number)
    if name == "html":
        # A page shows the names of other records too, so any change may change it.
        tag = etag(held.digest, record, kind, number, state().ledger.last_sequence(), __version__)
        response = Response(content_type="text/html; charset=utf-8")
        conditional(response, tag, held.modified)
        if response.status_code != 304:
            response.set_data(_page(record, kind, held, number))
    else:
        response = Response(content_type=OFFERS[name])
        conditional(response, etag(held.digest, record, kind, name), held.modified)
        if response.status_code != 304:
            response.set_data(_body(record, kind, held, name))
    if number:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"  # ask each time; 304 is cheap
    _link(response, record, held)
    return response


def _body(record: str, kind: str, held: Held, name: str) -> bytes:
    format = rdf.format_named(name)
    assert format
    iri = state().identity.resource(record)
    try:
        if format.writer is None:
            if kind == "graph":
                return held.canonical
            return orjson.dumps(rdf.entity_json(orjson.loads(held.canonical), iri))
        quads = state().ledger.quads(held.envelope.ctid, held.number)
        if kind == "graph":
            return rdf.document(quads, format)
        return rdf.entity(quads, iri, format)
    except KeyError:
        raise _absent(record, held) from None


def _page(record: str, kind: str, held: Held, number: int | None) -> str:
    iri = state().identity.resource(record)
    content = orjson.loads(held.canonical)
    try:
        node = rdf.entity_json(content, iri)
    except KeyError:
        raise _absent(record, held) from None
    view = pages.record_view(node, content, held.envelope.ctid, state())
    address = f"/{kind}/{record}" + (f"/versions/{number}" if number else "")
    return render_template(
        "record.html", view=view, held=held, record=record, iri=iri, address=address,
        number=number, formats=rdf.FORMATS, kind=kind,
        owner=state().ledger.organization(held.envelope.owner),
        modified=datetime.fromisoformat(held.modified),
        completeness=node_completeness(node), linked=family_of(type_of(node)) in LINKED,
    )  # fmt: skip


def _absent(record: str, held: Held) -> NotFound:
    return NotFound(
        f"{record} is not in version {held.number} of {held.envelope.ctid}, which held it.",
        history=f"/resources/{held.envelope.ctid}/versions",
    )


def _link(response: Response, record: str, held: Held) -> None:
    """Point at the canonical address, the whole graph, and the versions (RFC 8288)."""
    identity = state().identity
    response.headers["Link"] = ", ".join((
        f'<{identity.resource(record)}>; rel="canonical"',
        f'<{identity.graph(held.envelope.ctid)}>; rel="describedby"',
        f'<{identity.resource(held.envelope.ctid)}/versions>; rel="version-history"',
    ))  # fmt: skip
