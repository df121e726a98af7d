"""Records side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import orjson

from ctgraph.documents.nesting import entity_json
from ctgraph.documents.node_values import each, name_of, shortened, type_of
from ctgraph.errors import BadParameter, CtgraphError, StoreError
from ctgraph.finder.outcomes import median_earnings, outcomes
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, is_ctid
from ctgraph.ledger import Ledger
from ctgraph.links.node_facts import duration_days
from ctgraph.projections.link_reader import reading
from ctgraph.records import read, wordings
from ctgraph.records.highlights import costs, highlights, stated_status, total_cost
from ctgraph.settings import Settings
from ctgraph.vocab import vocabulary

MAX_COMPARED = 10
"""Records that one comparison takes. A page is readable with four."""
MAX_BESIDE = 4
"""Records that stand side by side on a page."""
MAX_CELL_VALUES = 12
"""Values of one property that a cell names."""
MAX_STEPS = 500
"""Steps from all records of a comparison that are looked at."""
MAX_NAME_CHARS = 200
"""Characters of a name in a cell."""
NOT_STATED = "not stated"
_FACTS = ("Cost", "Time", "Where", "Delivery", "Level", "Credit", "Language")
_LEADS = "Leads to"
_REFERENCES = {
    "Provider": ("ceterms:offeredBy", "ceterms:ownedBy", "ceasn:publisher"),
    "Requires": ("ceterms:requires", "ceterms:entryCondition"),
    _LEADS: (
        "ceterms:isPreparationFor",
        "ceterms:isRequiredFor",
        "ceterms:isRecommendedFor",
        "ceterms:isAdvancedStandingFor",
    ),
    "Competencies": ("ceterms:teaches", "ceterms:assesses", "ceterms:targetCompetency"),
    "Quality assurance": (
        "ceterms:accreditedBy",
        "ceterms:approvedBy",
        "ceterms:recognizedBy",
        "ceterms:regulatedBy",
    ),
    "Occupations": ("ceterms:occupationType",),
}
"""The rows whose values are other things, and the properties that name them."""
_PRICES, _OUTCOMES, _STATUS, _CONFIRMED = "Cost by kind", "Outcomes", "Status", "Last confirmed"
TITLES = (*_FACTS, *_REFERENCES, _PRICES, _OUTCOMES, _STATUS, _CONFIRMED)
"""The titles of all rows."""
_TARGETS = (
    "ceterms:targetCredential",
    "ceterms:targetLearningOpportunity",
    "ceterms:targetAssessment",
    "ceterms:targetCompetency",
)
Node = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One record of a comparison.

    :param confirmed: the day on which its owner last published it, ISO 8601.
    :param cost: the sum of its prices in `currency`; None where none is stated.
    :param days: the shortest time that it takes; None where none is stated.
    :param earnings: the median of what its holders earn; None where none is stated.
    """

    record: Ctid
    name: str
    kind: str
    confirmed: str
    cost: float | None
    currency: str
    days: float | None
    earnings: float | None


@dataclass(frozen=True)
class Line:
    """One property of a comparison.

    :param cells: for each record its values; empty where none is stated.
    :param shared: values that all records have.
    """

    title: str
    cells: tuple[tuple[str, ...], ...]
    shared: frozenset[str]

    @property
    def is_alike(self) -> bool:
        """Whether all records have the same values."""
        return len(set(self.cells)) == 1


@dataclass(frozen=True)
class Comparison:
    """Records side by side, and the medians of their numbers.

    :param absent: records that are not held here, or no longer.
    """

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    absent: tuple[Ctid, ...]
    median_cost: float | None
    median_days: float | None
    median_earnings: float | None


def compare(settings: Settings, ledger: Ledger, records: Sequence[Ctid]) -> Comparison:
    """Return a comparison of current records.

    :raises BadParameter: when there are more than MAX_COMPARED.
    """
    identity = Identity.of(settings)
    if len(records) > MAX_COMPARED:
        raise BadParameter(f"Compare at most {MAX_COMPARED} records. Leave some out.")
    held = {record: _node(ledger, identity, record) for record in records}
    nodes = [one for one in held.values() if one]
    names = _Names(ledger, identity, nodes)
    columns = tuple(_column(record, *one) for record, one in held.items() if one)
    only = [node for node, _ in nodes]
    lines = [_fact(title, only) for title in _FACTS]
    lines.insert(1, _line(_PRICES, map(_costs, only)))
    later = _later(settings, ledger, [column.record for column in columns])
    for title, properties in _REFERENCES.items():
        cells = [names.of(node, properties) for node in only]
        if title == _LEADS:  # others may say it, and a pathway may
            cells = [[*cell, *later[one.record]] for cell, one in zip(cells, columns, strict=True)]
        lines.append(_line(title, cells))
    lines.append(_line(_OUTCOMES, map(outcomes, only)))
    lines.append(
        _line(_STATUS, [[words] if (words := stated_status(node)) else [] for node in only])
    )
    lines.append(_line(_CONFIRMED, [[wordings.day(one.confirmed)] for one in columns]))
    currencies = {one.currency for one in columns if one.cost is not None}
    return Comparison(
        columns,
        tuple(line for line in lines if any(line.cells)),
        tuple(record for record, one in held.items() if one is None),
        _median(one.cost for one in columns) if len(currencies) < 2 else None,
        _median(one.days for one in columns),
        _median(one.earnings for one in columns),
    )


