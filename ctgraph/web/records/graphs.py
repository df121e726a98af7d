"""The names of the registry's own graphs, and of external things, dereferenced."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pyoxigraph as ox
from flask import Blueprint, Response
from flask_babel import gettext as _

from ctgraph import publishing
from ctgraph.identity import ctid
from ctgraph.ledger.values import Version
from ctgraph.records import read, statements
from ctgraph.sparql.formats import GRAPH_TYPES
from ctgraph.vocab import vocabulary
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import HTML, choose, etag
from ctgraph.web.http.parameters import AS_OF, moment, reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("graphs", __name__)
MAX_SHOWN = 500
"""Statements on a page: more would not be read."""
RDF_OR_PAGE = GRAPH_TYPES | {"html": HTML}


class Shown(NamedTuple):
    """One statement as a page shows it; the address of a value is empty where it has none."""

    subject: str
    property: str
    value: str
    href: str


@blueprint.get("/history/<record>")
@reads("format")
def history(record: str) -> Response:
    """Return the versions of a document in RDF; lead browsers to the page of its versions."""
    canonical = ctid.canonical(record)
    name = choose(RDF_OR_PAGE)
    envelope, _ = read.versions(state().ledger, canonical, 1)
    if envelope.ctid != record:
        return respond.lead(f"/history/{envelope.ctid}", 301)
    if name == "html":
        return respond.redirect(f"/graph/{envelope.ctid}/versions", 303)
    return versions_in_rdf(state().ledger.records.versions(envelope.ctid), name)


def versions_in_rdf(found: Iterable[Version], name: str) -> Response:
    """Return the registry's statements about some versions."""
    quads = statements.of_versions(state().ledger, state().identity, found)
    return _rdf(quads, name)


@blueprint.get("/envelopes")
@reads("format")
def registry() -> Response:
    """Return what the registry says of itself: the number of its last change."""
    quads = statements.of_registry(state().ledger, state().identity)
    return _answer(quads, choose(RDF_OR_PAGE), _("The registry"))


@blueprint.get("/envelopes/<record>")
@blueprint.get("/ce-registry/envelopes/<record>")
@reads("format", *AS_OF)
def envelope(record: str) -> Response:
    """Return the envelope of a record, current or withdrawn; in RDF that of a current one.

    As of a moment it is that of a record that was current then.
    """
    canonical = ctid.canonical(record)
    name = choose({"json": respond.JSON} | RDF_OR_PAGE)
    past = moment()
    held = read.held_at(state().ledger, canonical, past) if past else None
    if held:
        head, document = read.envelope_of(held), held.canonical
    else:
        head, document = state().ledger.records.read(canonical)
    if name == "json":
        told = publishing.envelope_json(head, document)
        verified = head.updated_at
        if not past and not head.deleted_at:
            verified = read.last_verified(state().ledger, head)
            told["last_verified_on"] = verified[:10]
        return respond.conditional(respond.json(told), etag(head, verified), verified)
    held = held or read.held(state().ledger, canonical)
    quads = statements.of_envelope(state().ledger, state().identity, held)
    response = _answer(
        quads, name, _("What the registry says of %(name)s", name=head.name or head.ctid)
    )
    return respond.conditional(response, etag(head, name), head.updated_at)


@blueprint.get("/.well-known/genid/<record>/<digest>")
@reads("format")
def external_thing(record: str, digest: str) -> Response:
    """Return what a document says of a thing that has no address of its own."""
    canonical = ctid.canonical(record)
    quads = statements.of_external_thing(state().ledger, state().identity, canonical, digest)
    return _answer(
        quads, choose(RDF_OR_PAGE), _("A thing that %(record)s describes", record=canonical)
    )


def _answer(quads: list[ox.Quad], name: str, title: str) -> Response:
    if name != "html":
        return _rdf(quads, name)
    shown = [_shown(quad) for quad in quads[:MAX_SHOWN]]
    more = max(0, len(quads) - MAX_SHOWN)
    return respond.page("records/statements.html", title=title, statements=shown, more=more)


def _rdf(quads: Iterable[ox.Quad], name: str) -> Response:
    return respond.content(statements.write((q.triple for q in quads), name), GRAPH_TYPES[name])


def _shown(quad: ox.Quad) -> Shown:
    value = quad.object
    text = value.value if isinstance(value, ox.NamedNode | ox.Literal) else str(value)
    href = text if isinstance(value, ox.NamedNode) and text.startswith(("http:", "https:")) else ""
    compact = vocabulary().compact
    subject = quad.subject
    named = subject.value if isinstance(subject, ox.NamedNode) else str(subject)
    label = vocabulary().label(quad.predicate.value)
    return Shown(named, label, compact(text) if href else text, href)
