"""What shows, without anybody's word, that people belong to the organization they describe."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from ctgraph.accounts import lookup, profile, throttle
from ctgraph.accounts.organizations import Applicants
from ctgraph.accounts.rights import Act, require
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Forbidden, NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.people import Person
from ctgraph.ledger.proofs import Proof
from ctgraph.settings import Settings


class Evidence(NamedTuple):
    """One rule, whether it is met, and why."""

    rule: str
    is_met: bool
    why: str


def evidence(webpage: str, emails: Iterable[str]) -> list[Evidence]:
    """Return what speaks for an organization.

    :param webpage: its own.
    :param emails: the confirmed addresses of its members.
    """
    host = host_of(webpage).removeprefix("www.")
    same = [email for email in emails if host and _is_of(email.rpartition("@")[2], host)]
    return [
        Evidence(
            "A member has a confirmed e-mail address at the domain of the webpage.",
            bool(same),
            f"{same[0]} is at {host}." if same else f"Nobody has an address at {host or 'it'}.",
        )
    ]


def proven(webpage: str, record: Ctid, found: Proof | None) -> list[Evidence]:
    """Return what the domain of a webpage says for an organization.

    :param found: what was found at the last look; None before anybody looked.
    """
    host = host_of(webpage) or "its webpage"
    looked = found if found and found.webpage == webpage else None
    when = f"Looked up on {looked.looked_at[:10]}." if looked else "Not looked up yet."
    return [
        Evidence(
            f"A TXT record of {host.removeprefix('www.')} says {token(record)}",
            looked is not None and looked.in_dns,
            when,
        ),
        Evidence(
            f"The text at https://{host}{lookup.WELL_KNOWN} says {token(record)}",
            looked is not None and looked.in_file,
            when,
        ),
    ]


def token(record: Ctid) -> str:
    """Return what a domain says that belongs to an organization. It is no secret."""
    return f"ctgraph-verification={record}"


def host_of(webpage: str) -> str:
    """Return the host of a webpage; '' when it names none."""
    try:
        return urlsplit(webpage).hostname or ""
    except ValueError:
        return ""


@dataclass(frozen=True)
class Looking:
    """The use case of looking up the domain of an organization that asks to publish."""

    settings: Settings
    ledger: Ledger

    def look(self, who: Person, record: Ctid, visitor: Visitor) -> None:
        """Look up what the domain of an organization's webpage says, and keep it for both sides.

        :raises Forbidden: when the person may not, or the operator allows no outgoing requests.
        :raises NotFound: when there is no such application.
        :raises BadParameter: when its webpage names no domain.
        :raises TooManyAttempts: when it was looked up too often.
        """
        if not who.is_staff:
            require(Applicants(self.settings, self.ledger).role(who, record), Act.DESCRIBE)
        if not self.settings.outgoing_requests:
            raise Forbidden("The operator of this registry allows no outgoing requests.")
        with self.ledger.database.engine.connect() as connection:
            asked = self.ledger.applications.get(connection, record)
        if asked is None:
            raise NotFound(f"There is no application of {record}.")
        webpage = profile.fields_of(asked.document)["subjectWebpage"]
        if not (host := host_of(webpage)):
            raise BadParameter("Give the webpage of the organization first: https://…")
        throttle.spend(self.ledger.database, throttle.LOOK_UP, record)
        wanted = token(record)
        in_dns = wanted in map(str.strip, lookup.txt(host.removeprefix("www.")))
        in_file = wanted in map(str.strip, lookup.well_known(host).splitlines())
        with self.ledger.database.writing() as connection:
            self.ledger.proofs.keep(connection, record, webpage, in_dns, in_file)
            self.ledger.activities.note(
                connection,
                f"Looked up what {host} says of the organization.",
                person=who.id,
                organization=record,
                address=visitor.address,
            )


def _is_of(domain: str, host: str) -> bool:
    """Tell whether one of two domains is the other, or lies below it."""
    above = "." in domain and host.endswith(f".{domain}")  # a top-level domain is nobody's
    return domain == host or above or domain.endswith(f".{host}")
