"""The CTIDs that institutions have already when a trusted partner registers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from ctgraph.accounts.institutions import Given, Institution
from ctgraph.errors import Forbidden, InvalidDocument
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.claims import is_free
from ctgraph.ledger.database import select_in
from ctgraph.ledger.ownership import describable
from ctgraph.ledger.suspensions import require_active
from ctgraph.ledger.tables import envelope
from ctgraph.ledger.trusted_partners import Registration
from ctgraph.problem import Problem

_LEAVE_OUT = "Leave ctid out, and the institution gets a new one."


def require_free(
    connection: sa.Connection,
    given: Given,
    wanted: Sequence[Institution],
    known: Mapping[str, Registration],
    partner: Ctid,
) -> None:
    """Make sure that each CTID that a partner names is unknown, or that of nobody's organization.

    :param wanted: the institutions that were read of what was given, in the same order.
    :param known: those that the partner registered before, by their identifiers.
    :param partner: which may have described an institution itself.
    :raises InvalidDocument: with every one that is not.
    """
    problems = [
        given.placed(problem, number)
        for number, one in enumerate(wanted)
        if one.has_ctid
        for problem in _wrong(connection, one, known.get(one.identifier), partner)
    ]
    if problems:
        count = "is one problem" if len(problems) == 1 else f"are {len(problems)} problems"
        raise InvalidDocument(f"Nothing was registered: there {count}.", problems)


def _wrong(
    connection: sa.Connection, one: Institution, held: Registration | None, partner: Ctid
) -> Iterator[Problem]:
    if held:
        if held.ctid != one.record:
            text = f"You registered {one.identifier} before: it has the CTID {held.ctid}."
            yield Problem(text, "Name that CTID, or leave ctid out.", "/ctid")
    elif not describable(connection, [one.record]):
        text = f"{one.record} names something other than an organization in this registry."
        yield Problem(text, _LEAVE_OUT, "/ctid")
    elif not is_free(connection, one.record, partner):
        remedy = "Ask it for the right to publish for it; its administrator answers."
        text = f"Somebody acts for {one.record} already, or for whoever publishes its record."
        yield Problem(text, remedy, "/ctid")
    else:
        try:
            require_active(connection, one.record, one.name)
        except Forbidden as error:
            yield Problem(error.message, _LEAVE_OUT, "/ctid")


def with_record(connection: sa.Connection, wanted: Sequence[Institution]) -> set[Ctid]:
    """Return the institutions that have published a record of their own, which stays as it is."""
    query = sa.select(envelope.c.ctid).where(
        envelope.c.owner == envelope.c.ctid, envelope.c.deleted_at.is_(None)
    )
    found = select_in(connection, query, envelope.c.ctid, [one.record for one in wanted])
    return {row.ctid for row in found}
