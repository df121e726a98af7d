"""A search as its address states it: words, filters, ranges, a place, an order and a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import isnan

from ctgraph.projections.search_fields import Facet as Facet
from ctgraph.projections.search_fields import Measure as Measure

PAGE_RECORDS = 20
"""Records on one page of results, unless the question asks for another number."""
MAX_PAGE_RECORDS = 100
"""The most records that one page holds."""
MAX_FOUND = 10_000
"""The last record that paging reaches. Whoever needs more narrows the search, or harvests."""

MAX_BY_DISTANCE = 1_000
"""The last record that paging reaches when the nearest come first."""


class Order(StrEnum):
    """The order of the results."""

    RELEVANCE = "relevance"
    NAME = "name"
    DATE = "date"
    """Newest first."""
    DISTANCE = "distance"
    """Nearest first; needs a place."""
    COST = "cost"
    """Cheapest first, records without a price last."""
    COMPLETENESS = "completeness"
    CONFIRMED = "confirmed"
    """Last published or confirmed first."""


@dataclass(frozen=True)
class Near:
    """A circle on the earth.

    :param latitude: NaN for a city of which nobody says where it lies.
    :param city: a city by the words of addresses, whose records count wherever they are.
    """

    latitude: float
    longitude: float
    kilometres: float
    city: str = ""

    @property
    def is_placed(self) -> bool:
        """Tell whether it is known where it lies."""
        return not isnan(self.latitude)


@dataclass(frozen=True)
class Box:
    """A part of the earth between two meridians and two parallels, in degrees."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, latitude: float, longitude: float) -> bool:
        """Tell whether a point lies in it, or on its edge."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


@dataclass(frozen=True)
class Question:
    """One search.

    :param words: as typed: `nurs* "practical nurse"`.
    :param filters: the values of each facet of which a record must have at least one.
    :param ranges: the least and the greatest value of a measure; None for no bound.
    :param counted: the facets whose values are counted. A facet that is filtered by is counted as
        if it were not, so that its other values can be chosen, too.
    :param page: from 1.
    :param among: sets of records, in one of which a record must be; None for no such bound. By
        relevance, the records of the first set come first, then those of the second, and so on.
    :param initial: the letter that a name begins with, lower case; empty for any.
    :param is_strict: whether only records with all the words count, as they are spelt.
    """

    words: str = ""
    filters: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[Measure, tuple[float | None, float | None]] = field(default_factory=dict)
    near: Near | None = None
    box: Box | None = None
    order: Order = Order.RELEVANCE
    counted: tuple[Facet, ...] = ()
    page: int = 1
    size: int = PAGE_RECORDS
    among: tuple[frozenset[str], ...] | None = None
    initial: str = ""
    is_strict: bool = False


def reach(question: Question) -> int:
    """Return the last record that the pages of a search reach."""
    return MAX_BY_DISTANCE if question.order is Order.DISTANCE else MAX_FOUND


def last_page(question: Question, total: int) -> int:
    """Return the number of the last page of a search that finds so many records."""
    return max(1, -(-min(total, reach(question)) // question.size))


def on_a_page(question: Question) -> Question:
    """Return a search with the last page that it may have, where it asks for a later one."""
    return replace(question, page=min(question.page, last_page(question, reach(question))))