def _node(ledger: Ledger, identity: Identity, record: Ctid) -> tuple[Node, str] | None:
    """Return a current record and the moment of its last publication; None without one."""
    try:
        held = read.held(ledger, record, None, document=False)
        return entity_json(orjson.loads(held.canonical), identity.resource(record)), held.modified
    except (CtgraphError, KeyError):
        return None


def _later(settings: Settings, ledger: Ledger, records: list[Ctid]) -> dict[Ctid, list[str]]:
    """Return the names of what records lead to in one step, whoever says so."""
    try:
        with reading(settings) as links:
            steps = links.steps(records, True, MAX_STEPS)
            nodes = links.nodes({step.later for step in steps})
    except StoreError:  # the link index is being made
        return {record: [] for record in records}
    names = ledger.records.names({id for id in nodes if is_ctid(id)})
    return {
        record: [
            shortened(names.get(Ctid(step.later)) or nodes[step.later].name, MAX_NAME_CHARS)
            for step in steps
            if step.earlier == record and step.later in nodes
        ]
        for record in records
    }


def _column(record: Ctid, node: Node, modified: str) -> Column:
    cost = total_cost(node)
    times = [
        days
        for profile in each(node.get("ceterms:estimatedDuration"))
        if isinstance(profile, dict)
        for key in ("exactDuration", "minimumDuration")
        for text in each(profile.get(f"ceterms:{key}"))
        if (days := duration_days(str(text))) is not None
    ]
    return Column(
        record,
        shortened(name_of(node)) or record,
        vocabulary().label(type_of(node)),
        modified[:10],
        cost[0] if cost else None,
        cost[1] if cost else "",
        min(times, default=None),
        median_earnings(node),
    )


def _costs(node: Node) -> list[str]:
    """Return the prices of each kind: "Tuition: $2,350"."""
    return [f"{one.kind}: {one.price}" for one in costs(node) if one.kind and one.price]


def _fact(title: str, nodes: Iterable[Node]) -> Line:
    return _line(
        title, [[one.words for one in highlights(node) if one.title == title] for node in nodes]
    )


def _line(title: str, cells: Iterable[Iterable[str]]) -> Line:
    kept = tuple(tuple(dict.fromkeys(cell))[:MAX_CELL_VALUES] for cell in cells)
    shared = frozenset.intersection(*map(frozenset, kept)) if len(kept) > 1 else frozenset()
    return Line(title, kept, shared)


class _Names:
    """The names of what some records refer to."""

    def __init__(
        self, ledger: Ledger, identity: Identity, nodes: Iterable[tuple[Node, str]]
    ) -> None:
        self._identity = identity
        properties = {p for many in _REFERENCES.values() for p in many}
        values = [value for node, _ in nodes for p in properties for value in _targets(node.get(p))]
        records = {record for value in values if (record := self._record(value))}
        self._names = ledger.records.names(records)

    def of(self, node: Node, properties: Iterable[str]) -> list[str]:
        """Return the names of what properties refer to."""
        values = [value for name in properties for value in _targets(node.get(name))]
        return [name for value in values if (name := self._name(value))]

    def _name(self, value: Any) -> str:
        record = self._record(value)
        if record and record in self._names:
            return shortened(self._names[record], MAX_NAME_CHARS)
        if isinstance(value, dict):
            text = value.get("ceterms:targetNodeName")
            words = name_of({"ceterms:name": text}) if text else name_of(value)
            return shortened(words, MAX_NAME_CHARS)
        return str(value) if not str(value).startswith("_:") else ""

    def _record(self, value: Any) -> Ctid | None:
        iri = (
            value.get("@id") or value.get("ceterms:targetNode")
            if isinstance(value, dict)
            else value
        )
        return self._identity.ctid_of(str(iri)) if iri else None


def _targets(value: Any) -> list[Any]:
    """Return what a value refers to: the targets of condition profiles, else the value itself."""
    found: list[Any] = []
    for one in each(value):
        if isinstance(one, dict) and "ConditionProfile" in str(one.get("@type", "")):
            inner = [target for key in _TARGETS for target in each(one.get(key))]
            found += inner or [one]
        else:
            found.append(one)
    return found


def _median(values: Iterable[float | None]) -> float | None:
    stated = [value for value in values if value is not None]
    return median(stated) if stated else None
