"""What others say of a record, in documents of their own: they accredit it, offer it, revoke it …

A document states nothing about another's record itself (:mod:`ctgraph.documents.about_others`). An
organization says what it has to say in its own record (``ceterms:accredits`` …), or in an action
that has the record as its ``ceterms:object``; either is attributed to who published it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.sparql.description import RunCsv, rows
from ctgraph.vocab import vocabulary

MOST = 50
# A page is no reason to keep a worker from others for long.
TIMEOUT = 2.0
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
# Found by property and object, so its cost is that of what is found, not of the registry.
_QUERY = f"""SELECT ?document ?by ?property ?class ?status WHERE {{
  VALUES ?property {{ {" ".join(PROPERTIES)} }}
  GRAPH ?document {{ ?said ?property <%(iri)s> FILTER(isIRI(?said)) }}
  ?document ctg:owner ?by FILTER(?by != <%(owner)s>)
  OPTIONAL {{ ?said a ?class FILTER(?property = {_ACTION}) }}
  OPTIONAL {{ ?said ceterms:actionStatusType/ceterms:targetNode ?status }}
}} LIMIT {MOST + 1}"""


@dataclass(frozen=True)
class Assertion:
    """What one document says of a record.

    :param document: the name of the document that says it, and its address.
    :param by: the name of the organization whose document it is, and where it is described; where
        its records are listed, if it has no record of its own.
    :param said: what it says, such as *Accredit Action* or *accredits*.
    :param status: of an action: whether it is active, completed …
    """

    document: tuple[str, str]
    by: tuple[str, str]
    said: str
    status: str


def assertions(
    run: RunCsv, ledger: Ledger, identity: Identity, record: str, owner: str
) -> list[Assertion]:
    """Return what documents of others say of a record: one more than :data:`MOST` at most.

    :param owner: the CTID of the organization that owns the record.
    :raises CtgraphError: as the query does.
    """
    query = _QUERY % {"iri": identity.resource(record), "owner": identity.resource(owner)}
    found: dict[tuple[str, str, str], tuple[str, str]] = {}
    for document, by, property, kind, status in rows(run, query, TIMEOUT):
        key = identity.ctid_of(document) or "", identity.ctid_of(by) or "", property
        found.setdefault(key, (kind or property, status))
    names = ledger.names({ctid for document, by, _ in found for ctid in (document, by)})
    described = ledger.standing({by for _, by, _ in found})
    label = vocabulary().label
    return [
        Assertion(
            (names.get(document) or document, f"/resources/{document}"),
            (
                names.get(by) or by,
                f"/resources/{by}" if by in described else f"/records?owner={by}",
            ),
            label(said),
            label(status) if status else "",
        )
        for (document, by, _), (said, status) in found.items()
    ]
