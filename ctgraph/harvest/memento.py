"""Records over time (RFC 7089): Original Resources, their Mementos, TimeGates and TimeMaps.

The Mementos of a record are its versions. That of a withdrawal is the tombstone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from ctgraph.errors import BadParameter, NotFound
from ctgraph.harvest.links import Link, http_time
from ctgraph.identity import Identity, ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.timeline import Timeline
from ctgraph.ledger.values import Version
from ctgraph.records.scope import Scope

LINK_FORMAT = "application/link-format"
MAX_MEMENTOS = 1_000
"""Mementos that one TimeMap lists; it links to the next one."""
_HTTP_TIME = "%a, %d %b %Y %H:%M:%S GMT"
_PATH = re.compile(r"(?:(resources|graph)/)?([^/]+)")


@dataclass(frozen=True)
class Original:
    """An Original Resource: a record, or the document that holds it."""

    ledger: Ledger
    identity: Identity
    record: Ctid
    scope: Scope

    @property
    def iri(self) -> str:
        """Its address."""
        return self.scope.iri(self.identity, self.record)

    @property
    def timegate(self) -> str:
        """The address of its TimeGate."""
        return f"{self.identity.base}/timegate/{self.iri}"

    @property
    def timemap(self) -> str:
        """The address of its TimeMap."""
        return f"{self.identity.base}/timemap/{self.iri}"

    def links(self) -> list[Link]:
        """Return the links that each answer about it has."""
        return [
            Link(self.iri, "original"),
            Link(self.timegate, "timegate"),
            Link(self.timemap, "timemap", LINK_FORMAT),
        ]

    @cached_property
    def timeline(self) -> Timeline:
        """Its versions.

        :raises RecordNotFound: when there is no such record.
        """
        return self.ledger.records.timeline(self.record)

    def memento(self, number: int, created_at: str) -> str:
        """Return the address of one of its versions.

        :param created_at: when the version was made.
        """
        if len(self.timeline.documents) == 1:
            return f"{self.iri}/versions/{number}"
        # Several documents held it, one after another, and each counts versions of its own.
        return f"{self.iri}?as-of={created_at}"

    def nearest(self, moment: str) -> Version:
        """Return the version that stood at a moment, or the first one if the moment is before it.

        :raises RecordNotFound: when there is no such record.
        """
        found = self.timeline.at(moment) or self.timeline.first()
        if found is None:
            raise NotFound(f"No version holds {self.record}.")
        return found

    def around(self, moment: str, lasting: bool = False) -> list[Link]:
        """Return links to it, and to the first, last, previous and next of its Mementos.

        :param moment: the time of one of its versions.
        :param lasting: leave out what another version may change: the next and the last one.
        """
        line = self.timeline
        named = [(line.first(), "first"), (line.before(moment), "prev")]
        if not lasting:
            named += [(line.after(moment), "next"), (line.last(), "last")]
        found = [(version, rel) for version, rel in named if version]
        together = groupby(sorted(found, key=_by_seq), key=lambda one: one[0])
        return [
            *self.links(),
            *(self._link(version, [rel for _, rel in some]) for version, some in together),
        ]

    def time_map(self, after: int) -> TimeMap:
        """Return a page of its TimeMap.

        :param after: list only versions with a higher sequence number.
        """
        found = self.timeline.page(after, MAX_MEMENTOS + 1)
        if not found:
            raise NotFound(f"{self.record} has no version after sequence number {after}.")
        mementos = found[:MAX_MEMENTOS]
        more = len(found) > MAX_MEMENTOS
        following = self.timeline.page(mementos[-1].seq, MAX_MEMENTOS) if more else []
        return TimeMap(self, tuple(mementos), tuple(following), after)

    def _link(self, version: Version, rels: Iterable[str] = ()) -> Link:
        rel = " ".join([*rels, "memento"])
        address = self.memento(version.number, version.created_at)
        return Link(address, rel, datetime=http_time(version.created_at))


@dataclass(frozen=True)
class TimeMap:
    """A page of the list of all Mementos of an Original Resource.

    :param following: the Mementos of the next page; empty if there is none.
    """

    original: Original
    mementos: tuple[Version, ...]
    following: tuple[Version, ...]
    after: int

    @property
    def modified(self) -> str:
        """When the newest version of all was made, on whichever page it is."""
        newest = self.original.timeline.last()
        assert newest  # those of this page
        return newest.created_at

    def links(self) -> list[Link]:
        """Return it as links, for application/link-format (RFC 7089, section 5)."""
        original = self.original
        this = _time_map_link(_page(original.timemap, self.after), "self", self.mementos)
        following = [_time_map_link(one, "timemap", self.following) for one in self._next()]
        ends = {} if self.after else {self.mementos[0]: ["first"]}
        if not self.following:
            ends.setdefault(self.mementos[-1], []).append("last")
        return [
            Link(original.iri, "original"),
            Link(original.timegate, "timegate"),
            this,
            *following,
            *(original._link(version, ends.get(version, ())) for version in self.mementos),
        ]

    def to_json(self) -> dict[str, Any]:
        """Return it as the JSON that Memento tools read."""
        original = self.original
        listed = [
            {"datetime": one.created_at, "uri": original.memento(one.number, one.created_at)}
            for one in self.mementos
        ]
        mementos: dict[str, Any] = {"list": listed}
        if not self.after:
            mementos["first"] = listed[0]
        if not self.following:
            mementos["last"] = listed[-1]
        return {
            "original_uri": original.iri,
            "timegate_uri": original.timegate,
            "timemap_uri": {
                "link_format": original.timemap,
                "json_format": f"{original.timemap}?format=json",
            },
            "next": next((f"{one}&format=json" for one in self._next()), None),
            "mementos": mementos,
        }

    def _next(self) -> list[str]:
        return [_page(self.original.timemap, self.mementos[-1].seq)] if self.following else []


def original_of(ledger: Ledger, identity: Identity, uri: str) -> Original:
    """Return the Original Resource that a client names by its address.

    :param uri: an absolute IRI in any spelling, or its path below the base.
    :raises NotFound: when it is no address of a record.
    :raises MalformedCtid: when what stands for the CTID is none.
    """
    if not re.match("https?:", uri, re.IGNORECASE):
        found = _PATH.fullmatch(uri)
        if not found:
            raise _no_record(uri)
        return Original(ledger, identity, ctid.canonical(found[2]), Scope(found[1] or "resources"))
    # Proxies join slashes.
    record = identity.ctid_of(re.sub("^(https?):/+", r"\1://", uri, flags=re.IGNORECASE))
    if record is None:
        raise _no_record(uri)
    is_document = re.search("/graphs?/[^/]+/?$", uri, re.IGNORECASE)
    return Original(ledger, identity, record, Scope.DOCUMENT if is_document else Scope.ENTITY)


def accepted_moment(text: str) -> str:
    """Return the end of the second that an ``Accept-Datetime`` names, as the ledger writes times.

    :raises BadParameter: when it is no date of RFC 1123 in GMT (RFC 7089, section 2.1.1).
    """
    try:
        found = datetime.strptime(text.strip(), _HTTP_TIME)
    except ValueError:
        raise BadParameter(
            f"Accept-Datetime: {text[:60]!r} is not a date in GMT such as "
            "'Tue, 05 May 2026 12:00:00 GMT'."
        ) from None
    return f"{found.isoformat()}.999999Z"


def _no_record(uri: str) -> NotFound:
    return NotFound(
        f"{uri[:200]!r} is not the address of a record here. Ask for one such as "
        "/timegate/resources/{ctid}."
    )


def _time_map_link(address: str, rel: str, mementos: Sequence[Version]) -> Link:
    begin, until = (http_time(one.created_at) for one in (mementos[0], mementos[-1]))
    return Link(address, rel, LINK_FORMAT, begin=begin, until=until)


def _page(address: str, after: int) -> str:
    return f"{address}?after={after}" if after else address


def _by_seq(one: tuple[Version, str]) -> int:
    return one[0].seq
