"""The key facts of a record, in words, as the head of a catalogue page has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any, NamedTuple

from flask_babel import gettext as _

from ctgraph.documents.node_values import each, name_of, shortened
from ctgraph.records import wordings
from ctgraph.vocab import vocabulary

MAX_WORDS = 4
"""Values of one key fact that the head of a page names."""
MAX_COSTS = 100
"""Costs that the table of a page lists."""
TITLES = (
    "Cost",
    "Time",
    "Where",
    "Delivery",
    "Level",
    "Credit",
    "Language",
    "Sector",
    "Type of organization",
)
"""The titles of key facts, the most important first."""
Node = dict[str, Any]


class Highlight(NamedTuple):
    """One key fact: its title and its words."""

    title: str
    words: str


class Cost(NamedTuple):
    """One row of the table of costs, each text in words; empty where nothing is stated."""

    kind: str
    price: str
    audience: str
    note: str


def highlights(node: Node) -> list[Highlight]:
    """Return the key facts that a record states, the most important first."""
    found = (
        _cost(node),
        _time(node),
        _listed(_places(node)),
        _concepts(node, "deliveryType", "learningDeliveryType"),
        _concepts(node, "audienceLevelType"),
        _listed(_credits(node)),
        _listed(map(wordings.language, _texts(node, "ceterms:inLanguage"))),
        _concepts(node, "agentSectorType"),
        _concepts(node, "agentType"),
    )
    return [Highlight(title, words) for title, words in zip(TITLES, found, strict=True) if words]


def stated_status(node: Node) -> str:
    """Return the status of a record in words; empty where none is stated."""
    return _concepts(node, "credentialStatusType", "lifeCycleStatusType")


def status_of(node: Node) -> str:
    """Return the status of a record in words, unless it is the usual one, active."""
    words = stated_status(node)
    return "" if words == wordings.term_label("Active") else words


def costs(node: Node) -> list[Cost]:
    """Return the costs that a record states, one for each price or description."""
    found = []
    for profile in _profiles(node, "estimatedCost"):
        currency = next(iter(_texts(profile, "ceterms:currency")), "")
        prices = [
            amount
            for text in _texts(profile, "ceterms:price")
            if (amount := _price(text, currency))
        ]
        note = next(iter(_texts(profile, "ceterms:description")), "")
        kind = _concepts(profile, "directCostType") or name_of(profile)
        if prices or note:
            words = " – ".join(dict.fromkeys(prices))
            who = _concepts(profile, "audienceType", "residencyType")
            found.append(Cost(kind, words, who, shortened(note)))
    return found[:MAX_COSTS]


def total_cost(node: Node) -> tuple[float, str, int] | None:
    """Return the sum of the lowest prices of all kinds of cost, its currency, and how many kinds.

    None where no price is stated, or where they are in several currencies.
    """
    currencies: set[str] = set()
    lowest: dict[str, float] = {}
    for profile in _profiles(node, "estimatedCost"):
        for text in _texts(profile, "ceterms:price"):
            amount = _number(text)
            if amount is not None:
                kind = _concepts(profile, "directCostType")
                lowest[kind] = min(amount, lowest.get(kind, amount))
                currency = next(iter(_texts(profile, "ceterms:currency")), "")
                currencies.add(wordings.currency_code(currency))
    if not lowest or len(currencies) > 1:
        return None
    return sum(lowest.values()), currencies.pop(), len(lowest)


def may_cost_more(node: Node) -> bool:
    """Tell whether the sum of the lowest prices is not what everybody pays.

    A kind of cost has several prices, or there are costs that several records have in common.
    """
    prices: dict[str, set[float | None]] = {}
    for profile in _profiles(node, "estimatedCost"):
        stated = prices.setdefault(_concepts(profile, "directCostType"), set())
        stated.update(map(_number, _texts(profile, "ceterms:price")))
    return "ceterms:commonCosts" in node or any(len(one - {None}) > 1 for one in prices.values())


def _cost(node: Node) -> str:
    found = total_cost(node)
    if found is None:
        return ""
    total, currency, kinds = found
    words = wordings.least_cost(total, currency, may_cost_more(node))
    return _("%(price)s in all", price=words) if kinds > 1 else words


def _time(node: Node) -> str:
    for profile in _profiles(node, "estimatedDuration"):
        exact, least, most = (
            next(iter(_texts(profile, f"ceterms:{key}")), "")
            for key in ("exactDuration", "minimumDuration", "maximumDuration")
        )
        words = wordings.duration(exact) if exact else wordings.durations(least, most)
        words = words or next(iter(_texts(profile, "ceterms:description")), "")
        if words:
            return shortened(words, 120)
    return ""


def _places(node: Node) -> Iterator[str]:
    for key in ("ceterms:availableAt", "ceterms:address"):
        for place in each(node.get(key)):
            if isinstance(place, dict):
                parts = (
                    next(iter(_texts(place, f"ceterms:{name}")), "")
                    for name in ("addressLocality", "addressRegion")
                )
                yield ", ".join(filter(None, parts))
    if node.get("ceterms:availableOnlineAt"):
        yield _("online")


def _credits(node: Node) -> Iterator[str]:
    for value in _profiles(node, "creditValue"):
        amount = next(iter(_texts(value, "schema:value")), "")
        unit = _concepts(value, "creditUnitType")
        if amount:
            yield f"{amount} {unit}".strip()


def _profiles(node: Node, name: str) -> Iterator[Node]:
    return (one for one in each(node.get(f"ceterms:{name}")) if isinstance(one, dict))


def _concepts(node: Node, *names: str) -> str:
    return _listed(
        label
        for name in names
        for value in each(node.get(f"ceterms:{name}"))
        if (label := _label(value))
    )


def _label(value: Any) -> str:
    """Return the words for a concept, or for what an alignment object names."""
    if isinstance(value, str):
        return wordings.term_label(vocabulary().label(value))
    if not isinstance(value, dict):
        return ""
    target = value.get("ceterms:targetNode") or value.get("@id") or ""
    term = vocabulary().term(target) if isinstance(target, str) else None
    if term:
        return wordings.term_label(term.label)
    return next(iter(_texts(value, "ceterms:targetNodeName")), "")


def _listed(words: Iterable[str]) -> str:
    several = list(dict.fromkeys(shortened(one, 120) for one in words if one))
    first, others = ", ".join(several[:MAX_WORDS]), len(several) - MAX_WORDS
    return _("%(first)s and %(others)d more", first=first, others=others) if others > 0 else first


def _texts(node: Node, key: str) -> list[str]:
    """Return the texts of a property, whether plain, typed, or in languages; English ones first."""
    found = []
    for value in each(node.get(key)):
        if isinstance(value, dict) and "@value" in value:
            value = value["@value"]
        if isinstance(value, dict):
            tags = sorted(value, key=lambda tag: not tag.startswith("en"))
            found += [str(text) for tag in tags for text in each(value[tag]) if ":" not in tag]
        elif value is not None:
            found.append(str(value))
    return [text for text in found if text]


def _number(text: str) -> float | None:
    """Return a price, which is a number from 0 up; None for anything else."""
    try:
        amount = float(text)
    except ValueError:
        return None
    return abs(amount) if isfinite(amount) and amount >= 0 else None


def _price(text: str, currency: str) -> str:
    amount = _number(text)
    return text if amount is None else wordings.price(amount, currency)
