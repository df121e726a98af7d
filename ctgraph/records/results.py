"""What became of people, as a record or a data set states it: one row for each figure, in words.

A figure that is withheld or missing is words, never a number. Source: QData, the terms of CTDL for
data sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from math import isfinite
from typing import Any, NamedTuple

from flask_babel import gettext as _

from ctgraph.documents.node_values import each, name_of, shortened, type_of
from ctgraph.records import wordings
from ctgraph.vocab import vocabulary

MAX_RESULTS = 200
"""Figures that the table of a page lists."""
MAX_WORDS_CHARACTERS = 200
"""Characters of a text in one cell of that table."""
_MONEY = {f"ceterms:{name}Earnings" for name in ("low", "median", "high")}
_FIGURES = (
    "qdata:percentage",
    "schema:value",
    "qdata:median",
    "qdata:mean",
    "schema:minValue",
    "schema:maxValue",
)
_QUANTITIES = {
    f"schema:{name}"
    for name in ("QuantitativeValue", "MonetaryAmount", "MonetaryAmountDistribution")
}
_WITHHELD = "qdata:dataWithholdingType"
Node = dict[str, Any]


class Result(NamedTuple):
    """One figure.

    :param of: whom it is about, such as the graduates of a year; empty where nothing is stated.
    :param words: the figure, or why there is none.
    :param share: the figure as a part of a whole, from 0 to 1; None where it is none.
    :param note: what is said about it.
    """

    of: str
    metric: str
    words: str
    share: float | None
    note: str


def results(node: Node, name: Callable[[str], str]) -> list[Result]:
    """Return the figures that a record states, in its order.

    :param name: returns the name of the record with an IRI; empty where it is not known.
    """
    return list(islice(_found(node, name), MAX_RESULTS))


def _found(node: Node, name: Callable[[str], str]) -> Iterator[Result]:
    for frame in _nodes(node, "qdata:dataSetTimePeriod"):
        for profile in _nodes(frame, "qdata:dataAttributes"):
            yield from _of_profile(profile, _whom(frame, profile))
    for profile in _nodes(node, "ceterms:aggregateData"):
        yield from _of_profile(profile, _whom(profile))
    for seen in _nodes(node, "qdata:hasObservation"):
        metric = next(iter(each(seen.get("qdata:isObservationOf"))), "")
        known = name_of(metric) if isinstance(metric, dict) else name(str(metric))
        words, share = _quantity(seen, "")
        yield Result(_whom(seen), known or _("Observation"), words, share, _note(seen))


def _of_profile(profile: Node, whom: str) -> Iterator[Result]:
    """Yield the figures of a profile: each property that has a quantity as its value."""
    currency = str(profile.get("ceterms:currency") or "")
    for key, value in profile.items():
        money = key in _MONEY
        for one in each(value):
            if isinstance(one, dict) and _is_quantity(one):
                words, share = _quantity(one, currency if money else "")
            elif (money or key == "ceterms:numberAwarded") and not isinstance(one, dict):
                words, share = _amount(one, currency if money else ""), None
            else:
                continue
            note = _note(one) if isinstance(one, dict) else ""
            note = "" if note == words else note
            yield Result(whom, _label(key), words, share, note)


def _is_quantity(node: Node) -> bool:
    return type_of(node) in _QUANTITIES or not node.keys().isdisjoint(_FIGURES)


def _quantity(node: Node, currency: str) -> tuple[str, float | None]:
    """Return a figure in words, and as a share where it is a percentage."""
    currency = str(node.get("schema:currency") or node.get("ceterms:currency") or currency)
    percentage = _number(node.get("qdata:percentage"))
    if percentage is not None:
        share = percentage / 100 if 0 <= percentage <= 100 else None
        return f"{wordings.number(percentage)} %", share
    for key in ("schema:value", "qdata:median", "qdata:mean"):
        if words := _amount(node.get(key), currency):
            return words, None
    ends = [_amount(node.get(f"schema:{key}Value"), currency) for key in ("min", "max")]
    if any(ends):
        return " – ".join(end or "…" for end in ends), None
    return _why_none(node), None


def _why_none(node: Node) -> str:
    """Return why a figure is missing, in words."""
    withheld = ", ".join(filter(None, map(_concept, each(node.get(_WITHHELD)))))
    if withheld:
        return str(_("withheld: %(why)s", why=withheld))
    said = [one for key in _FIGURES for one in each(node.get(key)) if isinstance(one, str) and one]
    return shortened(said[0], MAX_WORDS_CHARACTERS) if said else _("not published")


def _concept(value: Any) -> str:
    """Return the label of a concept, which an alignment object may name."""
    if isinstance(value, dict):
        value = value.get("ceterms:targetNode") or value.get("@id")
    return _label(value) if isinstance(value, str) else ""


def _amount(value: Any, currency: str) -> str:
    found = _number(value)
    if found is None:
        return ""
    return wordings.price(found, currency) if currency else wordings.number(found)


def _number(value: Any) -> float | None:
    """Return the number that a value is; None where it is a text, such as "fewer than 10"."""
    value = next(iter(each(value)), None)
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if isfinite(found) else None


def _whom(*nodes: Node) -> str:
    words = dict.fromkeys(filter(None, map(_named, nodes)))
    return shortened(", ".join(words), MAX_WORDS_CHARACTERS)


def _named(node: Node) -> str:
    if found := name_of(node):
        return found
    ends = (str(node.get(f"ceterms:{key}Date") or "") for key in ("start", "end"))
    return " – ".join(wordings.day(end) for end in ends if end)


def _note(node: Node) -> str:
    said = node.get("schema:description") or node.get("ceterms:description")
    return shortened(name_of({"ceterms:name": said}), MAX_WORDS_CHARACTERS) if said else ""


def _label(term: str) -> str:
    return wordings.term_label(vocabulary().label(term))


def _nodes(node: Node, key: str) -> Iterator[Node]:
    return (one for one in each(node.get(key)) if isinstance(one, dict))
