"""The completeness of an organization's records, measured over the triple store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.rdf.namespaces import Iri
from ctgraph.sparql.description import RunCsv, rows

MAX_LEAST_ROWS = 25
"""Rows of the least complete records: a list of what to improve first."""
MAX_NAME_CHARACTERS = 400
"""Characters of a record's name that are fetched: the page shows the beginning only."""
_BY_CLASS = """SELECT ?class (COUNT(*) AS ?records) (AVG(?score) AS ?mean) WHERE {
  { SELECT ?record ?score (MIN(?each) AS ?class) WHERE {
    ?record ctg:owner <%s> ; ctg:completeness ?score ; ctg:about/a ?each
  } GROUP BY ?record ?score }
} GROUP BY ?class ORDER BY ?mean"""
_LACKING = """SELECT ?property (COUNT(*) AS ?records) WHERE {
  ?record ctg:owner <%s> ; ctg:lacks ?property
} GROUP BY ?property ORDER BY DESC(?records) ?property"""
_LEAST = f"""SELECT ?entity ?name ?score WHERE {{
  ?record ctg:owner <%s> ; ctg:completeness ?score ; ctg:about ?entity
  OPTIONAL {{ ?entity ceterms:name|ceasn:name ?whole }}
  BIND(SUBSTR(?whole, 1, {MAX_NAME_CHARACTERS}) AS ?name)
}} ORDER BY ?score ?entity LIMIT {MAX_LEAST_ROWS}"""


class ClassQuality(NamedTuple):
    """A class by its IRI, the number of its records, and their mean completeness, from 0 to 1."""

    iri: Iri
    records: int
    mean: float


class Lack(NamedTuple):
    """A recommended property by its IRI, and the number of records that lack it."""

    iri: Iri
    records: int


class Incomplete(NamedTuple):
    """A record that is not complete: its IRI, its name and its completeness, from 0 to 1."""

    iri: Iri
    name: str
    score: float


@dataclass(frozen=True)
class Quality:
    """How many of the recommended properties an organization's records have.

    :param by_class: the least complete class first.
    :param lacking: the most frequent lack first.
    :param least: the least complete records.
    """

    by_class: tuple[ClassQuality, ...]
    lacking: tuple[Lack, ...]
    least: tuple[Incomplete, ...]

    @property
    def records(self) -> int:
        """The number of records that were measured."""
        return sum(one.records for one in self.by_class)

    @property
    def score(self) -> float:
        """The mean completeness of all records, from 0 to 1."""
        total = sum(one.records * one.mean for one in self.by_class)
        return total / self.records if self.records else 0.0


def quality_of(run: RunCsv, identity: Identity, organization: Ctid) -> Quality:
    """Measure the records of an organization.

    :param run: runs a query and returns its whole result as CSV.
    :raises QueryLimit: when there are too many records to count in time.
    """
    owner = identity.resource(organization)
    # A record with a name in several languages has several rows: the first of them counts.
    worst = reversed(rows(run, _LEAST % owner))
    least = {iri: Incomplete(Iri(iri), name, float(score)) for iri, name, score in worst}
    by_class = rows(run, _BY_CLASS % owner)
    return Quality(
        tuple(ClassQuality(Iri(kind), int(count), float(mean)) for kind, count, mean in by_class),
        tuple(Lack(Iri(iri), int(count)) for iri, count in rows(run, _LACKING % owner)),
        tuple(reversed(least.values())),
    )
