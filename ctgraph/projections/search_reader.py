"""The search index as readers see it: that of the newest snapshot."""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path

from ctgraph.errors import StoreError
from ctgraph.projections.search_fields import Facet
from ctgraph.projections.search_index import mark_of, opened
from ctgraph.projections.search_words import words_of
from ctgraph.projections.store_folder import StoreFolder, store_folder_of
from ctgraph.settings import Settings

MAX_POINTS = 100_000
"""Places that a search by distance looks at: more than there are ZIP codes."""


class SearchReader:
    """The index of one snapshot, which never changes. Safe to use from many threads.

    :raises ValueError: when there is none, or it is damaged.
    """

    def __init__(self, snapshot: Path) -> None:
        self.snapshot = snapshot
        self.searcher = opened(snapshot).searcher()

    @cached_property
    def sequence(self) -> int:
        """The number of the last change that it holds."""
        return mark_of(self.searcher).sequence

    @cached_property
    def points(self) -> list[tuple[str, float, float]]:
        """The places of all entities: the term, the latitude and the longitude."""
        terms = self.searcher.terms_with_prefix("place", "", limit=MAX_POINTS)
        return [(term, *map(float, term.split(","))) for term, _ in terms]  # type: ignore[misc]

    @cached_property
    def cities(self) -> dict[str, list[str]]:
        """The cities that addresses name, as the index has them, by their plain spelling.

        A city stands under its name with its region, and under its name alone.
        """
        found: dict[str, list[str]] = {}
        for term, _ in self.searcher.terms_with_prefix(Facet.CITY, "", limit=MAX_POINTS):
            for name in dict.fromkeys((term, term.partition(", ")[0])):
                found.setdefault(plain_place(name), []).append(term)
        return found


def plain_place(name: str) -> str:
    """Return a name of a place without case and signs.

    >>> plain_place("Stonebridge,  CALDER Valley")
    'stonebridge calder valley'
    """
    return " ".join(words_of(name))


class _Newest:
    """The reader of the newest snapshot, kept until there is a newer one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader: SearchReader | None = None

    def of(self, folder: StoreFolder) -> SearchReader:
        newest = folder.newest()
        if newest is None:
            raise folder.unavailable()
        reader = self._reader
        if reader is None or reader.snapshot != newest:
            with self._lock:
                reader = self._reader
                if reader is None or reader.snapshot != newest:
                    reader = self._reader = _open(folder, newest)
        return reader


_newest = _Newest()


def newest_reader(settings: Settings) -> SearchReader:
    """Return the index of the newest snapshot.

    :raises StoreError: while there is none, or when it is damaged.
    """
    return _newest.of(store_folder_of(settings))


def _open(folder: StoreFolder, newest: Path) -> SearchReader:
    try:
        return SearchReader(newest)
    except (ValueError, OSError) as error:
        again = folder.newest()  # it may have been replaced and removed meanwhile
        if again and again != newest:
            return _open(folder, again)
        raise unreadable(folder, newest, error) from error


def unreadable(folder: StoreFolder, snapshot: Path, error: Exception) -> StoreError:
    """Tell the projector that an index cannot be read; return the error for who asked."""
    folder.report(snapshot, f"corruption: the search index cannot be read: {error}")
    return StoreError(
        "The search index cannot be read. It is being rebuilt; try again in a moment."
    )
