"""Records side by side, as a page and as a table for programs."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, request

from ctgraph.documents.csv_cells import harmless
from ctgraph.errors import BadParameter
from ctgraph.finder.compare import (
    MAX_BESIDE,
    MAX_COMPARED,
    NOT_STATED,
    Comparison,
    compare,
)
from ctgraph.finder.compare_table import table
from ctgraph.finder.found import Card
from ctgraph.finder.question import Question
from ctgraph.finder.schema_org import item_list
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.projections.search_words import MAX_TYPED_CHARS
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads, words
from ctgraph.web.http.registry import state

blueprint = Blueprint("compare", __name__)
FORMATS = {"json": respond.JSON, "html": "text/html", "csv": "text/csv"}
"""The formats of a comparison."""
MAX_PROPOSED = 8
"""Records that are proposed to be added to a comparison."""


@blueprint.get("/compare")
@reads("record", "q", "format")
def comparison() -> Response:
    """Return up to ten records side by side."""
    kind = choose(FORMATS, usual="html")
    given = [one for one in request.args.getlist("record") if one.strip()]
    records = list(dict.fromkeys(ctid.canonical(one.strip()) for one in given))
    found = compare(state().settings, state().ledger, records)
    if found.absent and kind != "html":
        raise BadParameter(
            f"{', '.join(found.absent)} cannot be compared: this registry does not hold it, or it "
            "was withdrawn. Leave it out."
        )
    if kind == "json":
        return respond.json(_json(found))
    if kind == "csv":
        out = io.StringIO()
        csv.writer(out).writerows([harmless(cell) for cell in row] for row in table(found))
        return respond.content(out.getvalue(), FORMATS[kind])
    return respond.page(
        "finder/compare.html",
        found=found,
        beside=MAX_BESIDE,
        not_stated=NOT_STATED,
        others=_others(records),
        given=[("record", record) for record in records],
        records=records,
        kept=[{"record": column.record, "name": column.name} for column in found.columns],
        is_full=len(records) >= MAX_COMPARED,
        words=words("q"),
        proposed=_proposed(words("q"), records),
        markup=[
            item_list(
                ((state().identity.resource(one.record), one.name) for one in found.columns),
                len(found.columns),
            )
        ]
        if found.columns
        else [],
    )


def _others(records: list[Ctid]) -> dict[Ctid, list[tuple[str, str]]]:
    """Return the parameters of the comparison without each of its records."""
    return {
        record: [("record", other) for other in records if other != record] for record in records
    }


def _proposed(typed: str, records: list[Ctid]) -> list[Card] | None:
    """Return what may be added; None where nothing was searched for."""
    if not typed.strip():
        return None
    question = Question(typed.strip()[:MAX_TYPED_CHARS], size=MAX_PROPOSED + len(records))
    cards = (hit.card for hit in state().search(question).hits)
    return [card for card in cards if card.record not in records][:MAX_PROPOSED]


def _json(found: Comparison) -> dict[str, object]:
    return {
        "records": [
            {
                "ctid": column.record,
                "iri": state().identity.resource(column.record),
                "name": column.name,
                "type": column.kind,
                "confirmed": column.confirmed,
                "cost": column.cost,
                "currency": column.currency,
                "days": column.days,
                "medianEarnings": column.earnings,
            }
            | {line.title: line.cells[number] for line in found.lines}
            for number, column in enumerate(found.columns)
        ],
        "medians": {
            "cost": found.median_cost,
            "days": found.median_days,
            "medianEarnings": found.median_earnings,
        },
    }
