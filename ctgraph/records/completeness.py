"""How complete an organization's records are, as the triple store has them."""

from __future__ import annotations

from dataclasses import dataclass

from ctgraph.identity import Identity
from ctgraph.sparql.description import RunCsv, rows

_BY_CLASS = """SELECT ?class (COUNT(*) AS ?records) (AVG(?score) AS ?mean) WHERE {
  { SELECT ?record ?score (MIN(?each) AS ?class) WHERE {
    ?record ctg:owner <%s> ; ctg:completeness ?score ; ctg:about/a ?each
  } GROUP BY ?record ?score }
} GROUP BY ?class ORDER BY ?mean"""
_LACKING = """SELECT ?property (COUNT(*) AS ?records) WHERE {
  ?record ctg:owner <%s> ; ctg:lacks ?property
} GROUP BY ?property ORDER BY DESC(?records) ?property"""
_LEAST = """SELECT ?entity ?name ?score WHERE {
  ?record ctg:owner <%s> ; ctg:completeness ?score ; ctg:about ?entity
  OPTIONAL { ?entity ceterms:name|ceasn:name ?whole }
  BIND(SUBSTR(?whole, 1, 400) AS ?name)
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

    # One record may have several names, one in each language.
    worst = reversed(rows(run, _LEAST % owner))
    least = {iri: (iri, name, float(score)) for iri, name, score in worst}
    by_class = rows(run, _BY_CLASS % owner)
    return Quality(
        tuple((kind, int(count), float(mean)) for kind, count, mean in by_class),
        tuple((iri, int(count)) for iri, count in rows(run, _LACKING % owner)),
        tuple(reversed(least.values())),
    )
