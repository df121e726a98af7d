"""The site around the records: start page, lists, health, contexts, the API description."""

from __future__ import annotations

from importlib.resources import files

from flask import Blueprint, Response, request

from ctgraph import __version__
from ctgraph.errors import NotFound, StoreError
from ctgraph.identity import ctid
from ctgraph.ledger.values import Envelope
from ctgraph.projections.snapshots import snapshots_of
from ctgraph.publishing import envelope_json
from ctgraph.records.completeness import quality_of
from ctgraph.vocab import CONTEXT_URLS, context_text, vocabulary
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.registry import state

blueprint = Blueprint("site", __name__)
PAGE = 50
FAMILIES = {
    "Credentials": ("ceterms:Credential",),
    "Organizations": ("ceterms:Agent", "ceterms:Organization"),
    "Learning and assessment": ("ceterms:LearningOpportunityProfile", "ceterms:AssessmentProfile"),
    "Pathways and transfer": (
        "ceterms:Pathway",
        "ceterms:PathwaySet",
        "ceterms:Collection",
        "ceterms:TransferValueProfile",
        "ceterms:TransferIntermediary",
    ),
    "Competencies and schemes": (
        "ceasn:CompetencyFramework",
        "skos:ConceptScheme",
        "ceasn:Rubric",
        "asn:ProgressionModel",
        "ceasn:Competency",
    ),
    "Work": (
        "ceterms:Job",
        "ceterms:Occupation",
        "ceterms:Task",
        "ceterms:WorkRole",
        "ceterms:Industry",
    ),
}
OTHER = "Further records"


@blueprint.get("/")
def home() -> Response:
    """What this registry holds, and how to use it."""
    counts = state().ledger.records.counts()
    groups: dict[str, list[tuple[str, int]]] = {family: [] for family in (*FAMILIES, OTHER)}
    for kind, count in sorted(counts.items(), key=lambda pair: -pair[1]):
        groups[_family(kind)].append((kind, count))
    if choose(respond.JSON_OR_PAGE) == "json":
        body = {
            "name": "ctgraph",
            "version": __version__,
            "records": counts,
            "sequence": state().ledger.changes.last_sequence(),
        }
        return respond.json(body)
    total = sum(counts.values())
    return respond.page("site/home.html", groups=groups, total=total)


@blueprint.get("/records")
def records() -> Response:
    """Current records in pages, optionally of one class or one owner."""
    # No class has a NUL in its name, and PostgreSQL takes none.
    kind = request.args.get("type", "").replace("\0", "") or None
    owner, after = (
        ctid.canonical(given) if (given := request.args.get(name)) else ""
        for name in ("owner", "after")
    )
    found = state().ledger.records.envelopes(PAGE + 1, after, kind, owner or None)
    more = found[PAGE - 1].ctid if len(found) > PAGE else None
    if choose(respond.JSON_OR_PAGE) == "json":
        body = {"records": [envelope_json(envelope) for envelope in found[:PAGE]], "next": more}
        return respond.json(body)
    named = {envelope.owner for envelope in found}
    return respond.page(
        "records/records.html",
        records=sorted(found[:PAGE], key=_by_name),
        kind=kind,
        owner=owner,
        more=more,
        names=state().ledger.records.names(named),
    )


@blueprint.get("/organizations/<organization>/completeness")
def completeness(organization: str) -> Response:
    """How complete an organization's records are, and what they lack."""
    owner = state().ledger.organizations.get(ctid.canonical(organization))
    found = quality_of(state().whole, state().identity, owner.ctid)
    vocab = vocabulary()
    if choose(respond.JSON_OR_PAGE) == "html":
        return respond.page("records/quality.html", owner=owner, quality=found)
    body = {
        "organization": owner.ctid,
        "name": owner.name,
        "records": found.records,
        "completeness": round(found.score, 4),
        "classes": [
            {"class": vocab.compact(kind), "records": count, "completeness": round(mean, 4)}
            for kind, count, mean in found.by_class
        ],
        "lacking": [
            {"property": vocab.compact(iri), "records": count} for iri, count in found.lacking
        ],
        "leastComplete": [
            {"id": iri, "name": name, "completeness": score} for iri, name, score in found.least
        ],
    }
    return respond.json(body)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Alive: this process answers."""
    return respond.json({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> Response:
    """Ready: queries can run, and a projector follows the ledger.

    :raises StoreError: when not.
    """
    snapshots = snapshots_of(state().settings)
    seen, last = snapshots.sequence(), state().ledger.changes.last_sequence()
    facts = {"sequence": last, "queryableSequence": seen, "lag": last - seen}
    if not snapshots.held():
        raise StoreError("No projector runs: changes do not become queryable.", **facts)
    if seen < 0:
        raise StoreError(snapshots.unavailable().message, **facts)
    trouble = snapshots.trouble()
    if trouble:
        raise StoreError(f"Changes do not become queryable: {trouble}", **facts)
    if not snapshots.shows(state().ledger):
        raise StoreError("The triple store does not fit the ledger, and is rebuilt.", **facts)
    return respond.json({"status": "ready", **facts})


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of this interface (OpenAPI 3.1)."""
    text = files("ctgraph.web").joinpath("openapi.json").read_text("utf-8")
    return respond.content(text, respond.JSON)


@blueprint.get("/<name>/schema/context/json")
def context(name: str) -> Response:
    """The JSON-LD contexts, at the paths of their official addresses."""
    if name not in CONTEXT_URLS:
        raise NotFound(f"There is no context {name!r}; there are {', '.join(CONTEXT_URLS)}.")
    return respond.content(context_text(name), "application/ld+json")


def _by_name(envelope: Envelope) -> str:
    return envelope.name.lower()


def _family(kind: str) -> str:
    return next((f for f, roots in FAMILIES.items() if vocabulary().is_a(kind, *roots)), OTHER)
