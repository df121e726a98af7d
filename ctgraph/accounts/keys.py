"""The API keys of an organization: drawn and revoked by its administrators, or by one of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ctgraph.accounts.actors import Actor, Program, note, require
from ctgraph.accounts.rights import Act
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Forbidden, NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.applications import State
from ctgraph.ledger.values import INCLUDED, Key, Scope, now

MAX_LABEL_CHARACTERS = 100
"""Characters of what people know a key by."""


@dataclass(frozen=True)
class Keys:
    """The use cases of the keys of one organization.

    :param who: who asks.
    :param visitor: from where.
    """

    ledger: Ledger
    owner: Ctid
    who: Actor
    visitor: Visitor

    def draw(self, scopes: Collection[Scope], expires_at: str | None, label: str) -> str:
        """Draw a key and return it; it is not kept.

        A program draws none that may do more, or lasts longer, than the key it uses. Without an
        expiry, the new key expires with that one.

        :raises BadParameter: when the key could do nothing, or its last day is over.
        :raises Forbidden: when whoever asks may not, the organization is not approved, or the key
            that is used may less.
        """
        with self.ledger.database.engine.connect() as connection:
            require(self.ledger, connection, self.who, self.owner, Act.ISSUE_KEYS)
            asked = self.ledger.applications.get(connection, self.owner)
        if asked and asked.state is not State.APPROVED:
            raise Forbidden("The registry has not approved your organization yet.")
        if not scopes:
            raise BadParameter("Choose what may be done with the key.")
        if expires_at and expires_at < now():
            raise BadParameter("The last day is over already. Choose a later one.")
        label = label.replace("\0", "")  # PostgreSQL takes no NUL in a text
        if len(label) > MAX_LABEL_CHARACTERS:
            raise BadParameter(f"A label has at most {MAX_LABEL_CHARACTERS} characters.")
        if isinstance(self.who, Program):
            expires_at = _within(self.who.key, scopes, expires_at)
        key = self.ledger.organizations.add_key(self.owner, scopes, expires_at, label)
        self._note(f"Made an API key to {', '.join(sorted(scopes))}.")
        return key

    def revoke(self, key: str) -> None:
        """Revoke a key by its id.

        :raises Forbidden: when whoever asks may not.
        :raises NotFound: when the organization has no valid key with this id.
        """
        with self.ledger.database.engine.connect() as connection:
            require(self.ledger, connection, self.who, self.owner, Act.ISSUE_KEYS)
        if all(one.id != key for one in self.ledger.organizations.keys(self.owner)):
            raise NotFound("There is no such key.")
        self.ledger.organizations.revoke_key(key)
        self._note(f"Revoked the API key {key}.")

    def _note(self, words: str) -> None:
        with self.ledger.database.writing() as connection:
            note(self.ledger, connection, self.who, self.owner, words, self.visitor)


def _within(used: Key, scopes: Collection[Scope], expires_at: str | None) -> str | None:
    """Return when a key expires that is drawn with another one.

    :raises Forbidden: when it may do more, or lasts longer, than that one.
    """
    held = used.scopes.union(*(INCLUDED.get(one, ()) for one in used.scopes))
    if more := sorted({*scopes} - held):
        raise Forbidden(
            f"This API key has not the scope {' or '.join(more)}, so it draws no key that has it. "
            "Ask an administrator of the organization for such a key."
        )
    if used.expires_at and expires_at and expires_at > used.expires_at:
        raise Forbidden(
            f"This API key expires on {used.expires_at[:10]}, so it draws no key that lasts "
            "longer. Choose an earlier day."
        )
    return expires_at or used.expires_at
