"""What shows, without anybody's word, that people belong to the organization they describe."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit


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
    host = (urlsplit(webpage).hostname or "").removeprefix("www.")
    same = [email for email in emails if host and _is_of(email.rpartition("@")[2], host)]
    return [
        Evidence(
            "A member has a confirmed e-mail address at the domain of the webpage.",
            bool(same),
            f"{same[0]} is at {host}." if same else f"Nobody has an address at {host or 'it'}.",
        )
    ]


def _is_of(domain: str, host: str) -> bool:
    """Tell whether one of two domains is the other, or lies below it."""
    above = "." in domain and host.endswith(f".{domain}")  # a top-level domain is nobody's
    return domain == host or above or domain.endswith(f".{host}")
