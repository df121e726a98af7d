"""Search results in formats for programs and spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

import xlsxwriter

from ctgraph.documents.csv_cells import harmless
from ctgraph.finder.found import Card, Found
from ctgraph.identity import Identity
from ctgraph.vocab import vocabulary

COLUMNS: dict[str, Callable[[Card], Any]] = {
    "Name": lambda card: card.name,
    "Type": lambda card: vocabulary().label(card.kind),
    "Provider": lambda card: card.provider_name,
    "Description": lambda card: card.description,
    "Places": lambda card: "; ".join(
        ", ".join(filter(None, (place.city, place.region))) for place in card.places
    ),
    "Cost": lambda card: "" if card.cost is None else card.cost,
    "Currency": lambda card: card.currency,
    "Duration": lambda card: card.duration,
    "Status": lambda card: card.status,
    "Web page": lambda card: card.webpage,
    "Created": lambda card: card.created,
    "Updated": lambda card: card.updated,
    "CTID": lambda card: card.record,
}
"""The columns of a table of results."""


def rows(cards: Iterable[Card]) -> list[list[Any]]:
    """Return a table of results, its headings first, in which no cell is a formula."""
    table: list[list[Any]] = [list(COLUMNS)]
    table += [[harmless(read(card)) for read in COLUMNS.values()] for card in cards]
    return table


def as_csv(cards: Iterable[Card]) -> bytes:
    """Return results as CSV (RFC 4180) in UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows(rows(cards))
    return out.getvalue().encode()


def as_xlsx(cards: Iterable[Card]) -> bytes:
    """Return results as a workbook with one sheet."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet("Results")
        bold = book.add_format({"bold": True})
        for number, row in enumerate(rows(cards)):
            sheet.write_row(number, 0, row, None if number else bold)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, number, len(COLUMNS) - 1)
    return out.getvalue()


def card_json(card: Card, identity: Identity) -> dict[str, Any]:
    """Return a card as JSON."""
    return {
        "ctid": card.record,
        "iri": identity.resource(card.record),
        "name": card.name,
        "names": card.names,
        "type": card.kind,
        "description": card.description,
        "provider": {"id": card.provider, "name": card.provider_name},
        "places": [
            {
                "city": place.city,
                "region": place.region,
                "country": place.country,
                "latitude": place.latitude,
                "longitude": place.longitude,
            }
            for place in card.places
        ],
        "levels": card.level,
        "delivery": card.delivery,
        "status": card.status,
        "cost": card.cost,
        "currency": card.currency,
        "mayCostMore": card.may_cost_more,
        "duration": card.duration,
        "webpage": card.webpage,
        "created": card.created,
        "updated": card.updated,
        "confirmed": card.confirmed,
        "completeness": card.completeness,
    }


def found_json(found: Found, identity: Identity) -> dict[str, Any]:
    """Return the answer to a search as JSON; members are in camelCase."""
    return {
        "total": found.total,
        "sequence": found.sequence,
        "fit": found.fit,
        "records": [
            card_json(hit.card, identity)
            | {
                "score": round(hit.score, 4),
                "kilometres": None if hit.kilometres is None else round(hit.kilometres, 1),
                "snippet": "".join(text for text, _ in hit.snippet),
            }
            for hit in found.hits
        ],
        "facets": {
            facet.value: [
                {"value": one.value, "label": one.label, "count": one.count} for one in counts
            ]
            for facet, counts in found.facets.items()
        },
    }
