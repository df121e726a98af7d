"""What an organization offers: how much of each kind, the newest, its frameworks, how well kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ctgraph.finder.found import Card, Count
from ctgraph.finder.question import Facet, Measure, Order, Question
from ctgraph.finder.search import Search
from ctgraph.identity.ctid import Ctid

MAX_NEWEST = 6
"""The newest records that the page of an organization shows."""
MAX_LISTED = 12
"""Frameworks, collections and pathways that it lists."""
FRESH_DAYS = 365
"""Days for which a record counts as fresh after its owner last published or confirmed it."""
COMPLETE = 0.8
"""The share of the recommended properties from which on a record counts as complete."""
KEPT_TOGETHER = (
    "ceasn:CompetencyFramework",
    "ceterms:Collection",
    "ceterms:Pathway",
    "skos:ConceptScheme",
)
"""The classes of records that hold others together."""


@dataclass(frozen=True)
class Offer:
    """What an organization owns or offers.

    :param total: the number of its records.
    :param fresh: how many of them were confirmed on the day `since` or later.
    :param complete: how many of them have at least the share COMPLETE of what is recommended.
    """

    total: int
    families: tuple[Count, ...]
    regions: tuple[Count, ...]
    newest: tuple[Card, ...]
    frameworks: tuple[Card, ...]
    more_frameworks: int
    fresh: int
    since: date
    complete: int


def offer(search: Search, organization: Ctid, today: date) -> Offer | None:
    """Return what an organization offers; None where it has no records but its own.

    :raises StoreError: while the index is being built.
    """
    own: dict[Facet, Any] = {Facet.PROVIDER: (organization,)}
    found = search.ask(
        Question(
            filters=own,
            counted=(Facet.FAMILY, Facet.REGION),
            order=Order.DATE,
            size=MAX_NEWEST + 1,
        )
    )
    newest = [hit.card for hit in found.hits if hit.card.record != organization][:MAX_NEWEST]
    if not newest:
        return None
    together = search.ask(
        Question(filters=own | {Facet.KIND: KEPT_TOGETHER}, order=Order.NAME, size=MAX_LISTED)
    )

    def number(measure: Measure, least: float) -> int:
        return search.ask(Question(filters=own, ranges={measure: (least, None)}, size=0)).total

    since = today - timedelta(days=FRESH_DAYS)
    return Offer(
        found.total,
        found.facets[Facet.FAMILY],
        found.facets[Facet.REGION],
        tuple(newest),
        tuple(hit.card for hit in together.hits),
        together.total - len(together.hits),
        number(Measure.CONFIRMED, float(f"{since:%Y%m%d}")),
        since,
        number(Measure.COMPLETENESS, COMPLETE),
    )
