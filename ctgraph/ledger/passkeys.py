"""Passkeys of people: the public keys of credentials of WebAuthn."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.errors import Conflict
from ctgraph.ledger.database import by_name
from ctgraph.ledger.tables import metadata
from ctgraph.ledger.values import now

passkey = sa.Table(
    "passkey",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person", sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("uses", sa.BigInteger, nullable=False),
    sa.Column("created_at", sa.String(27), nullable=False),
    sa.Column("used_at", sa.String(27)),
)


@dataclass(frozen=True)
class Passkey:
    """A passkey of somebody.

    :param id: of the credential, in base64url.
    :param public_key: in COSE (RFC 9052, section 7).
    :param uses: the signature counter of the authenticator; 0 where it has none.
    :param used_at: when it was last used to sign in; None before.
    """

    id: str
    person: str
    name: str
    public_key: bytes
    uses: int
    created_at: str
    used_at: str | None


class Passkeys:
    """The passkeys of a ledger."""

    def of(self, connection: sa.Connection, person: str) -> list[Passkey]:
        """Return the passkeys of a person, the oldest first."""
        query = passkey.select().where(passkey.c.person == person).order_by(passkey.c.created_at)
        return [Passkey(**by_name(row, passkey.c)) for row in connection.execute(query)]

    def get(self, connection: sa.Connection, id: str) -> Passkey | None:
        """Return the passkey with an id, whoever has it."""
        row = connection.execute(passkey.select().where(passkey.c.id == id)).first()
        return Passkey(**by_name(row, passkey.c)) if row else None

    def keep(self, connection: sa.Connection, added: Passkey) -> None:
        """Keep a passkey.

        :raises Conflict: when somebody has it already.
        """
        try:
            connection.execute(passkey.insert().values(**vars(added)))
        except sa.exc.IntegrityError:
            raise Conflict("This passkey is set up already. Use another one.") from None

    def note_use(self, connection: sa.Connection, id: str, uses: int) -> bool:
        """Note that a passkey was used; tell whether its counter went on.

        Two uses at once count as a counter that went back. An authenticator without a counter
        always says 0 (Web Authentication, section 6.1.1).
        """
        went_on = sa.or_(passkey.c.uses < uses, sa.and_(passkey.c.uses == 0, sa.literal(uses) == 0))
        noted = passkey.update().where(passkey.c.id == id, went_on)
        return bool(connection.execute(noted.values(uses=uses, used_at=now())).rowcount)

    def remove(self, connection: sa.Connection, person: str, id: str) -> Passkey | None:
        """Remove a passkey of a person, and return it; None where there is none."""
        found = self.get(connection, id)
        if found is None or found.person != person:
            return None
        connection.execute(passkey.delete().where(passkey.c.id == id))
        return found
