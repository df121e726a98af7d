"""Who people are at the identity providers of their organizations."""

from __future__ import annotations

import sqlalchemy as sa

from ctgraph.errors import Conflict
from ctgraph.ledger.tables import metadata
from ctgraph.ledger.values import now

identity = sa.Table(
    "identity",
    metadata,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("person", sa.ForeignKey("person.id"), nullable=False),
    sa.Column("created_at", sa.String(27), nullable=False),
    sa.UniqueConstraint("person", "issuer"),
)


class Identities:
    """The identities of a ledger: a provider and its name for somebody (OpenID Connect Core, 2)."""

    def person(self, connection: sa.Connection, issuer: str, subject: str) -> str | None:
        """Return the id of the person with an identity; None where nobody has it."""
        mine = identity.c.issuer == issuer, identity.c.subject == subject
        found: str | None = connection.scalar(sa.select(identity.c.person).where(*mine))
        return found

    def link(self, connection: sa.Connection, issuer: str, subject: str, person: str) -> None:
        """Link an identity with a person.

        :raises Conflict: when the person has another identity of this provider.
        """
        added = {"issuer": issuer, "subject": subject, "person": person, "created_at": now()}
        try:
            connection.execute(identity.insert().values(**added))
        except sa.exc.IntegrityError:
            raise Conflict(
                "The account with this address belongs to another person at your organization, "
                "who had the address before. Write to the registry."
            ) from None
