"""Second factors of people: the secrets of authenticators, and digests of recovery codes."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ctgraph.errors import Conflict
from ctgraph.ledger.passkeys import passkey
from ctgraph.ledger.people import digest_of
from ctgraph.ledger.tables import metadata

factor = sa.Table(
    "factor",
    metadata,
    sa.Column("person", sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
)
"""The authenticator of a person. `step` is the last step of time whose code was used."""

recovery = sa.Table(
    "recovery",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("person", sa.ForeignKey("person.id"), nullable=False, index=True),
)


class Factors:
    """The second factors of a ledger."""

    def is_on(self, connection: sa.Connection, person: str) -> bool:
        """Tell whether somebody signs in with a second factor: an authenticator, or a passkey."""
        owned = (table.c.person == person for table in (factor, passkey))
        return bool(connection.scalar(sa.select(sa.or_(*(sa.exists().where(o) for o in owned)))))

    def secret(self, connection: sa.Connection, person: str) -> str | None:
        """Return the secret of somebody's authenticator; None where there is none."""
        query = sa.select(factor.c.secret).where(factor.c.person == person)
        found: str | None = connection.scalar(query)
        return found

    def keep(self, connection: sa.Connection, person: str, secret: str, step: int) -> None:
        """Keep the secret of an authenticator, and the step of time of the code that was used.

        :raises Conflict: when there is one already.
        """
        try:
            connection.execute(factor.insert().values(person=person, secret=secret, step=step))
        except sa.exc.IntegrityError:
            raise Conflict("There is an authenticator already. Remove it first.") from None

    def spend_step(self, connection: sa.Connection, person: str, step: int) -> bool:
        """Note that the code of a step was used; tell whether none as late was used before."""
        later = factor.c.person == person, factor.c.step < step
        return bool(connection.execute(factor.update().where(*later).values(step=step)).rowcount)

    def keep_recovery(self, connection: sa.Connection, person: str, codes: Sequence[str]) -> None:
        """Keep recovery codes, in the place of earlier ones."""
        connection.execute(recovery.delete().where(recovery.c.person == person))
        rows = [{"digest": digest_of(code), "person": person} for code in codes]
        connection.execute(recovery.insert(), rows)

    def spend_recovery(self, connection: sa.Connection, person: str, code: str) -> bool:
        """Delete a recovery code; tell whether there was one."""
        mine = recovery.c.person == person, recovery.c.digest == digest_of(code)
        return bool(connection.execute(recovery.delete().where(*mine)).rowcount)

    def forget(self, connection: sa.Connection, person: str) -> None:
        """Forget the authenticator of a person."""
        connection.execute(factor.delete().where(factor.c.person == person))

    def forget_recovery(self, connection: sa.Connection, person: str) -> None:
        """Forget the recovery codes of a person."""
        connection.execute(recovery.delete().where(recovery.c.person == person))
