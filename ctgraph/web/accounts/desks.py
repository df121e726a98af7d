"""Where somebody uploads: for an organization of theirs, or for another one that granted it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ctgraph.accounts.rights import Act
from ctgraph.errors import NotFound
from ctgraph.identity import ctid
from ctgraph.ledger.uploads import Sender, Upload
from ctgraph.ledger.values import Organization
from ctgraph.spreadsheets.export import places_of
from ctgraph.spreadsheets.references import place_in_words
from ctgraph.uploads.uploading import Uploading
from ctgraph.web.http.owners import owned
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import who


@dataclass(frozen=True)
class Desk:
    """The pages of uploads for one organization.

    :param own: the organization for which the person works.
    :param owner: whose records the uploads are about.
    """

    own: Organization
    owner: Organization

    @property
    def is_partners(self) -> bool:
        """Whether an organization uploads for another one."""
        return self.own != self.owner

    @property
    def home(self) -> str:
        """The address of the page above."""
        pages = f"/account/organizations/{self.own.ctid}"
        return f"{pages}/partners" if self.is_partners else pages

    @property
    def path(self) -> str:
        """The address of the uploads."""
        return (
            f"{self.home}/{self.owner.ctid}/uploads"
            if self.is_partners
            else (f"{self.home}/uploads")
        )

    @property
    def uploading(self) -> Uploading:
        """The use cases of uploads; a partner has only its own ones."""
        publisher = self.own.ctid if self.is_partners else None
        return Uploading(state().settings, state().ledger, self.owner, publisher)

    @property
    def sender(self) -> Sender:
        """Who uploads or approves here."""
        return Sender(who().id, None, self.own.ctid if self.is_partners else None)

    def addresses(self) -> dict[str, str]:
        """Return the addresses of the owner in a line, by their identifiers."""
        found = places_of(state().ledger, self.owner)
        return {identifier: place_in_words(place) for identifier, place in found.items()}

    def makers(self, uploads: Iterable[Upload]) -> dict[str, str]:
        """Return who sent or approved uploads: people and keys of `own`, else an organization."""
        ledger = state().ledger
        keys = {key.id: key.label for key in ledger.organizations.keys(self.own.ctid)}
        found: dict[str, str] = {}
        with ledger.database.reading() as connection:
            for one in uploads:
                if one.publisher and one.publisher != self.own.ctid:
                    found[one.id] = ledger.organizations.get(one.publisher).name
                elif one.person:
                    found[one.id] = ledger.people.get(connection, one.person).name
                else:
                    found[one.id] = keys.get(str(one.api_key), "")
        return found


def desk_of(organization: str, other: str, act: Act) -> Desk:
    """Return the desk of an organization of the person who is signed in.

    :param other: the CTID of the organization for which it uploads; empty for itself.
    :raises Forbidden: when the person may not do something for the organization.
    :raises NotFound: when there is no standing grant of the other one.
    """
    own = owned(organization, act)
    if not other:
        return Desk(own, own)
    partner = ctid.canonical(other)
    if not state().ledger.partnerships.stands(own.ctid, partner):
        raise NotFound(
            f"{own.name} has no standing right to publish for {partner}. "
            f"Ask for it at /account/organizations/{own.ctid}/partners."
        )
    return Desk(own, state().ledger.organizations.get(partner))
