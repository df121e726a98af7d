"""Statements of other organizations about a record: they accredit it, offer it and so on.

A document cannot make statements in the name of another's record
(:mod:`ctgraph.documents.about_others`). An organization refers to it from its own record, with
``ceterms:accredits`` and the like, or publishes an action whose ``ceterms:object`` is the record.
Both are attributed to the publisher.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, NoId
from ctgraph.ledger import Ledger
from ctgraph.sparql.description import RunCsv, rows
from ctgraph.vocab import vocabulary

MAX_ASSERTIONS = 50
"""Assertions on the page of a record: more would hide the record itself."""
TIMEOUT_SECONDS = 2.0
"""How long the query for assertions may take: a page must not keep a worker from other queries."""
_ACTION = "ceterms:object"
PROPERTIES = (
    _ACTION,
    "ceterms:accredits",
    "ceterms:approves",
    "ceterms:recognizes",
    "ceterms:regulates",
    "ceterms:renews",
    "ceterms:revokes",
    "ceterms:offers",
    "ceterms:owns",
)
# The store looks links up by property and object, so the cost depends on the matches alone.
_QUERY = f"""SELECT ?document ?by ?property ?class ?status WHERE {{
  VALUES ?property {{ {" ".join(PROPERTIES)} }}
  GRAPH ?document {{ ?said ?property <%(iri)s> FILTER(isIRI(?said)) }}
  ?document ctg:owner ?by FILTER(?by != <%(owner)s>)
  OPTIONAL {{ ?said a ?class FILTER(?property = {_ACTION}) }}
  OPTIONAL {{ ?said ceterms:actionStatusType/ceterms:targetNode ?status }}
}} LIMIT {MAX_ASSERTIONS + 1}"""


class Reference(NamedTuple):
    """The name of something in this registry, and the path of its page."""

    name: str
    path: str


@dataclass(frozen=True)
class Assertion:
    """The statement of one document about a record.

    :param document: the document that says it.
    :param by: the organization that published the document. Its page is its own record, or the list
        of its records if it has none.
    :param said: the statement in a word, such as *Accredit Action* or *accredits*.
    :param status: the status of an action, such as *Active*; empty for other statements.
    """

    document: Reference
    by: Reference
    said: str
    status: str


def assertions(
    run: RunCsv, ledger: Ledger, identity: Identity, record: Ctid, owner: Ctid
) -> list[Assertion]:
    """Return the statements of others' documents about a record.

    If there are more than :data:`MAX_ASSERTIONS`, the result has one more than that.

    :param owner: the CTID of the organization that owns the record.
    :raises CtgraphError: when the query fails or takes too long.
    """
    query = _QUERY % {"iri": identity.resource(record), "owner": identity.resource(owner)}
    found: dict[tuple[Ctid | NoId, Ctid | NoId, str], tuple[str, str]] = {}
    for document, by, property, kind, status in rows(run, query, TIMEOUT_SECONDS):
        where: Ctid | NoId = identity.ctid_of(document) or ""
        whose: Ctid | NoId = identity.ctid_of(by) or ""
        found.setdefault((where, whose, property), (kind or property, status))
    names = ledger.records.names(
        {ctid for document, by, _ in found for ctid in (document, by) if ctid}
    )
    described = ledger.records.withdrawn_at({by for _, by, _ in found if by})
    label = vocabulary().label
    return [
        Assertion(
            Reference((document and names.get(document)) or document, f"/resources/{document}"),
            Reference(
                (by and names.get(by)) or by,
                f"/resources/{by}" if by in described else f"/records?owner={by}",
            ),
            label(said),
            label(status) if status else "",
        )
        for (document, by, _), (said, status) in found.items()
    ]
