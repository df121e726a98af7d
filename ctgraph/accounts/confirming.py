"""Confirming that published records are still correct, and the yearly mail that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.accounts import actors
from ctgraph.accounts.actors import Actor
from ctgraph.accounts.letters import Letter, tell
from ctgraph.accounts.rights import ROLES, Act, Role
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict, Forbidden, NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.database import by_name, select_in
from ctgraph.ledger.people import in_hours
from ctgraph.ledger.suspensions import suspended
from ctgraph.ledger.tables import envelope
from ctgraph.ledger.values import Envelope, Organization

YEAR_HOURS = 365 * 24
"""How long a record counts as correct after it was published or confirmed, and the time from one
mail that asks for it to the next."""
DAY_HOURS = 24
"""When to look again at an organization that has nothing to confirm."""
MAX_CONFIRMED = 50
"""Records that are listed, and confirmed, at once."""
MAX_NAMED = 20
"""Records that a mail names. The page that it links to has all."""
BATCH_ORGANIZATIONS = 20
"""Organizations that are looked at before waiting mail is sent."""


@dataclass(frozen=True)
class Confirming:
    """The use cases of confirming the records of one organization."""

    ledger: Ledger
    owner: Organization

    def confirm(self, who: Actor, seen: Mapping[Ctid, int], visitor: Visitor) -> None:
        """Confirm records as they were seen: all of them, or none.

        :param seen: the versions that were seen, by the CTIDs of the records.
        :raises BadParameter: when there are none, or too many.
        :raises NotFound: when there is no such record.
        :raises Conflict: when one has another version meanwhile, or was withdrawn.
        :raises Forbidden: when somebody may not publish for the organization, or one belongs to
            another organization.
        """
        if not 0 < len(seen) <= MAX_CONFIRMED:
            raise BadParameter(f"Choose 1 to {MAX_CONFIRMED} records to confirm.")
        with self.ledger.database.writing() as connection:
            actors.require(self.ledger, connection, who, self.owner.ctid, Act.PUBLISH)
            stand = self._standing(connection, seen)
            if changed := sorted(
                one.ctid for one in stand if one.deleted_at or one.version != seen[one.ctid]
            ):
                raise Conflict(
                    f"{', '.join(changed)} changed since you saw it. Nothing was confirmed. "
                    "Reload the page, and look at it again."
                )
            names = {one.ctid: one.name or one.ctid for one in stand}
            self.ledger.confirmations.note(connection, names)
            said = f"Confirmed: {', '.join(names.values())}."
            actors.note(self.ledger, connection, who, self.owner.ctid, said, visitor)

    def _standing(self, connection: sa.Connection, seen: Mapping[Ctid, int]) -> list[Envelope]:
        """Return how records stand that all belong to the organization."""
        found = select_in(connection, envelope.select(), envelope.c.ctid, seen)
        stand = [Envelope(**by_name(row, envelope.c)) for row in found]
        if unknown := sorted(seen.keys() - {one.ctid for one in stand}):
            raise NotFound(
                f"There is no record {', '.join(unknown)} in this registry. Nothing was confirmed."
            )
        if others := sorted(one.ctid for one in stand if one.owner != self.owner.ctid):
            raise Forbidden(
                f"{', '.join(others)} belongs to another organization, which alone confirms it. "
                "Nothing was confirmed."
            )
        return stand


def overdue() -> str:
    """Return the time before which records were published or confirmed that are due again."""
    return in_hours(-YEAR_HOURS)


def write_due(site: str, ledger: Ledger) -> bool:
    """Ask some organizations by mail to confirm their records; tell whether any was looked at.

    :param site: the address of the site, without a slash at the end.
    """
    looked_at = ledger.confirmations.to_look_at(BATCH_ORGANIZATIONS)
    for record in looked_at:
        number = ledger.confirmations.number(record, overdue())
        letter = _letter(site, ledger, record, number) if number else None
        with ledger.database.writing() as connection:
            asks = letter is not None and not suspended(connection, record)
            again = in_hours(YEAR_HOURS if asks else DAY_HOURS)
            if ledger.confirmations.look_again(connection, record, again) and letter and asks:
                for one in ledger.applications.members(record):
                    if Role(one.role) in ROLES[Act.PUBLISH]:
                        tell(ledger.outbox, connection, one.email, letter)
    return bool(looked_at)


def _letter(site: str, ledger: Ledger, record: Ctid, number: int) -> Letter:
    name = ledger.organizations.get(record).name
    named = [
        f"{one.name or one.ctid}: {site}/resources/{one.ctid}"
        for one in ledger.confirmations.due(record, overdue(), MAX_NAMED)
    ]
    more = (f"And {number - len(named):,} more.",) if number > len(named) else ()
    return Letter(
        f"{name}: are your records still correct?",
        (
            "These records were neither published nor confirmed for a year. Learners see since "
            "when. Confirm those that are still correct, by one click each, and change the others:",
            *named,
            *more,
        ),
        f"{site}/account/organizations/{record}/confirm",
    )
