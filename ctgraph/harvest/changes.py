"""The change feed: pages of what happened to the records, in the order of the sequence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.ledger.feed import Happened

PAGE_CHANGES = 1_000
"""Changes of a page for programs. Pages end at its multiples, so that all clients share them."""


@dataclass(frozen=True)
class Page:
    """A page of the change feed.

    :param incarnation: that of the ledger. Numbers of another one mean other changes.
    :param after: the number that the page begins after.
    :param size: what all pages end at the multiples of.
    :param newest: the number of the newest change of the registry.
    """

    base: str
    incarnation: str
    after: int
    size: int
    newest: int
    changes: tuple[Happened, ...]

    @property
    def until(self) -> int:
        """The number that the page ends with once it is full."""
        return end_after(self.after, self.size)

    @property
    def is_full(self) -> bool:
        """Whether the page never changes any more."""
        return self.newest >= self.until

    @property
    def last(self) -> int:
        """The last number that the page tells of: of an open page, the newest of the registry."""
        return min(self.newest, self.until)

    def address(self, after: int) -> str:
        """Return the address of the page after a number."""
        return f"{self.base}/changes?after={after}"

    @property
    def following(self) -> str | None:
        """The address of the next page, if this one is full."""
        return self.address(self.until) if self.is_full else None

    @property
    def preceding(self) -> str | None:
        """The address of the page before, if there is one."""
        before = (self.after - 1) // self.size * self.size
        return self.address(before) if self.after else None


def page_after(ledger: Ledger, identity: Identity, after: int, size: int = PAGE_CHANGES) -> Page:
    """Return the page of changes after a number, up to the next multiple of `size`."""
    newest, incarnation = ledger.feed.head()
    until = end_after(after, size)
    found = ledger.feed.between(after, min(until, newest)) if after < newest else []
    return Page(identity.base, incarnation, after, size, newest, tuple(found))


def end_after(after: int, size: int) -> int:
    """Return the multiple of a size at which the page after a number ends."""
    return after - after % size + size


def newest_page(ledger: Ledger, size: int = PAGE_CHANGES) -> int:
    """Return the number that the page with the newest change begins after."""
    newest = max(ledger.changes.last_sequence() - 1, 0)
    return newest - newest % size


def page_json(page: Page) -> dict[str, Any]:
    """Return a page as JSON."""
    return {
        "registry": page.base,
        "incarnation": page.incarnation,
        "after": page.after,
        "last": page.last,
        "next": page.following,
        "changes": items(page.changes, page.base),
    }


def items(changes: Iterable[Happened], base: str) -> list[dict[str, Any]]:
    """Return changes as the feed, its followers and webhooks are told of them."""
    return [
        {
            "seq": one.seq,
            "event": one.event,
            "ctid": one.ctid,
            "version": one.number,
            "sha256": one.digest,
            "time": one.created_at,
            "owner": one.owner,
            "published_by": one.published_by,
            "type": one.type,
            "url": version_address(one, base),
            **({"reason": one.reason} if one.reason else {}),
            **({"replaced_by": one.replaced_by} if one.replaced_by else {}),
        }
        for one in changes
    ]


def version_address(one: Happened, base: str) -> str:
    """Return the address of the version that a change made."""
    return f"{base}/graph/{one.ctid}/versions/{one.number}"
