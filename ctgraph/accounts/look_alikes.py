"""Organizations that may be the same: the background compares those that change with all others."""

from __future__ import annotations

import re
from typing import Any

import orjson

from ctgraph.accounts.evidence import host_of
from ctgraph.documents.node_values import each, name_of
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.standing import documents
from ctgraph.vocab import vocabulary

WINDOW_CHANGES = 2_000
"""Changes of the registry that are looked at in one step; only organizations are read."""
MAX_WEBPAGES = 5
"""Webpages by which one organization is recognized."""
_UNSAID = re.compile(r"[\W_]+")
_ARTICLES = {"the", "of", "and", "at", "inc", "llc"}
"""Words that many leave out of a name."""


def signs_of(name: str, webpages: list[str]) -> set[str]:
    """Return what an organization is recognized by: its name, and the hosts of its webpages."""
    words = [word for word in _UNSAID.split(name.casefold()) if word not in {"", *_ARTICLES}]
    hosts = {host_of(page).removeprefix("www.") for page in webpages[:MAX_WEBPAGES]} - {""}
    return {f"host {host}" for host in hosts} | ({f"name {' '.join(words)}"} if words else set())


def follow(ledger: Ledger) -> int:
    """Compare the organizations that changed since the last time; return how many changes are left.

    One step looks at :data:`WINDOW_CHANGES` changes, however large the registry is.
    """
    after, newest = ledger.likenesses.followed(), ledger.changes.last_sequence()
    until = min(after + WINDOW_CHANGES, newest)
    if after >= until:
        return 0
    is_a = vocabulary().is_a
    changed = {
        one.ctid
        for one in ledger.feed.between(after, until)
        if is_a(one.type, "ceterms:Agent", "ceterms:Organization")
    }
    standing = documents(ledger.database, changed)
    signs = {record: _signs(record, standing.get(record)) for record in changed}
    with ledger.database.writing() as connection:
        ledger.likenesses.follow(connection, signs, until)
    return newest - until


def _signs(record: Ctid, document: bytes | None) -> set[str]:
    for node in orjson.loads(document)["@graph"] if document else ():
        if node.get("ceterms:ctid") == record:
            return signs_of(name_of(node), _webpages(node))
    return set()


def _webpages(node: dict[str, Any]) -> list[str]:
    return [str(page) for page in each(node.get("ceterms:subjectWebpage"))]
