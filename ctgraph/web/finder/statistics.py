"""What the registry holds, and how well, in charts: as pages, and as tables for programs."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response

from ctgraph.finder.statistics import Report, coverage, report_csv, report_json, statistics
from ctgraph.ledger.values import now
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("statistics", __name__)
FORMATS = {"json": respond.JSON, "html": "text/html", "csv": "text/csv"}
"""The formats of a report."""


@blueprint.get("/statistics")
@reads("format")
def counts() -> Response:
    """Return how many records there are of each kind, level, place, language and provider."""
    kind = choose(FORMATS, usual="html")
    return _answer(kind, state().ask(statistics), "finder/statistics.html")


@blueprint.get("/coverage")
@reads("format")
def covered() -> Response:
    """Return where the providers are, and how complete and fresh the records are."""
    kind = choose(FORMATS, usual="html")
    report = state().ask(coverage, date.fromisoformat(now()[:10]))
    return _answer(kind, report, "finder/coverage.html")


def _answer(kind: str, report: Report, template: str) -> Response:
    base = state().settings.base_url
    if kind == "json":
        return respond.json(report_json(report, base))
    if kind == "csv":
        return respond.content(report_csv(report, base), FORMATS[kind])
    return respond.page(template, report=report)
