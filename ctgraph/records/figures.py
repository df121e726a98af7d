"""The figures of an organization's records: their states, completeness and links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ctgraph.errors import QueryLimit, StoreError
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.portfolio import PUBLISHED
from ctgraph.records.attention import Attention, attention_of
from ctgraph.settings import Settings
from ctgraph.sparql.description import RunCsv, rows

MAX_MEASURED = 2_000
"""Records whose completeness is measured for the mean: a page of figures stays fast."""
MAX_SECONDS = 2.0
"""How long the mean may take; without it, the page shows the other figures."""
_MEAN = f"""SELECT (AVG(?score) AS ?mean) WHERE {{
  {{ SELECT ?score WHERE {{ ?record ctg:owner <%s> ; ctg:completeness ?score }}
  LIMIT {MAX_MEASURED} }}
}}"""


@dataclass(frozen=True)
class Figures:
    """What an organization has.

    :param by_type: the numbers of records by class and state.
    :param completeness: the mean of the first records, from 0 to 1; None while it is not known.
    :param attention: None while the link index is not ready.
    :param names: of the records and organizations that `attention` names.
    """

    by_type: Mapping[str, Mapping[str, int]]
    withdrawn: int
    completeness: float | None
    attention: Attention | None
    names: Mapping[Ctid, str]


def figures_of(settings: Settings, ledger: Ledger, run: RunCsv, owner: Ctid) -> Figures:
    """Return the figures of an organization.

    :param run: runs a query and returns its whole result as CSV.
    """
    attention = attention_of(settings, ledger, owner)
    return Figures(
        _by_type(ledger, owner),
        ledger.portfolio.withdrawn_count(owner),
        _completeness(settings, run, owner),
        attention,
        ledger.records.names(_named(attention)),
    )


def _by_type(ledger: Ledger, owner: Ctid) -> dict[str, Counter[str]]:
    """Return the numbers of records by class and state, each record once."""
    stand = ledger.portfolio.kinds_without_draft(owner)
    found = {kind: Counter({PUBLISHED: number}) for kind, number in stand.items()}
    for one in ledger.portfolio.drafted(owner):
        states = found.setdefault(one.published_type or one.type, Counter())
        states[one.state] += 1
    return dict(sorted(found.items()))


def _completeness(settings: Settings, run: RunCsv, owner: Ctid) -> float | None:
    query = _MEAN % Identity.of(settings).resource(owner)
    try:
        found = rows(run, query, MAX_SECONDS)
    except (QueryLimit, StoreError):
        return None
    return float(found[0][0]) if found and found[0][0] else None


def _named(attention: Attention | None) -> set[Ctid]:
    if attention is None:
        return set()
    kinds = (attention.dangling, attention.superseded, attention.one_sided)
    named = {id for kind in kinds for doubt in kind.first for id in doubt}
    return named | {owner for owner, _ in attention.linking}
