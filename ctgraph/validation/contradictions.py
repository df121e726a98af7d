"""Pairs of values that contradict each other, such as an end before its start.

Only what is certain is said. Whether a month is longer than 30 days depends on the month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from ctgraph.problem import Rule, Severity
from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.rdf.terms import Value
from ctgraph.validation.doubt import Advice
from ctgraph.vocab import vocabulary

_STARTS = (date(1696, 9, 1), date(1697, 2, 1), date(1903, 3, 1), date(1903, 7, 1))
"""The days from which XML Schema counts two durations to compare them (Part 2, section 3.3.6)."""


def contradictions(properties: Mapping[Iri, Sequence[Value]]) -> Iterator[tuple[Iri, Advice]]:
    """Yield the contradictions among the properties of a node, each with its property."""
    for path, other, exceeds in _pairs():
        if path not in properties:
            continue
        lower, upper = properties[path], properties.get(other, ())
        # Of several values nobody knows which belong together.
        if len(lower) == len(upper) == 1 and _certainly(exceeds, lower[0].value, upper[0].value):
            least, greatest = map(vocabulary().compact, (path, other))
            yield (
                path,
                Advice(
                    Rule.CONTRADICTION,
                    f"{least} {lower[0].value[:40]!r} is above {greatest} {upper[0].value[:40]!r}.",
                    "Exchange the two values, or correct the one that is wrong.",
                    lower[0],
                    Severity.VIOLATION,
                ),
            )


def prepare() -> None:
    """Load the reader of durations, which brings the whole of rdflib with it."""
    _longer("P1D", "P2D")


def _certainly(exceeds: Any, lower: str, upper: str) -> bool:
    """Tell whether a value is above another one; what cannot be read or compared is not."""
    try:
        return bool(exceeds(lower, upper))
    except (ValueError, OverflowError, TypeError, AttributeError, InvalidOperation):
        return False


def _longer(lower: str, upper: str) -> bool:
    from rdflib.xsd_datetime import parse_xsd_duration

    first, second = parse_xsd_duration(lower), parse_xsd_duration(upper)
    midnight = datetime.min.time()
    starts = (datetime.combine(day, midnight) for day in _STARTS)
    return all(start + first > start + second for start in starts)


def _later(lower: str, upper: str) -> bool:
    """Tell whether a day or moment is later; a day and a moment are compared by their days."""
    if "T" in lower and "T" in upper:
        return datetime.fromisoformat(lower) > datetime.fromisoformat(upper)
    return date.fromisoformat(lower[:10]) > date.fromisoformat(upper[:10])


def _greater(lower: str, upper: str) -> bool:
    return Decimal(lower) > Decimal(upper)


_PAIRS = {
    (Curie("ceterms:minimumDuration"), Curie("ceterms:maximumDuration")): _longer,
    (Curie("schema:minValue"), Curie("schema:maxValue")): _greater,
    (Curie("qdata:minPercentage"), Curie("qdata:maxPercentage")): _greater,
    (Curie("ceterms:startDate"), Curie("ceterms:endDate")): _later,
    (Curie("ceterms:dateEffective"), Curie("ceterms:expirationDate")): _later,
    (Curie("ceasn:dateValidFrom"), Curie("ceasn:dateValidUntil")): _later,
}


@cache
def _pairs() -> tuple[tuple[Iri, Iri, Any], ...]:
    """Return the pairs of properties as IRIs, each with what tells that the first value exceeds."""
    expand = vocabulary().expand
    return tuple(
        (expand(least), expand(greatest), exceeds) for (least, greatest), exceeds in _PAIRS.items()
    )
