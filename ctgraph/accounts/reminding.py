"""Reminders to the registry's staff: what waits for it too long, by mail once a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from ctgraph.accounts.letters import Letter, tell
from ctgraph.ledger import Ledger
from ctgraph.ledger.applications import State
from ctgraph.ledger.loads import Progress, note_progress
from ctgraph.ledger.people import in_hours

PATIENCE_HOURS = 3 * 24
"""How long something waits for the staff before it is told."""
MAX_NAMED = 20
"""Things that wait which a mail names, the oldest first. The page that it links to has all."""
_SOURCE = "reminders"


class Waiting(NamedTuple):
    """Something that waits for the staff.

    :param since: ISO 8601 in UTC.
    :param path: its page.
    """

    since: str
    words: str
    path: str


def write_due(site: str, ledger: Ledger) -> None:
    """Remind the staff of what waits too long, unless that was done today (UTC) already.

    :param site: the address of the site, without a slash at the end.
    """
    today = datetime.now(UTC).date().toordinal()
    if ledger.loads.documents_done(_SOURCE) >= today:
        return
    before = in_hours(-PATIENCE_HOURS)
    late = sorted(one for one in _waiting(ledger) if one.since < before)
    with ledger.database.writing() as connection:
        note_progress(connection, Progress(_SOURCE, today))
        for one in ledger.people.staff(connection) if late else ():
            tell(ledger.outbox, connection, one.email, _letter(site, late))


def _waiting(ledger: Ledger) -> Iterator[Waiting]:
    """Yield organizations, claims and records that wait."""
    for asked in ledger.applications.in_state(State.SUBMITTED):
        path = f"/staff/organizations/{asked.organization}"
        yield Waiting(asked.submitted_at or asked.updated_at, asked.name, path)
    for claim in ledger.claims.waiting():
        path = f"/staff/claims/{claim.id}"
        yield Waiting(claim.created_at, f"The claim of {claim.name}", path)
    for queued in ledger.reviews.for_staff(MAX_NAMED):
        path = f"/staff/records/{queued.owner}/{queued.ctid}"
        words = f"{queued.name or queued.ctid} of {queued.owner_name}"
        yield Waiting(queued.updated_at, words, path)


def _letter(site: str, late: list[Waiting]) -> Letter:
    named = [f"{one.words}, since {one.since[:10]}: {site}{one.path}" for one in late[:MAX_NAMED]]
    more = (f"And {len(late) - len(named):,} more.",) if len(late) > len(named) else ()
    days = PATIENCE_HOURS // 24
    return Letter(
        f"Waiting for the registry's staff: {late[0].words}"
        + (f" and {len(late) - 1:,} more" if len(late) > 1 else ""),
        (f"These wait for more than {days} days. You are told once a day.", *named, *more),
        f"{site}/staff",
    )
