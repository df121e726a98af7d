"""People, organizations and records by a part of what names them, for the registry's staff."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.ledger.database import Database
from ctgraph.ledger.tables import envelope, organization, person

_KINDS = {
    "people": (person.c.id, person.c.name, person.c.email),
    "organizations": (organization.c.ctid, organization.c.name, organization.c.ctid),
    "records": (envelope.c.ctid, envelope.c.name, envelope.c.type),
}


@dataclass(frozen=True)
class Found:
    """Something that the staff searched.

    :param id: of a person, or the CTID of an organization or a record.
    :param more: the e-mail address of a person, the class of a record.
    """

    id: str
    name: str
    more: str = ""


def search(database: Database, words: str, most: int) -> dict[str, list[Found]]:
    """Return people, organizations and records by a part of a name, an address or an id.

    :param most: of each kind.
    """
    found = {}
    for kind, columns in _KINDS.items():
        hit = sa.or_(*(column.icontains(words, autoescape=True) for column in columns))
        query = sa.select(*columns).where(hit).order_by(columns[1], columns[0]).limit(most)
        found[kind] = [Found(*row) for row in database.rows(query)]
    return found
