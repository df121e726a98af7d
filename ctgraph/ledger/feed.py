"""The change sequence as harvesters read it: what happened to which record, without documents."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.change_tables import change
from ctgraph.ledger.database import Database, Prepared
from ctgraph.ledger.tables import registry, sequence, version
from ctgraph.ledger.values import Event
from ctgraph.rdf.namespaces import Curie

_before = version.alias("before")
PRECEDING = (
    _before,
    (_before.c.ctid == version.c.ctid) & (_before.c.number == version.c.number - 1),
)
"""The version before one, to join with; the first one has none."""
COMES = sa.or_(_before.c.event.is_(None), _before.c.event == Event.WITHDRAW.value)
"""Whether a version makes a record be there that was not: at first, or after a withdrawal."""
_COLUMNS = (
    version.c.seq,
    version.c.ctid,
    version.c.number,
    version.c.event,
    version.c.digest,
    version.c.created_at,
    change.c.type,
    change.c.owner,
    change.c.published_by,
    change.c.reason,
    change.c.replaced_by,
    COMES.label("comes"),
)
_PUBLISHED = version.c.event == Event.PUBLISH.value
_CONDITIONS = {
    "create": _PUBLISHED & COMES,
    "update": _PUBLISHED & ~COMES,
    "withdraw": version.c.event == Event.WITHDRAW.value,
    "transfer": version.c.event == Event.TRANSFER.value,
}
EVENTS = tuple(_CONDITIONS)
"""What can happen to a record."""


class Happened(NamedTuple):
    """What happened to a record with one version of it.

    :param digest: that of the version; empty for a withdrawal.
    :param type: the class of the record with this version.
    :param owner: whose record it was with this version.
    :param published_by: the organization that did it for the owner; None where the owner did. Of a
        transfer, the organization that gave the record.
    :param reason: why the record was withdrawn, if somebody said so.
    :param replaced_by: the record that stands in the place of a withdrawn one, if there is one.
    :param comes: whether there was no such record before, or a withdrawn one.
    """

    seq: int
    ctid: Ctid
    number: int
    kind: str
    digest: str
    created_at: str
    type: Curie
    owner: Ctid
    published_by: Ctid | None
    reason: str | None
    replaced_by: Ctid | None
    comes: bool

    @property
    def event(self) -> str:
        """What happened: one of :data:`EVENTS`."""
        if self.kind == Event.PUBLISH:
            return "create" if self.comes else "update"
        return self.kind


class Feed:
    """What happened to the records of a ledger, in the order of the sequence."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._head = Prepared(
            database, sa.select(sequence.c.last, registry.c.incarnation).join(registry, sa.true())
        )

    def head(self) -> tuple[int, str]:
        """Return the number of the newest change, and the incarnation of the ledger."""
        last, incarnation = self._head.first() or (0, "")
        return int(last), str(incarnation)

    def between(
        self,
        after: int,
        until: int,
        *,
        events: Collection[str] = EVENTS,
        owner: Ctid | None = None,
        most: int | None = None,
    ) -> list[Happened]:
        """Return what happened after one number and up to another one, in order.

        :param events: only these, of :data:`EVENTS`.
        :param owner: only to the records of this organization, and those that it gave away.
        :param most: only the first ones, as many as this; without it, all.
        """
        query = sa.select(*_COLUMNS).join_from(version, change, change.c.seq == version.c.seq)
        query = query.outerjoin(*PRECEDING)
        query = query.where(version.c.seq > after, version.c.seq <= until)
        if set(events) != set(EVENTS):
            query = query.where(sa.or_(*(_CONDITIONS[event] for event in events)))
        if owner:
            is_given = _CONDITIONS["transfer"] & (change.c.published_by == owner)
            query = query.where((change.c.owner == owner) | is_given)
        query = query.order_by(version.c.seq).limit(most)
        return [Happened(*row) for row in self._database.rows(query)]
