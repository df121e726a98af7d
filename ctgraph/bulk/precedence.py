"""Whether a line of a dump may change a record of this registry, where the dump names the owners.

Without ``--owner`` the operator vouches for the documents, but not against organizations that
publish here themselves, and not against what is newer.
"""

from __future__ import annotations

from collections.abc import Sequence

from ctgraph.bulk.parse import Parsed
from ctgraph.errors import Conflict, Forbidden
from ctgraph.ledger import Ledger
from ctgraph.ledger.claims import is_unclaimed
from ctgraph.ledger.records import heads
from ctgraph.ledger.values import Envelope


class Precedence:
    """What the registry holds of the records in lines of a dump, and who acts for their owners."""

    def __init__(self, ledger: Ledger, batch: Sequence[Parsed]) -> None:
        lines = [one for one in batch if one.time is not None]
        if not lines:
            return
        with ledger.database.reading() as connection:
            self._heads = heads(connection, {one.record for one in lines if one.record})
            owners = {one.owner for one in lines if one.owner}
            owners |= {head.owner for head in self._heads.values()}
            self._claimed = {one for one in owners if not is_unclaimed(connection, one)}

    def require(self, line: Parsed) -> None:
        """Make sure that a line may change its record, or changes nothing.

        :raises Conflict: when the record here is newer.
        :raises Forbidden: when somebody acts for an organization whose record it is.
        """
        if line.time is None or line.record is None:
            return
        head = self._heads.get(line.record)
        if head and _is_same(line, head):
            return
        if head and line.time < head.updated_at:
            raise Conflict(
                f"The line of {line.record} is of {line.time or 'no time'}, but the record here "
                f"changed on {head.updated_at}. Load the line with --owner to put it in its place."
            )
        for owner in (line.owner, head.owner if head else None):
            if owner in self._claimed:
                raise Forbidden(
                    f"{owner} publishes here itself, so a dump does not decide for it. Load "
                    "the line with --owner to do it in its place."
                )


def _is_same(line: Parsed, head: Envelope) -> bool:
    if line.owner != head.owner:
        return False
    if line.document is None:
        return bool(head.deleted_at)
    return not head.deleted_at and line.document.digest == head.digest
