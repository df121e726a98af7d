"""Facts about a node itself: name, class, web page, cost and duration."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import isfinite

from ctgraph.documents.iris import MAX_IRI_CHARS
from ctgraph.documents.node_values import shortened
from ctgraph.identity.ctid import NodeId, NoId, is_ctid
from ctgraph.links.nodes import (
    Node,
    Nodes,
    Value,
    first_of,
    names_in,
    spelling_of,
    texts_in,
    types_of,
)
from ctgraph.links.properties import CTID, ceterms
from ctgraph.rdf.namespaces import CEASN, Iri

_NAMES = (
    ceterms("name"),
    Iri(f"{CEASN}name"),
    Iri("http://www.w3.org/2004/02/skos/core#prefLabel"),
    Iri(f"{CEASN}competencyText"),
    ceterms("targetNodeName"),
)
# ISO 8601-1, section 5.5.2, as xsd:duration writes it. Months and years have their mean lengths.
_DURATION = re.compile(
    r"P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_DAYS = (365.25, 365.25 / 12, 7.0, 1.0, 1 / 24, 1 / 1440, 1 / 86400)


@dataclass(frozen=True)
class Fact:
    """The facts about a node.

    :param id: its CTID, or its label or IRI where it has none.
    :param type: its class as an IRI.
    :param cost: the stated cost in `currency`: the sum over the kinds of cost, each at its lowest.
    :param days: the stated duration.
    """

    id: NodeId
    type: Iri
    name: str
    webpage: str = ""
    cost: float | None = None
    currency: str = ""
    days: float | None = None


def facts_of(nodes: Nodes, named: Collection[NodeId]) -> Iterator[Fact]:
    """Yield the facts about the entities of a document and about the ends of its links.

    Statements about records of other documents are left out: these describe themselves.

    :param named: the ends of its links.
    """
    for name, node in nodes.items():
        if CTID not in node and (name not in named or is_ctid(name)):
            continue
        cost, currency = _cost(nodes, node)
        webpage = first_of(node, ceterms("subjectWebpage"))
        yield Fact(
            name,
            next(types_of(node), Iri("")),
            _name(node),
            webpage if len(webpage) <= MAX_IRI_CHARS else "",
            cost,
            shortened(currency),
            _days(nodes, node),
        )


def _name(node: Node) -> str:
    texts = (text for property in _NAMES for text in texts_in(node.get(property, ())))
    return shortened(next(texts, ""))


def _cost(nodes: Nodes, node: Node) -> tuple[float | None, str]:
    """Return the cost that a node states, and its currency: that of its first price."""
    lowest: dict[Value | NoId, float] = {}
    currency = ""
    for profile in names_in(node.get(ceterms("estimatedCost"), ())):
        stated = nodes.get(profile, {})
        price = _number(stated, ceterms("price"))
        if price is None:
            continue
        here = first_of(stated, ceterms("currency"))
        currency = currency or here
        if here != currency:
            continue
        kind: Value | NoId = next(iter(stated.get(ceterms("directCostType"), ())), "")
        if kind and isinstance(kind, str):
            # Two profiles of one kind have alignment objects with different labels; their targets
            # are the same.
            kind = next(iter(nodes.get(kind, {}).get(ceterms("targetNode"), ())), kind)
        lowest[kind] = min(price, lowest.get(kind, price))
    return (sum(lowest.values()) if lowest else None), currency


def _days(nodes: Nodes, node: Node) -> float | None:
    """Return the first duration that a node states, or the middle of its bounds, in days."""
    for profile in names_in(node.get(ceterms("estimatedDuration"), ())):
        stated = nodes.get(profile, {})
        found = [
            days
            for key in ("exactDuration", "minimumDuration", "maximumDuration")
            for value in stated.get(ceterms(key), ())
            if (days := duration_days(spelling_of(value))) is not None
        ]
        if found:
            return sum(found) / len(found)
    return None


def duration_days(text: str) -> float | None:
    """Return an ISO 8601 duration in days; None for any other text."""
    match = _DURATION.fullmatch(text)
    if not match or not any(match.groups()):
        return None
    found = sum(float(n or 0) * days for n, days in zip(match.groups(), _DAYS, strict=True))
    return found if isfinite(found) else None


def _number(node: Node, property: Iri) -> float | None:
    """Return the first value of a property that is a number from zero up."""
    for value in node.get(property, ()):
        try:
            number = float(spelling_of(value))
        except ValueError:
            continue
        if isfinite(number) and number >= 0:
            return number
    return None
