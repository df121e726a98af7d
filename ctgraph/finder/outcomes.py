"""What became of those who hold a credential, as far as its own record states it in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ctgraph.documents.node_values import each
from ctgraph.records import wordings
from ctgraph.vocab import vocabulary

MEDIAN_EARNINGS = "ceterms:medianEarnings"
_EARNINGS = (MEDIAN_EARNINGS, "ceterms:lowEarnings", "ceterms:highEarnings")
_COUNTS = ("ceterms:jobsObtained", "ceterms:numberAwarded")
Node = dict[str, Any]


def outcomes(node: Node) -> list[str]:
    """Return the outcomes that a record states, in words: "Median earnings: $41,000"."""
    return [
        f"{vocabulary().label(name)}: {_worded(name, amount, currency)}"
        for profile in _profiles(node)
        for name in (*_EARNINGS, *_COUNTS)
        for amount, currency in _amounts(profile, name)
    ]


def median_earnings(node: Node) -> float | None:
    """Return the first median of earnings that a record states; None where it states none."""
    found = (amount for one in _profiles(node) for amount, _ in _amounts(one, MEDIAN_EARNINGS))
    return next(found, None)


def _worded(name: str, amount: float, currency: str) -> str:
    return wordings.price(amount, currency) if name in _EARNINGS else wordings.number(amount)


def _profiles(node: Node) -> Iterator[Node]:
    return (one for one in each(node.get("ceterms:aggregateData")) if isinstance(one, dict))


def _amounts(profile: Node, name: str) -> Iterator[tuple[float, str]]:
    """Yield the numbers of a property, which may stand in an object, each with its currency."""
    for value in each(profile.get(name)):
        inner = value if isinstance(value, dict) else {"schema:value": value}
        currency = inner.get("schema:currency") or profile.get("ceterms:currency") or ""
        for amount in each(inner.get("schema:value")):
            if isinstance(amount, int | float) and not isinstance(amount, bool):
                yield float(amount), str(currency)
