"""What a domain says of itself: its TXT records, and short texts, such as a well-known one.

An address that strangers name is asked, so nothing but public addresses is: names are resolved here
once, and the connection goes to what was resolved. Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import time

import httpx
from dns.exception import DNSException
from dns.resolver import Resolver

LOOKUP_SECONDS = 3.0
"""How long DNS may take, and how long a webpage."""
MAX_WELL_KNOWN_BYTES = 1_000
"""Bytes that are read of a text at the well-known path: a token is shorter."""
WELL_KNOWN = "/.well-known/ctgraph-verification"
"""The path of the text."""
_TRANSLATED = tuple(
    ipaddress.IPv6Network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96")
)
"""Addresses that lead to one of IPv4: NAT64 (RFC 6052), local NAT64 (RFC 8215), SIIT (RFC 7915),
and IPv4-compatible ones (RFC 4291, section 2.5.5.1)."""


def txt(host: str) -> list[str]:
    """Return the TXT records of a domain; none when DNS does not answer in time."""
    try:
        answer = Resolver().resolve(host, "TXT", lifetime=LOOKUP_SECONDS)
    except (DNSException, UnicodeError, OSError):
        return []
    return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]


def well_known(host: str) -> str:
    """Return the beginning of the text at a host's well-known path; '' when there is none."""
    return text_at(host, WELL_KNOWN, MAX_WELL_KNOWN_BYTES)


def text_at(host: str, path: str, max_bytes: int) -> str:
    """Return the beginning of the text at a path of a host, by HTTPS; '' when there is none."""
    deadline = time.monotonic() + LOOKUP_SECONDS
    try:
        found = Resolver().resolve_name(host, lifetime=LOOKUP_SECONDS)
        addresses = sorted(found.addresses())
        if not addresses or not all(map(is_public, addresses)):
            return ""
        return _read(host, addresses[0], path, max_bytes, deadline)
    except (DNSException, UnicodeError, OSError, httpx.HTTPError, httpx.InvalidURL):
        return ""


def is_public(address: str) -> bool:
    """Tell whether an IP address lies in no private, local or reserved network."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found.teredo or found.sixtofour or any(found in one for one in _TRANSLATED):
            return False  # it leads to an address of IPv4, perhaps a private one
        if found.is_site_local:
            return False
        found = found.ipv4_mapped or found
    return found.is_global and not found.is_multicast


def _read(host: str, address: str, path: str, max_bytes: int, deadline: float) -> str:
    place = f"[{address}]" if ":" in address else address
    client = httpx.Client(follow_redirects=False, trust_env=False, timeout=LOOKUP_SECONDS)
    with (
        client,
        client.stream(
            "GET",
            f"https://{place}{path}",
            headers={
                "Host": host,
                "Accept": "text/plain, application/json",
                "Accept-Encoding": "identity",
            },
            extensions={"sni_hostname": host},  # the certificate is that of the name
        ) as response,
    ):
        if response.status_code != 200:
            return ""
        text = b""
        for part in response.iter_raw():
            text += part
            if len(text) >= max_bytes or time.monotonic() > deadline:
                break
    return text[:max_bytes].decode("utf-8", "replace")
