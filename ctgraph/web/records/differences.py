"""What changed between two versions of a record."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from ctgraph import __version__
from ctgraph.errors import BadParameter
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.records import read
from ctgraph.records.differences import Changed, Comparison, Difference
from ctgraph.records.plain_words import plain_label
from ctgraph.records.read import HeldDocument
from ctgraph.records.scope import Scope
from ctgraph.vocab import vocabulary
from ctgraph.web.http import questions, respond
from ctgraph.web.http.negotiation import choose, etag
from ctgraph.web.http.parameters import number as number_in
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.records.page import Arranger
from ctgraph.web.records.page_model import Row, Value

blueprint = Blueprint("differences", __name__)


@dataclass(frozen=True)
class Shown:
    """One difference as the page shows it; None for a side that has no values.

    :param place: the labels and names of what it stands in, and of its property.
    """

    place: tuple[tuple[str, str], ...]
    before: Row | None
    after: Row | None
    more: int


@dataclass(frozen=True)
class View:
    """The content of the page: each entity that differs, with its differences.

    :param names: of the records that are referred to.
    :param cut: whether there is more than it shows.
    """

    entities: list[tuple[Changed, str, list[Shown]]]
    names: dict[Ctid, str]
    cut: bool


@blueprint.get("/<any(resources, graph):kind>/<record>/versions/<int:number>/changes")
@reads("from", "format")
def changes(kind: str, record: str, number: int) -> Response:
    """Return what changed in a version: since the one before it, or since the one in ``from``."""
    canonical = ctid.canonical(record)
    if canonical != record:
        return respond.lead(f"/{kind}/{canonical}/versions/{number}/changes", 301)
    name = choose(respond.JSON_OR_PAGE, usual="json")
    later = read.held(state().ledger, canonical, number, kind == Scope.DOCUMENT)
    earlier = _earlier(canonical, kind, later)
    tag = etag(earlier and earlier.digest, later.digest, kind, record, name, __version__)
    is_part = kind == Scope.ENTITY and canonical != later.envelope.ctid
    iri = state().identity.resource(canonical) if is_part else None
    before = earlier.canonical if earlier else None
    found = state().ask(questions.changes, before, later.canonical, iri)
    if name == "json":
        response = respond.json(_json(canonical, earlier, later, found))
        return respond.conditional(response, tag, later.modified)
    return respond.page(
        "records/changes.html",
        view=_view(found),
        kind=kind,
        record=canonical,
        earlier=earlier,
        later=later,
        address=f"/{kind}/{canonical}/versions",
    )


def _earlier(record: Ctid, kind: str, later: HeldDocument) -> HeldDocument | None:
    """Return the version to compare with; None where there is none before.

    :raises BadParameter: when the version that was asked for is of another document.
    """
    ledger, document = state().ledger, kind == Scope.DOCUMENT
    if request.args.get("from"):
        found = read.held(ledger, record, number_in("from", 1), document)
        if found.envelope.ctid != later.envelope.ctid:
            raise BadParameter(
                f"Version {found.number} is of the document {found.envelope.ctid}, and version "
                f"{later.number} of {later.envelope.ctid}. Compare two of one document."
            )
        return found
    return read.held_before(ledger, later)


def _json(
    record: Ctid, earlier: HeldDocument | None, later: HeldDocument, found: Comparison
) -> dict[str, Any]:
    return {
        "ctid": record,
        "document": later.envelope.ctid,
        "from": earlier and earlier.number,
        "to": later.number,
        "entities": [
            asdict(one) | {"differences": list(map(_difference_json, one.differences))}
            for one in found.entities
        ],
        "isCut": found.is_cut,
    }


def _difference_json(one: Difference) -> dict[str, Any]:
    return asdict(one) | {"label": _label(one.property)}


def _view(found: Comparison) -> View:
    arrange = Arranger(state())
    entities = [
        (
            one,
            state().identity.ctid_of(one.iri) or "",
            [_shown(d, arrange) for d in one.differences],
        )
        for one in found.entities
    ]
    names = state().ledger.records.names(arrange.linked)
    return View(entities, names, found.is_cut or arrange.cut)


def _shown(one: Difference, arrange: Arranger) -> Shown:
    before, after = (_row(one.property, values, arrange) for values in (one.before, one.after))
    steps = [(_label(step.property), step.name) for step in one.path]
    return Shown((*steps, (_label(one.property), "")), before, after, one.more)


def _row(property: str, values: tuple[Any, ...], arrange: Arranger) -> Row | None:
    if property == "@type":
        return Row("", property, "", tuple(Value(_label(str(one))) for one in values))
    return next(arrange.rows({property: list(values)}), None) if values else None


def _label(property: str) -> str:
    if property == "@type":
        return str(_("Kind"))
    return plain_label(vocabulary().label(property))
