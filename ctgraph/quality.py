"""How complete an organization's records are, as the triple store has them."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from ctgraph.describing import RunCsv
from ctgraph.identity import Identity
from ctgraph.store.queries import Query

_BY_CLASS = """SELECT ?class (COUNT(*) AS ?records) (AVG(?score) AS ?mean) WHERE {
  ?record ctg:owner <%s> ; ctg:completeness ?score ; ctg:about/a ?class
} GROUP BY ?class ORDER BY ?mean"""
_LACKING = """SELECT ?property (COUNT(*) AS ?records) WHERE {
  ?record ctg:owner <%s> ; ctg:lacks ?property
} GROUP BY ?property ORDER BY DESC(?records) ?property"""
_LEAST = """SELECT ?entity ?name ?score WHERE {
  ?record ctg:owner <%s> ; ctg:completeness ?score ; ctg:about ?entity
  OPTIONAL { ?entity ceterms:name|ceasn:name ?name }
} ORDER BY ?score ?entity LIMIT 25"""


@dataclass(frozen=True)
class Quality:
    """What is recommended, and what of it an organization's records have.

    :param by_class: IRI of the class, how many records, and their mean completeness.
    :param lacking: IRI of a recommended property, and how many records lack it.
    :param least: address, name and completeness of the least complete records.
    """

    by_class: tuple[tuple[str, int, float], ...]
    lacking: tuple[tuple[str, int], ...]
    least: tuple[tuple[str, str, float], ...]

    @property
    def records(self) -> int:
        """How many records were measured."""
        return sum(count for _, count, _ in self.by_class)

    @property
    def score(self) -> float:
        """The mean completeness of all records, from 0 to 1."""
        total = sum(count * mean for _, count, mean in self.by_class)
        return total / self.records if self.records else 0.0


def quality_of(run: RunCsv, identity: Identity, organization: str) -> Quality:
    """Measure the records of an organization.

    :param run: runs a query and returns its whole result, as CSV.
    :raises QueryLimit: when there are too many to count in time.
    """
    owner = identity.resource(organization)

    def rows(query: str) -> list[list[str]]:
        result = run(Query(query % owner, result_type="text/csv")).decode()
        return list(csv.reader(result.splitlines()))[1:]

    # One record may have several names, one in each language.
    least = {row[0]: (row[0], row[1], float(row[2])) for row in reversed(rows(_LEAST))}
    return Quality(
        tuple((kind, int(count), float(mean)) for kind, count, mean in rows(_BY_CLASS)),
        tuple((iri, int(count)) for iri, count in rows(_LACKING)),
        tuple(reversed(least.values())),
    )
