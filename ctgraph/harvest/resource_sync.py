"""What ResourceSync clients read (ANSI/NISO Z39.99-2017).

The resources are the documents as JSON-LD, at addresses with an extension. The ledger keeps these
bytes, so hashes and lengths are computed while a list is read, and nothing is kept for them. Lists
of resources are cut by the first digits of the CTIDs, and lists of changes at fixed sequence
numbers, so each costs the same however large the registry is. Where CTIDs begin alike, more digits
cut them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ctgraph.errors import NotFound
from ctgraph.harvest.sync_lists import Entry, fixity, just_after, written
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.ledger.kept_documents import Extent, KeptDocument, KeptDocuments
from ctgraph.ledger.registry import incarnation
from ctgraph.ledger.values import Event
from ctgraph.rdf.formats import JSON_LD

USUAL_RESOURCES = 1_000
"""Documents that a list of resources has on average at most: reading them takes a tenth of a
second."""
MAX_RESOURCES = 50_000
"""Entries of one list, as sitemaps allow."""
LIST_CHANGES = 1_000
"""Changes of one list, or of one package."""
MAX_DIGITS = 32
"""Digits in the name of a list of resources: all those of a CTID."""
_CUT_RESOURCES = MAX_RESOURCES // 2
"""Records for which a list is cut again. Until as many changes have followed, no list is too long,
so only then the lists are cut anew."""
ALL = "all"
"""The name of the list of all resources, where one list is enough."""
_DIGITS = "0123456789abcdef"
_FOLDER = "/resourcesync"


@dataclass(frozen=True)
class ResourceSync:
    """The lists of one registry."""

    ledger: Ledger
    identity: Identity

    def description(self) -> bytes:
        """Return the source description (section 8)."""
        entry = Entry(self._at("capabilitylist.xml"), metadata={"capability": "capabilitylist"})
        return written("description", [entry])

    def capabilities(self) -> bytes:
        """Return the capability list (section 9)."""
        entries = [
            Entry(self._at(f"{capability}.xml"), metadata={"capability": capability})
            for capability in ("resourcelist", "resourcedump", "changelist", "changedump")
        ]
        up = f"{self.identity.base}/.well-known/resourcesync"
        return written("capabilitylist", entries, up=up)

    def resources(self, records: int) -> bytes:
        """Return the list of all resources (section 10), or the index of several lists.

        :param records: how many current records there are, more or less.
        """
        names = self._names(records)
        if names == (ALL,):
            return self.some_resources(ALL, self.extent(ALL, records))
        entries = [Entry(self._at(f"resourcelists/{name}.xml")) for name in names]
        metadata = {"at": self.ledger.changes.newest_moment()}
        return written("resourcelist", entries, up=self._up, metadata=metadata, index=True)

    def some_resources(self, name: str, extent: Extent) -> bytes:
        """Return the list of the resources whose CTIDs begin with some digits.

        :param extent: that of the list.
        """
        metadata = {"at": extent.changed}
        entries = (
            Entry(self._address(kept), just_after(kept.modified), fixity(kept.canonical))
            for kept in self._documents(name)
        )
        return written("resourcelist", entries, up=self._up, metadata=metadata)

    def extent(self, name: str, records: int) -> Extent:
        """Return how many records a list of resources had ever, and when it last changed.

        :param records: how many current records there are, more or less.
        :raises NotFound: when there is no list of that name, or it would be too long.
        """
        begin, given = _beginning(name), 0 if name == ALL else len(name)
        if given < _digits(records):  # it was one, when there were fewer records
            raise _no_list(name)
        found = self.ledger.documents.extent(begin, MAX_RESOURCES + 1)
        if found.records > MAX_RESOURCES:
            raise _no_list(name)
        return found

    def dumps(self, records: int) -> bytes:
        """Return the list of the packages with all resources (section 11)."""
        entries = [
            Entry(self._at(f"dumps/{name}.zip"), metadata={"type": "application/zip"})
            for name in self._names(records)
        ]
        metadata = {"at": self.ledger.changes.newest_moment()}
        return written("resourcedump", entries, up=self._up, metadata=metadata)

    def write_dump(self, name: str, extent: Extent, file: IO[bytes]) -> None:
        """Write the package of the resources whose CTIDs begin with some digits.

        :param extent: that of the package.
        """
        metadata = {"at": extent.changed}
        entries = []
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=4) as package:
            for kept in self._documents(name):
                path = f"resources/{kept.ctid}.{JSON_LD.extension}"
                _add(package, path, kept.canonical)
                facts = fixity(kept.canonical) | {"path": f"/{path}"}
                entries.append(Entry(self._address(kept), just_after(kept.modified), facts))
            manifest = written("resourcedump-manifest", entries, metadata=metadata)
            _add(package, "manifest.xml", manifest)

    def changes(self, last: int) -> bytes:
        """Return the list of all changes (section 12), or the index of several lists.

        :param last: the number of the newest change.
        """
        if last <= LIST_CHANGES:
            return self.some_changes(1, last)
        periods = self._periods(last)
        entries = [
            Entry(self._at(f"changelists/{number:010}.xml"), metadata=period)
            for number, period in enumerate(periods, start=1)
        ]
        metadata = {"from": periods[0]["from"]}
        return written("changelist", entries, up=self._up, metadata=metadata, index=True)

    def some_changes(self, number: int, last: int) -> bytes:
        """Return one of the lists of changes; the first one has the number 1.

        :param last: the number of the newest change.
        :raises NotFound: when there is no such list.
        """
        first, end = _numbers(number, last)
        entries = (entry for _, entry in self._changes(first, end))
        metadata = self._period(first, last)
        return written("changelist", entries, up=self._up, metadata=metadata)

    def change_dumps(self, last: int) -> bytes:
        """Return the list of the packages with all changes (section 13).

        :param last: the number of the newest change.
        """
        entries = [
            Entry(
                self._at(f"changedumps/{number:010}.zip"),
                metadata={"type": "application/zip", **period},
            )
            for number, period in enumerate(self._periods(last), start=1)
        ]
        metadata = {"from": entries[0].metadata["from"]} if entries else {}
        return written("changedump", entries, up=self._up, metadata=metadata)

    def write_change_dump(self, number: int, last: int, file: IO[bytes]) -> None:
        """Write one of the packages of changes: each version, and a manifest of what happened.

        :param last: the number of the newest change.
        :raises NotFound: when there is no such package.
        """
        first, end = _numbers(number, last)
        entries = []
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=4) as package:
            for kept, entry in self._changes(first, end):
                if kept.event is not Event.WITHDRAW:
                    path = f"versions/{kept.ctid}/{kept.number}.{JSON_LD.extension}"
                    _add(package, path, kept.canonical)
                    entry = entry._replace(metadata={**entry.metadata, "path": f"/{path}"})
                entries.append(entry)
            metadata = self._period(first, last)
            manifest = written("changedump-manifest", entries, metadata=metadata)
            _add(package, "manifest.xml", manifest)

    def _periods(self, last: int) -> list[dict[str, str]]:
        """Return the times between which the changes of each list lie; the last one is open."""
        numbers = range(1, last + 1, LIST_CHANGES)
        moments = self.ledger.changes.moments(numbers)
        begins = [moments[number] for number in numbers]
        ends = [*begins, ""][1:]
        return [{"from": begin, "until": end} for begin, end in zip(begins, ends, strict=True)]

    def _period(self, first: int, last: int) -> dict[str, str]:
        """Return the times between which the changes of the list from a number on lie."""
        until = first + LIST_CHANGES
        moments = self.ledger.changes.moments([first, until] if last >= until else [first])
        return {"from": moments.get(first, ""), "until": moments.get(until, "")}

    def _changes(self, first: int, end: int) -> Iterator[tuple[KeptDocument, Entry]]:
        """Yield the versions in a range of numbers with their entries."""
        revived = self.ledger.changes.revivals(first, end)
        for kept in self.ledger.documents.changed(first, end):
            address = self._address(kept)
            if kept.event is Event.WITHDRAW:
                facts = {"change": "deleted", "datetime": kept.modified}
                yield kept, Entry(address, metadata=facts)
                continue
            created = kept.number == 1 or kept.seq in revived
            facts = {"change": "created" if created else "updated", "datetime": kept.modified}
            yield kept, Entry(address, just_after(kept.modified), facts | fixity(kept.canonical))

    def _names(self, records: int) -> tuple[str, ...]:
        """Return the names of the lists of resources, each of which is short enough."""
        cuts = self.ledger.changes.last_sequence() // _CUT_RESOURCES
        this = incarnation(self.ledger.database)
        return _cut(self.ledger.documents, this, _digits(records), cuts)

    @property
    def _up(self) -> str:
        return self._at("capabilitylist.xml")

    def _at(self, path: str) -> str:
        return f"{self.identity.base}{_FOLDER}/{path}"

    def _address(self, kept: KeptDocument) -> str:
        return f"{self.identity.graph(kept.ctid)}.{JSON_LD.extension}"

    def _documents(self, name: str) -> Iterator[KeptDocument]:
        return self.ledger.documents.current(_beginning(name), MAX_RESOURCES)


def _numbers(number: int, last: int) -> tuple[int, int]:
    """Return the first and the last number of the changes of a list.

    :raises NotFound: when there is no such list.
    """
    first = 1 + LIST_CHANGES * (number - 1)
    if not 0 < first <= max(last, 1):
        raise NotFound(
            f"There is no list {number} of changes. {_FOLDER}/changelist.xml names all of them."
        )
    return first, min(first + LIST_CHANGES - 1, last)


def _digits(records: int) -> int:
    """Return how many leading digits keep the lists small, where CTIDs are made by chance."""
    digits = 0
    while records > USUAL_RESOURCES * len(_DIGITS) ** digits:
        digits += 1
    return digits


@lru_cache(maxsize=8)
def _cut(documents: KeptDocuments, ledger: str, digits: int, cuts: int) -> tuple[str, ...]:
    """Return the names of the lists, those of many records cut until each is short.

    :param ledger: its incarnation.
    :param digits: how many digits all names have at least.
    :param cuts: how many times it was time to cut; while it never was, nothing is read.
    """
    waiting = ["".join(name) for name in product(_DIGITS, repeat=digits)][::-1]
    names = []
    while waiting:
        name = waiting.pop() or ALL
        if cuts and documents.are_more(_beginning(name), _CUT_RESOURCES):
            start = "" if name == ALL else name
            waiting += [start + digit for digit in reversed(_DIGITS)]
        else:
            names.append(name)
    return tuple(names)


def _beginning(name: str) -> str:
    """Return how the CTIDs of a list begin.

    :raises NotFound: when there is no list of that name.
    """
    if name != ALL and (set(name) - set(_DIGITS) or len(name) > MAX_DIGITS):
        raise _no_list(name)
    if name == ALL:
        return "ce-"
    groups = name[:8], name[8:12], name[12:16], name[16:20], name[20:]
    return "-".join(["ce", *filter(None, groups)])


def _no_list(name: str) -> NotFound:
    return NotFound(
        f"There is no list {name[:40]!r}. {_FOLDER}/resourcelist.xml names all of them."
    )


def _add(package: ZipFile, path: str, content: bytes) -> None:
    """Add a file without a time, so that the same content makes the same package."""
    package.writestr(ZipInfo(path), content, ZIP_DEFLATED)
