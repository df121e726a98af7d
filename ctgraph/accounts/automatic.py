"""Approval without the staff, by rules that the operator chose; by default there are none.

A rule never approves an organization that looks like one that is here already, that the staff has
said something of, or that is suspended: the staff decides on those.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from ctgraph.accounts import profile
from ctgraph.accounts.actors import Actor
from ctgraph.accounts.evidence import evidence, host_of, proven
from ctgraph.accounts.look_alikes import follow, signs_of
from ctgraph.accounts.organizations import Applicants
from ctgraph.accounts.visitor import Visitor
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.applications import Application, State
from ctgraph.ledger.suspensions import suspended
from ctgraph.settings import Settings

RULES = {
    "email": "A member has a confirmed e-mail address at the domain of the webpage, which is no "
    "public mail provider.",
    "domain": "The domain of the webpage was looked up, and names the organization in a TXT record "
    "or at a well-known address.",
}
"""The rules in words, by their names in ``CTGRAPH_AUTOMATIC_APPROVAL``."""
PUBLIC_MAIL = (
    *("aol.com", "fastmail.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "google.com"),
    *("googlemail.com", "hey.com", "hotmail.com", "icloud.com", "live.com", "mac.com", "mail.com"),
    *("mail.ru", "me.com", "msn.com", "outlook.com", "pm.me", "proton.me", "protonmail.com"),
    *("qq.com", "tutanota.com", "web.de", "yahoo.com", "yandex.com", "yandex.ru", "zoho.com"),
)
"""Domains at which anybody may have an address: one there speaks for no organization."""


def rules(settings: Settings) -> list[str]:
    """Return the rules of this registry in words."""
    return [RULES[name] for name in settings.automatic_approval]


def approve_if_met(
    settings: Settings, ledger: Ledger, who: Actor, record: Ctid, visitor: Visitor
) -> None:
    """Approve an organization that waits for approval and meets one of the rules.

    :param who: whoever submitted it, or had its domain looked up.
    """
    if not settings.automatic_approval or follow(ledger):  # not all are compared yet
        return
    with ledger.database.engine.connect() as connection:
        asked = ledger.applications.get(connection, record)
        if asked is None or not _is_open(ledger, connection, asked):
            return
    for name in _met(ledger, asked):
        if name in settings.automatic_approval:
            Applicants(settings, ledger).approve_by_rule(who, asked, RULES[name], visitor)
            return


def _is_open(ledger: Ledger, connection: sa.Connection, asked: Application) -> bool:
    """Tell whether a rule may decide on an organization."""
    fields = profile.fields_of(asked.document)
    signs = signs_of(fields["name"], [fields["subjectWebpage"]])
    return (
        asked.state is State.SUBMITTED
        and not suspended(connection, asked.organization)
        and not any(one.is_staff for one in ledger.applications.remarks(asked.organization))
        and not ledger.likenesses.alike(signs, asked.organization)
    )


def _met(ledger: Ledger, asked: Application) -> Iterator[str]:
    """Yield the names of the rules that an organization meets."""
    webpage = profile.fields_of(asked.document)["subjectWebpage"]
    host = host_of(webpage)
    emails = [
        one.email
        for one in ledger.applications.members(asked.organization)
        if not _is_public(one.email.rpartition("@")[2])
    ]
    if not _is_public(host) and any(one.is_met for one in evidence(webpage, emails)):
        yield "email"
    proof = ledger.proofs.of(asked.organization)
    if any(one.is_met for one in proven(webpage, asked.organization, proof)):
        yield "domain"


def _is_public(host: str) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in PUBLIC_MAIL)
