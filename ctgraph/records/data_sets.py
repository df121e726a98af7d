"""The data sets about a record, and their figures.

A record names them with ``qdata:relevantDataSet``. A data set names the record with
``qdata:relevantDataSetFor``, whoever published it. Source: QData, the terms of CTDL for data sets.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, NamedTuple

import orjson

from ctgraph.documents.nesting import entity_json
from ctgraph.documents.node_values import each, name_of, shortened, type_of
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.records.results import Result, results
from ctgraph.sparql.description import RunCsv, rows

MAX_DATA_SETS = 3
"""Data sets whose figures the page of a record shows."""
MAX_FIGURES = 12
"""Figures of each that it shows: the page of the data set has them all."""
MAX_DATA_SET_BYTES = 1_000_000
"""The longest document of a data set that is read for the page of another record."""
TIMEOUT_SECONDS = 2.0
"""How long the query for data sets may take: a page must not keep a worker from other queries."""
_CLASS = "qdata:DataSetProfile"
_QUERY = f"""SELECT DISTINCT ?set WHERE {{
  ?set qdata:relevantDataSetFor <%s> FILTER(isIRI(?set))
}} LIMIT {MAX_DATA_SETS}"""
Node = dict[str, Any]


class DataSet(NamedTuple):
    """A data set about a record.

    :param by: the name of the organization that published it.
    :param figures: the first of its figures.
    :param more: whether it has more than these.
    """

    record: Ctid
    name: str
    by: str
    figures: tuple[Result, ...]
    more: bool


def data_sets(
    run: RunCsv, ledger: Ledger, identity: Identity, record: Ctid, node: Node
) -> list[DataSet]:
    """Return the data sets about a record that the registry holds, those that it names first.

    :param node: the record's own entity.
    :raises CtgraphError: when the query fails or takes too long.
    """
    query = _QUERY % identity.resource(record)
    named_by_sets = (row[0] for row in rows(run, query, TIMEOUT_SECONDS))
    iris = dict.fromkeys(chain(_named(node), named_by_sets))
    records = filter(None, map(identity.ctid_of, iris))
    found = (_data_set(ledger, identity, one) for one in records)
    return list(islice(filter(None, found), MAX_DATA_SETS))


def _named(node: Node) -> Iterator[str]:
    """Yield the IRIs of the data sets that a record names itself."""
    for value in each(node.get("qdata:relevantDataSet"))[:MAX_DATA_SETS]:
        yield str(value.get("@id", "")) if isinstance(value, dict) else str(value)


def _data_set(ledger: Ledger, identity: Identity, record: Ctid) -> DataSet | None:
    """Return a data set with its figures; None where the registry holds none that can be read."""
    held = ledger.records.read_within(record, MAX_DATA_SET_BYTES)
    if not held or not held.canonical:
        return None
    try:
        node = entity_json(orjson.loads(held.canonical), identity.resource(record))
    except KeyError:  # an earlier version had it
        return None
    if type_of(node) != _CLASS:
        return None

    def metric(iri: str) -> str:
        known = identity.ctid_of(iri)
        return ledger.records.names({known}).get(known, "") if known else ""

    figures = results(node, metric)
    return DataSet(
        record,
        shortened(name_of(node)) or record,
        shortened(ledger.organizations.get(held.envelope.owner).name),
        tuple(figures[:MAX_FIGURES]),
        len(figures) > MAX_FIGURES,
    )
