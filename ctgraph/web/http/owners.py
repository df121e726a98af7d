"""The organization of a page, and what its members do with its records."""

from __future__ import annotations

from ctgraph.accounts.organizations import Applicants
from ctgraph.accounts.reviews import Reviewing
from ctgraph.accounts.rights import Act, require
from ctgraph.identity import ctid
from ctgraph.ledger.values import Organization
from ctgraph.publishing.drafting import Drafting
from ctgraph.records.referring import Referring
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import who


def owned(organization: str, act: Act) -> Organization:
    """Return an organization of the person who is signed in.

    :raises Forbidden: when the person may not do something for it.
    """
    record = ctid.canonical(organization)
    require(Applicants(state().settings, state().ledger).role(who(), record), act)
    return state().ledger.organizations.get(record)


def drafting_of(owner: Organization) -> Drafting:
    """Return the use cases of drafting for an organization."""
    return Drafting(state().settings, state().ledger, owner)


def reviewing_of(owner: Organization) -> Reviewing:
    """Return the use cases of reviews in an organization."""
    run = state().validator_for(owner.ctid)
    return Reviewing(state().settings, state().ledger, owner, run)


def referring(owner: Organization) -> Referring:
    """Return what refers to things of an organization."""
    return Referring(state().identity, state().ledger, state().whole, owner.ctid)
