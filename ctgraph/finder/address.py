"""The address of a search: its parameters to a question, and back, so that each has a permalink."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import isfinite

from ctgraph.errors import BadParameter
from ctgraph.finder.places import USUAL_MILES, box, near, no_towns
from ctgraph.finder.question import (
    MAX_FOUND,
    MAX_PAGE_RECORDS,
    PAGE_RECORDS,
    Facet,
    Measure,
    Order,
    Question,
)
from ctgraph.finder.towns import Towns
from ctgraph.projections.search_words import MAX_TYPED_CHARS

MAX_CHOSEN = 100
"""Values that one search filters by."""
MAX_CHOSEN_CHARS = 400
"""The longest value to filter by: twice what the index has."""
MAX_DIGITS = 9
"""Digits of a whole number in an address."""
_NUMBERS = {
    "cost-min": (Measure.COST, 0),
    "cost-max": (Measure.COST, 1),
    "days-min": (Measure.DAYS, 0),
    "days-max": (Measure.DAYS, 1),
    "completeness-min": (Measure.COMPLETENESS, 0),
    "completeness-max": (Measure.COMPLETENESS, 1),
}
"""The parameters that bound a measure by a number: below (0) or above (1)."""
_DAYS = {
    "created-since": Measure.CREATED,
    "updated-since": Measure.UPDATED,
    "confirmed-since": Measure.CONFIRMED,
}
"""The parameters that bound a measure by a day, from below."""
PARAMETERS = (
    "q",
    *(facet.value for facet in Facet),
    *_NUMBERS,
    *_DAYS,
    "near",
    "within",
    "box",
    "sort",
    "page",
    "size",
)
"""The parameters of a search."""
REPEATABLE = frozenset(facet.value for facet in Facet)
_CURRENCY = re.compile(r"^[$€£]|[$€£]$|^USD\b|\bUSD$", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d)[,\s'](?=\d{3}(?!\d))")


@dataclass(frozen=True)
class Asked:
    """A search as its address has it.

    :param given: its parameters in their order, without empty ones and without the page.
    """

    question: Question
    given: tuple[tuple[str, str], ...] = field(default=())

    def without(self, *names: str, value: str | None = None) -> list[tuple[str, str]]:
        """Return the parameters without some, or without one value of theirs."""
        return [
            (name, one)
            for name, one in self.given
            if name not in names or (value is not None and one != value)
        ]

    def with_(self, name: str, value: str) -> list[tuple[str, str]]:
        """Return the parameters with one more."""
        kept = self.given if name in REPEATABLE else self.without(name)
        return [*kept, (name, value)]

    def first(self, name: str) -> str:
        """Return the first value of a parameter; empty without one."""
        return next((value for one, value in self.given if one == name), "")

    def values(self, name: str) -> list[str]:
        """Return the values of a parameter."""
        return [value for one, value in self.given if one == name]


def asked(
    items: Iterable[tuple[str, str]],
    counted: tuple[Facet, ...] = (),
    most: int = MAX_PAGE_RECORDS,
    towns: Towns = no_towns,
) -> Asked:
    """Return the search of an address.

    :param items: its parameters; others than PARAMETERS are passed over.
    :param most: the greatest size of a page.
    :param towns: returns the cities that only this registry knows.
    :raises BadParameter: when the value of one cannot be used.
    """
    clean = [(n, v.replace("\0", "").strip()) for n, v in items if n in PARAMETERS]
    given = list(dict.fromkeys((name, value) for name, value in clean if value))
    filters = _filters(given)
    one = dict(given)
    words = one.get("q", "")
    if len(words) > MAX_TYPED_CHARS:
        raise BadParameter(f"q has more than {MAX_TYPED_CHARS} characters. Search for fewer words.")
    place = one.get("near", "")
    order = _order(one.get("sort", ""), bool(place))
    size = _whole("size", one.get("size", ""), PAGE_RECORDS, most)
    question = Question(
        words=words,
        filters=filters,
        ranges=_ranges(one),
        near=near(place, _number("within", one.get("within", "") or str(USUAL_MILES)), towns)
        if place
        else None,
        box=box(one["box"]) if "box" in one else None,
        order=order,
        counted=counted,
        page=_whole("page", one.get("page", ""), 1, MAX_FOUND),
        size=size,
    )
    return Asked(question, tuple((name, value) for name, value in given if name != "page"))


def readable(
    items: Iterable[tuple[str, str]], counted: tuple[Facet, ...] = (), towns: Towns = no_towns
) -> tuple[Asked, dict[str, str]]:
    """Return the search of an address without the numbers and days in it that cannot be read.

    :returns: the search, and what was typed in their place, by their parameters.
    :raises BadParameter: when another value cannot be used.
    """
    items, unread = list(items), dict[str, str]()
    while True:
        try:
            return asked(items, counted, towns=towns), unread
        except BadParameter as error:
            name = error.extra.get("parameter")
            if name is None:
                raise
            unread[name] = next(value for one, value in reversed(items) if one == name)[:40]
            items = [(one, value) for one, value in items if one != name]


def _filters(given: Sequence[tuple[str, str]]) -> dict[Facet, tuple[str, ...]]:
    chosen = [(Facet(name), value) for name, value in given if name in REPEATABLE]
    if len(chosen) > MAX_CHOSEN:
        raise BadParameter(f"Filter by at most {MAX_CHOSEN} values.")
    for facet, value in chosen:
        if len(value) > MAX_CHOSEN_CHARS:
            raise BadParameter(f"A value of {facet.value} has at most {MAX_CHOSEN_CHARS} letters.")
    filters: dict[Facet, tuple[str, ...]] = {}
    for facet, value in chosen:
        filters[facet] = (*filters.get(facet, ()), value)
    return filters


def _ranges(one: Mapping[str, str]) -> dict[Measure, tuple[float | None, float | None]]:
    found: dict[Measure, list[float | None]] = {}
    for name, (measure, side) in _NUMBERS.items():
        if name in one:
            found.setdefault(measure, [None, None])[side] = _number(name, one[name])
    for name, measure in _DAYS.items():
        if name in one:
            found.setdefault(measure, [None, None])[0] = _day(name, one[name])
    for measure, (least, most) in found.items():
        if least is not None and most is not None and least > most:
            raise BadParameter(f"The least {measure.value} is greater than the greatest one.")
    return {measure: (least, most) for measure, (least, most) in found.items()}


def _number(name: str, given: str) -> float:
    """Return a number as people type it: with a currency, separators of thousands and blanks."""
    try:
        found = float(_THOUSANDS.sub("", _CURRENCY.sub("", given).strip()))
    except ValueError:
        found = -1.0
    if not isfinite(found) or found < 0:
        raise BadParameter(
            f"Invalid {name}={given[:40]!r}. Use a number such as 100.", parameter=name
        )
    return found


def _whole(name: str, given: str, usual: int, most: int) -> int:
    if not given:
        return usual
    if (
        not given.isascii()
        or not given.isdecimal()
        or len(given) > MAX_DIGITS
        or not 1 <= int(given) <= most
    ):
        raise BadParameter(f"Invalid {name}={given[:40]!r}. Use a number from 1 to {most:,}.")
    return int(given)


def _day(name: str, given: str) -> float:
    try:
        return float(f"{date.fromisoformat(given):%Y%m%d}")
    except ValueError:
        raise BadParameter(
            f"Invalid {name}={given[:40]!r}. Use a day such as 2026-01-31.", parameter=name
        ) from None


def _order(given: str, has_place: bool) -> Order:
    if not given:
        return Order.RELEVANCE
    if given not in list(Order):
        raise BadParameter(f"Invalid sort={given[:40]!r}. Use one of {', '.join(Order)}.")
    if given == Order.DISTANCE and not has_place:  # the place was cleared in the form
        return Order.RELEVANCE
    return Order(given)
